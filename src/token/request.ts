import type { KeyObject } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { HttpPost, HttpResponse } from "../lib/http.ts";
import type { Runner } from "../lib/runner.ts";
import type { SigningOptions } from "./adjustment.ts";
import { claimsFor, signAssertion } from "./assertion.ts";
import { classifyNetworkError } from "./network-errors.ts";
import { nextStep } from "./next-step.ts";
import { parseTokenResponse } from "./response.ts";
import type { Attempt, TokenResult } from "./token-result.ts";

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
export interface RequestDependencies {
  readonly httpPost: HttpPost;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly runner: Pick<Runner, "mask" | "debug" | "info" | "warning">;
}

/**
 * Asks the token endpoint for an access token until it says yes or no, or the time is over.
 * Each attempt sends an assertion of its own (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 *
 * @returns how it ended; a grant's fields are unchecked
 */
export async function requestToken(request: TokenRequest, deps: RequestDependencies): Promise<TokenResult> {
  const { clock, runner } = deps;
  const start = clock.monotonic();
  const remainingMs = () => request.timeoutSeconds * 1000 - (clock.monotonic() - start);
  let signing: SigningOptions = {
    audience: request.audience,
    fallbackAudience: request.fallbackAudience,
    skewMs: undefined,
  };
  for (let attempts = 1; ; attempts++) {
    // On a busy machine a wait can take longer than was left.
    const timeMs = Math.max(0, remainingMs() / 2);
    const attempt = await sendAssertion(request, signing, { ...deps, number: attempts, timeMs });
    const next = nextStep(attempt, {
      number: attempts,
      signing,
      remainingMs: remainingMs(),
      random: deps.random,
    });
    if (next.kind === "end") {
      const { outcome, runnerTime, salesforceTime } = attempt;
      const measuredSkewMs = salesforceTime === undefined ? undefined : salesforceTime - runnerTime;
      const durationMs = clock.monotonic() - start;
      return { outcome, attempts, durationMs, signing, measuredSkewMs, deadlineExceeded: next.deadlineExceeded };
    }
    if (next.kind === "mend") {
      runner[next.adjustment.isWarning ? "warning" : "info"](next.adjustment.notice);
      signing = next.adjustment.signing;
    } else {
      runner.info(`Attempt ${attempts} failed: ${reasonOf(attempt.outcome)}. Next attempt in ${seconds(next.waitMs)}.`);
      await clock.sleep(next.waitMs);
    }
  }
}

async function sendAssertion(
  request: TokenRequest,
  signing: SigningOptions,
  { httpPost, clock, runner, number, timeMs }: RequestDependencies & { number: number; timeMs: number },
): Promise<Attempt> {
  const claims = claimsFor({ ...request, audience: signing.audience, now: clock.now() + (signing.skewMs ?? 0) });
  const assertion = await signAssertion(claims, request.privateKey);
  runner.mask(assertion);
  const start = clock.monotonic();
  const logAttempt = (result: string) => {
    const took = Math.round(clock.monotonic() - start);
    runner.debug(
      `Attempt ${number}: POST ${request.tokenEndpoint}, claims ${JSON.stringify(claims)}: ${result}, ${took} ms`,
    );
  };
  const answer = await clock
    .withTimeout(Math.min(LONGEST_ATTEMPT_MS, timeMs), (signal) =>
      httpPost({ url: request.tokenEndpoint, form: { grant_type: GRANT_TYPE, assertion }, signal }),
    )
    .catch((error: unknown) => ({ error }));
  const runnerTime = clock.now();
  const outcome = outcomeOf(answer);
  if ("error" in answer) {
    logAttempt(reasonOf(outcome));
    return { outcome, headers: {}, runnerTime, salesforceTime: undefined };
  }
  logAttempt(`HTTP ${answer.status}${requestId(answer)}, ${reasonOf(outcome)}`);
  const date = Date.parse(answer.headers.date ?? "");
  return { outcome, headers: answer.headers, runnerTime, salesforceTime: Number.isNaN(date) ? undefined : date };
}

function outcomeOf(response: HttpResponse | { readonly error: unknown }): Attempt["outcome"] {
  return "error" in response
    ? { kind: "unreachable", ...classifyNetworkError(response.error) }
    : parseTokenResponse(response);
}

/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function reasonOf(outcome: Attempt["outcome"]): string {
  switch (outcome.kind) {
    case "granted":
      return "a token was granted";
    case "refused":
      return `Salesforce answered HTTP ${outcome.status}${/^\w{1,60}$/.test(outcome.error) ? ` ${outcome.error}` : ""}`;
    case "unusable":
      return `the answer was ${outcome.summary}`;
    case "unreachable":
      return outcome.reason;
  }
}

function requestId({ headers }: HttpResponse): string {
  const id = headers["x-request-id"] ?? headers["x-sfdc-request-id"] ?? headers["sfdc-request-id"];
  return typeof id === "string" && REQUEST_ID.test(id) ? ` (request ${id})` : "";
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
