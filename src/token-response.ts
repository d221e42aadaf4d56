import type { Answer } from "./form-post.ts";
import { type Granted, isObject, parseJson, readGrant } from "./grant.ts";
import { quote } from "./remote-text.ts";

/** Salesforce's answer to a token request, by what can be done with it. */
export type TokenAnswer = Granted | Refused | Unusable;

/** Salesforce's "no" in the form of RFC 6749 §5.2. The texts are Salesforce's own, made fit to be shown. */
export interface Refused {
  readonly kind: "refused";
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** An answer that no token endpoint gives. */
export interface Unusable {
  readonly kind: "unusable";
  readonly status: number;
  readonly form: "redirect" | "html" | "empty" | "oversized" | "json" | "text";
  /** A clause in our own words that says what came. */
  readonly what: string;
  /** A short piece of it, made fit to be shown; empty where none helps. */
  readonly piece: string;
}

const HTML_PAGE = /^\s*<(?:!--|(?:!doctype|html|head|body)\b)/i;

/**
 * Sorts an answer of the token endpoint.
 *
 * @param answer any status, any body
 */
export function readTokenAnswer(answer: Answer): TokenAnswer {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    const piece = quote(newHost(answer.headers.location), 200);
    return { kind: "unusable", status, form: "redirect", what: `a redirect (HTTP ${status})`, piece };
  }
  const grant = readGrant(answer);
  if (grant) return grant;
  const value = answer.oversized ? undefined : parseJson(answer.body);
  if (isObject(value) && typeof value["error"] === "string") {
    const description = value["error_description"];
    return {
      kind: "refused",
      status,
      error: quote(value["error"], 100),
      description: typeof description === "string" ? quote(description) : "",
    };
  }
  return { kind: "unusable", status, ...describeBody(answer, value) };
}

function describeBody({ status, body, oversized }: Answer, value: unknown): Pick<Unusable, "form" | "what" | "piece"> {
  const answered = `HTTP ${status} with`;
  if (oversized) return { form: "oversized", what: `${answered} more than 1 MiB`, piece: "" };
  if (body.trim() === "") return { form: "empty", what: `${answered} an empty body`, piece: "" };
  if (value !== undefined) {
    // The values of JSON that looks like no token answer are not shown: a token could be among them.
    const names = isObject(value) ? `fields: ${Object.keys(value).slice(0, 12).join(", ") || "none"}` : "";
    const piece = quote(names, 160);
    return { form: "json", what: `${answered} JSON that is neither a token nor an error`, piece };
  }
  if (HTML_PAGE.test(body.slice(0, 2048))) {
    return { form: "html", what: `${answered} an HTML page`, piece: quote(pageText(body), 160) };
  }
  return { form: "text", what: `${answered} something that is not JSON`, piece: quote(body, 160) };
}

function newHost(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}

function pageText(html: string): string {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}
