import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { hostKey } from "./hosts.ts";

/** A request as it came in, and what became of it. */
export interface RecordedRequest {
  readonly method: string;
  readonly host: string;
  /** As sent, without the query. */
  readonly path: string;
  /** What stood after the question mark, as sent. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** When it began on the machine's clock, in milliseconds since 1970. */
  readonly at: number;
  /** Empty until it has come in whole. */
  rawBody: string;
  /** The body's fields, the last one of a name; empty where the body is no form. */
  form: Readonly<Record<string, string>>;
  /** Header and claims of the assertion, where they can be read. */
  header: Readonly<Record<string, unknown>> | undefined;
  claims: Readonly<Record<string, unknown>> | undefined;
  /** Name of the route: `token`, `revoke`, …; undefined for any other path. */
  route: string | undefined;
  /** Undefined for as long as nothing was answered. */
  status: number | undefined;
  /** The fault's name, or what the answer says in a few words: `granted`, `invalid_grant: audience is invalid`. */
  answeredWith: string;
  /** Why it was refused, where the answer leaves that open. */
  because: string | undefined;
}

/** Begins the record of a request. */
export function recordRequest(message: IncomingMessage): RecordedRequest {
  const [path = "", ...query] = (message.url ?? "").split("?");
  return {
    method: message.method ?? "",
    host: hostKey(message.headers.host ?? ""),
    path,
    query: query.join("?"),
    headers: message.headers,
    at: Date.now(),
    rawBody: "",
    form: {},
    header: undefined,
    claims: undefined,
    route: undefined,
    status: undefined,
    answeredWith: "",
    because: undefined,
  };
}

/** Adds the body, and what can be read in it. */
export function recordBody(request: RecordedRequest, rawBody: string): void {
  request.rawBody = rawBody;
  if (!isForm(request)) return;
  request.form = Object.fromEntries(new URLSearchParams(rawBody));
  const [header, claims] = request.form["assertion"]?.split(".") ?? [];
  request.header = readObject(header);
  request.claims = readObject(claims);
}

/** Whether the body calls itself a form. */
export function isForm({ headers }: Pick<RecordedRequest, "headers">): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "");
}

function readObject(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
