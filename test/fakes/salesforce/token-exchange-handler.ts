import { createPublicKey, verify } from "node:crypto";
import type { HandlerAnswer, IncomingToken } from "./token-exchange.ts";
import { decide, isGitHubHeader, type Rule } from "./token-exchange-decision.ts";

/** What the org has for the handler. */
export interface HandlerOptions {
  readonly rules: readonly Rule[];
  /** The origins that Apex may call. */
  readonly remoteSites: readonly string[];
  /** Fetches GitHub's published keys. */
  readonly keys: () => readonly Readonly<Record<string, string>>[];
}

const ORIGIN = "https://token.actions.githubusercontent.com";
const UNVERIFIED = "the token could not be verified as one of GitHub";
const NO_USER = "the user of the login rule does not exist or is not active";

/** The Apex class GitHubLoginHandler of setup/keyless: after any error, the answer is a refusal. */
export function gitHubLoginHandler({ rules, remoteSites, keys }: HandlerOptions) {
  return ({ token, appDeveloperName, org, now }: IncomingToken): HandlerAnswer => {
    try {
      const payload = readSigned(token, () => {
        if (!remoteSites.includes(ORIGIN)) throw new Error(`Unauthorized endpoint ${ORIGIN}: Remote site settings`);
        return keys();
      });
      const { username, reason } = decide(payload, rules, { app: appDeveloperName, audience: org.instanceUrl, now });
      if (reason !== undefined) return refuse(reason);
      const user = org.users.find((one) => one.active && one.username.toLowerCase() === username.toLowerCase());
      return user ? { user } : refuse(NO_USER);
    } catch (problem) {
      return refuse(UNVERIFIED, String(problem));
    }
  };
}

/**
 * The claims of a token, as text.
 *
 * @throws Error if it isn't signed with one of the keys
 */
function readSigned(token: string, keys: () => readonly Readonly<Record<string, string>>[]): string {
  const [header = "", payload = "", signature = "", ...more] = token.split(".");
  const decoded = decode(header);
  if (more.length > 0 || !isGitHubHeader(decoded)) throw new Error("the header is not one of GitHub's");
  const { kid } = JSON.parse(decoded) as { kid: string };
  const key = keys().find((candidate) => candidate["kid"] === kid);
  if (!key) throw new Error("no published key has this kid");
  const publicKey = createPublicKey({ key: { ...key }, format: "jwk" });
  if (!verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url"))) {
    throw new Error("the signature does not verify");
  }
  return decode(payload);
}

function refuse(reason: string, because = reason): HandlerAnswer {
  return { message: `GitHub login refused: ${reason}`, because };
}

function decode(part: string): string {
  return new TextDecoder("utf8", { fatal: true }).decode(Buffer.from(part, "base64url"));
}
