import type { IncomingHttpHeaders } from "node:http";
import type { Cause } from "../lib/action-error.ts";
import type { HttpResponse } from "../lib/http.ts";
import { sanitize, withoutEcho } from "../lib/sanitize.ts";
import { MY_DOMAIN, USE_MY_DOMAIN } from "../lib/setup-steps.ts";
import type { NetworkError } from "./network-errors.ts";
import { type FailureRule, JWT_BEARER_REFUSALS, matchRefusal, type Refusals, UNAVAILABLE } from "./refusals.ts";

/** What one attempt brought. */
export type TokenResponse = Granted | FailedResponse;
export type FailedResponse = ErrorResponse | InvalidResponse | NoResponse;

/** A 200 with a token in it; its fields are still to be checked. */
export interface Granted {
  readonly kind: "granted";
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Salesforce's refusal in the form of RFC 6749 §5.2, or another server's error object. The texts are sanitized. */
export interface ErrorResponse {
  readonly kind: "error";
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly rule: FailureRule;
}

/** A response that a token endpoint doesn't give. */
export interface InvalidResponse {
  readonly kind: "invalid";
  readonly status: number;
  /** What came, in our own words: a clause that follows "HTTP 503 with". */
  readonly summary: string;
  /** A short sanitized piece of it; empty where a piece doesn't help or could hold a secret. */
  readonly excerpt: string;
  readonly rule: FailureRule;
}

/** No complete response came. */
export interface NoResponse extends NetworkError {
  readonly kind: "none";
}

type BodyKind = "redirect" | "oversized" | "empty" | "html" | "json" | "text";

interface Body {
  readonly kind: BodyKind;
  readonly summary: string;
  readonly excerpt: string;
}

interface ResponseRule extends FailureRule {
  readonly body: readonly BodyKind[];
  /** First and last status that the rule is for. */
  readonly status: readonly [from: number, to: number];
}

const ANY_STATUS = [0, 999] as const;
const SIGN_IN_PAGE: Cause = {
  cause: "A proxy, a firewall, or a network's sign-in page answered in place of Salesforce.",
  fix: "Check https_proxy of the runner, and allow the host of login_url on the proxy without sign-in.",
};
const PAGE_CAUSES: readonly Cause[] = [
  { cause: "login_url isn't the address of an org or a site, or the path of a site is missing.", fix: USE_MY_DOMAIN },
  SIGN_IN_PAGE,
];

/** Request timeout (408), too early (425), and too many requests (429) are temporary, as every 5xx is. */
const TEMPORARY: readonly (readonly [number, number])[] = [
  [408, 408],
  [425, 425],
  [429, 429],
  [500, 599],
];

/** Every kind of response that isn't a token endpoint's, by status and body; the first match wins. */
export const RESPONSE_RULES: readonly ResponseRule[] = [
  ...TEMPORARY.map((status) => ({
    ...UNAVAILABLE,
    status,
    body: ["oversized", "empty", "html", "json", "text"] as const,
  })),
  {
    body: ["redirect"],
    status: ANY_STATUS,
    code: "answer-redirect",
    headline:
      "The login was redirected, and the action doesn't follow redirects. Set login_url to the org's My Domain.",
    causes: [
      { cause: "The org has another address now, or login_url isn't a login address.", fix: USE_MY_DOMAIN },
      SIGN_IN_PAGE,
    ],
  },
  {
    body: ["html"],
    status: [200, 299],
    code: "answer-html",
    headline:
      "A web page came back instead of a token. Run the job again, then check login_url and the runner's proxy.",
    causes: [
      {
        cause: "Salesforce is under maintenance.",
        fix: "Wait until https://status.salesforce.com shows the org's instance as available, then run the job again.",
      },
      ...PAGE_CAUSES,
    ],
    // During maintenance a page can come with status 200.
    retry: true,
  },
  {
    body: ["html"],
    status: ANY_STATUS,
    code: "answer-html",
    headline: "A web page came back instead of a token. Check login_url and the runner's proxy.",
    causes: PAGE_CAUSES,
  },
  {
    body: ["oversized", "empty", "json", "text"],
    status: ANY_STATUS,
    code: "answer-unusable",
    headline: "The response isn't one that Salesforce's login gives. Check login_url and the runner's proxy.",
    causes: [
      { cause: "login_url isn't the address of the org.", fix: `Set login_url to the org's My Domain: ${MY_DOMAIN}.` },
      SIGN_IN_PAGE,
    ],
  },
];

/** The error codes of RFC 6749 and Salesforce: words that can be shown although the rest of a 200 can't. */
const KNOWN_ERRORS =
  /^(?:invalid_(?:grant|request|client|client_id|scope|app_access|dpop_proof)|inactive_(?:user|org)|unauthorized_client|unsupported_grant_type|app_not_found|rate_limit_exceeded|server_error|temporarily_unavailable|unknown_error|use_dpop_nonce|OAUTH_[A-Z_]{1,40})$/;
const HTML_PAGE = /^\s*<(?:!--|(?:!doctype|html|head|body)\b)/i;

/**
 * Sorts a response of the token endpoint, and says what it means.
 *
 * @param secret what was sent and could come back: the assertion
 * @param refusals of the grant that was sent
 */
export function parseTokenResponse(
  response: HttpResponse,
  secret: string,
  refusals: Refusals = JWT_BEARER_REFUSALS,
): Granted | ErrorResponse | InvalidResponse {
  const { status, oversized } = response;
  const value = oversized ? undefined : parseJson(response.body);
  const isRedirect = status >= 300 && status < 400;
  if (status === 200 && isObject(value) && typeof value["error"] !== "string" && "access_token" in value) {
    return { kind: "granted", fields: value };
  }
  const words = isRedirect ? undefined : errorWords(value, response.body);
  const rule = words && matchRefusal(words.error, words.description, refusals.known);
  if (words && (rule || words.isObject)) {
    const shown = showWords(words, status, secret);
    return { kind: "error", status, ...shown, rule: rule ?? (isTemporary(status) ? UNAVAILABLE : refusals.unknown) };
  }
  const { kind, summary, excerpt } = describeBody(response, value);
  const found = RESPONSE_RULES.find((each) => each.body.includes(kind) && inRange(status, each.status)) as ResponseRule;
  return { kind: "invalid", status, summary, excerpt: withoutEcho(excerpt, secret), rule: found };
}

interface Words {
  readonly error: string;
  readonly description: string;
  /** Whether they come from an error object; a plain text counts only where its words are known. */
  readonly isObject: boolean;
}

/** RFC 6749's error, the REST API's list of errors, a gateway's error object, or a short text. */
function errorWords(value: unknown, body: string): Words | undefined {
  const object = Array.isArray(value) ? (value[0] as unknown) : value;
  if (isObject(object)) {
    const { error, error_description, errorCode, message, code, fault } = object;
    const inner = isObject(error) ? error : isObject(fault) ? fault : undefined;
    const first = text(error, errorCode, inner?.["code"], inner?.["type"], code);
    const second = text(error_description, message, inner?.["message"], inner?.["faultstring"]);
    return first || second ? { error: first, description: second, isObject: true } : undefined;
  }
  const isShortText = value === undefined && body.length < 500 && !HTML_PAGE.test(body);
  return isShortText ? { error: "", description: body, isObject: false } : undefined;
}

function text(...candidates: readonly unknown[]): string {
  return candidates.find((candidate): candidate is string => typeof candidate === "string" && candidate !== "") ?? "";
}

/** A server that reports success to a token request may have put a token anywhere: only an error code that is known is shown. */
function showWords(
  { error, description }: Words,
  status: number,
  secret: string,
): Pick<ErrorResponse, "error" | "description"> {
  if (isSuccess(status)) return { error: KNOWN_ERRORS.test(error) ? error : "", description: "" };
  return {
    error: withoutEcho(sanitize(error, 100), secret),
    description: withoutEcho(sanitize(description), secret),
  };
}

function describeBody({ status, headers, body, oversized }: HttpResponse, value: unknown): Body {
  if (status >= 300 && status < 400) {
    return { kind: "redirect", summary: "a redirect", excerpt: sanitize(newHost(headers), 200) };
  }
  if (oversized) return { kind: "oversized", summary: "more than 1 MiB", excerpt: "" };
  if (body.trim() === "") return { kind: "empty", summary: "an empty body", excerpt: "" };
  if (value !== undefined) return { kind: "json", summary: "JSON that is neither a token nor an error", excerpt: "" };
  if (HTML_PAGE.test(body.slice(0, 2048))) {
    return { kind: "html", summary: "a web page", excerpt: sanitize(pageText(body), 160) };
  }
  const excerpt = isSuccess(status) ? "" : sanitize(body, 160);
  return { kind: "text", summary: "text that isn't JSON", excerpt };
}

function newHost({ location }: IncomingHttpHeaders): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}

function pageText(html: string): string {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}

/** Returns whether a status asks for another attempt. */
export function isTemporary(status: number): boolean {
  return TEMPORARY.some((range) => inRange(status, range));
}

function inRange(status: number, [from, to]: readonly [number, number]): boolean {
  return status >= from && status <= to;
}

function isSuccess(status: number): boolean {
  return inRange(status, [200, 299]);
}

/** Returns undefined for a text that isn't JSON. Some gateways begin JSON with a byte order mark, which RFC 8259 §8.1 lets a reader ignore. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}

/** Returns whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
