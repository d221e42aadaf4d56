import { findHostRule, type HostKind, type LoginHostRule } from "../lib/salesforce-hosts.ts";
import { audienceFailure, hintForBareWord, loginUrlFailure } from "./login-url-errors.ts";

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

/** The documented audiences: Salesforce help, OAuth 2.0 JWT Bearer Flow. */
const PRODUCTION_AUDIENCE = "https://login.salesforce.com";
const SANDBOX_AUDIENCE = "https://test.salesforce.com";

/**
 * Where browsers end up below a site: its login page, its Lightning pages (`/s/…`, Experience Cloud) and its
 * services (`/services/oauth2/token`). None of them belongs to the site's own path.
 */
const SITE_PAGES = /(\/login)*(\/(s|services)(\/.*)?)?$/;
/** White space, a backslash, or a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const NO_ADDRESS = /[\s\\\u0000-\u001f\u007f-\u009f]/;
const HOST_NAME = /^[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*$/;
const IP_ADDRESS = /^(\[.*\]|[\d.]*\d)$/;
const LONGEST_URL = 2048;

/**
 * Reads a login URL as people type it or copy it from the address bar, with or without `https://`.
 *
 * @param text the input as given
 * @returns where to ask; reading its `url` again gives the same
 * @throws Failure with a code of {@link LOGIN_URL_PROBLEMS}
 */
export function parseLoginUrl(text: string): LoginUrl {
  const given = readUrl(text.trim());
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
 * @param text the input as given
 * @param loginUrl where the assertion will go
 * @returns the `aud` claim, and a warning where it names another host than a login URL that isn't Salesforce's
 * @throws Failure with a code of {@link AUDIENCE_PROBLEMS}
 */
export function checkAudience(text: string, loginUrl: LoginUrl): { audience: string; warning: string | undefined } {
  const audience = text.trim();
  const url = /^https:\/\/./.test(audience) && !NO_ADDRESS.test(audience) ? URL.parse(audience) : null;
  if (url !== null && hasUserInfo(audience)) throw audienceFailure("audience-user-info");
  if (url === null || !HOST_NAME.test(url.hostname)) throw audienceFailure("audience-not-https-url");
  if (loginUrl.isSalesforce || url.hostname === new URL(loginUrl.url).hostname) return { audience, warning: undefined };
  const warning =
    `audience names ${url.hostname}, but login_url is ${loginUrl.host}, which is not a Salesforce host: whoever runs it ` +
    "gets an assertion that another host may accept for as long as it is valid (3 minutes). " +
    "Leave audience out unless you trust that host with your org.";
  return { audience, warning };
}

function readUrl(text: string): Pick<URL, "hostname" | "port" | "pathname"> {
  refuseUnusable(text);
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "http") throw loginUrlFailure("login-url-not-https");
  if (scheme !== undefined && scheme !== "https") throw loginUrlFailure("login-url-scheme");
  const address = text.replace(/^(https:\/\/)?\/*/i, "");
  if (/^[^/?#:@]+@[^/?#:@]+$/.test(address) && scheme === undefined) throw loginUrlFailure("login-url-username");
  if (hasUserInfo(address)) throw loginUrlFailure("login-url-user-info");
  const url = URL.parse(`https://${address}`);
  if (url === null) throw loginUrlFailure("login-url-unreadable");
  // A copy, because setting URL.hostname can abort the whole process on Node 24.4.0.
  const hostname = url.hostname.replace(/\.$/, "");
  refuseHost(hostname);
  return { hostname, port: url.port, pathname: url.pathname };
}

function refuseUnusable(text: string): void {
  if (text === "") throw loginUrlFailure("login-url-blank");
  if (/\$\{|\{\{|^\$/.test(text)) throw loginUrlFailure("login-url-placeholder");
  if (NO_ADDRESS.test(text)) throw loginUrlFailure("login-url-characters");
  if (text.length > LONGEST_URL) throw loginUrlFailure("login-url-unreadable");
}

/** An `@` before the path; URL itself forgets a user info that is empty. */
function hasUserInfo(address: string): boolean {
  return /^(https:)?\/*[^/?#]*@/i.test(address);
}

function refuseHost(hostname: string): void {
  if (IP_ADDRESS.test(hostname)) throw loginUrlFailure("login-url-ip-address");
  // Node 24.4.0 turns some invalid international names into host names that it then refuses to read itself.
  const isStable = URL.parse(`https://${hostname}`)?.hostname === hostname;
  if (!HOST_NAME.test(hostname) || !isStable) throw loginUrlFailure("login-url-unreadable");
  if (hostname.includes(".")) return;
  throw loginUrlFailure("login-url-incomplete", { hint: hintForBareWord(hostname) });
}

function findLoginHost(hostname: string): { rule: LoginHostRule; hostname: string } {
  const { rule, login } = findHostRule(hostname);
  const hint = login && `Use https://${login}`;
  switch (rule.kind) {
    case "page":
      return findLoginHost(login ?? hostname);
    case "misspelt":
      throw loginUrlFailure("login-url-misspelt", { message: `${hostname} ${rule.why}`, hint });
    case "no-login":
      throw loginUrlFailure("login-url-no-login-host", { message: `${hostname} ${rule.why}`, hint });
    default:
      return { rule, hostname };
  }
}

function sitePath(pathname: string): string {
  return pathname.replace(/\/+/g, "/").replace(/\/$/, "").replace(SITE_PAGES, "");
}
