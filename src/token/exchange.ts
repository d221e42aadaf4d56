import type { Clock } from "../lib/clock.ts";
import type { HttpGet } from "../lib/http.ts";
import { EXCHANGE_REFUSALS, UNKNOWN_EXCHANGE_REFUSAL } from "./exchange-refusals.ts";
import type { GrantMaker } from "./grants.ts";
import { describeOidcError, type OidcEndpoint, type OidcToken, requestOidcToken } from "./oidc.ts";

/** What is exchanged, and for which app. */
export interface TokenExchange {
  readonly consumerKey: string;
  /** Undefined for the app's default handler. */
  readonly tokenHandler: string | undefined;
  readonly endpoint: OidcEndpoint;
}

export interface ExchangeDependencies {
  readonly httpGet: HttpGet;
  readonly clock: Pick<Clock, "monotonic">;
  readonly mask: (secret: string) => void;
}

/** GitHub's tokens are documented to be valid for five minutes. */
const LONGEST_USE_MS = 4 * 60_000;

/**
 * Grants of the token exchange flow (Salesforce help, "OAuth 2.0 Token Exchange Flow"): GitHub's OIDC token of the job,
 * which is requested again after four minutes. Only the handler in Salesforce chooses the user.
 */
export function tokenExchange(
  { consumerKey, tokenHandler, endpoint }: TokenExchange,
  deps: ExchangeDependencies,
): GrantMaker {
  const { httpGet, clock, mask } = deps;
  let held: (OidcToken & { readonly since: number }) | undefined;
  return {
    refusals: { known: EXCHANGE_REFUSALS, unknown: UNKNOWN_EXCHANGE_REFUSAL },
    describeError: describeOidcError,
    make: async ({ audience }, _, signal) => {
      if (!held || clock.monotonic() - held.since > LONGEST_USE_MS) {
        const since = clock.monotonic();
        held = { ...(await requestOidcToken({ endpoint, audience, httpGet, signal })), since };
        mask(held.token);
      }
      const form = {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: held.token,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: consumerKey,
        ...(tokenHandler === undefined ? {} : { token_handler: tokenHandler }),
      };
      return { form, secret: held.token, claims: held.claims };
    },
  };
}
