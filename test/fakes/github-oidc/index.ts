import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { type Answer, json } from "../salesforce/answer.ts";
import type { Salesforce } from "../salesforce/index.ts";
import type { Call, OpenRoute, Route } from "../salesforce/route.ts";
import { now } from "../salesforce/world.ts";
import { claimsOf, DEPLOY_JOB, type Job } from "./claims.ts";

export { claimsOf, DEPLOY_JOB, ISSUER, type Job } from "./claims.ts";

/** A public key as it is published (RFC 7517). */
export type PublicKey = Readonly<Record<string, string>>;

/** What a token says, part by part, for tests to change one. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The claims as text, where JSON can't say them. */
  readonly payload?: string;
  /** Makes the third part. */
  readonly sign?: (signed: string) => string;
}

/** GitHub's OIDC provider: the endpoint that a job asks for a token, and the keys that others verify it with. */
export interface GithubOidc {
  /** What a job with `permissions: id-token: write` has in its environment. */
  readonly env: { readonly ACTIONS_ID_TOKEN_REQUEST_URL: string; readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN: string };
  /** For `startSalesforce`: all hosts answer on one port. Faults come to the route `github-oidc`. */
  readonly routes: readonly Route[];
  /** The job that asks. */
  job: Job;
  /** Every token that was handed out, in order. */
  readonly issued: readonly string[];
  /** Makes its hosts known to a Salesforce that has its routes. */
  serveAt(salesforce: Pick<Salesforce, "serve" | "org">): void;
  /** The published keys. */
  keys(): readonly PublicKey[];
  /** PEM of the public key that the next token is signed for. */
  publicKeyPem(): string;
  /** Signs any token with the current key. */
  token(parts: TokenParts): string;
  /** Signs with a new key from now on; the old one stays published. */
  rotateKeys(): void;
  /** Publishes only the current key. */
  retireOldKeys(): void;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const TOKEN_HOST = "run-actions-1-azure-eastus.actions.githubusercontent.com";
const ISSUER_HOST = "token.actions.githubusercontent.com";

/** Starts GitHub's OIDC provider for one job. */
export function createGithubOidc(job: Job = DEPLOY_JOB): GithubOidc {
  const path = `/110//idtoken/${randomUUID()}/${randomUUID()}`;
  const requestToken = `${base64url({ typ: "JWT", alg: "RS256" })}.${base64url({ orchid: randomUUID() })}.${randomBytes(64).toString("base64url")}`;
  const issued: string[] = [];
  let published = [createKey()];
  const current = () => published.at(-1) ?? createKey();
  const oidc: GithubOidc = {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `https://${TOKEN_HOST}${path}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
    routes: [tokenRoute(path, requestToken, (call) => issue(call)), keysRoute(() => published)],
    job,
    issued,
    serveAt({ serve, org }) {
      for (const host of [TOKEN_HOST, ISSUER_HOST]) serve(host, { org });
    },
    keys: () => published.map(publicKeyOf),
    publicKeyPem: () => current().publicKey.export({ type: "spki", format: "pem" }).toString(),
    token: (parts) => signToken(parts, current()),
    rotateKeys() {
      published = [...published, createKey()];
    },
    retireOldKeys() {
      published = [current()];
    },
  };

  function issue({ request, world }: Call): string {
    const [owner = ""] = oidc.job.repository.split("/");
    const audience = new URLSearchParams(request.query).get("audience") ?? `https://github.com/${owner}`;
    const seconds = Math.floor(now(world) / 1000);
    const token = oidc.token({ claims: claimsOf(oidc.job, { audience, now: seconds, jti: randomUUID() }) });
    issued.push(token);
    return token;
  }
  return oidc;
}

/** GitHub docs, "OpenID Connect": `GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…` with the request token. */
function tokenRoute(path: string, requestToken: string, issue: (call: Call) => string): OpenRoute {
  return {
    name: "github-oidc",
    host: TOKEN_HOST,
    path: /^(.*)$/,
    answer(call) {
      const { request } = call;
      if (request.path !== path) return refusal(404, "there is nothing at this path");
      if (request.method !== "GET") return refusal(405, `the method is ${request.method}`);
      const [scheme = "", token] = (request.headers.authorization ?? "").split(" ");
      if (!/^bearer$/i.test(scheme) || token !== requestToken)
        return refusal(401, "the request token is not this job's");
      const query = new URLSearchParams(request.query);
      if (query.get("api-version") !== "2.0") return refusal(400, "api-version is missing");
      if (query.getAll("audience").length > 1) return refusal(400, "audience was sent twice");
      const value = issue(call);
      return json(200, { count: value.length, value }, "issued");
    },
  };
}

function keysRoute(published: () => readonly SigningKey[]): OpenRoute {
  return {
    name: "github-keys",
    host: ISSUER_HOST,
    path: /^(.*)$/,
    answer: ({ request }) =>
      request.path === "/.well-known/jwks"
        ? json(200, { keys: published().map(publicKeyOf) }, "keys")
        : refusal(404, "there is nothing at this path"),
  };
}

/** The words are made up: what GitHub says then is not documented. */
function refusal(status: number, because: string): Answer {
  return { ...json(status, { message: because }, `HTTP ${status}`), because };
}

function createKey(): SigningKey {
  return { kid: randomUUID().toUpperCase(), ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
}

function publicKeyOf({ kid, publicKey }: SigningKey): PublicKey {
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  return { kty: "RSA", alg: "RS256", use: "sig", kid, n, e, x5t: thumbprint(kid) };
}

function signToken({ header, claims = {}, payload, sign: make }: TokenParts, key: SigningKey): string {
  const first = header ?? { typ: "JWT", alg: "RS256", x5t: thumbprint(key.kid), kid: key.kid };
  const second = Buffer.from(payload ?? JSON.stringify(claims)).toString("base64url");
  const signed = `${base64url(first)}.${second}`;
  const usual = (text: string) => sign("RSA-SHA256", Buffer.from(text), key.privateKey).toString("base64url");
  return `${signed}.${(make ?? usual)(signed)}`;
}

/** Of a certificate in the real ones; nothing reads it here. */
function thumbprint(kid: string): string {
  return createHash("sha1").update(kid).digest("base64url");
}

function base64url(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
