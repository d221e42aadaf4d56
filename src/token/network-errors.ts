import type { Cause } from "../lib/action-error.ts";
import { TimeoutError } from "../lib/clock.ts";
import type { Progress, Stage } from "../lib/http.ts";
import { ProxyAddressError } from "../lib/proxy.ts";
import { sanitize } from "../lib/sanitize.ts";
import { SET_CLOCK } from "../lib/setup-steps.ts";
import type { FailureRule, RefusalCause } from "./refusals.ts";

/** Why no complete response came. */
export interface NetworkError {
  /** A clause for the log: "the connection failed (read ECONNRESET)". */
  readonly reason: string;
  /** What the system or the proxy said, fit to be shown; empty if it said nothing. */
  readonly said: string;
  readonly rule: FailureRule;
}

/** A kind of network error, by what Node's net, tls and http modules and the client's `tunnel` package say. */
export interface NetworkErrorRule extends FailureRule {
  /** Each is one alternative, matched against the error's code and message, joined by a space. */
  readonly match: readonly RegExp[];
}

const ENCODED_PROXY = "http://USER:PASSWORD@HOST:PORT, special characters URL-encoded (@ as %40)";
const ALLOW_ON_PROXY: Cause = {
  cause: "The proxy doesn't allow the host.",
  fix: "Ask the proxy's administrator to allow CONNECT to the host of login_url and to the org's My Domain, port 443.",
};
const WRONG_PROXY: Cause = {
  cause: "https_proxy names the wrong proxy, or this host must be reached without it.",
  fix: "Correct https_proxy on the runner or in the step's env, or add the host to no_proxy.",
};
const CHECK_HOST: Cause = {
  cause: "login_url is misspelled, so its host doesn't exist.",
  fix: "Copy Setup > My Domain > Current My Domain URL into login_url. A sandbox's has two hyphens and .sandbox in it.",
};
export const TRUST_COMPANY_CA: Cause = {
  cause: "A proxy of your company opens TLS and signs with the company's CA.",
  fix: "Save the company's CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
};
const OTHER_SERVER: Cause = {
  cause: "Another server than Salesforce answers at this address.",
  fix: "Copy Setup > My Domain > Current My Domain URL into login_url.",
};
const FIREWALL: Cause = {
  cause: "A firewall or a missing route stops the connection.",
  fix: "Let the runner connect to the host of login_url on port 443. If it needs a proxy, set https_proxy.",
};
const TRANSIENT: Cause = {
  cause: "The network had a transient error.",
  fix: "Run the job again.",
};

/** The first match is the one that counts. */
export const NETWORK_ERRORS: readonly NetworkErrorRule[] = [
  {
    match: [/statusCode=407/],
    code: "proxy-authentication",
    headline: "The proxy requires a user name and a password (HTTP 407). Set them in https_proxy.",
    retry: false,
    causes: [
      {
        cause: "https_proxy has no user name and password, or wrong ones.",
        fix: `Set https_proxy, from a secret, to ${ENCODED_PROXY}.`,
      },
      {
        cause: "The proxy requires NTLM or Kerberos. The action supports Basic authentication only.",
        fix: "Run a local proxy that authenticates to the company's proxy, and set https_proxy to the local one.",
      },
    ],
  },
  {
    match: [/statusCode=502/, /statusCode=503/, /statusCode=504/],
    code: "proxy-unreachable",
    headline: "The proxy couldn't reach Salesforce. Check the spelling of login_url, then https_proxy.",
    retry: true,
    causes: [CHECK_HOST, ALLOW_ON_PROXY, WRONG_PROXY],
  },
  {
    match: [/statusCode=\d+/],
    code: "proxy-refused",
    headline: "The proxy refused to connect to Salesforce. Allow the host of login_url on the proxy.",
    retry: false,
    causes: [ALLOW_ON_PROXY, WRONG_PROXY],
  },
  {
    match: [/tunneling socket.*ENOTFOUND/],
    code: "proxy-unknown",
    headline: "The proxy's host name is unknown. Correct https_proxy.",
    retry: false,
    causes: [
      {
        cause: "The host in https_proxy is misspelled.",
        fix: "Correct https_proxy on the runner or in the step's env.",
      },
      { cause: "The runner's DNS doesn't know the proxy.", fix: "Set https_proxy to the proxy's IP address." },
    ],
  },
  {
    // What a plain proxy answers to a TLS handshake is no TLS record.
    match: [/tunneling socket.*wrong version number/i, /tunneling socket.*packet length too long/i],
    code: "proxy-malformed",
    headline: "The proxy doesn't use TLS, but its address in https_proxy begins with https://.",
    retry: false,
    causes: [
      { fix: "Write http:// in https_proxy: http://HOST:PORT. It is about the connection to the proxy itself." },
    ],
  },
  {
    match: [
      /tunneling socket.*certificate/i,
      /tunneling socket.*unsupported protocol/i,
      /tunneling socket.*handshake failure/i,
      /tunneling socket.*alert protocol version/i,
    ],
    code: "proxy-untrusted",
    headline: "The TLS connection to the proxy can't be trusted. Set NODE_EXTRA_CA_CERTS to its CA certificate.",
    retry: false,
    causes: [
      {
        cause: "The proxy's certificate is signed by the company's CA.",
        fix: "Save the CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
      },
      {
        cause: "The certificate is expired or for another name, or the proxy has no TLS 1.2.",
        fix: "Set https_proxy to the name in the proxy's certificate, or ask its administrator to renew the certificate.",
      },
      WRONG_PROXY,
    ],
  },
  {
    match: [/tunneling socket/, /illegal response body from proxy/],
    code: "proxy-unreachable",
    headline: "The connection to the proxy failed. Check that the proxy is running, and its address in https_proxy.",
    retry: true,
    causes: [
      { cause: "The proxy is down or overloaded.", fix: "Check that the proxy is running, then run the job again." },
      {
        cause: "The host, the port, or the scheme in https_proxy is wrong.",
        fix: "Correct https_proxy: http:// for most proxies, https:// only for a proxy that itself uses TLS.",
      },
      { cause: "This host must be reached without the proxy.", fix: "Add the host to no_proxy." },
    ],
  },
  {
    match: [/^ERR_TLS_CERT_ALTNAME_INVALID/, /^HOSTNAME_MISMATCH/],
    code: "tls-wrong-name",
    headline: "The server's TLS certificate is for another host name. Check the spelling of login_url.",
    retry: false,
    causes: [
      {
        cause: "login_url has an old or misspelled name of the org.",
        fix: "Copy Setup > My Domain > Current My Domain URL into login_url.",
      },
      TRUST_COMPANY_CA,
    ],
  },
  {
    match: [/^CERT_HAS_EXPIRED/, /^CERT_NOT_YET_VALID/],
    code: "tls-expired",
    headline: "The server's TLS certificate isn't valid today. Check the runner's clock.",
    retry: false,
    causes: [
      { cause: "The runner's clock is wrong.", fix: SET_CLOCK },
      {
        cause: "A proxy of your company opens TLS, and its own certificate has expired.",
        fix: "Ask the proxy's administrator to renew it. Trust a new CA with NODE_EXTRA_CA_CERTS in the step's env.",
      },
    ],
  },
  {
    // Node calls every verification error of OpenSSL that it has no name for UNSPECIFIED, such as a key that is too weak.
    match: [
      /CERT/,
      /ISSUER/,
      /UNABLE_TO_VERIFY/,
      /CRL/,
      /^ERR_TLS_/,
      /^INVALID_CA /,
      /^INVALID_PURPOSE /,
      /^PATH_LENGTH_EXCEEDED/,
      /^UNSPECIFIED/,
    ],
    code: "tls-untrusted",
    headline: "The server's TLS certificate isn't trusted. Set NODE_EXTRA_CA_CERTS if a company's proxy opens TLS.",
    retry: false,
    causes: [TRUST_COMPANY_CA, OTHER_SERVER],
  },
  {
    // Not TLS at all, or no version that both sides support. Other handshake errors are transient and fall through.
    match: [
      /wrong[ _]version[ _]number/i,
      /unsupported[ _]protocol/i,
      /packet[ _]length[ _]too[ _]long/i,
      /handshake[ _]failure/i,
      /alert[ _]protocol[ _]version/i,
    ],
    code: "tls-handshake",
    headline: "The TLS handshake failed. Remove a port from login_url, then check the proxy and the firewall.",
    retry: false,
    causes: [
      { cause: "The port in login_url isn't one for TLS.", fix: "Remove the port from login_url." },
      {
        cause: "A proxy or firewall in between answers instead of Salesforce, or supports no TLS 1.2.",
        fix: "Ask its administrator to pass TLS connections to the host of login_url through.",
      },
    ],
  },
  {
    match: [/ENOTFOUND/],
    code: "host-unknown",
    headline: "The host name is unknown. Check the spelling of login_url.",
    retry: false,
    causes: [
      CHECK_HOST,
      {
        cause: "The runner has no access to public DNS.",
        fix: "Set https_proxy to the proxy that the runner has to use.",
      },
    ],
  },
  {
    match: [/^[A-Z]/],
    code: "connection-failed",
    headline: "The connection failed. Run the job again, then check the runner's firewall and proxy.",
    retry: true,
    causes: [TRANSIENT, FIREWALL],
  },
];

const OVERLOADED: Cause = {
  cause: "Salesforce or something in between is overloaded.",
  fix: "Run the job again. If it fails again, wait until https://status.salesforce.com shows the org's instance as available (Setup > Company Information > Instance).",
};
/** One attempt gets half of the budget, and at most 15 s (`attemptMs`). */
const LONGER: RefusalCause = {
  cause: "The connection is slow, and one attempt gets only half of timeout_seconds.",
  fix: "Set timeout_seconds to 30 or more, which gives an attempt the longest time, 15 s.",
  unless: "longest attempts",
};

/** What was missing when the time was over, and what it may come from. */
const NO_RESPONSE: Readonly<
  Record<Stage | "unknown", { readonly headline: string; readonly causes: readonly RefusalCause[] }>
> = {
  "not connected": {
    headline: "No answer in time: the connection didn't open. Check the runner's firewall and https_proxy.",
    causes: [
      FIREWALL,
      {
        cause: "The proxy in https_proxy is down or has another address.",
        fix: "Correct https_proxy, or start the proxy.",
      },
      TRANSIENT,
    ],
  },
  "connected to the proxy": {
    headline: "No answer in time: the proxy took the connection, but didn't answer. Check the proxy and https_proxy.",
    causes: [
      { cause: "The proxy can't reach the host.", fix: ALLOW_ON_PROXY.fix },
      {
        cause: "https_proxy begins with https://, but the proxy doesn't use TLS, or the other way around.",
        fix: "Correct the scheme of https_proxy: http:// for most proxies.",
      },
    ],
  },
  connected: {
    headline: "No answer in time: the connection opened, but the TLS handshake wasn't completed. Check the firewall.",
    causes: [FIREWALL, OVERLOADED],
  },
  secured: {
    headline:
      "No answer in time: the connection opened and the request was sent, but no complete response came. Run the job again.",
    causes: [OVERLOADED, LONGER],
  },
  unknown: {
    headline: "No answer in time: no complete response came. Run the job again.",
    causes: [TRANSIENT, FIREWALL],
  },
};

/**
 * Says why no response came.
 *
 * @param error what an `HttpPost` threw
 * @throws the error itself if it is a defect: an error of the program, not of the network
 */
export function classifyNetworkError(error: unknown, rules = NETWORK_ERRORS): NetworkError {
  if (error instanceof TimeoutError) return describeTimeout(error);
  if (error instanceof ProxyAddressError) {
    const rule = { code: "proxy-malformed", headline: error.message, causes: [error.problem], retry: false };
    return { rule, reason: clause(rule.headline), said: "" };
  }
  const text = isDefect(error) ? "" : `${(error as NodeJS.ErrnoException).code} ${messageOf(error as Error)}`;
  const rule = rules.find(({ match }) => match.some((alternative) => alternative.test(text)));
  if (!rule) throw error;
  const said = sanitize(inPlainWords(messageOf(error as Error)) || (error as NodeJS.ErrnoException).code || "", 120);
  return { rule, reason: `${clause(rule.headline)} (${said})`, said };
}

/** The time is that of one attempt, so it is in the log of attempts alone: what counts in the end is the whole budget. */
function describeTimeout(error: TimeoutError & Progress): NetworkError {
  const { headline, causes } = NO_RESPONSE[error.stage ?? "unknown"];
  const rule = { code: "no-answer-in-time", headline, causes, retry: true };
  return { rule, reason: clause(headline).replace("no answer in time", error.message), said: "" };
}

/** What went wrong, without the act that a headline can end with: the log of attempts and the post step need only that. */
function clause(headline: string): string {
  return `${headline.charAt(0).toLowerCase()}${headline.slice(1).replace(/\.(?: .*)?$/, "")}`;
}

/** Sockets, TLS and the HTTP parser give each of their errors a code; JavaScript's own errors are mistakes in a program. */
function isDefect(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  const isProgramError = [TypeError, RangeError, ReferenceError, SyntaxError, URIError].some(
    (type) => error instanceof type,
  );
  return !(error instanceof Error) || typeof code !== "string" || isProgramError;
}

/** What the client's agent and Node say, in the field's words. */
function inPlainWords(message: string): string {
  return (
    message
      .replace(/^tunneling socket could not be established, statusCode=/, "the proxy answered HTTP ")
      .replace(/^tunneling socket could not be established, cause=/, "")
      // Node's advice to start it with an option, which a step can't do.
      .replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, "")
  );
}

/** If every address of a host failed, Node throws an AggregateError without a message of its own. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return error.message || (first instanceof Error ? first.message : "");
}
