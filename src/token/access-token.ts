import { ActionError } from "../lib/action-error.ts";
import { isSalesforceHost } from "../lib/salesforce-hosts.ts";
import { sameId, to18Characters } from "../lib/salesforce-id.ts";
import { MY_DOMAIN } from "../lib/setup-steps.ts";

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
/** `scope-token`s of RFC 6749 §3.3, separated by spaces, without the characters that a shell reads: Salesforce's have none. */
const SCOPE = /^[\w.:/-]+(?: [\w.:/-]+)*$/;
const MAX_SCOPE = 4096;
/** A host name with a dot and a last label that isn't a number: no IP address, and no character that a shell reads. */
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/;
/** A token has one line. */
const MAX_MASKED_LINES = 10;
const LATEST_TIME_MS = Date.UTC(2200, 0);

/**
 * What must be masked of a token response before anything else is done with it: the token, and the part after the `!`,
 * which is as good as the token to whoever knows the org.
 */
export function secretsOf(fields: Fields): string[] {
  const token = fields["access_token"];
  if (typeof token !== "string") return [];
  const tail = token.slice(token.indexOf("!") + 1);
  // The runner masks each line by itself. A broken server's "token" may have thousands, or lines of one character, which
  // would hide half the log.
  const lines = [token, tail].flatMap((secret) => secret.split(/[\r\n]+/, MAX_MASKED_LINES));
  return [...new Set(lines.map((line) => line.trim()))].filter((line) => line.length >= 8);
}

/** What the login says about the hosts that a token response may name. */
export interface ExpectedHosts {
  /** The https origin that granted the token. */
  readonly loginOrigin: string;
  /** Whether `loginOrigin` replaces a missing `instance_url`: a My Domain serves its org. */
  readonly isInstance: boolean;
  /** Whether the host that granted the token is Salesforce's, and so the hosts in its response have to be. */
  readonly isSalesforce: boolean;
}

/**
 * What a revocation needs of a token response, even of one that fails the checks.
 *
 * @returns undefined without a token; where the response names no usable instance, the host that granted the token
 */
export function revocable(
  fields: Fields,
  hosts: ExpectedHosts,
): { accessToken: string; instanceUrl: string } | undefined {
  const { access_token: accessToken, instance_url: instance } = fields;
  if (!isToken(accessToken)) return undefined;
  const origin = typeof instance === "string" ? httpsOrigin(instance) : undefined;
  const isExpected = origin !== undefined && !isForeign(origin, hosts);
  return { accessToken, instanceUrl: isExpected ? origin : hosts.loginOrigin };
}

/**
 * Checks every field of a token response that is used.
 *
 * @param fields the JSON object that Salesforce answered with
 * @throws ActionError `token-answer-malformed` with the field's name, never its value
 */
export function checkToken(fields: Fields, hosts: ExpectedHosts): AccessToken {
  const accessToken = text(fields, "access_token");
  const opaque = OPAQUE.exec(accessToken);
  if (!isToken(accessToken)) throw malformed("access_token", "neither an opaque token nor a JWT");
  const tokenType = text(fields, "token_type") || "Bearer";
  if (tokenType.toLowerCase() !== "bearer") throw malformed("token_type", "not Bearer");
  const scope = text(fields, "scope");
  if (scope.length > MAX_SCOPE) throw malformed("scope", "longer than 4,096 characters");
  if (scope !== "" && !SCOPE.test(scope)) throw malformed("scope", "not a list of scopes");
  return {
    accessToken,
    tokenFormat: opaque ? "opaque" : "jwt",
    instanceUrl: instanceUrl(text(fields, "instance_url"), hosts),
    ...identity(text(fields, "id"), opaque?.[1], hosts),
    scope,
    tokenType: "Bearer",
    ...times(fields, accessToken),
  };
}

function instanceUrl(value: string, hosts: ExpectedHosts): string {
  if (value === "" && hosts.isInstance) return hosts.loginOrigin;
  if (value === "") throw malformed("instance_url", "missing");
  const origin = httpsOrigin(value);
  if (origin === undefined) throw malformed("instance_url", "not a plain https origin of a host name");
  if (isForeign(origin, hosts)) throw malformed("instance_url", "not a Salesforce address");
  return origin;
}

function httpsOrigin(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(value.toLowerCase());
  return isPlain && HOST_NAME.test(url.hostname) ? url.origin : undefined;
}

function isForeign(url: string, { isSalesforce }: ExpectedHosts): boolean {
  return isSalesforce && !isSalesforceHost(new URL(url).hostname);
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && (OPAQUE.test(value) || JWT.test(value));
}

function identity(
  value: string,
  orgOfToken: string | undefined,
  hosts: ExpectedHosts,
): Pick<AccessToken, "identityUrl" | "orgId" | "userId"> {
  if (value === "") return { identityUrl: "", orgId: orgOfToken ? longId(orgOfToken) : "", userId: "" };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain =
    url?.protocol === "https:" && `${url.origin}${url.pathname}` === value && HOST_NAME.test(url.hostname);
  const [, org, user] = (isPlain && IDENTITY_PATH.exec(url.pathname)) || [];
  if (!org || !user) throw malformed("id", "not an identity URL that ends in org and user ID");
  if (isForeign(value, hosts)) throw malformed("id", "not a Salesforce address");
  if (orgOfToken !== undefined && !sameId(org, orgOfToken)) throw malformed("id", "of another org than the token");
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
    headline: `The token response is invalid: ${field} is ${why}. No outputs were set.`,
    causes: [
      { cause: "login_url isn't your org.", fix: `Set login_url to the org's My Domain: ${MY_DOMAIN}.` },
      {
        cause: "A proxy between the runner and Salesforce changes responses.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to modify responses of Salesforce.",
      },
    ],
  });
}
