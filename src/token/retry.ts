import type { IncomingHttpHeaders } from "node:http";
import type { SigningOptions } from "./grants.ts";
import type { FailedResponse } from "./response.ts";

/** What an attempt brought that brought no token, and when. */
export interface Attempt {
  readonly kind: "failed";
  /** What it was signed for. */
  readonly signing: SigningOptions;
  readonly response: FailedResponse;
  /** Of the response; empty if none came. */
  readonly headers: IncomingHttpHeaders;
  readonly durationMs: number;
  /** Both clocks when the response came, in milliseconds since 1970; Salesforce's from its `Date` header. */
  readonly runnerTime: number;
  readonly salesforceTime: number | undefined;
}

/** What follows on a failed attempt. */
export type NextStep =
  | { readonly kind: "stop"; readonly deadlineExceeded: DeadlineExceeded | undefined }
  | { readonly kind: "adjust"; readonly adjustment: Adjustment }
  | { readonly kind: "retry"; readonly waitMs: number };

/** There was something to retry, but no time for it. */
export interface DeadlineExceeded {
  /** The wait that the server asked for, in milliseconds; 0 if it asked for none. */
  readonly retryAfterMs: number;
  /** Set if it was the assertion that would have expired, not the budget. */
  readonly assertionExpires?: true;
}

/** Other signing options for the next assertion, and what to tell the user about it. */
export interface Adjustment {
  readonly signing: SigningOptions;
  readonly notice: string;
  readonly isWarning: boolean;
}

/** What the next step depends on besides the attempts. */
export interface RetryState {
  /** For how long the one grant that there is can be sent; undefined if each attempt gets a new one, which can be adjusted. */
  readonly validForMs?: number | undefined;
  /** What is left of the budget. */
  readonly remainingMs: number;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** One attempt gets at most this, so that one silent connection doesn't use up the whole budget. */
const MAX_ATTEMPT_MS = 15_000;
/** A retry with less time than this would hardly see its response. */
const MIN_ATTEMPT_MS = 1000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8000;

/** A smaller difference can't make an assertion of three minutes expire. */
export const TOLERATED_SKEW_MS = 60_000;
/** Whoever answers must not be able to choose a date for an assertion: a larger difference is reported only. */
export const MAX_SKEW_MS = 24 * 3_600_000;

/** The time that an attempt gets out of what is left of the budget. */
export function attemptMs(remainingMs: number): number {
  // On a busy machine a wait can take longer than was left.
  return Math.max(0, Math.min(MAX_ATTEMPT_MS, remainingMs / 2));
}

/**
 * Decides what follows on a failed attempt: the rule of its response says whether it can be retried or adjusted.
 *
 * @param attempts all of them, the last one included
 */
export function nextStep(attempts: readonly Attempt[], state: RetryState): NextStep {
  const attempt = attempts.at(-1) as Attempt;
  const { response, headers, runnerTime, salesforceTime } = attempt;
  const slowestMs = Math.max(0, ...attempts.filter(isAnswered).map(({ durationMs }) => durationMs));
  // An attempt gets half of what is left when it starts.
  const budgetMs = state.remainingMs - 2 * Math.max(MIN_ATTEMPT_MS, slowestMs / 2);
  const { validForMs } = state;
  const lastStartMs = Math.min(budgetMs, validForMs ?? budgetMs);
  const adjustment = validForMs === undefined ? adjust(attempt) : undefined;
  if (adjustment) {
    return lastStartMs >= 0 ? { kind: "adjust", adjustment } : { kind: "stop", deadlineExceeded: { retryAfterMs: 0 } };
  }
  if (!response.rule.retry) return { kind: "stop", deadlineExceeded: undefined };
  const retryAfterMs = retryAfter(headers, salesforceTime ?? runnerTime);
  if (retryAfterMs > lastStartMs) {
    const limit = retryAfterMs > budgetMs ? {} : { assertionExpires: true as const };
    return { kind: "stop", deadlineExceeded: { retryAfterMs, ...limit } };
  }
  return { kind: "retry", waitMs: Math.min(lastStartMs, backoff(attempts.length, retryAfterMs, state.random())) };
}

/** Returns whether a response came, of whatever kind. */
export function isAnswered({ response }: Attempt): boolean {
  return response.kind !== "none";
}

/** What can be corrected from here, once each: a runner's clock that is wrong, or an audience in another form than documented. */
function adjust({ response, signing, runnerTime, salesforceTime }: Attempt): Adjustment | undefined {
  switch (response.rule.adjust) {
    case "clock":
      return salesforceTime === undefined ? undefined : adjustClock(salesforceTime - runnerTime, signing);
    case "audience":
      return adjustAudience(signing);
    default:
      return undefined;
  }
}

function adjustClock(skewMs: number, signing: SigningOptions): Adjustment | undefined {
  const isWrong = Math.abs(skewMs) > TOLERATED_SKEW_MS && Math.abs(skewMs) <= MAX_SKEW_MS;
  if (signing.skewMs !== undefined || !isWrong) return undefined;
  const notice =
    `The runner's clock is ${describeSkew(skewMs)}, so Salesforce considers the assertion expired. ` +
    "Retrying once with Salesforce's time. Synchronize the runner's clock (NTP): a wrong clock breaks other steps, too.";
  return { signing: { ...signing, skewMs }, notice, isWarning: true };
}

function adjustAudience(signing: SigningOptions): Adjustment | undefined {
  const { audience, fallbackAudience } = signing;
  if (fallbackAudience === undefined) return undefined;
  const notice = `Salesforce rejected the audience ${audience}. Retrying once with ${fallbackAudience}.`;
  return { signing: { ...signing, audience: fallbackAudience, fallbackAudience: undefined }, notice, isWarning: false };
}

/** A skew in words: `412 s behind Salesforce's`. */
export function describeSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return `${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} Salesforce's`;
}

/**
 * How long to wait before the next attempt: exponential backoff with full jitter, and no less than the server asked for.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param random a number from 0 up to, not including, 1
 */
export function backoff(attempt: number, retryAfterMs: number, random: number): number {
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return retryAfterMs + Math.floor(random * ceiling);
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3).
 *
 * @param now milliseconds since 1970
 * @returns milliseconds from now; 0 without a usable header
 */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
