import type { OutgoingHttpHeaders } from "node:http";

/** An answer, before it goes out. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** In a few words, for the record. */
  readonly says: string;
  /** Why, where the answer itself leaves that open. */
  readonly because?: string;
}

/** JSON as Salesforce sends it. */
export function json(status: number, value: unknown, says: string): Answer {
  const headers = { "Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-cache, no-store" };
  return { status, headers, body: JSON.stringify(value), says };
}

/**
 * A refusal of the OAuth endpoints (RFC 6749 §5.2).
 *
 * @param because what exactly is wrong: Salesforce itself doesn't say
 */
export function oauthError(error: string, error_description: string, because: string): Answer {
  return { ...json(400, { error, error_description }, `${error}: ${error_description}`), because };
}

/** A refusal of the REST API. */
export function restError(status: number, errorCode: string, message: string): Answer {
  return json(status, [{ message, errorCode }], `${errorCode}: ${message}`);
}
