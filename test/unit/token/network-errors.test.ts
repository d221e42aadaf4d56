import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { TimeoutError } from "../../../src/lib/clock.ts";
import type { Stage } from "../../../src/lib/http.ts";
import { ProxyAddressError } from "../../../src/lib/proxy.ts";
import { classifyNetworkError, NETWORK_ERRORS } from "../../../src/token/network-errors.ts";
import { assertNamesNextAct } from "../../support/message-form.ts";
import { OPAQUE_TOKEN } from "../../support/secrets.ts";

const raised = (code: string | undefined, message: string) => Object.assign(new Error(message), { code });
/** As the client's proxy agent raises what a proxy did. */
const tunnel = (what: string) => raised("ECONNRESET", `tunneling socket could not be established, ${what}`);
const certificate = (code: string, message: string) => raised(code, message);

type Case = readonly [what: string, error: Error, reason: string];

/** By the code, and whether another attempt can help. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  "connection-failed, retried": [
    ["a refused connection", raised("ECONNREFUSED", "connect ECONNREFUSED 192.0.2.1:443"), "the connection failed"],
    ["a reset connection", raised("ECONNRESET", "read ECONNRESET"), "the connection failed"],
    ["a body that was cut off", raised("ECONNRESET", "aborted"), "the connection failed"],
    [
      "a connection that takes too long",
      raised("ETIMEDOUT", "connect ETIMEDOUT 192.0.2.1:443"),
      "the connection failed",
    ],
    ["a network without a route", raised("ENETUNREACH", "connect ENETUNREACH"), "the connection failed"],
    ["a handshake that breaks off", raised("EPROTO", "write EPROTO internal error"), "the connection failed"],
    ["a name server that is down", raised("EAI_AGAIN", "getaddrinfo EAI_AGAIN acme"), "the connection failed"],
    [
      "a response that isn't HTTP",
      raised("HPE_INVALID_CONSTANT", "Parse Error: Expected HTTP/"),
      "the connection failed",
    ],
    [
      "a connection closed in TLS",
      raised("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"),
      "the connection failed",
    ],
    ["a code that is new", raised("OUT_OF_MEM", "out of memory"), "the connection failed"],
  ],
  "host-unknown, final": [
    [
      "an unknown host",
      raised("ENOTFOUND", "getaddrinfo ENOTFOUND acme.my.salesforce.com"),
      "the host name is unknown",
    ],
  ],
  "tls-untrusted, final": [
    certificate("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain"),
    certificate("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"),
    certificate("CERT_REVOKED", "certificate revoked"),
    certificate("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "unable to get local issuer certificate"),
    certificate("UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "unable to decode issuer public key"),
    certificate("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    certificate("UNABLE_TO_GET_CRL", "unable to get certificate list"),
    certificate("ERR_TLS_INVALID_CONTEXT", "invalid context"),
    certificate("INVALID_CA", "invalid CA"),
    certificate("INVALID_PURPOSE", "unsuitable purpose"),
    certificate("PATH_LENGTH_EXCEEDED", "path length constraint exceeded"),
    certificate("UNSPECIFIED", "EE key too weak"),
  ].map(
    (error): Case => [(error as NodeJS.ErrnoException).code ?? "", error, "the server's TLS certificate isn't trusted"],
  ),
  "tls-expired, final": [
    certificate("CERT_HAS_EXPIRED", "certificate has expired"),
    certificate("CERT_NOT_YET_VALID", "certificate is not yet valid"),
  ].map((error): Case => [error.message, error, "the server's TLS certificate isn't valid today"]),
  "tls-wrong-name, final": [
    certificate("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
    certificate("HOSTNAME_MISMATCH", "hostname mismatch"),
  ].map((error): Case => [error.message, error, "the server's TLS certificate is for another host name"]),
  "tls-handshake, final": [
    raised("ERR_SSL_WRONG_VERSION_NUMBER", "SSL routines:tls_validate_record_header"),
    raised("EPROTO", "write EPROTO SSL routines:tls_validate_record_header:wrong version number"),
    raised("ERR_SSL_UNSUPPORTED_PROTOCOL", "SSL routines"),
    raised("ERR_SSL_PACKET_LENGTH_TOO_LONG", "SSL routines"),
    raised("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "ssl/tls alert"),
    raised("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ssl/tls alert"),
  ].map(
    (error): Case => [`${(error as NodeJS.ErrnoException).code} ${error.message}`, error, "the TLS handshake failed"],
  ),
  "proxy-authentication, final": [
    ["a proxy's 407", tunnel("statusCode=407"), "the proxy requires a user name and a password (HTTP 407)"],
  ],
  "proxy-refused, final": [
    ["a proxy's 403", tunnel("statusCode=403"), "the proxy refused to connect to Salesforce"],
    ["a proxy's 500", tunnel("statusCode=500"), "the proxy refused to connect to Salesforce"],
  ],
  "proxy-unreachable, retried": [
    ...[502, 503, 504].map(
      (status): Case => [`a proxy's ${status}`, tunnel(`statusCode=${status}`), "the proxy couldn't reach Salesforce"],
    ),
    ["a proxy that refuses the connection", tunnel("cause=connect ECONNREFUSED"), "the connection to the proxy failed"],
    ["a proxy that hangs up", tunnel("cause=socket hang up"), "the connection to the proxy failed"],
    ["a proxy that isn't one", tunnel("cause=Parse Error: Expected HTTP/"), "the connection to the proxy failed"],
    [
      "a proxy that sends text into the tunnel",
      raised("ECONNRESET", "got illegal response body from proxy"),
      "the connection to the proxy failed",
    ],
  ],
  "proxy-unknown, final": [
    ["an unknown proxy", tunnel("cause=getaddrinfo ENOTFOUND proxy.invalid"), "the proxy's host name is unknown"],
  ],
  "proxy-malformed, final": [
    ...["wrong version number", "packet length too long"].map(
      (words): Case => [
        `a plain proxy behind https://: ${words}`,
        tunnel(`cause=C0FC:error:0A00010B:SSL routines:tls_validate_record_header:${words}:../deps/openssl`),
        "the proxy doesn't use TLS, but its address in https_proxy begins with https://",
      ],
    ),
    [
      "an address that can't be read",
      new ProxyAddressError("https_proxy", { cause: "has quotation marks", fix: "Remove them." }),
      "the proxy address in https_proxy isn't valid",
    ],
  ],
  "proxy-untrusted, final": [
    "self-signed certificate",
    "unable to get local issuer certificate",
    "Hostname/IP does not match certificate's altnames: Host: p. is not in the cert's altnames",
    "SSL routines:unsupported protocol",
    "SSL routines:ssl/tls alert handshake failure",
    "SSL routines:tlsv1 alert protocol version",
  ].map((words): Case => [words, tunnel(`cause=${words}`), "the TLS connection to the proxy can't be trusted"]),
};

const cases = Object.entries(CASES).flatMap(([expected, group]) => group.map((one) => [expected, ...one] as const));

/** The first sentence: the second one says what to do. */
const problemIn = (headline: string) => headline.replace(/\. .*/, ".");

/** What a user or the next step would notice. */
function outcome(error: unknown, rules = NETWORK_ERRORS): string {
  try {
    const { code, retry, headline } = classifyNetworkError(error, rules).rule;
    return `${code}, ${retry ? "retried" : "final"}: ${problemIn(headline)}`;
  } catch {
    return "a defect";
  }
}

const expectedOutcome = (expected: string, reason: string) =>
  `${expected}: ${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;

describe("classifyNetworkError", () => {
  for (const [expected, what, error, reason] of cases) {
    test(`classifies ${what}: ${expected}`, () => assert.equal(outcome(error), expectedOutcome(expected, reason)));
  }

  test("has no alternative in its rules without a case that needs it", () => {
    for (const [row, rule] of NETWORK_ERRORS.entries()) {
      for (const alternative of rule.match) {
        const without = { ...rule, match: rule.match.filter((other) => other !== alternative) };
        const rules = NETWORK_ERRORS.with(row, without);
        const decided = cases.some(
          ([expected, , error, reason]) => outcome(error, rules) !== expectedOutcome(expected, reason),
        );
        assert.ok(decided, `no case needs ${alternative} of "${rule.headline}"`);
      }
    }
  });

  test("gives one to four causes with a fix each, and a headline without an address", () => {
    for (const [, what, error] of cases) {
      const { causes, headline } = classifyNetworkError(error).rule;
      assert.ok(causes.length >= 1 && causes.length <= 4, what);
      for (const { cause, fix } of causes) {
        assert.match(fix, /^[A-Z]/);
        if (cause !== undefined && !(error instanceof ProxyAddressError))
          assert.match(cause, /^(?:[A-Z]|login_url|https_proxy).*\.$/);
      }
      assert.ok(headline.length <= 120, headline);
      assert.doesNotMatch(headline, /192\.0\.2\.1|acme|proxy\.invalid/);
    }
  });

  for (const { code, headline } of NETWORK_ERRORS.filter((rule) => rule.code !== "proxy-malformed")) {
    test(`says in the first line of ${code} what to do next: ${headline}`, () => assertNamesNextAct(headline));
  }

  test("gives the log of attempts and the post step what went wrong, and not what to do", () => {
    assert.equal(classifyNetworkError(raised("ENOTFOUND", "x")).reason, "the host name is unknown (x)");
  });

  test("leaves out Node's advice to start it with an option", () => {
    const words =
      "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca";
    assert.equal(classifyNetworkError(raised("DEPTH_ZERO_SELF_SIGNED_CERT", words)).said, "self-signed certificate");
  });

  test("names NODE_EXTRA_CA_CERTS for every certificate that doesn't verify", () => {
    const untrusted = cases.filter(([expected]) =>
      /^(?:tls-untrusted|tls-expired|tls-wrong-name|proxy-untrusted)/.test(expected),
    );
    assert.ok(untrusted.length > 12);
    for (const [, , error] of untrusted)
      assert.match(JSON.stringify(classifyNetworkError(error).rule), /NODE_EXTRA_CA_CERTS/);
  });

  test("says what the system said, fit to be shown", () => {
    const error = raised("ECONNREFUSED", "connect ECONNREFUSED 192.0.2.1:443");
    assert.equal(classifyNetworkError(error).said, "connect ECONNREFUSED 192.0.2.1:443");
    assert.equal(classifyNetworkError(error).reason, "the connection failed (connect ECONNREFUSED 192.0.2.1:443)");
    assert.equal(classifyNetworkError(raised("EPIPE", "")).said, "EPIPE");
  });

  test("says what the proxy said without the agent's words for it", () => {
    assert.equal(classifyNetworkError(tunnel("statusCode=403")).said, "the proxy answered HTTP 403");
    assert.equal(
      classifyNetworkError(tunnel("cause=connect ECONNREFUSED 192.0.2.1:3128")).said,
      "connect ECONNREFUSED 192.0.2.1:3128",
    );
    assert.equal(classifyNetworkError(tunnel("cause=")).said, "ECONNRESET");
  });

  test("says what the first of several addresses said", () => {
    const each = ["192.0.2.1", "2001:db8::1"].map((ip) => raised("ETIMEDOUT", `connect ETIMEDOUT ${ip}:443`));
    const error = Object.assign(new AggregateError(each), { code: "ETIMEDOUT" });
    assert.equal(classifyNetworkError(error).said, "connect ETIMEDOUT 192.0.2.1:443");
    assert.equal(classifyNetworkError(Object.assign(new AggregateError([]), { code: "ETIMEDOUT" })).said, "ETIMEDOUT");
  });

  test("shows text from elsewhere as one line that the runner takes for text, and no credential", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\n", "::error::", "##[error]", OPAQUE_TOKEN),
    );
    const message = fc.array(piece).map((pieces) => pieces.join(" "));
    fc.assert(
      fc.property(fc.string(), message, (code, text) => {
        const { reason, said } = classifyNetworkError(raised(`E${code}`, text));
        for (const shown of [reason, said]) {
          assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}]|##\[|^\s*::/u);
          assert.ok(!shown.includes(OPAQUE_TOKEN.slice(20)) && shown.length < 250);
        }
      }),
    );
  });
});

describe("classifyNetworkError", () => {
  const defects: readonly (readonly [what: string, error: unknown])[] = [
    ["TypeError", new TypeError("x is not a function")],
    ["TypeError with a code", Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" })],
    ["RangeError with a code", Object.assign(new RangeError("bad port"), { code: "ERR_SOCKET_BAD_PORT" })],
    ["ReferenceError", new ReferenceError("x is not defined")],
    ["SyntaxError", new SyntaxError("Unexpected token")],
    ["URIError", new URIError("URI malformed")],
    ["Error without a code", new Error("Unknown error")],
    ["Error with a code that is a number", Object.assign(new Error("x"), { code: 7 })],
    ["something that is no Error", { code: "ECONNRESET" }],
    ["undefined", undefined],
  ];
  for (const [what, error] of defects) {
    test(`throws a defect: ${what}`, () => {
      let thrown: unknown = "nothing";
      try {
        classifyNetworkError(error);
      } catch (caught) {
        thrown = caught;
      }
      assert.equal(thrown, error);
    });
  }
});

describe("classifyNetworkError", () => {
  const stages: readonly (readonly [stage: Stage | undefined, said: string])[] = [
    ["not connected", "the connection didn't open"],
    ["connected to the proxy", "the proxy took the connection, but didn't answer"],
    ["connected", "the connection opened, but the TLS handshake wasn't completed"],
    ["secured", "the connection opened and the request was sent, but no complete response came"],
    [undefined, "no complete response came"],
  ];
  for (const [stage, said] of stages) {
    test(`says how far a request got that timed out: ${stage ?? "unknown"}`, () => {
      const error = Object.assign(new TimeoutError(7_250), stage && { stage });
      const { reason, rule } = classifyNetworkError(error);
      const { code, headline, retry, causes } = rule;
      assert.deepEqual({ code, retry }, { code: "no-answer-in-time", retry: true });
      assert.equal(problemIn(headline), `No answer in time: ${said}.`);
      assertNamesNextAct(headline);
      assert.equal(reason, `no answer within 7.3 s: ${said}`);
      assert.ok(headline.length <= 120 && causes.length > 0);
    });
  }
});
