import { randomBytes } from "node:crypto";
import type { Org, User } from "./orgs.ts";

/** The user and org of a token. */
export interface Session {
  readonly token: string;
  readonly org: Org;
  readonly user: User;
}

/** For whom and what a token is made. */
export interface Login {
  readonly org: Org;
  readonly user: User;
  readonly consumerKey: string;
  readonly format: "opaque" | "jwt";
  readonly lifetimeSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The sessions that are open. */
export interface Sessions {
  /** Whether a user gets the same token from the same app for as long as it lives, as on the real Salesforce. */
  reuse: boolean;
  /** Every token that an answer had in it, in order, the same one as often as it was issued. */
  readonly minted: string[];
  /** A session for a login, an open one where there is. */
  open(login: Login): Session;
  /** Notes a token that goes out, which isn't the session's own where a fault put another into the answer. */
  handOut(token: string, session: Session): void;
  find(token: string): Session | undefined;
  /** Ends the session of a token. @returns whether there was one */
  end(token: string): boolean;
}

/** Sessions in memory. */
export function createSessions({ reuse = true }: { reuse?: boolean } = {}): Sessions {
  const live = new Map<string, Session>();
  const tokens = new Map<string, string>();
  const minted: string[] = [];
  return {
    reuse,
    minted,
    open(login) {
      const key = [login.org.orgId, login.user.userId, login.consumerKey, login.format].join(" ");
      const open = this.reuse ? live.get(tokens.get(key) ?? "") : undefined;
      const session = open ?? { token: makeToken(login), org: login.org, user: login.user };
      tokens.set(key, session.token);
      live.set(session.token, session);
      return session;
    },
    handOut(token, session) {
      minted.push(token);
      live.set(token, { ...session, token });
    },
    find: (token) => live.get(token),
    end: (token) => live.delete(token),
  };
}

function makeToken(login: Login): string {
  return login.format === "jwt" ? makeJwt(login) : makeOpaque(login.org);
}

/** `00D…!AQ…`: the org's id of 15 characters, then 96 of what never needs escaping. */
function makeOpaque(org: Org): string {
  return `${org.orgId.slice(0, 15)}!AQ${randomText(94)}`;
}

/** Three parts that only Salesforce reads; its signature is noise. */
function makeJwt({ org, user, consumerKey, lifetimeSeconds, now }: Login): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const header = { tnk: `core/prod/${org.orgId}`, ver: "1.0", kid: "CORE_ATJWT", tty: "sfdc-core-token", typ: "JWT" };
  const iat = Math.floor(now / 1000);
  const claims = {
    scp: "api",
    aud: [org.instanceUrl],
    sub: `uid:${user.userId}`,
    iss: org.instanceUrl,
    client_id: consumerKey,
    jti: randomText(20),
    iat,
    exp: iat + lifetimeSeconds,
  };
  return `${encode({ ...header, alg: "RS256" })}.${encode(claims)}.${randomBytes(256).toString("base64url")}`;
}

function randomText(length: number): string {
  return randomBytes(length).toString("base64url").slice(0, length).replaceAll("-", ".");
}
