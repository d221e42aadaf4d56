import type { Attempt, Exchange } from "./exchange.ts";
import { findRemedy, type Plan, type Remedy } from "./remedy.ts";
import { backoff, isTransient, retryAfter } from "./retry.ts";

/** With less than this left, another attempt would not live to see its answer, and would hide what the last one said. */
const LEAST_LEFT_MS = 400;

/** What to do after an attempt. */
export type NextMove =
  | { readonly move: "end"; readonly outOfTime: Exchange["outOfTime"] }
  | { readonly move: "mend"; readonly remedy: Remedy }
  | { readonly move: "wait"; readonly waitMs: number };

/** What the next move depends on besides how the attempt ended. */
export interface MoveFacts {
  /** Of the attempt, from 1. */
  readonly number: number;
  readonly plan: Plan;
  /** What is left of the budget. */
  readonly leftMs: number;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Decides what follows on an attempt that brought no token: an end, or another attempt, at once where something was set right. */
export function findNextMove(attempt: Attempt, { number, plan, leftMs, random }: MoveFacts): NextMove {
  const { outcome, headers, runnerTime, salesforceTime } = attempt;
  const remedy = outcome.kind === "refused" ? findRemedy({ ...attempt, answer: outcome, plan }) : undefined;
  if (remedy && leftMs > LEAST_LEFT_MS) return { move: "mend", remedy };
  if (remedy) return { move: "end", outOfTime: { retryAfterMs: 0 } };
  const transient = outcome.kind === "unreachable" ? outcome.retry : isTransient(outcome);
  if (!transient) return { move: "end", outOfTime: undefined };
  const retryAfterMs = retryAfter(headers, salesforceTime ?? runnerTime);
  if (retryAfterMs + LEAST_LEFT_MS > leftMs) return { move: "end", outOfTime: { retryAfterMs } };
  // However long the backoff, half of what is left stays for asking.
  const waitMs = Math.max(retryAfterMs, Math.min(backoff(number, retryAfterMs, random()), leftMs / 2));
  return { move: "wait", waitMs };
}
