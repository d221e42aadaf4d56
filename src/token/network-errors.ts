import type { Cause } from "../lib/action-error.ts";
import { TimeoutError } from "../lib/clock.ts";
import { sanitize } from "../lib/sanitize.ts";
import type { FailureRule } from "./refusals.ts";

/** Why no complete response came. */
export interface NetworkError {
  /** A clause for the log. */
  readonly reason: string;
  readonly rule: FailureRule;
}

interface NetworkErrorRule extends FailureRule {
  /** Matches the error's `code` and message, joined by a space. */
  readonly match: RegExp;
}

const PROXY_STEPS = [
  "Check https_proxy and no_proxy of the runner: the request goes through the proxy that they name.",
];
const TLS_STEPS = [
  "If a proxy of your company opens TLS, save its CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
  "Otherwise check login_url: something that is not the expected server answers at this address.",
];

/** First match wins. The texts are those of Node's net, tls and http modules and of the `tunnel` package behind the client's proxies. */
const NETWORK_ERRORS: readonly NetworkErrorRule[] = [
  {
    match: /statusCode=407/,
    code: "proxy-authentication",
    headline: "The proxy wants a name and a password (407).",
    retry: false,
    causes: fixes([
      "Put them into https_proxy of the runner: http://name:password@host:port, special characters URL-encoded.",
    ]),
  },
  {
    match: /statusCode=50[234]/,
    code: "proxy-unreachable",
    headline: "The proxy could not reach Salesforce.",
    retry: true,
    causes: fixes([
      ...PROXY_STEPS,
      "Check that login_url is spelt right: a proxy answers like this for an unknown host, too.",
    ]),
  },
  {
    match: /statusCode=\d+/,
    code: "proxy-refused",
    headline: "The proxy refused to connect to Salesforce.",
    retry: false,
    causes: fixes([
      "Have the host of login_url and the org's My Domain allowed on the proxy, port 443.",
      ...PROXY_STEPS,
    ]),
  },
  {
    match: /tunneling socket.*ENOTFOUND|tunneling socket.*ERR_INVALID/,
    code: "proxy-unknown",
    headline: "The proxy's host name is unknown.",
    retry: false,
    causes: fixes(PROXY_STEPS),
  },
  {
    match: /tunneling socket.*certificate/,
    code: "tls-untrusted",
    headline: "The proxy's certificate is not trusted.",
    retry: false,
    causes: fixes([
      "Save the CA certificate of the proxy on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
      ...PROXY_STEPS,
    ]),
  },
  {
    match: /tunneling socket|illegal response body from proxy/,
    code: "proxy-unreachable",
    headline: "The connection to the proxy failed.",
    retry: true,
    causes: fixes(PROXY_STEPS),
  },
  {
    match: /^ERR_INVALID_URL|URI malformed/,
    code: "proxy-unknown",
    headline: "The proxy's address is not a URL.",
    retry: false,
    causes: fixes([
      "Correct https_proxy of the runner: http://host:port, special characters in a password URL-encoded.",
    ]),
  },
  {
    match: /^ERR_TLS_CERT_ALTNAME_INVALID/,
    code: "tls-wrong-name",
    headline: "The server's certificate is for another host name.",
    retry: false,
    causes: fixes(["Check login_url: use the org's current My Domain name.", ...TLS_STEPS]),
  },
  {
    match: /^CERT_HAS_EXPIRED|^CERT_NOT_YET_VALID/,
    code: "tls-expired",
    headline: "The server's certificate is not valid today.",
    retry: false,
    causes: fixes(["Check the runner's clock.", ...TLS_STEPS]),
  },
  {
    // UNSPECIFIED is what Node calls every verify error of OpenSSL that it has no name for, such as a key that is too weak.
    match:
      /CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY|CRL|ERR_TLS_|^INVALID_(?:CA|PURPOSE) |^PATH_LENGTH_EXCEEDED|^HOSTNAME_MISMATCH|^UNSPECIFIED/,
    code: "tls-untrusted",
    headline: "The server's certificate is not trusted.",
    retry: false,
    causes: fixes(TLS_STEPS),
  },
  {
    // Not TLS at all, or none that both sides speak. Other handshake faults are a connection's bad luck and fall through.
    match:
      /WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HANDSHAKE_FAILURE|wrong version number|unsupported protocol/i,
    code: "tls-handshake",
    headline: "The TLS handshake failed.",
    retry: false,
    causes: fixes(["Check login_url's port and the proxy: no TLS server that this runner can talk to answers there."]),
  },
  {
    match: /ENOTFOUND/,
    code: "host-unknown",
    headline: "The host name is unknown.",
    retry: false,
    causes: fixes([
      "Check login_url for a typo: the right name stands in Setup → My Domain, as Current My Domain URL.",
      "A sandbox's has two dashes and .sandbox in it: acme--uat.sandbox.my.salesforce.com.",
      "A runner without access to public DNS needs https_proxy.",
    ]),
  },
  {
    match: /./s,
    code: "connection-failed",
    headline: "The connection failed.",
    retry: true,
    causes: fixes(["Run the job again. If it keeps failing, check that the runner may reach the host on port 443."]),
  },
];

const NO_ANSWER: FailureRule = {
  code: "no-answer-in-time",
  headline: "Salesforce didn't answer in time.",
  causes: fixes([
    "Run the job again. If it fails again, check the network path from the runner to the host, and timeout_seconds.",
  ]),
  retry: true,
};

/**
 * Names the reason for a missing response.
 *
 * @param error what `httpPost` threw
 */
export function classifyNetworkError(error: unknown): NetworkError {
  if (error instanceof TimeoutError) return { rule: NO_ANSWER, reason: error.message };
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const rule = NETWORK_ERRORS.find(({ match }) => match.test(`${code} ${message}`)) as NetworkErrorRule;
  return { rule, reason: `${rule.headline.slice(0, -1)} (${sanitize(message || code, 120)})` };
}

function fixes(steps: readonly string[]): Cause[] {
  return steps.map((fix) => ({ fix }));
}
