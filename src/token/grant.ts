import type { HttpResponse } from "../lib/http.ts";

/** A 200 with a token in it; its fields are still to be checked. */
export interface Granted {
  readonly kind: "granted";
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Takes a token answer for one, without a look at its fields but the two that make it one.
 *
 * @param answer any status, any body
 * @returns undefined where the answer is anything but a grant
 */
export function readGrant({ status, body, oversized }: HttpResponse): Granted | undefined {
  const fields = status === 200 && !oversized ? parseJson(body) : undefined;
  const isGrant = isObject(fields) && typeof fields["error"] !== "string" && "access_token" in fields;
  return isGrant ? { kind: "granted", fields } : undefined;
}

/** The value of a JSON text; undefined where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
