import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../lib/clock.ts";
import type { HttpPost, HttpResponse } from "../lib/http.ts";
import type { Runner } from "../lib/runner.ts";
import type { Grant, GrantMaker, SigningOptions } from "./grants.ts";
import { classifyNetworkError } from "./network-errors.ts";
import { type FailedResponse, type Granted, parseTokenResponse, type TokenResponse } from "./response.ts";
import { type Attempt, attemptMs, type DeadlineExceeded, isAnswered, nextStep } from "./retry.ts";

/** A request id as servers draw them, up to the length of a UUID: too few kinds of characters to hold a piece of an assertion. */
const REQUEST_ID = /^[\da-f-]{1,36}$/i;

/** What is asked for, where, and for how long. */
export interface TokenRequest {
  readonly tokenEndpoint: string;
  readonly grants: GrantMaker;
  readonly signing: SigningOptions;
  readonly timeoutSeconds: number;
}

export interface RequestDependencies {
  readonly httpPost: HttpPost;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly runner: Pick<Runner, "mask" | "debug" | "info" | "warning">;
}

/** How a token request ended. */
export type TokenResult = (Granted | FailedResult) & Pick<FailedResult, "claims">;

/** The end of a token request that brought no token. */
export interface FailedResult {
  readonly kind: "failed";
  readonly response: FailedResponse;
  readonly attempts: number;
  readonly durationMs: number;
  /** What the assertion was signed for that `response` answered. */
  readonly signing: SigningOptions;
  /** Salesforce's clock minus the runner's by the last response's `Date`, in milliseconds. */
  readonly measuredSkewMs: number | undefined;
  readonly deadlineExceeded: DeadlineExceeded | undefined;
  /** What the last grant said; undefined if there was none. */
  readonly claims?: Grant["claims"] | undefined;
}

/**
 * Asks the token endpoint for an access token until there is a token, a refusal, or the end of the budget.
 * Each attempt sends a new assertion (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 *
 * @returns the token response's fields, unchecked, or how the request failed
 */
export async function requestToken(request: TokenRequest, deps: RequestDependencies): Promise<TokenResult> {
  const { clock, runner, random } = deps;
  const start = clock.monotonic();
  const remainingMs = () => request.timeoutSeconds * 1000 - (clock.monotonic() - start);
  const attempts: Attempt[] = [];
  let signing = request.signing;
  for (;;) {
    const number = attempts.length + 1;
    const attempt = await sendGrant(request, signing, { ...deps, number, timeMs: attemptMs(remainingMs()) });
    if (attempt.kind === "granted") {
      if (signing.audience !== request.signing.audience) runner.info(describeAccepted(signing.audience));
      return attempt;
    }
    attempts.push(attempt);
    const { validUntil } = request.grants;
    const validForMs = validUntil && validUntil - clock.now();
    const next = nextStep(attempts, { validForMs, remainingMs: remainingMs(), random });
    if (next.kind === "stop") {
      const { claims } = attempt;
      return { ...resultOf(attempts), durationMs: clock.monotonic() - start, ...next, kind: "failed", claims };
    }
    if (next.kind === "adjust") {
      runner[next.adjustment.isWarning ? "warning" : "info"](next.adjustment.notice);
      signing = next.adjustment.signing;
    } else {
      const wait = `Next attempt in ${seconds(next.waitMs)}.`;
      runner.info(`Attempt ${number} failed: ${describeResponse(attempt.response)}. ${wait}`);
      await clock.sleep(next.waitMs);
    }
  }
}

/** The response to report: silence in the last attempts says less than what Salesforce, or else the proxy, answered before. */
function resultOf(
  attempts: readonly Attempt[],
): Pick<FailedResult, "response" | "attempts" | "signing" | "measuredSkewMs"> {
  const last = attempts.at(-1) as Attempt;
  const isSilence = last.response.rule.code === "no-answer-in-time";
  const answered = isSilence ? (attempts.findLast(isAnswered) ?? attempts.findLast(isFaultOfProxy)) : undefined;
  const { response, signing, runnerTime, salesforceTime } = answered ?? last;
  const measuredSkewMs = salesforceTime === undefined ? undefined : salesforceTime - runnerTime;
  return { response, attempts: attempts.length, signing, measuredSkewMs };
}

function isFaultOfProxy({ response }: Attempt): boolean {
  return response.rule.code.startsWith("proxy-");
}

function describeAccepted(audience: string): string {
  return `Salesforce accepted the audience ${audience}. To save a request in each run, set the input audience to it.`;
}

interface AttemptDependencies extends RequestDependencies {
  readonly number: number;
  readonly timeMs: number;
}

async function sendGrant(
  request: TokenRequest,
  signing: SigningOptions,
  deps: AttemptDependencies,
): Promise<(Granted | Attempt) & Pick<FailedResult, "claims">> {
  const { httpPost, clock, runner, number, timeMs } = deps;
  const { grants, tokenEndpoint } = request;
  const start = clock.monotonic();
  let grant: Grant | undefined;
  const result = await clock
    .withTimeout(timeMs, async (signal) => {
      grant = await grants.make(signing, clock.now(), signal);
      runner.mask(grant.secret);
      return httpPost({ url: tokenEndpoint, form: grant.form, signal });
    })
    .catch((error: unknown) => ({ error }));
  const runnerTime = clock.now();
  const sent = grant as Grant | undefined;
  const response = "error" in result ? noResponse(result.error, sent, grants) : parse(result, sent, grants);
  const durationMs = clock.monotonic() - start;
  const status = "error" in result ? "" : `HTTP ${result.status}${requestId(result)}, `;
  const outcome = `${status}${describeResponse(response)}, ${Math.round(durationMs)} ms`;
  runner.debug(`Attempt ${number}: POST ${tokenEndpoint}, claims ${JSON.stringify(sent?.claims)}: ${outcome}`);
  const claims = sent?.claims;
  if (response.kind === "granted") return { ...response, claims };
  const headers = "error" in result ? {} : result.headers;
  const salesforceTime = dateOf(headers);
  return { kind: "failed", signing, response, headers, durationMs, runnerTime, salesforceTime, claims };
}

function parse(response: HttpResponse, sent: Grant | undefined, { refusals }: GrantMaker): TokenResponse {
  return parseTokenResponse(response, sent?.secret ?? "", refusals);
}

/** Without a grant it was the request for the grant that failed. */
function noResponse(error: unknown, sent: Grant | undefined, { describeError }: GrantMaker): FailedResponse {
  return sent === undefined && describeError ? describeError(error) : { kind: "none", ...classifyNetworkError(error) };
}

/** Says in a clause how an attempt ended, in our own words: this goes into plain lines of the log. */
function describeResponse(response: TokenResponse): string {
  switch (response.kind) {
    case "granted":
      return "Salesforce granted a token";
    case "error":
      return `Salesforce answered HTTP ${response.status}${/^\w{1,60}$/.test(response.error) ? ` ${response.error}` : ""}`;
    case "invalid":
      return `the server answered HTTP ${response.status} with ${response.summary}`;
    case "none":
      return response.reason;
  }
}

function requestId({ headers }: HttpResponse): string {
  const id = headers["x-request-id"] ?? headers["x-sfdc-request-id"] ?? headers["sfdc-request-id"];
  return typeof id === "string" && REQUEST_ID.test(id) ? ` (request ${id})` : "";
}

function dateOf(headers: IncomingHttpHeaders): number | undefined {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? undefined : date;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
