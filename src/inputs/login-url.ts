import { findHostRule, type HostKind, isSalesforceHost, type LoginHostRule } from "../lib/salesforce-hosts.ts";
import { MY_DOMAIN } from "../lib/setup-steps.ts";
import { inputError } from "./errors.ts";
import { withoutQuotes } from "./parsers.ts";

/** Where a token is asked for, and what the assertion says about it. */
export interface LoginUrl {
  /** What is asked: https, no trailing slash; the path only where it is a site's. */
  readonly url: string;
  /** Host name, with the port if there is one: for messages. */
  readonly host: string;
  readonly tokenEndpoint: string;
  /** The `aud` claim that follows: the origin, for a site or custom domain with its path. */
  readonly audience: string;
  /** The documented `aud` to try when Salesforce refuses the first; My Domain hosts alone have one. */
  readonly fallbackAudience: string | undefined;
  readonly kind: HostKind;
  readonly isMyDomain: boolean;
  readonly isSalesforce: boolean;
  /** `undefined` where the host name doesn't say. */
  readonly isSandbox: boolean | undefined;
}

const MY_DOMAIN_OF_PRODUCTION = "Use the production org's My Domain: https://YOUR-DOMAIN.my.salesforce.com";
const MY_DOMAIN_OF_SANDBOX =
  "Use the sandbox's My Domain: https://YOUR-DOMAIN--SANDBOX-NAME.sandbox.my.salesforce.com (scratch orgs: see sf org display)";

/** The documented audiences: Salesforce help, OAuth 2.0 JWT Bearer Flow. */
const PRODUCTION_AUDIENCE = "https://login.salesforce.com";
const SANDBOX_AUDIENCE = "https://test.salesforce.com";
export const DOCUMENTED_AUDIENCES: readonly string[] = [PRODUCTION_AUDIENCE, SANDBOX_AUDIENCE];

/** Whitespace, a backslash, or a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const NO_ADDRESS = /[\s\\\u0000-\u001f\u007f-\u009f]/;
const HOST_NAME = /^[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*$/;
const IP_ADDRESS = /^(\[.*\]|[\d.]*\d)$/;

/** Words that people give alone, and what each means. Others are most likely a My Domain name. */
const BARE_WORDS: ReadonlyMap<string, string> = new Map([
  ["login", MY_DOMAIN_OF_PRODUCTION],
  ["production", MY_DOMAIN_OF_PRODUCTION],
  ["prod", MY_DOMAIN_OF_PRODUCTION],
  ["test", MY_DOMAIN_OF_SANDBOX],
  ["sandbox", MY_DOMAIN_OF_SANDBOX],
  ["http", "Write https:// once, with its colon and both slashes."],
  ["https", "Write https:// once, with its colon and both slashes."],
]);

/**
 * Reads a login URL as people type it or copy it from the address bar, with or without `https://`.
 *
 * @returns where to ask; reading its `url` again gives the same
 * @throws InputError with one of the `login-url-` codes
 */
export function parseLoginUrl(text: string): LoginUrl {
  const given = readUrl(withoutBrackets(text));
  const { rule, hostname } = findLoginHost(given.hostname);
  const host = given.port === "" ? hostname : `${hostname}:${given.port}`;
  const keepsPath = rule.kind === "site" || rule.kind === "custom-domain";
  const url = `https://${host}${keepsPath ? sitePath(given.pathname) : ""}`;
  const isMyDomain = rule.kind === "my-domain";
  return {
    url,
    host,
    tokenEndpoint: `${url}/services/oauth2/token`,
    audience: url,
    fallbackAudience: isMyDomain ? (rule.sandbox ? SANDBOX_AUDIENCE : PRODUCTION_AUDIENCE) : undefined,
    kind: rule.kind,
    isMyDomain,
    isSalesforce: rule.kind !== "custom-domain",
    isSandbox: rule.sandbox,
  };
}

/**
 * Checks an explicit audience. Its text is kept as it is, a trailing slash included: servers compare it literally.
 *
 * @returns the `aud` claim, and a warning if neither it nor `login_url` is Salesforce's and their hosts differ
 * @throws InputError with one of the `audience-` codes
 */
export function checkAudience(text: string, loginUrl: LoginUrl): { audience: string; warning: string | undefined } {
  const audience = text.trim();
  const url = /^https:\/\/./.test(audience) && !NO_ADDRESS.test(audience) ? URL.parse(audience) : null;
  if (url !== null && hasUserInfo(audience)) throw inputError("audience-user-info");
  if (url === null || !HOST_NAME.test(url.hostname)) throw inputError("audience-not-https-url");
  if (loginUrl.isSalesforce || url.hostname === new URL(loginUrl.url).hostname) return { audience, warning: undefined };
  // Whoever runs the host of login_url could use the assertion at Salesforce for as long as it is valid.
  if (isSalesforceHost(url.hostname)) throw inputError("audience-at-other-host");
  const warning =
    `audience names ${url.hostname}, but login_url is ${loginUrl.host}: whoever runs that host gets an assertion that ` +
    "another host may accept for 3 minutes. Remove audience from the step unless you trust both hosts with your org.";
  return { audience, warning };
}

/**
 * Returns lines for the log on where the login goes.
 *
 * @param isSet whether the workflow chose the address
 */
export function loginUrlNotices(loginUrl: LoginUrl, isSet: boolean): string[] {
  if (!loginUrl.isSalesforce) {
    return [`login_url is ${loginUrl.host}, which isn't a host of Salesforce. The assertion is sent there.`];
  }
  if (isSet) return [];
  return [
    `login_url isn't set, so the login goes to ${loginUrl.url}. Set it to the org's own address (${MY_DOMAIN}): ` +
      "since Spring '26, External Client Apps may be found only there.",
  ];
}

function readUrl(text: string): Pick<URL, "hostname" | "port" | "pathname"> {
  refuseUnusable(text);
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http") throw inputError("login-url-not-https");
  if (scheme !== undefined && scheme !== "https") throw inputError("login-url-scheme");
  const address = text.replace(/^(https:\/\/)?\/*/i, "");
  if (/^[^/?#:@]+@[^/?#:@]+$/.test(address) && scheme === undefined) throw inputError("login-url-username");
  if (hasUserInfo(address)) throw inputError("login-url-user-info");
  const url = URL.parse(`https://${address}`);
  if (url === null) throw inputError("login-url-unreadable");
  // A copy, because setting URL.hostname can abort the whole process on Node 24.4.0.
  const hostname = url.hostname.replace(/\.$/, "");
  refuseHost(hostname);
  return { hostname, port: url.port, pathname: url.pathname };
}

/** Removes what is around an address in a mail, a document or a YAML file; a path alone may end in a quote. */
function withoutBrackets(text: string): string {
  const address = text.trim();
  if (!/^["'`“”„‘’«»<]|^mailto:/i.test(address)) return address;
  return withoutQuotes(withoutQuotes(address).replace(/^<|>$/g, "")).replace(/^mailto:/i, "");
}

function refuseUnusable(text: string): void {
  if (text === "") throw inputError("login-url-blank");
  if (NO_ADDRESS.test(text)) throw inputError("login-url-characters");
}

/** An `@` before the path; URL itself forgets a user info that is empty. */
function hasUserInfo(address: string): boolean {
  return /^(https:)?\/*[^/?#]*@/i.test(address);
}

function refuseHost(hostname: string): void {
  if (IP_ADDRESS.test(hostname)) throw inputError("login-url-ip-address");
  // Node 24.4.0 turns some invalid international names into host names that it then refuses to read itself.
  const isStable = URL.parse(`https://${hostname}`)?.hostname === hostname;
  if (!HOST_NAME.test(hostname) || !isStable) throw inputError("login-url-unreadable");
  if (hostname.includes(".")) return;
  const fix =
    BARE_WORDS.get(hostname) ?? `If ${hostname} is the org's My Domain name, use https://${hostname}.my.salesforce.com`;
  throw inputError("login-url-incomplete", { fixes: [fix] });
}

function findLoginHost(hostname: string): { rule: LoginHostRule; hostname: string } {
  const { rule, login } = findHostRule(hostname);
  // The generic hosts may not find External Client Apps, so they are never advised.
  const advised = login !== undefined && findHostRule(login).rule.kind !== "login-host" ? login : undefined;
  const details = "why" in rule ? { detail: rule.why, fixes: [advised && `Use https://${advised}`] } : {};
  switch (rule.kind) {
    case "page":
      return findLoginHost(login ?? hostname);
    case "misspelled":
      throw inputError("login-url-misspelled", details);
    case "no-login":
      throw inputError("login-url-no-login-host", details);
    default:
      return { rule, hostname };
  }
}

/**
 * The site's own path, without where browsers end up below it: its login page, its Lightning pages (`/s/…`, Experience
 * Cloud) and its services (`/services/oauth2/token`).
 */
function sitePath(pathname: string): string {
  const names = pathname.split("/").filter((name) => name !== "");
  const pages = names.findIndex((name) => name === "s" || name === "services");
  const site = pages < 0 ? names : names.slice(0, pages);
  while (site.at(-1) === "login") site.pop();
  return site.map((name) => `/${name}`).join("");
}
