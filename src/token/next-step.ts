import { type Adjustment, findAdjustment, type SigningOptions } from "./adjustment.ts";
import { backoff, isTransient, retryAfter } from "./retry.ts";
import type { Attempt, TokenResult } from "./token-result.ts";

/** With less than this left, another attempt would not live to see its answer, and would hide what the last one said. */
const MIN_REMAINING_MS = 400;

/** What to do after an attempt. */
export type NextStep =
  | { readonly kind: "end"; readonly deadlineExceeded: TokenResult["deadlineExceeded"] }
  | { readonly kind: "mend"; readonly adjustment: Adjustment }
  | { readonly kind: "wait"; readonly waitMs: number };

/** What the next move depends on besides how the attempt ended. */
export interface MoveFacts {
  /** Of the attempt, from 1. */
  readonly number: number;
  readonly signing: SigningOptions;
  /** What is left of the budget. */
  readonly remainingMs: number;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Decides what follows on an attempt that brought no token: an end, or another attempt, at once where something was set right. */
export function nextStep(attempt: Attempt, { number, signing, remainingMs, random }: MoveFacts): NextStep {
  const { outcome, headers, runnerTime, salesforceTime } = attempt;
  if (outcome.kind === "granted") return { kind: "end", deadlineExceeded: undefined };
  const adjustment = outcome.kind === "refused" ? findAdjustment({ ...attempt, answer: outcome, signing }) : undefined;
  if (adjustment && remainingMs > MIN_REMAINING_MS) return { kind: "mend", adjustment };
  if (adjustment) return { kind: "end", deadlineExceeded: { retryAfterMs: 0 } };
  const transient = outcome.kind === "unreachable" ? outcome.retry : isTransient(outcome);
  if (!transient) return { kind: "end", deadlineExceeded: undefined };
  const retryAfterMs = retryAfter(headers, salesforceTime ?? runnerTime);
  if (retryAfterMs + MIN_REMAINING_MS > remainingMs) return { kind: "end", deadlineExceeded: { retryAfterMs } };
  // However long the backoff, half of what is left stays for asking.
  const waitMs = Math.max(retryAfterMs, Math.min(backoff(number, retryAfterMs, random()), remainingMs / 2));
  return { kind: "wait", waitMs };
}
