import type { Refused } from "./token-response.ts";

/** What an assertion is signed with besides who asks: what a remedy can change. */
export interface Plan {
  readonly audience: string;
  /** Salesforce's clock minus the runner's, in milliseconds; undefined while the runner's clock is trusted. */
  readonly skewMs: number | undefined;
  /** Another audience to try when this one is refused. */
  readonly fallbackAudience: string | undefined;
}

/** A plan that may do better, and what to tell the user about the change. */
export interface Remedy {
  readonly plan: Plan;
  readonly because: string;
  readonly isWarning: boolean;
}

/** What a remedy is found from. */
export interface Refusal {
  readonly answer: Refused;
  readonly plan: Plan;
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
export function findRemedy(refusal: Refusal): Remedy | undefined {
  if (refusal.answer.error.toLowerCase() !== "invalid_grant") return undefined;
  return clockRemedy(refusal) ?? audienceRemedy(refusal);
}

function clockRemedy({ answer, plan, runnerTime, salesforceTime }: Refusal): Remedy | undefined {
  if (plan.skewMs !== undefined || salesforceTime === undefined || !EXPIRED.test(answer.description)) return undefined;
  const skewMs = salesforceTime - runnerTime;
  if (Math.abs(skewMs) <= TOLERATED_SKEW_MS) return undefined;
  const because =
    `The runner's clock is ${describeSkew(skewMs)}, so Salesforce took the assertion for expired. ` +
    "It is signed once more on Salesforce's time. Set the runner's clock (NTP): other steps will trip over it, too.";
  return { plan: { ...plan, skewMs }, because, isWarning: true };
}

function audienceRemedy({ answer, plan }: Refusal): Remedy | undefined {
  const audience = plan.fallbackAudience;
  if (audience === undefined || !AUDIENCE.test(answer.description)) return undefined;
  const because =
    `Salesforce refused the audience ${plan.audience}; trying ${audience} once. ` +
    `To save this request, set audience: ${audience}`;
  return { plan: { ...plan, audience, fallbackAudience: undefined }, because, isWarning: false };
}

/** A skew in words: `412 s behind Salesforce's`. */
export function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return `${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} Salesforce's`;
}
