import type { ErrorResponse } from "./response.ts";

/** What an assertion is signed with besides who asks: what a remedy can change. */
export interface SigningOptions {
  readonly audience: string;
  /** Salesforce's clock minus the runner's, in milliseconds; undefined while the runner's clock is trusted. */
  readonly skewMs: number | undefined;
  /** Another audience to try when this one is refused. */
  readonly fallbackAudience: string | undefined;
}

/** A plan that may do better, and what to tell the user about the change. */
export interface Adjustment {
  readonly signing: SigningOptions;
  readonly notice: string;
  readonly isWarning: boolean;
}

/** What a remedy is found from. */
export interface Refusal {
  readonly answer: ErrorResponse;
  readonly signing: SigningOptions;
  /** Both clocks when the answer came, in milliseconds since 1970; Salesforce's from its `Date` header. */
  readonly runnerTime: number;
  readonly salesforceTime: number | undefined;
}

/** A smaller difference can't make an assertion of three minutes expire. */
export const TOLERATED_SKEW_MS = 60_000;

const EXPIRED =
  /expired authorization code|assertion (?:is |has )?expired|expired assertion|token (?:is |has )?expired/i;
const AUDIENCE = /audience/i;

/**
 * Finds what can be set right from here: a runner's clock that is wrong, or an audience that Salesforce wants
 * spelt the documented way. A plan that has had a remedy doesn't get it again.
 */
export function findAdjustment(refusal: Refusal): Adjustment | undefined {
  if (refusal.answer.error.toLowerCase() !== "invalid_grant") return undefined;
  return clockRemedy(refusal) ?? audienceRemedy(refusal);
}

function clockRemedy({ answer, signing, runnerTime, salesforceTime }: Refusal): Adjustment | undefined {
  if (signing.skewMs !== undefined || salesforceTime === undefined || !EXPIRED.test(answer.description))
    return undefined;
  const skewMs = salesforceTime - runnerTime;
  if (Math.abs(skewMs) <= TOLERATED_SKEW_MS) return undefined;
  const notice =
    `The runner's clock is ${describeSkew(skewMs)}, so Salesforce took the assertion for expired. ` +
    "It is signed once more on Salesforce's time. Set the runner's clock (NTP): other steps will trip over it, too.";
  return { signing: { ...signing, skewMs }, notice, isWarning: true };
}

function audienceRemedy({ answer, signing }: Refusal): Adjustment | undefined {
  const audience = signing.fallbackAudience;
  if (audience === undefined || !AUDIENCE.test(answer.description)) return undefined;
  const notice =
    `Salesforce refused the audience ${signing.audience}; trying ${audience} once. ` +
    `To save this request, set audience: ${audience}`;
  return { signing: { ...signing, audience, fallbackAudience: undefined }, notice, isWarning: false };
}

/** A skew in words: `412 s behind Salesforce's`. */
export function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return `${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} Salesforce's`;
}
