import { constants, createHash, type KeyObject, publicDecrypt, verify } from "node:crypto";
import { SET_CLOCK } from "../lib/setup-steps.ts";
import { InputError, inputError } from "./errors.ts";
import type { LoginUrl } from "./login-url.ts";
import { parseConsumerKey, parseUsername } from "./parsers.ts";

/** An assertion that another program signed, as it is sent: its claims are well-formed. */
export interface GivenAssertion {
  /** In JWS compact form: a secret until it has expired. */
  readonly text: string;
  readonly claims: {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string;
    /** Whole seconds since 1970. */
    readonly exp: number;
  };
}

type Json = Readonly<Record<string, unknown>>;

/** Salesforce documents three minutes and accepts more; this is the limit beyond which `exp` is taken for a mistake. */
const MAX_LIFETIME_SECONDS = 600;
/** The year 5138 in seconds, or 1973 in milliseconds. */
const FIRST_MILLISECONDS = 1e11;
/** Salesforce's limits for both are lower; a longer one is another value. */
const MAX_IDENTIFIER = 255;
/** The signature of an RSA key of 2048 bits. */
const MIN_SIGNATURE_BYTES = 256;

const TO_BASE64URL = "In the signing step, convert each part: base64 | tr '+/' '-_' | tr -d '=\\r\\n'";
const SIGN_BYTES =
  "In the signing step, encode the signature's bytes as base64url, once and without anything around them.";
const SIGN_LATE = "Sign directly before this step: the assertion is valid for three minutes.";
const WITH_PKCS1 =
  "In the signing step, use RSASSA_PKCS1_V1_5_SHA_256 (AWS), a key for RSA_SIGN_PKCS1_2048_SHA256 (Google), RS256 (Azure), signature_algorithm=pkcs1v15 (Vault), or SHA256-RSA-PKCS (PKCS#11).";

/** What a text is that isn't three base64url parts. The first match wins. */
const OTHER_FORMS: readonly { readonly match: RegExp; readonly detail: string; readonly fix?: string }[] = [
  { match: /^Bearer\s/i, detail: "begins with Bearer", fix: "Pass the assertion alone." },
  {
    match: /\.vault:v\d+:/,
    detail: "contains Vault's prefix vault:v1: in its signature",
    fix: "In the signing step, take the signature that follows the second colon, and convert it to base64url.",
  },
  { match: /\s/, detail: "contains a line break or a space", fix: TO_BASE64URL },
  { match: /^[\w+/=-]+(?:\.[\w+/=-]+){2}$/, detail: "is in base64, and a JWT is in base64url", fix: TO_BASE64URL },
  {
    match: /^[\w-]+\.[\w-]+\.?$/,
    detail: "has no signature",
    fix: "In the signing step, append a dot and the signature to the text that was signed.",
  },
  { match: /^ZXlK[\w+/-]+=*$/, detail: "is encoded in base64 as a whole", fix: "Pass the assertion as it is." },
  { match: /^/, detail: "isn't a JWT, which has three base64url parts with a dot between them" },
];

/** Other tokens that are passed by mistake, by their form. */
const OTHER_TOKENS: readonly (readonly [RegExp, string])[] = [
  [/^00D[A-Za-z\d]{12}!/, "a Salesforce access token"],
  [/^[\w-]+(?:\.[\w-]*){4}$/, "an encrypted token (JWE)"],
];

/**
 * Parses an assertion that an earlier step had signed, and checks all that Salesforce would reject for certain.
 *
 * @param text the input as given
 * @param now the runner's time
 * @throws InputError with a code `assertion-…`, never with a part of the text other than `alg`, hosts, and usernames
 */
export function parseAssertion(text: string, now: Date): GivenAssertion {
  const jwt = text.trim();
  const [, other] = OTHER_TOKENS.find(([form]) => form.test(jwt)) ?? [];
  if (other !== undefined) throw inputError("assertion-is-another-token", { detail: other });
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  if (more.length > 0 || ![header, payload, signature].every(isBase64url)) throw otherForm(jwt);
  const claims = jsonOf(payload);
  if (claims === undefined) throw inputError("assertion-not-a-jwt", { detail: "has claims that aren't a JSON object" });
  // Before the algorithm: a token of another issuer is to be called what it is, not to be signed in another way.
  refuseOtherIssuers(claims);
  refuseOtherAlgorithms(jsonOf(header));
  refuseOtherEncodings(signature);
  const identifiers = {
    iss: identifier("iss", claims["iss"], parseConsumerKey),
    sub: identifier("sub", claims["sub"], parseUsername),
  };
  return { text: jwt, claims: { ...identifiers, aud: audience(claims["aud"]), exp: expiration(claims, now) } };
}

/**
 * Checks that an assertion is for the host that gets it.
 *
 * @throws InputError `assertion-audience`: another host could use an assertion that is for Salesforce, and Salesforce rejects
 *   one that is for another org
 */
export function checkAssertionAudience({ claims: { aud } }: GivenAssertion, loginUrl: LoginUrl): void {
  const { hostname } = new URL(aud);
  const documented = [loginUrl.audience, loginUrl.fallbackAudience, ...(loginUrl.isSalesforce ? GENERIC : [])];
  if (documented.some((each) => each !== undefined && new URL(each).hostname === hostname)) return;
  throw inputError("assertion-audience", {
    detail: `is for ${hostname} (its aud), but login_url is ${loginUrl.host}`,
    fixes: [
      `In the signing step, set aud to ${loginUrl.audience}`,
      ...(loginUrl.isSalesforce ? [`Or set login_url to ${aud}, if that is the address of your org.`] : []),
    ],
  });
}

/** The documented audiences of production and sandboxes: which of the two an org accepts, only Salesforce knows for certain. */
const GENERIC = ["https://login.salesforce.com", "https://test.salesforce.com"];

/**
 * Verifies the signature with the public key of the certificate.
 *
 * @throws InputError `assertion-signature` with the mistake, if it is a known one
 */
export function verifyAssertion({ text }: GivenAssertion, publicKey: KeyObject): void {
  const end = text.lastIndexOf(".");
  const signed = Buffer.from(text.slice(0, end));
  const signature = Buffer.from(text.slice(end + 1), "base64url");
  if (verify("sha256", signed, publicKey, signature)) return;
  throw inputError("assertion-signature", findMistake({ signed, signature, publicKey }));
}

function isBase64url(part: string): boolean {
  return /^[\w-]+$/.test(part);
}

function otherForm(jwt: string): InputError {
  const { detail, fix } = OTHER_FORMS.find(({ match }) => match.test(jwt)) as (typeof OTHER_FORMS)[number];
  return inputError("assertion-not-a-jwt", { detail, fixes: [fix] });
}

function jsonOf(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** A consumer key is never an address, and the `iss` of an identity provider's token always is (OpenID Connect Core §2). */
function refuseOtherIssuers({ iss }: Json): void {
  if (typeof iss !== "string" || !/^https?:\/\//.test(iss)) return;
  const host = URL.parse(iss)?.hostname ?? "";
  const isGithub = /^token\.actions\./.test(host) || iss.endsWith("/_services/token");
  const detail = isGithub
    ? "GitHub's OIDC token"
    : `a token that ${/^[\w.-]{1,60}$/.test(host) ? host : "another service"} issued`;
  const fix = isGithub ? "To log in with GitHub's OIDC token, set github_oidc: true and remove assertion." : undefined;
  throw inputError("assertion-is-another-token", { detail, fixes: [fix] });
}

function refuseOtherAlgorithms(header: Json | undefined): void {
  if (header === undefined)
    throw inputError("assertion-not-a-jwt", { detail: "has a header that isn't a JSON object" });
  const { alg } = header;
  if (alg === "RS256") return;
  const detail = typeof alg === "string" && /^[\w-]{1,20}$/.test(alg) ? `has the alg ${alg}` : "has no valid alg";
  const fix = /^(?:ES|Ed)/.test(String(alg))
    ? "Use an RSA key: Salesforce accepts no EC and no Ed25519 keys."
    : undefined;
  throw inputError("assertion-algorithm", { detail, fixes: [fix] });
}

/** Finds signatures that were encoded twice or wrapped, which no certificate is needed for. */
function refuseOtherEncodings(part: string): void {
  const bytes = Buffer.from(part, "base64url");
  const refuse = (detail: string) => inputError("assertion-signature", { detail, fixes: [SIGN_BYTES] });
  if (/^(?:[0-9a-f]{2})+$/i.test(part) && part.length >= 2 * MIN_SIGNATURE_BYTES)
    throw refuse("has a signature in hexadecimal");
  if (/^[\w+/=\s-]+$/.test(bytes.toString("latin1"))) throw refuse("has a signature that was encoded twice");
  // A DER value with a length of two bytes (X.690 §8.1.3): SEQUENCE, OCTET STRING or BIT STRING.
  const isWrapped = [0x30, 0x04, 0x03].includes(bytes[0] ?? 0) && bytes[1] === 0x82;
  if (isWrapped && bytes.readUInt16BE(2) === bytes.length - 4) throw refuse("has a signature that is wrapped in DER");
  if (bytes.length < MIN_SIGNATURE_BYTES) {
    const detail = `has a signature of ${bytes.length} bytes, and that of an RSA key has ${MIN_SIGNATURE_BYTES} or more`;
    throw refuse(detail);
  }
}

function identifier(name: string, value: unknown, parse: (text: string) => string): string {
  if (typeof value !== "string" || value === "") throw inputError("assertion-claim", { detail: `has no ${name}` });
  if (value.length > MAX_IDENTIFIER)
    throw inputError("assertion-claim", { detail: `has a ${name} of ${value.length} characters` });
  try {
    if (parse(value) === value) return value;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw inputError("assertion-claim", {
      detail: `has a wrong ${name}: it ${error.message}`,
      fixes: error.fixes.slice(0, 2),
    });
  }
  throw inputError("assertion-claim", { detail: `has whitespace around its ${name}` });
}

function audience(aud: unknown): string {
  const set = "In the signing step, set aud to one string: the address of login_url, without a slash at the end.";
  const refuse = (detail: string) => inputError("assertion-audience", { detail, fixes: [set] });
  if (Array.isArray(aud)) throw refuse("has a list as aud, and Salesforce expects one string");
  if (typeof aud !== "string" || aud === "") throw refuse("has no aud");
  const url = /^https:\/\/[!-~]+$/.test(aud) ? URL.parse(aud) : null;
  if (url === null || url.username !== "" || url.password !== "") throw refuse("has an aud that isn't an https URL");
  return aud;
}

function expiration({ exp, nbf }: Json, now: Date): number {
  const nowSeconds = now.getTime() / 1000;
  const refuse = (detail: string, ...fixes: string[]) => inputError("assertion-expiration", { detail, fixes });
  if (exp === undefined) throw refuse("has no exp");
  if (typeof exp !== "number" || !Number.isInteger(exp))
    throw refuse("has an exp that isn't a whole number of seconds");
  if (exp >= FIRST_MILLISECONDS) throw refuse("has an exp in milliseconds, and a JWT counts seconds");
  const left = Math.floor(exp - nowSeconds);
  if (left <= 0) {
    throw refuse(
      `expired ${-left} s ago by the runner's clock`,
      SIGN_LATE,
      `If the clock of a runner is wrong: ${SET_CLOCK}`,
    );
  }
  if (left > MAX_LIFETIME_SECONDS) throw refuse(`expires in ${left} s, and the limit is ${MAX_LIFETIME_SECONDS} s`);
  // Clocks that differ by up to a minute are usual.
  if (typeof nbf === "number" && nbf > nowSeconds + 60) {
    throw refuse(
      "isn't valid yet: its nbf is in the future",
      "In the signing step, remove nbf: Salesforce doesn't need it.",
      SET_CLOCK,
    );
  }
  return exp;
}

interface Signature {
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly publicKey: KeyObject;
}

function findMistake({ signed, signature, publicKey }: Signature): { detail: string; fixes: string[] } {
  const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  const isPss = ["sha256", "sha384", "sha512"].some((hash) => verify(hash, signed, pss, signature));
  if (isPss)
    return { detail: "has a PSS signature, and Salesforce accepts only PKCS#1 v1.5 (RS256)", fixes: [WITH_PKCS1] };
  const content = decrypt(signature, publicKey);
  if (content === undefined) {
    return {
      detail: "isn't signed with the key of the input certificate",
      fixes: [
        "Pass the certificate of the key that signs, which must also be the one on the app. After a rotation, change all three together.",
        "If the key has several versions, name the version in the signing step.",
      ],
    };
  }
  const sha256 = (data: Buffer) => createHash("sha256").update(data).digest();
  const isOf = (data: Buffer) => content.subarray(-32).equals(data);
  if (content.length === 32 && isOf(sha256(signed))) {
    return { detail: "has a signature without the name of its hash (DigestInfo)", fixes: [WITH_PKCS1] };
  }
  if (isOf(sha256(sha256(signed)))) {
    return {
      detail: "has a signature of the hash's hash: it was hashed twice",
      fixes: ["In the signing step, have the text signed (RAW), or its SHA-256 as a digest (DIGEST), not both."],
    };
  }
  if (["\n", "\r\n"].some((end) => isOf(sha256(Buffer.concat([signed, Buffer.from(end)]))))) {
    return {
      detail: "has a signature of the text with a line end",
      fixes: ["In the signing step, write the text with printf '%s', not with echo."],
    };
  }
  const hash = ["sha1", "sha384", "sha512"].find((name) => verify(name, signed, publicKey, signature));
  if (hash) return { detail: `has a signature with ${hash.toUpperCase()}, and RS256 uses SHA256`, fixes: [WITH_PKCS1] };
  return {
    detail: "has a signature of another text: header or claims were changed after signing",
    fixes: ["In the signing step, build header.claims once, sign it, and append the signature to the same text."],
  };
}

/** What the key signed, if it was this key and the padding is PKCS#1 v1.5 (RFC 8017 §9.2). */
function decrypt(signature: Buffer, publicKey: KeyObject): Buffer | undefined {
  try {
    return publicDecrypt(publicKey, signature);
  } catch {
    return undefined;
  }
}
