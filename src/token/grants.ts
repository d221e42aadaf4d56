import type { KeyObject } from "node:crypto";
import { type Claims, claimsFor, signAssertion } from "./assertion.ts";
import { JWT_BEARER_REFUSALS, type Refusals } from "./refusals.ts";
import type { FailedResponse } from "./response.ts";

/** What an assertion is signed for besides app and user: what can be adjusted after a refusal. */
export interface SigningOptions {
  readonly audience: string;
  /** Another audience to try when this one is refused. */
  readonly fallbackAudience: string | undefined;
  /** Salesforce's clock minus the runner's, in milliseconds; undefined while the runner's clock is trusted. */
  readonly skewMs: number | undefined;
}

/** What one attempt presents at the token endpoint. */
export interface Grant {
  /** The fields of the form. */
  readonly form: Readonly<Record<string, string>>;
  /** The field that has to be masked before anything is sent. */
  readonly secret: string;
  /** What it says, for the debug log: without the signature it isn't secret. */
  readonly claims: Claims | Readonly<Record<string, unknown>>;
}

/** Makes the grant of each attempt. */
export interface GrantMaker {
  /** What Salesforce's refusals of this kind of grant mean. */
  readonly refusals: Refusals;
  /** Until when its one grant can be sent, in milliseconds since 1970; missing if each attempt gets a new one. */
  readonly validUntil?: number;
  /**
   * @param signing what this attempt is signed for
   * @param now the runner's time in milliseconds since 1970
   * @param signal ends a request that making the grant takes
   */
  make(signing: SigningOptions, now: number, signal: AbortSignal): Promise<Grant>;
  /** Says what an error of `make` means; left out if every such error is a bug. */
  readonly describeError?: (error: unknown) => FailedResponse;
}

/** The key that signs, and for whom. */
export interface SigningKey {
  readonly consumerKey: string;
  readonly username: string;
  readonly privateKey: KeyObject;
}

/** Grants of the JWT bearer flow (RFC 7523 §2.1), signed afresh for each attempt: Salesforce may reject one that it has seen. */
export function jwtBearer({ consumerKey, username, privateKey }: SigningKey): GrantMaker {
  return {
    refusals: JWT_BEARER_REFUSALS,
    make: async ({ audience, skewMs = 0 }, now) => {
      const claims = claimsFor({ consumerKey, username, audience, now: now + skewMs });
      const assertion = await signAssertion(claims, privateKey);
      return bearerGrant(assertion, claims);
    },
  };
}

/** The same grant for each attempt: an assertion that another program signed can't be adjusted, only sent again. */
export function givenAssertion({ text, claims }: { readonly text: string; readonly claims: Claims }): GrantMaker {
  return {
    refusals: JWT_BEARER_REFUSALS,
    validUntil: claims.exp * 1000,
    make: async () => bearerGrant(text, claims),
  };
}

function bearerGrant(assertion: string, claims: Claims): Grant {
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  return { form, secret: assertion, claims };
}
