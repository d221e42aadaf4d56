import { type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import type { Org } from "./orgs.ts";
import type { TokenExchangeApp } from "./token-exchange.ts";
import type { TokenOptions } from "./token-options.ts";

/** An External Client App or Connected App, as its owner sets it up. */
export interface Registration {
  /** A made-up one by default. With the key of an app that exists, that app is set up anew. */
  readonly consumerKey?: string;
  /** PEM, at most 4 KB. Neither this nor `publicKey`: the app lost its certificate. */
  readonly certificate?: string;
  readonly publicKey?: KeyObject;
  /** Where it is installed; everywhere by default. */
  readonly orgs?: readonly Org[];
  /** Usernames that may use it; all by default. */
  readonly users?: readonly string[];
  /** As an External Client App since Spring '26: the generic login hosts don't find it. */
  readonly myDomainOnly?: boolean;
  /** Takes an expiry in milliseconds, from every client or from the user agents that match. */
  readonly lenientExpiry?: boolean | RegExp;
  /** As granted: `api` by default, since this flow never gives the refresh token that the app's other scope is for. */
  readonly scope?: string;
  /** What its tokens and answers look like. */
  readonly tokens?: TokenOptions;
  /** What lets it exchange tokens; it can't by default. */
  readonly tokenExchange?: TokenExchangeApp;
}

/** An app as Salesforce knows it. */
export interface App {
  readonly consumerKey: string;
  readonly publicKey: KeyObject | undefined;
  readonly scope: string;
  readonly tokens: TokenOptions;
  readonly myDomainOnly: boolean;
  readonly tokenExchange: TokenExchangeApp | undefined;
  isIn(org: Org): boolean;
  approves(username: string): boolean;
  takesMilliseconds(userAgent: string): boolean;
}

/** Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration". */
const LARGEST_CERTIFICATE = 4096;

/** Reads a registration. */
export function createApp(registration: Registration): App {
  const { consumerKey = makeConsumerKey(), orgs, users, lenientExpiry = false } = registration;
  return {
    consumerKey,
    publicKey: registration.publicKey ?? readCertificate(registration.certificate),
    scope: registration.scope ?? "api",
    tokens: registration.tokens ?? {},
    myDomainOnly: registration.myDomainOnly ?? false,
    tokenExchange: registration.tokenExchange,
    isIn: (org) => orgs?.includes(org) ?? true,
    approves: (username) => users?.includes(username) ?? true,
    takesMilliseconds: (userAgent) => (lenientExpiry instanceof RegExp ? lenientExpiry.test(userAgent) : lenientExpiry),
  };
}

function readCertificate(pem: string | undefined): KeyObject | undefined {
  if (pem === undefined) return undefined;
  if (pem.length > LARGEST_CERTIFICATE) throw new RangeError("Salesforce takes certificates of at most 4 KB");
  return new X509Certificate(pem).publicKey;
}

/** 85 characters; all consumer keys begin alike. */
function makeConsumerKey(): string {
  return `3MVG9${randomBytes(60).toString("base64url").replaceAll("-", ".")}`;
}
