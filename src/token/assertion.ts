import type { KeyObject } from "node:crypto";
import { CompactSign } from "jose/jws/compact/sign";

/** Salesforce accepts at most three minutes (Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"). */
export const ASSERTION_LIFETIME_SECONDS = 180;

/** What an assertion says. */
export interface Claims {
  /** Consumer key of the app. */
  readonly iss: string;
  /** Username to log in as. */
  readonly sub: string;
  /** Whom the assertion is for. */
  readonly aud: string;
  /** End of validity in whole seconds since 1970. */
  readonly exp: number;
}

/** Who asks for what, and when. */
export interface AssertionFacts {
  readonly consumerKey: string;
  readonly username: string;
  readonly audience: string;
  /** Milliseconds since 1970, on Salesforce's clock. */
  readonly now: number;
}

/** The claims of an assertion that is valid from now on for {@link ASSERTION_LIFETIME_SECONDS} (RFC 7523 §3). */
export function claimsFor({ consumerKey, username, audience, now }: AssertionFacts): Claims {
  return { iss: consumerKey, sub: username, aud: audience, exp: Math.floor(now / 1000) + ASSERTION_LIFETIME_SECONDS };
}

/**
 * Signs the claims with RS256, the only algorithm that Salesforce takes.
 *
 * @returns the assertion in JWS compact form: a secret until it has expired
 */
export function signAssertion(claims: Claims, privateKey: KeyObject): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return new CompactSign(payload).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
}
