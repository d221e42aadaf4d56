import type { HttpResponse } from "../lib/http.ts";
import { sanitize } from "../lib/sanitize.ts";
import { type Granted, isObject, parseJson, readGrant } from "./grant.ts";

/** Salesforce's answer to a token request, by what can be done with it. */
export type TokenResponse = Granted | ErrorResponse | InvalidResponse;

/** Salesforce's "no" in the form of RFC 6749 §5.2. The texts are Salesforce's own, made fit to be shown. */
export interface ErrorResponse {
  readonly kind: "refused";
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** An answer that no token endpoint gives. */
export interface InvalidResponse {
  readonly kind: "unusable";
  readonly status: number;
  readonly bodyKind: "redirect" | "html" | "empty" | "oversized" | "json" | "text";
  /** A clause in our own words that says what came. */
  readonly summary: string;
  /** A short piece of it, made fit to be shown; empty where none helps. */
  readonly excerpt: string;
}

const HTML_PAGE = /^\s*<(?:!--|(?:!doctype|html|head|body)\b)/i;

/**
 * Sorts an answer of the token endpoint.
 *
 * @param answer any status, any body
 */
export function parseTokenResponse(answer: HttpResponse): TokenResponse {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    const excerpt = sanitize(newHost(answer.headers.location), 200);
    return { kind: "unusable", status, bodyKind: "redirect", summary: `a redirect (HTTP ${status})`, excerpt };
  }
  const grant = readGrant(answer);
  if (grant) return grant;
  const value = answer.oversized ? undefined : parseJson(answer.body);
  if (isObject(value) && typeof value["error"] === "string") {
    const description = value["error_description"];
    return {
      kind: "refused",
      status,
      error: sanitize(value["error"], 100),
      description: typeof description === "string" ? sanitize(description) : "",
    };
  }
  return { kind: "unusable", status, ...describeBody(answer, value) };
}

function describeBody(
  { status, body, oversized }: HttpResponse,
  value: unknown,
): Pick<InvalidResponse, "bodyKind" | "summary" | "excerpt"> {
  const answered = `HTTP ${status} with`;
  if (oversized) return { bodyKind: "oversized", summary: `${answered} more than 1 MiB`, excerpt: "" };
  if (body.trim() === "") return { bodyKind: "empty", summary: `${answered} an empty body`, excerpt: "" };
  if (value !== undefined) {
    // The values of JSON that looks like no token answer are not shown: a token could be among them.
    const names = isObject(value) ? `fields: ${Object.keys(value).slice(0, 12).join(", ") || "none"}` : "";
    const excerpt = sanitize(names, 160);
    return { bodyKind: "json", summary: `${answered} JSON that is neither a token nor an error`, excerpt };
  }
  if (HTML_PAGE.test(body.slice(0, 2048))) {
    return { bodyKind: "html", summary: `${answered} an HTML page`, excerpt: sanitize(pageText(body), 160) };
  }
  return { bodyKind: "text", summary: `${answered} something that is not JSON`, excerpt: sanitize(body, 160) };
}

function newHost(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}

function pageText(html: string): string {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}
