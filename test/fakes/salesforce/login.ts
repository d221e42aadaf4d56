import { type KeyObject, sign } from "node:crypto";
import { ask, type ClientAnswer } from "./client.ts";
import { type ClientKey, clientKey } from "./client-key.ts";
import { type App, type Salesforce, startSalesforce } from "./index.ts";

/** A Salesforce, and an app in it whose key we have. */
export interface Setup {
  readonly salesforce: Salesforce;
  readonly app: App;
  readonly key: ClientKey;
}

/** What a log-in says, part by part, for tests to change one. */
export interface Login {
  readonly url: string;
  readonly method: string;
  readonly contentType: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Makes the third part of the assertion. */
  readonly sign: (signed: string) => string;
  /** Makes the body. */
  readonly body: (assertion: string) => string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The grant type of the JWT bearer flow (RFC 7523 §2.1). */
export const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Starts a Salesforce with an app. */
export async function setUp(): Promise<Setup> {
  const [salesforce, key] = await Promise.all([startSalesforce(), clientKey()]);
  return { salesforce, key, app: salesforce.register({ certificate: key.certificatePem }) };
}

/** A log-in that Salesforce accepts. */
export function goodLogin({ salesforce, app, key }: Setup): Login {
  const { username, instanceUrl } = salesforce.org;
  return {
    url: `${instanceUrl}/services/oauth2/token`,
    method: "POST",
    contentType: "application/x-www-form-urlencoded",
    header: { alg: "RS256" },
    claims: { iss: app.consumerKey, sub: username, aud: instanceUrl, exp: secondsFromNow(180) },
    sign: (signed) => rs256(signed, key.privateKey),
    body: (assertion) => new URLSearchParams({ grant_type: GRANT_TYPE, assertion }).toString(),
    headers: {},
  };
}

/** Sends a log-in. */
export function send(salesforce: Salesforce, login: Login): Promise<ClientAnswer> {
  const signed = `${encode(login.header)}.${encode(login.claims)}`;
  const body = login.body(`${signed}.${login.sign(signed)}`);
  const headers = { "content-type": login.contentType, "content-length": Buffer.byteLength(body), ...login.headers };
  const { url, method } = login;
  return ask(salesforce, method === "GET" ? { url, method } : { url, method, headers, body });
}

/** Logs in as the default user, or with some parts or claims changed, and gives the answer's fields. */
export async function logIn(
  setup: Setup,
  change: Partial<Login> = {},
  claims: Readonly<Record<string, unknown>> = {},
): Promise<{ status: number; fields: Record<string, unknown> }> {
  const login = { ...goodLogin(setup), ...change };
  const { status, body } = await send(setup.salesforce, { ...login, claims: { ...login.claims, ...claims } });
  return { status, fields: JSON.parse(body) };
}

/** A time as claims have it. */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** A signature of RSA with SHA-256 in base64url, or with another hash. */
export function rs256(signed: string, key: KeyObject, algorithm = "RSA-SHA256"): string {
  return sign(algorithm, Buffer.from(signed), key).toString("base64url");
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
