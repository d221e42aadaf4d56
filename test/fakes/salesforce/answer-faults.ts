import { type Answer, json } from "./answer.ts";
import { type Exchange, send } from "./exchange.ts";
import type { AnswerFault } from "./misbehaviour.ts";
import type { TokenOptions } from "./token-options.ts";

// What a server can say. How it gets to the client is the business of delivery-faults.ts.

const HTML = { "Content-Type": "text/html;charset=UTF-8" };
const MAINTENANCE = `<!DOCTYPE html>
<html><head><title>Salesforce Maintenance</title></head>
<body><h1>We are down for maintenance</h1><p>Sorry for the inconvenience. We'll be back shortly.</p></body></html>
`;
/** A little more than a client should ever keep. */
const LARGE_BYTES = 1.5 * 1024 * 1024;

/** An answer, in part or in whole. */
export interface AnswerParts {
  readonly status?: number;
  readonly headers?: Answer["headers"];
  readonly body?: string;
  readonly name?: string;
}

/** Any answer; by default a 200 with an empty body. */
export function answer({ status = 200, headers = {}, body = "", name = `HTTP ${status}` }: AnswerParts): AnswerFault {
  return saying(name, () => ({ status, headers, body, says: name }));
}

/** A status without words: `status(503, { "Retry-After": "2" })`. */
export function status(code: number, headers: Answer["headers"] = {}): AnswerFault {
  return answer({ status: code, headers });
}

/** "Come back at …", as a date on Salesforce's clock (RFC 9110 §10.2.3). */
export function retryAt(seconds: number, code = 503): AnswerFault {
  const name = `HTTP ${code}, retry in ${seconds} s`;
  return saying(name, ({ now }) => {
    const headers = { "Retry-After": new Date(now + seconds * 1000).toUTCString() };
    return { status: code, headers, body: "", says: name };
  });
}

/** An error response of Salesforce; by default a 400 with these two fields. */
export function refusal(error: string, error_description?: string, parts: AnswerParts = {}): AnswerFault {
  const refused = json(400, { error, error_description }, `${error}: ${error_description ?? ""}`);
  return answer({ ...refused, name: refused.says, ...parts, headers: { ...refused.headers, ...parts.headers } });
}

/** Any JSON. */
export function jsonAnswer(code: number, value: unknown): AnswerFault {
  const name = `HTTP ${code} with JSON`;
  return answer({ ...json(code, value, name), name });
}

/** The page that is sent instead of JSON while Salesforce is under maintenance. */
export function maintenancePage(code = 503, headers: Answer["headers"] = {}): AnswerFault {
  return answer({ status: code, headers: { ...HTML, ...headers }, body: MAINTENANCE, name: `HTTP ${code} with HTML` });
}

/** What begins like JSON. */
export function brokenJson(code = 200): AnswerFault {
  const headers = { "Content-Type": "application/json;charset=UTF-8" };
  return answer({ status: code, headers, body: '{"access_token":"00D', name: `HTTP ${code} with broken JSON` });
}

/** A redirect, as old host names give one: 301, 302, 303, 307 or 308. */
export function redirect(code: number, location: string): AnswerFault {
  return answer({ status: code, headers: { Location: location }, name: `HTTP ${code}` });
}

/** The text again and again, up to a number of bytes. */
export function largeBody(bytes = LARGE_BYTES, text = "Salesforce ", code = 200): AnswerFault {
  const body = text.repeat(Math.ceil(bytes / Buffer.byteLength(text)));
  return answer({ status: code, headers: HTML, body, name: `HTTP ${code} with ${bytes} bytes` });
}

/** A token after all, but one that looks different, or with other fields around it. */
export function grantWith(tokens: TokenOptions): AnswerFault {
  return saying("granted, but differently", ({ honest }) => honest(tokens));
}

/** The honest answer, or another fault's, with other headers: `Date`, `Content-Type`. */
export function withHeaders(headers: Answer["headers"], of?: AnswerFault): AnswerFault {
  return saying(of?.name ?? "other headers", (exchange) => {
    const made = of ? of.make(exchange) : exchange.honest();
    return { ...made, headers: { ...made.headers, ...headers } };
  });
}

/** The honest answer, or another fault's, with a `Date` header that is off by some milliseconds. */
export function dated(offset: number, of?: AnswerFault): AnswerFault {
  return saying(of?.name ?? "other date", (exchange) => {
    const made = of ? of.make(exchange) : exchange.honest();
    return { ...made, headers: { ...made.headers, Date: new Date(exchange.now + offset).toUTCString() } };
  });
}

function saying(name: string, make: (exchange: Exchange) => Answer): AnswerFault {
  return { stage: "answer", name, make, deliver: (exchange, made) => send(exchange, made()) };
}
