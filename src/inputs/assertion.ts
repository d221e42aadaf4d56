import { constants, createHash, type KeyObject, publicDecrypt, verify } from "node:crypto";
import { type InputErrorCode, inputError } from "./errors.ts";
import { DOCUMENTED_AUDIENCES, type LoginUrl } from "./login-url.ts";

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

const OTHER_KEY = "isn't signed with the key of the input certificate";
const OTHER_FORMS: readonly (readonly [RegExp, string])[] = [
  [/^00D\w{12}!/, "is a Salesforce access token, not a JWT"],
  [/\.vault:v\d+:/, "contains Vault's prefix vault:v1: in its signature"],
  [/\s/, "contains a line break or a space"],
  [/^[\w+/=-]+(?:\.[\w+/=-]+){2}$/, "is in base64, and a JWT is in base64url"],
  [/^[\w-]+\.[\w-]+\.?$/, "has no signature"],
  [/^/, "isn't a JWT, which has three base64url parts with a dot between them"],
];

/** Parses an assertion, and refuses what Salesforce would reject for certain. Errors show only its `alg` and hosts. */
export function parseAssertion(given: string, now: Date): GivenAssertion {
  const text = given.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) {
    refuse("assertion-not-a-jwt", OTHER_FORMS.find(([form]) => form.test(text))?.[1] as string);
  }
  const [header = "", payload = "", signature = ""] = text.split(".");
  const claims = jsonOf(payload, "claims");
  refuseOtherIssuers(claims);
  const { alg } = jsonOf(header, "a header");
  if (alg !== "RS256") refuse("assertion-algorithm", `has ${isWord(alg) ? `the alg ${alg}` : "no valid alg"}`);
  refuseOtherEncodings(signature);
  const iss = textOf(claims, "iss", /^[^\s\p{C}]{1,255}$/u);
  const sub = textOf(claims, "sub", /^(?=.{1,255}$)[^\s\p{C}@]+@[^\s\p{C}@]+$/u);
  return { text, claims: { iss, sub, aud: audience(claims), exp: expiration(claims, now.getTime() / 1000) } };
}

/** Refuses an assertion for another host than the one that gets it, and could use it there. */
export function checkAssertionAudience({ claims: { aud } }: GivenAssertion, loginUrl: LoginUrl): void {
  const { audience, host, isSalesforce } = loginUrl;
  const { hostname } = new URL(aud);
  // Only Salesforce knows which of its own audiences an org accepts.
  if ([audience, ...(isSalesforce ? DOCUMENTED_AUDIENCES : [])].some((each) => new URL(each).hostname === hostname))
    return;
  const other = isSalesforce ? `Or set login_url to ${aud}, if that is the address of your org.` : undefined;
  const detail = `is for ${hostname} (its aud), but login_url is ${host}`;
  refuse("assertion-audience", detail, `In the signing step, set aud to ${audience}`, other);
}

/** Refuses an assertion whose signature the key doesn't verify, and names the mistake. */
export function verifyAssertion({ text }: GivenAssertion, key: KeyObject): void {
  const end = text.lastIndexOf(".");
  const signed = Buffer.from(text.slice(0, end));
  const signature = Buffer.from(text.slice(end + 1), "base64url");
  // Node throws for a key that takes no hash, such as Ed25519.
  if (!key.asymmetricKeyType?.startsWith("rsa")) refuse("assertion-signature", OTHER_KEY);
  if (!verify("sha256", signed, key, signature)) refuse("assertion-signature", findMistake(signed, signature, key));
}

function refuse(code: InputErrorCode, detail: string, ...fixes: (string | undefined)[]): never {
  throw inputError(code, { detail, fixes });
}

function jsonOf(part: string, name: string): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    if (value?.constructor === Object) return value as Json;
  } catch {}
  return refuse("assertion-not-a-jwt", `has ${name} in another form than a JSON object`);
}

/** An identity provider's `iss` is an address (OpenID Connect Core §2), and a consumer key never is. */
function refuseOtherIssuers({ iss }: Json): void {
  const host = typeof iss === "string" ? /^https?:\/\/([\w.-]{1,40})/.exec(iss)?.[1] : undefined;
  if (host === undefined) return;
  const isGithub = host.startsWith("token.actions.");
  refuse("assertion-is-another-token", isGithub ? "GitHub's OIDC token" : `a token that ${host} issued`);
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && /^[\w-]{1,20}$/.test(value);
}

function refuseOtherEncodings(part: string): void {
  const bytes = Buffer.from(part, "base64url");
  // SEQUENCE, OCTET STRING, or BIT STRING with a length of two bytes (X.690 §8.1.3).
  const isDer = /^(?:30|03|04)82/.test(bytes.toString("hex", 0, 2)) && bytes.readUInt16BE(2) === bytes.length - 4;
  const wrong = (what: string) => refuse("assertion-signature", `has a signature that ${what}`);
  if (/^[\da-f]{512,}$/i.test(part)) wrong("is hexadecimal");
  if (/^[\w+/=\s-]+$/.test(bytes.toString("latin1"))) wrong("was encoded twice");
  if (isDer) wrong("is wrapped in DER");
  if (bytes.length < 256) wrong(`has ${bytes.length} bytes, and that of an RSA key has 256 or more`);
}

function textOf(claims: Json, name: string, form: RegExp): string {
  const value = claims[name];
  if (typeof value === "string" && form.test(value)) return value;
  return refuse("assertion-claim", `has ${value ? "an invalid" : "no"} ${name}`);
}

function audience({ aud }: Json): string {
  if (typeof aud === "string" && /^https:\/\/[!-?A-~]+$/.test(aud) && URL.canParse(aud)) return aud;
  const detail = Array.isArray(aud) ? "a list as aud, and Salesforce expects one string" : "no https URL as aud";
  return refuse("assertion-audience", `has ${detail}`, "In the signing step, set aud to the address of login_url.");
}

function expiration({ exp, nbf }: Json, now: number): number {
  const wrong = (detail: string, fix?: string) => refuse("assertion-expiration", detail, fix);
  if (!Number.isInteger(exp)) return wrong("has no exp in whole seconds");
  const left = Math.floor((exp as number) - now);
  if (left > 1e11) wrong("has an exp in milliseconds, not in seconds");
  // Salesforce documents three minutes, and accepts more.
  if (left > 600) wrong(`expires in ${left} s, and the limit is 600 s`);
  if (left <= 0) wrong(`expired ${-left} s ago by the runner's clock`);
  if ((nbf as number) > now + 60) wrong("isn't valid yet", "In the signing step, remove nbf.");
  return exp as number;
}

function findMistake(signed: Buffer, signature: Buffer, key: KeyObject): string {
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING };
  if (["sha256", "sha384", "sha512"].some((hash) => verify(hash, signed, pss, signature))) {
    return "has a PSS signature, and Salesforce accepts only PKCS#1 v1.5 (RS256)";
  }
  const isOf = (data: Buffer) => content.subarray(-32).equals(sha256(data));
  let content: Buffer;
  try {
    content = publicDecrypt(key, signature);
  } catch {
    return OTHER_KEY;
  }
  if (isOf(signed)) return "has a signature without the name of its hash (DigestInfo)";
  if (isOf(sha256(signed))) return "has a signature of the hash's hash: it was hashed twice";
  if (isOf(Buffer.from(`${signed}\n`))) return "has a signature of the text with a line end";
  return "has a signature of another text, or with another hash than SHA-256";
}

function sha256(data: Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}
