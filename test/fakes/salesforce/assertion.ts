import { type KeyObject, verify } from "node:crypto";

/** An assertion that was taken apart: nothing in it is checked yet. */
export interface Assertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Base64url, with or without padding: RFC 7515 §2 leaves it out, and Salesforce is known to take it. */
const PART = /^(?:[\w-]+|(?=(?:.{4})+$)[\w-]+={1,2})$/;

/**
 * Takes an assertion apart (RFC 7515 §5.2): three parts in base64url, of which two are JSON objects.
 *
 * @returns undefined if it is not an assertion
 */
export function parseAssertion(text: string): Assertion | undefined {
  const [header, claims, signature, ...more] = text.split(".");
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  // An unsigned one has an empty third part (RFC 7515, appendix A.5): its header tells, and is what refuses it.
  if (!PART.test(header) || !PART.test(claims) || !(signature === "" || PART.test(signature))) return undefined;
  const parsed = { header: parseObject(header), claims: parseObject(claims) };
  if (parsed.header === undefined || parsed.claims === undefined) return undefined;
  return {
    header: parsed.header,
    claims: parsed.claims,
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

/** Whether the owner of a key signed it with RS256 (RFC 7518 §3.3). */
export function isSignedBy({ signed, signature }: Assertion, publicKey: KeyObject): boolean {
  return publicKey.asymmetricKeyType === "rsa" && verify("RSA-SHA256", signed, publicKey, signature);
}

function parseObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf8", { fatal: true }).decode(Buffer.from(part, "base64url")));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
