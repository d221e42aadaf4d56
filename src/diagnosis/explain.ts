import { ActionError, type Cause } from "../lib/action-error.ts";
import { CONNECTED_APP } from "../lib/setup-steps.ts";
import type { Fact } from "../token/refusals.ts";
import type { ErrorResponse, FailedResponse, InvalidResponse } from "../token/response.ts";
import { attemptMs } from "../token/retry.ts";
import { type FailedRequest, findHints, type Hint } from "./hints.ts";
import { describeClaims, describeJob } from "./job-claims.ts";

const MAX_CAUSES = 4;
/** Errors that only External Client Apps cause. */
const EXTERNAL_CLIENT_APP = /^(?:app_not_found$|OAUTH_EC_)/i;

/** What this run shows by itself, and so rules a likely cause out. */
const FACTS: Readonly<Record<Fact, (run: FailedRequest) => boolean>> = {
  "signed on Salesforce's time": ({ result }) => result.signing.skewMs !== undefined,
  "key matches certificate": ({ inputs }) => (inputs.certificate ?? inputs.assertion) !== undefined,
  "audience not set": ({ inputs }) => inputs.audience === inputs.loginUrl.audience || inputs.assertion !== undefined,
  "My Domain": ({ inputs }) => inputs.loginUrl.isMyDomain,
  "not a site": ({ inputs }) => inputs.loginUrl.kind !== "site" && inputs.loginUrl.kind !== "custom-domain",
  "not a sandbox": ({ inputs }) => inputs.loginUrl.isSandbox === false,
  "longest attempts": ({ inputs }) => attemptMs(inputs.timeoutSeconds * 1000) === attemptMs(Number.POSITIVE_INFINITY),
  "External Client App": isExternalClientApp,
};

/**
 * Turns a failed token request into the error to report: what this run itself shows comes first, then the likely causes
 * that it doesn't rule out.
 *
 * @returns an error without secrets
 */
export function explain(run: FailedRequest): ActionError {
  const { response } = run.result;
  const hints = findHints(response.rule.code, run);
  const likely: readonly Cause[] = response.rule.causes.filter(
    ({ unless }) => unless === undefined || !FACTS[unless](run),
  );
  return new ActionError({
    code: response.rule.code,
    headline: withNextAct(response.rule.headline, hints[0]),
    context: [...describeResponse(response), ...describeTarget(run), ...describeAttempts(run)],
    causes: withoutRepeats(inOrder(hints, likely))
      .slice(0, MAX_CAUSES)
      .map((cause) => forAppType(cause, run)),
  });
}

/** Who and where. A keyless job has no user of its own choice, so its claims are shown if a handler may have seen them. */
function describeTarget(run: FailedRequest): string[] {
  const { inputs, result } = run;
  const { host } = inputs.loginUrl;
  if (!inputs.keyless) return [`User ${inputs.username} at ${host}${audienceOf(run)}`];
  if (result.claims === undefined) return [`OIDC token for ${inputs.audience}, to log in at ${host}`];
  const claims = { ...result.claims };
  return [
    `Job of ${describeJob(claims)} at ${host}`,
    ...(result.response.kind === "error" ? describeClaims(claims) : []),
  ];
}

/** A headline says what is wrong, then what to do: what this run shows may ask for another act than the rule does. */
function withNextAct(headline: string, hint: Hint | undefined): string {
  return hint?.nextAct === undefined ? headline : headline.replace(/\. .*$/, `. ${hint.nextAct}`);
}

/** What Salesforce or the network said; nothing if nothing came. */
function describeResponse(response: FailedResponse): string[] {
  switch (response.kind) {
    case "error":
      return [describeError(response)];
    case "invalid":
      return [describeInvalid(response)];
    case "none":
      return response.said === "" ? [] : [`The network said: ${response.said}`];
  }
}

function describeError({ status, error, description }: ErrorResponse): string {
  const words = [error, description].filter((text) => text !== "").join(": ");
  return `Salesforce answered HTTP ${status}${words === "" ? "" : `, ${words}`}`;
}

function describeInvalid({ status, summary, excerpt }: InvalidResponse): string {
  const isRedirect = status >= 300 && status < 400;
  const detail = excerpt === "" ? "" : isRedirect ? ` to ${excerpt}` : `: “${excerpt}”`;
  return `The server answered HTTP ${status} with ${summary}${detail}`;
}

/** The audience is worth a word only if it is the subject, or isn't the one that follows from login_url. */
function audienceOf({ inputs, result: { response, signing } }: FailedRequest): string {
  const isSubject = response.rule.code === "audience-refused" || signing.audience !== inputs.loginUrl.audience;
  return isSubject ? ` (audience ${signing.audience})` : "";
}

/** The whole budget and the number of attempts, if more than one attempt was made or would have been. */
function describeAttempts({ inputs, result }: FailedRequest): string[] {
  const { attempts, durationMs, deadlineExceeded } = result;
  if (attempts === 1 && deadlineExceeded === undefined) return [];
  const tried = `${attempts} ${attempts === 1 ? "attempt" : "attempts"} in ${Math.max(1, Math.round(durationMs / 1000))} s`;
  if (deadlineExceeded === undefined) return [tried];
  const { retryAfterMs, assertionExpires } = deadlineExceeded;
  const asked = retryAfterMs > 0 ? `; the server asked for a wait of ${Math.ceil(retryAfterMs / 1000)} s` : "";
  const limit = assertionExpires ? "until the assertion expired" : `within timeout_seconds: ${inputs.timeoutSeconds}`;
  return [`${tried}, ${limit}${asked}`];
}

function inOrder(hints: readonly Hint[], likely: readonly Cause[]): Cause[] {
  const before = hints[0]?.neverFirst ? 1 : 0;
  return [...likely.slice(0, before), ...hints, ...likely.slice(before)];
}

function withoutRepeats(causes: readonly Cause[]): Cause[] {
  return causes.filter(({ fix }, index) => causes.findIndex((other) => other.fix === fix) === index);
}

function forAppType({ cause, fix }: Cause, run: FailedRequest): Cause {
  const shown = isExternalClientApp(run) ? fix.replace(CONNECTED_APP, "") : fix;
  return cause === undefined ? { fix: shown } : { cause, fix: shown };
}

function isExternalClientApp({ result: { response } }: FailedRequest): boolean {
  return response.kind === "error" && EXTERNAL_CLIENT_APP.test(response.error);
}
