import type { KeyObject } from "node:crypto";
import { claimsFor, signAssertion } from "./assertion.ts";
import type { Clock } from "./clock.ts";
import type { Attempt, Exchange } from "./exchange.ts";
import type { Answer, PostForm } from "./form-post.ts";
import { readGrant } from "./grant.ts";
import type { MoveFacts, NextMove } from "./next-move.ts";
import type { Plan } from "./remedy.ts";
import type { Workflow } from "./workflow.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** One attempt gets no more than this, so that one silent connection doesn't eat the whole budget. */
const LONGEST_ATTEMPT_MS = 15_000;
/** A request id as servers draw them, up to the length of a UUID: too poor in characters to hold a piece of an assertion as it was sent. */
const REQUEST_ID = /^[\da-f-]{1,36}$/i;

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
    const next = await nextMove(attempt, { number: attempts, plan, leftMs: left(), random: around.random });
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
    .catch((error: unknown) => ({ error }));
  const runnerTime = clock.now();
  const outcome = await outcomeOf(answer);
  if ("error" in answer) {
    note(reasonOf(outcome));
    return { outcome, headers: {}, runnerTime, salesforceTime: undefined };
  }
  note(`HTTP ${answer.status}${requestId(answer)}, ${reasonOf(outcome)}`);
  const date = Date.parse(answer.headers.date ?? "");
  return { outcome, headers: answer.headers, runnerTime, salesforceTime: Number.isNaN(date) ? undefined : date };
}

/** What only a failed attempt needs is loaded when one fails. */
async function outcomeOf(answer: Answer | { readonly error: unknown }): Promise<Attempt["outcome"]> {
  if ("error" in answer) {
    const { networkFault } = await import(/* webpackChunkName: "failure" */ "./network-fault.ts");
    return { kind: "unreachable", ...networkFault(answer.error) };
  }
  const grant = readGrant(answer);
  if (grant) return grant;
  const { readTokenAnswer } = await import(/* webpackChunkName: "failure" */ "./token-response.ts");
  return readTokenAnswer(answer);
}

async function nextMove(attempt: Attempt, facts: MoveFacts): Promise<NextMove> {
  if (attempt.outcome.kind === "granted") return { move: "end", outOfTime: undefined };
  const { findNextMove } = await import(/* webpackChunkName: "failure" */ "./next-move.ts");
  return findNextMove(attempt, facts);
}

/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function reasonOf(outcome: Attempt["outcome"]): string {
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
  return typeof id === "string" && REQUEST_ID.test(id) ? ` (request ${id})` : "";
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
