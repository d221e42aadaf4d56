import { TimeoutError } from "../lib/clock.ts";
import { sanitize } from "../lib/sanitize.ts";

/** Why no answer came, and whether asking again can help. */
export interface NetworkError {
  /** Anchor in `docs/troubleshooting.md`. */
  readonly code: string;
  /** A clause for "the token request failed: …". */
  readonly reason: string;
  readonly retry: boolean;
  readonly steps: readonly string[];
}

interface NetworkErrorRule extends Omit<NetworkError, "reason"> {
  /** Matches the error's `code` and message, joined by a space. */
  readonly match: RegExp;
  readonly reason: string;
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
    reason: "the proxy wants a name and a password (407)",
    retry: false,
    steps: ["Put them into https_proxy of the runner: http://name:password@host:port, special characters URL-encoded."],
  },
  {
    match: /statusCode=50[234]/,
    code: "proxy-unreachable",
    reason: "the proxy could not reach Salesforce",
    retry: true,
    steps: [...PROXY_STEPS, "Check that login_url is spelt right: a proxy answers like this for an unknown host, too."],
  },
  {
    match: /statusCode=\d+/,
    code: "proxy-refused",
    reason: "the proxy refused to connect to Salesforce",
    retry: false,
    steps: ["Have the host of login_url and the org's My Domain allowed on the proxy, port 443.", ...PROXY_STEPS],
  },
  {
    match: /tunneling socket.*ENOTFOUND|tunneling socket.*ERR_INVALID/,
    code: "proxy-unknown",
    reason: "the proxy's host name is unknown",
    retry: false,
    steps: PROXY_STEPS,
  },
  {
    match: /tunneling socket.*certificate/,
    code: "tls-untrusted",
    reason: "the proxy's certificate is not trusted",
    retry: false,
    steps: [
      "Save the CA certificate of the proxy on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
      ...PROXY_STEPS,
    ],
  },
  {
    match: /tunneling socket|illegal response body from proxy/,
    code: "proxy-unreachable",
    reason: "the connection to the proxy failed",
    retry: true,
    steps: PROXY_STEPS,
  },
  {
    match: /^ERR_INVALID_URL|URI malformed/,
    code: "proxy-unknown",
    reason: "the proxy's address is not a URL",
    retry: false,
    steps: ["Correct https_proxy of the runner: http://host:port, special characters in a password URL-encoded."],
  },
  {
    match: /^ERR_TLS_CERT_ALTNAME_INVALID/,
    code: "tls-wrong-name",
    reason: "the server's certificate is for another host name",
    retry: false,
    steps: ["Check login_url: use the org's current My Domain name.", ...TLS_STEPS],
  },
  {
    match: /^CERT_HAS_EXPIRED|^CERT_NOT_YET_VALID/,
    code: "tls-expired",
    reason: "the server's certificate is not valid today",
    retry: false,
    steps: ["Check the runner's clock.", ...TLS_STEPS],
  },
  {
    // UNSPECIFIED is what Node calls every verify error of OpenSSL that it has no name for, such as a key that is too weak.
    match:
      /CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY|CRL|ERR_TLS_|^INVALID_(?:CA|PURPOSE) |^PATH_LENGTH_EXCEEDED|^HOSTNAME_MISMATCH|^UNSPECIFIED/,
    code: "tls-untrusted",
    reason: "the server's certificate is not trusted",
    retry: false,
    steps: TLS_STEPS,
  },
  {
    // Not TLS at all, or none that both sides speak. Other handshake faults are a connection's bad luck and fall through.
    match:
      /WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HANDSHAKE_FAILURE|wrong version number|unsupported protocol/i,
    code: "tls-handshake",
    reason: "the TLS handshake failed",
    retry: false,
    steps: ["Check login_url's port and the proxy: no TLS server that this runner can talk to answers there."],
  },
  {
    match: /ENOTFOUND/,
    code: "host-unknown",
    reason: "the host name is unknown",
    retry: false,
    steps: [
      "Check login_url for a typo: the right name stands in Setup → My Domain, as Current My Domain URL.",
      "A sandbox's has two dashes and .sandbox in it: acme--uat.sandbox.my.salesforce.com.",
      "A runner without access to public DNS needs https_proxy.",
    ],
  },
  {
    match: /./s,
    code: "connection-failed",
    reason: "the connection failed",
    retry: true,
    steps: ["Run the job again. If it keeps failing, check that the runner may reach the host on port 443."],
  },
];

/**
 * Names what kept an answer from coming.
 *
 * @param error what `postForm` threw
 */
export function classifyNetworkError(error: unknown): NetworkError {
  if (error instanceof TimeoutError) {
    const steps = ["Run the job again. If it keeps failing, check the runner's way to the host, and timeout_seconds."];
    return { code: "no-answer-in-time", reason: error.message, retry: true, steps };
  }
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const rule = NETWORK_ERRORS.find(({ match }) => match.test(`${code} ${message}`)) as NetworkErrorRule;
  return {
    code: rule.code,
    reason: `${rule.reason} (${sanitize(message || code || "no further word", 120)})`,
    retry: rule.retry,
    steps: rule.steps,
  };
}
