import type { KeyObject } from "node:crypto";
import { claimsFor, signAssertion } from "./assertion.ts";
import type { Clock } from "./clock.ts";
import type { Answer, PostForm } from "./form-post.ts";
import { type NetworkFault, networkFault } from "./network-fault.ts";
import { findRemedy, type Plan, type Remedy } from "./remedy.ts";
import { quote } from "./remote-text.ts";
import { backoff, isTransient, retryAfter } from "./retry.ts";
import { readTokenAnswer, type TokenAnswer } from "./token-response.ts";
import type { Workflow } from "./workflow.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** One attempt gets no more than this, so that one silent connection doesn't eat the whole budget. */
const LONGEST_ATTEMPT_MS = 15_000;
/** With less than this left, another attempt would not live to see its answer, and would hide what the last one said. */
const LEAST_LEFT_MS = 400;

/** Who wants a token, from where, and for how long we may try. */
export interface TokenRequest {
  readonly consumerKey: string;
  readonly username: string;
  readonly privateKey: KeyObject;
  readonly tokenEndpoint: string;
  readonly audience: string;
  /** Tried once when Salesforce refuses the audience. */
  readonly fallbackAudience: string | undefined;
  readonly timeoutSeconds: number;
}

/** What a token request needs of the world. */
export interface Surroundings {
  readonly postForm: PostForm;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly workflow: Pick<Workflow, "mask" | "debug" | "info" | "warning">;
}

/** No whole answer came. */
export interface Unreachable extends NetworkFault {
  readonly kind: "unreachable";
}

/** How a token request ended. */
export interface Exchange {
  readonly outcome: TokenAnswer | Unreachable;
  readonly attempts: number;
  readonly durationMs: number;
  /** What the last assertion was signed with. */
  readonly plan: Plan;
  /** Salesforce's clock minus the runner's by the last answer's `Date`, in milliseconds. */
  readonly measuredSkewMs: number | undefined;
  /** The outcome may pass, but there was no time left to see; with the wait in milliseconds that the server asked for. */
  readonly outOfTime: { readonly retryAfterMs: number } | undefined;
}

/** What one attempt brought. */
interface Attempt {
  readonly outcome: TokenAnswer | Unreachable;
  readonly retryAfterMs: number;
  readonly runnerTime: number;
  readonly salesforceTime: number | undefined;
}

/**
 * Asks the token endpoint for an access token until it says yes or no, or the time is over.
 * Each attempt sends an assertion of its own (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 *
 * @returns how it ended; a grant's fields are unchecked
 */
export async function requestToken(request: TokenRequest, around: Surroundings): Promise<Exchange> {
  const { clock, workflow } = around;
  const start = clock.elapsed();
  const left = () => request.timeoutSeconds * 1000 - (clock.elapsed() - start);
  let plan: Plan = { audience: request.audience, fallbackAudience: request.fallbackAudience, skewMs: undefined };
  for (let attempts = 1; ; attempts++) {
    // On a busy machine a wait can take longer than was left.
    const timeMs = Math.max(0, left() / 2);
    const attempt = await askOnce(request, plan, { ...around, number: attempts, timeMs });
    const next = nextMove(attempt, attempts, plan, left(), around.random);
    if (next.move === "end") {
      const { outcome, runnerTime, salesforceTime } = attempt;
      const measuredSkewMs = salesforceTime === undefined ? undefined : salesforceTime - runnerTime;
      const durationMs = clock.elapsed() - start;
      return { outcome, attempts, durationMs, plan, measuredSkewMs, outOfTime: next.outOfTime };
    }
    if (next.move === "mend") {
      workflow[next.remedy.isWarning ? "warning" : "info"](next.remedy.because);
      plan = next.remedy.plan;
    } else {
      workflow.info(
        `Attempt ${attempts} failed: ${reasonOf(attempt.outcome)}. Next attempt in ${seconds(next.waitMs)}.`,
      );
      await clock.sleep(next.waitMs);
    }
  }
}

type NextMove =
  | { readonly move: "end"; readonly outOfTime: Exchange["outOfTime"] }
  | { readonly move: "mend"; readonly remedy: Remedy }
  | { readonly move: "wait"; readonly waitMs: number };

function nextMove(attempt: Attempt, number: number, plan: Plan, leftMs: number, random: () => number): NextMove {
  const { outcome, retryAfterMs } = attempt;
  const remedy = outcome.kind === "refused" ? findRemedy({ ...attempt, answer: outcome, plan }) : undefined;
  if (remedy && leftMs > LEAST_LEFT_MS) return { move: "mend", remedy };
  if (remedy) return { move: "end", outOfTime: { retryAfterMs: 0 } };
  const transient = outcome.kind === "unreachable" ? outcome.retry : isTransient(outcome);
  if (!transient) return { move: "end", outOfTime: undefined };
  if (retryAfterMs + LEAST_LEFT_MS > leftMs) return { move: "end", outOfTime: { retryAfterMs } };
  // However long the backoff, half of what is left stays for asking.
  const waitMs = Math.max(retryAfterMs, Math.min(backoff(number, retryAfterMs, random()), leftMs / 2));
  return { move: "wait", waitMs };
}

async function askOnce(
  request: TokenRequest,
  plan: Plan,
  { postForm, clock, workflow, number, timeMs }: Surroundings & { number: number; timeMs: number },
): Promise<Attempt> {
  const claims = claimsFor({ ...request, audience: plan.audience, now: clock.now() + (plan.skewMs ?? 0) });
  const assertion = await signAssertion(claims, request.privateKey);
  workflow.mask(assertion);
  const start = clock.elapsed();
  const note = (result: string) => {
    const took = Math.round(clock.elapsed() - start);
    workflow.debug(
      `Attempt ${number}: POST ${request.tokenEndpoint}, claims ${JSON.stringify(claims)}: ${result}, ${took} ms`,
    );
  };
  const answer = await clock
    .within(Math.min(LONGEST_ATTEMPT_MS, timeMs), (signal) =>
      postForm({ url: request.tokenEndpoint, form: { grant_type: GRANT_TYPE, assertion }, signal }),
    )
    .catch((error: unknown): Unreachable => ({ kind: "unreachable", ...networkFault(error) }));
  if ("kind" in answer) {
    note(answer.reason);
    return { outcome: answer, retryAfterMs: 0, runnerTime: clock.now(), salesforceTime: undefined };
  }
  const outcome = readTokenAnswer(answer);
  note(`HTTP ${answer.status}${requestId(answer)}, ${reasonOf(outcome)}`);
  return { outcome, ...timesOf(answer, clock.now()) };
}

function timesOf({ headers }: Answer, runnerTime: number): Omit<Attempt, "outcome"> {
  const date = Date.parse(headers.date ?? "");
  const salesforceTime = Number.isNaN(date) ? undefined : date;
  return { retryAfterMs: retryAfter(headers, salesforceTime ?? runnerTime), runnerTime, salesforceTime };
}

/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function reasonOf(outcome: TokenAnswer | Unreachable): string {
  switch (outcome.kind) {
    case "granted":
      return "a token was granted";
    case "refused":
      return `Salesforce answered HTTP ${outcome.status}${/^\w{1,60}$/.test(outcome.error) ? ` ${outcome.error}` : ""}`;
    case "unusable":
      return `the answer was ${outcome.what}`;
    case "unreachable":
      return outcome.reason;
  }
}

function requestId({ headers }: Answer): string {
  const id = headers["x-request-id"] ?? headers["x-sfdc-request-id"] ?? headers["sfdc-request-id"];
  return typeof id === "string" ? ` (request ${quote(id, 80)})` : "";
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
