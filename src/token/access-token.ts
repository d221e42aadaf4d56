import { ActionError } from "../lib/action-error.ts";
import { to18Characters } from "../lib/salesforce-id.ts";

/** A checked token and what Salesforce says of it. Optional facts are empty strings where Salesforce is silent. */
export interface AccessToken {
  readonly accessToken: string;
  readonly tokenFormat: "opaque" | "jwt";
  /** An https origin without a trailing slash. */
  readonly instanceUrl: string;
  readonly identityUrl: string;
  /** 18 characters. */
  readonly orgId: string;
  /** 18 characters. */
  readonly userId: string;
  readonly scope: string;
  readonly tokenType: "Bearer";
  /** ISO 8601 in UTC. */
  readonly issuedAt: string;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** An opaque token is the org's id of 15 characters, `!`, and the session's part. */
const OPAQUE = /^(00D[A-Za-z0-9]{12})!([A-Za-z0-9._]{16,2000})$/;
const JWT = /^eyJ[\w-]{8,20000}\.[\w-]{8,20000}\.[\w-]{8,4000}$/;
const IDENTITY_PATH = /^\/(?:[\w.-]+\/)*id\/(00D[A-Za-z\d]{12,15})\/(005[A-Za-z\d]{12,15})$/;
/** `scope-token`s of RFC 6749 §3.3, separated by spaces. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const LATEST_TIME_MS = Date.UTC(2200, 0);

/**
 * What must be hidden of a token answer before anything else is done with it: the token, and the part after the `!`,
 * which is as good as the token to whoever knows the org.
 *
 * @param fields of the answer, unchecked
 */
export function secretsOf(fields: Fields): string[] {
  const token = fields["access_token"];
  if (typeof token !== "string") return [];
  const tail = token.slice(token.indexOf("!") + 1);
  // Hiding a value of a few characters would hide half the log: a broken server's "token" may be no more than that.
  return [token, tail].filter((secret) => secret.trim().length >= 8);
}

/**
 * What a revocation needs of a token answer, even of one that fails the checks.
 *
 * @param fields of the answer, unchecked
 * @param otherwise where to revoke when the answer names no usable instance: the host that granted the token
 * @returns undefined where there is no token
 */
export function revocable(fields: Fields, otherwise: string): { accessToken: string; instanceUrl: string } | undefined {
  const { access_token: accessToken, instance_url: instance } = fields;
  if (!isToken(accessToken)) return undefined;
  return { accessToken, instanceUrl: (typeof instance === "string" && httpsOrigin(instance)) || otherwise };
}

/**
 * Checks every field of a token answer that is used.
 *
 * @param fields the JSON object that Salesforce answered with
 * @param fallbackInstanceUrl stands in for a missing `instance_url`: the origin of a My Domain that was asked
 * @throws Failure `token-answer-malformed` with the field's name, never its value
 */
export function checkToken(fields: Fields, fallbackInstanceUrl: string | undefined): AccessToken {
  const accessToken = text(fields, "access_token");
  const opaque = OPAQUE.exec(accessToken);
  if (!isToken(accessToken)) throw malformed("access_token", "neither an opaque token nor a JWT");
  const tokenType = text(fields, "token_type") || "Bearer";
  if (tokenType.toLowerCase() !== "bearer") throw malformed("token_type", "not Bearer");
  const scope = text(fields, "scope");
  if (scope !== "" && !SCOPE.test(scope)) throw malformed("scope", "not a list of scopes");
  return {
    accessToken,
    tokenFormat: opaque ? "opaque" : "jwt",
    instanceUrl: instanceUrl(text(fields, "instance_url") || (fallbackInstanceUrl ?? "")),
    ...identity(text(fields, "id"), opaque?.[1]),
    scope,
    tokenType: "Bearer",
    ...times(fields, accessToken),
  };
}

function instanceUrl(value: string): string {
  if (value === "") throw malformed("instance_url", "missing");
  const origin = httpsOrigin(value);
  if (origin === undefined) throw malformed("instance_url", "not a plain https origin");
  return origin;
}

function httpsOrigin(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(value.toLowerCase());
  return isPlain ? url.origin : undefined;
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && (OPAQUE.test(value) || JWT.test(value));
}

function identity(
  value: string,
  orgOfToken: string | undefined,
): Pick<AccessToken, "identityUrl" | "orgId" | "userId"> {
  if (value === "") return { identityUrl: "", orgId: orgOfToken ? longId(orgOfToken) : "", userId: "" };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && `${url.origin}${url.pathname}` === value;
  const [, org, user] = (isPlain && IDENTITY_PATH.exec(url.pathname)) || [];
  if (!org || !user) throw malformed("id", "not an identity URL that ends in org and user id");
  return { identityUrl: value, orgId: longId(org), userId: longId(user) };
}

function longId(id: string): string {
  const long = to18Characters(id);
  if (long === undefined) throw malformed("id", "not an identity URL with valid ids");
  return long;
}

function times(fields: Fields, accessToken: string): Pick<AccessToken, "issuedAt" | "expiresAt"> {
  const issuedAt = number(fields, "issued_at");
  const lifetime = number(fields, "expires_in");
  const end = issuedAt !== undefined && lifetime !== undefined ? issuedAt + lifetime * 1000 : endOfJwt(accessToken);
  return { issuedAt: iso(issuedAt, "issued_at"), expiresAt: iso(end, "expires_in") };
}

/** A JWT says itself when it ends. It is only read, not verified: it is for the org, not for us. */
function endOfJwt(accessToken: string): number | undefined {
  if (!JWT.test(accessToken)) return undefined;
  try {
    const payload: unknown = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8"));
    const end = (payload as { exp?: unknown } | null)?.exp;
    return typeof end === "number" && isTime(end * 1000) ? end * 1000 : undefined;
  } catch {
    return undefined;
  }
}

function iso(milliseconds: number | undefined, field: string): string {
  if (milliseconds === undefined) return "";
  if (!isTime(milliseconds)) throw malformed(field, "not a time");
  return new Date(milliseconds).toISOString();
}

function isTime(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds < LATEST_TIME_MS;
}

function text(fields: Fields, field: string): string {
  const value = fields[field] ?? "";
  if (typeof value !== "string") throw malformed(field, "not a string");
  return value;
}

/** Salesforce sends `issued_at` as a string of milliseconds; numbers are taken as well. */
function number(fields: Fields, field: string): number | undefined {
  const value = fields[field] ?? "";
  if (value === "") return undefined;
  const digits = typeof value === "number" ? String(value) : value;
  if (typeof digits !== "string" || !/^\d{1,15}$/.test(digits)) throw malformed(field, "not a whole number");
  return Number(digits);
}

function malformed(field: string, why: string): ActionError {
  return new ActionError({
    code: "token-answer-malformed",
    message: `Salesforce granted a token, but its answer can't be trusted: ${field} is ${why}. Nothing was handed over.`,
    steps: [
      "Check that login_url is your org: Setup → My Domain → Current My Domain URL.",
      "If it is, a proxy may be changing answers on their way.",
    ],
  });
}
