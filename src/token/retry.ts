import type { IncomingHttpHeaders } from "node:http";
import type { TokenResponse } from "./response.ts";

/** Request timeout, too early, too many requests; and every 5xx. All else is an answer that stands. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** Salesforce's own words for "ask again", whatever the status (Salesforce help, "OAuth 2.0 Error Codes"). */
const TRANSIENT_ANSWER = /^(?:server_error|temporarily_unavailable)$|retry your request/im;

/** The login rate limit is counted by the hour: asking again soon only adds to it. */
const LOGIN_RATE = /login rate exceeded|rate_limit_exceeded/i;

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8000;

/**
 * Whether the same question, signed afresh, can get another answer.
 *
 * @param answer what the token endpoint said
 */
export function isTransient(answer: TokenResponse): boolean {
  if (answer.kind === "granted") return false;
  const words = answer.kind === "refused" ? `${answer.error}\n${answer.description}` : answer.excerpt;
  if (LOGIN_RATE.test(words)) return false;
  if (TRANSIENT_STATUSES.has(answer.status) || isServerError(answer.status)) return true;
  if (answer.kind === "refused") return TRANSIENT_ANSWER.test(words);
  // A maintenance page can come with any status, but a 4xx page says that the address is wrong, and so does a redirect.
  return answer.bodyKind === "html" && answer.status < 300;
}

function isServerError(status: number): boolean {
  return status >= 500 && status < 600;
}

/**
 * How long to wait before the next attempt: exponential backoff with full jitter, and no less than the server asked for.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param retryAfterMs what the server asked for, in milliseconds
 * @param random a number from 0 up to, not including, 1
 * @returns milliseconds
 */
export function backoff(attempt: number, retryAfterMs: number, random: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return retryAfterMs + Math.floor(random * ceiling);
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3).
 *
 * @param headers of the answer
 * @param now milliseconds since 1970
 * @returns milliseconds from now; 0 without a usable header
 */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
