import type { Answer } from "./form-post.ts";
import { quote } from "./remote-text.ts";

/** Salesforce's answer to a token request, by what can be done with it. */
export type TokenAnswer = Granted | Refused | Unusable;

/** A 200 with a token in it; its fields are still to be checked. */
export interface Granted {
  readonly kind: "granted";
  readonly fields: Readonly<Record<string, unknown>>;
}

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
  const value = answer.oversized ? undefined : parseJson(answer.body);
  const fields = isObject(value) ? value : undefined;
  if (typeof fields?.["error"] === "string") {
    const description = fields["error_description"];
    return {
      kind: "refused",
      status,
      error: quote(fields["error"], 100),
      description: typeof description === "string" ? quote(description) : "",
    };
  }
  if (status === 200 && fields && "access_token" in fields) return { kind: "granted", fields };
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

/** The value of a JSON text; undefined where it is none. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function newHost(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}

function pageText(html: string): string {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}
