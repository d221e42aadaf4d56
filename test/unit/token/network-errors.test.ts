import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { TimeoutError } from "../../../src/lib/clock.ts";
import { classifyNetworkError } from "../../../src/token/network-errors.ts";
import { OPAQUE_TOKEN } from "../../support/secrets.ts";

const raised = (code: string | undefined, message: string) => Object.assign(new Error(message), { code });
/** As the client's proxy agent raises what a proxy did. */
const tunnel = (what: string) => raised("ECONNRESET", `tunneling socket could not be established, ${what}`);

type Case = readonly [what: string, error: unknown, code: string, retry: boolean];
const faults: readonly Case[] = [
  ["a refused connection", raised("ECONNREFUSED", "connect ECONNREFUSED 192.0.2.1:443"), "connection-failed", true],
  ["a reset connection", raised("ECONNRESET", "read ECONNRESET"), "connection-failed", true],
  ["a body that was cut off", raised("ECONNRESET", "aborted"), "connection-failed", true],
  ["a hang-up", raised("ECONNRESET", "socket hang up"), "connection-failed", true],
  [
    "a hang-up in TLS",
    raised("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"),
    "connection-failed",
    true,
  ],
  [
    "a connection that takes too long",
    raised("ETIMEDOUT", "connect ETIMEDOUT 192.0.2.1:443"),
    "connection-failed",
    true,
  ],
  ["a network that can't be reached", raised("ENETUNREACH", "connect ENETUNREACH"), "connection-failed", true],
  ["a handshake that breaks off", raised("EPROTO", "write EPROTO internal error"), "connection-failed", true],
  ["a broken pipe", raised("EPIPE", "write EPIPE"), "connection-failed", true],
  ["a name server that is down", raised("EAI_AGAIN", "getaddrinfo EAI_AGAIN acme"), "connection-failed", true],
  ["no words at all", new Error(), "connection-failed", true],
  ["an attempt without an answer", new TimeoutError(15_000), "no-answer-in-time", true],

  ["an unknown host", raised("ENOTFOUND", "getaddrinfo ENOTFOUND acme.my.salesforce.com"), "host-unknown", false],
  [
    "a certificate of nobody",
    raised("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain"),
    "tls-untrusted",
    false,
  ],
  [
    "a self-signed certificate",
    raised("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"),
    "tls-untrusted",
    false,
  ],
  [
    "an unknown issuer",
    raised("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "unable to get local issuer certificate"),
    "tls-untrusted",
    false,
  ],
  [
    "a chain with a gap",
    raised("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    "tls-untrusted",
    false,
  ],
  ["a revoked certificate", raised("CERT_REVOKED", "certificate revoked"), "tls-untrusted", false],
  [
    "a certificate of one that may not issue any",
    raised("INVALID_CA", "invalid CA certificate"),
    "tls-untrusted",
    false,
  ],
  [
    "a certificate for another use",
    raised("INVALID_PURPOSE", "unsuitable certificate purpose"),
    "tls-untrusted",
    false,
  ],
  [
    "a chain that is too long",
    raised("PATH_LENGTH_EXCEEDED", "path length constraint exceeded"),
    "tls-untrusted",
    false,
  ],
  ["a key that is too weak", raised("UNSPECIFIED", "EE certificate key too weak"), "tls-untrusted", false],
  ["a certificate that has expired", raised("CERT_HAS_EXPIRED", "certificate has expired"), "tls-expired", false],
  ["a certificate of tomorrow", raised("CERT_NOT_YET_VALID", "certificate is not yet valid"), "tls-expired", false],
  [
    "a certificate of another host",
    raised("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
    "tls-wrong-name",
    false,
  ],
  [
    "a server that speaks no TLS",
    raised("ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number"),
    "tls-handshake",
    false,
  ],
  [
    "a handshake without a common cipher",
    raised("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "ssl/tls alert handshake failure"),
    "tls-handshake",
    false,
  ],

  ["a proxy's 407", tunnel("statusCode=407"), "proxy-authentication", false],
  ["a proxy's 403", tunnel("statusCode=403"), "proxy-refused", false],
  ["a proxy's 405", tunnel("statusCode=405"), "proxy-refused", false],
  ["a proxy's 502", tunnel("statusCode=502"), "proxy-unreachable", true],
  ["a proxy's 503", tunnel("statusCode=503"), "proxy-unreachable", true],
  ["a proxy's 504", tunnel("statusCode=504"), "proxy-unreachable", true],
  [
    "a proxy that refuses the connection",
    tunnel("cause=connect ECONNREFUSED 192.0.2.1:3128"),
    "proxy-unreachable",
    true,
  ],
  ["a proxy that hangs up", tunnel("cause=socket hang up"), "proxy-unreachable", true],
  [
    "a proxy that talks out of turn",
    raised("ECONNRESET", "got illegal response body from proxy"),
    "proxy-unreachable",
    true,
  ],
  ["an unknown proxy", tunnel("cause=getaddrinfo ENOTFOUND proxy.invalid"), "proxy-unknown", false],
  ["a proxy of nobody", tunnel("cause=self-signed certificate"), "tls-untrusted", false],
  ["a proxy of an unknown issuer", tunnel("cause=unable to get local issuer certificate"), "tls-untrusted", false],
  ["a proxy with a gap in its chain", tunnel("cause=unable to verify the first certificate"), "tls-untrusted", false],
  ["a proxy whose address is no URL", raised("ERR_INVALID_URL", "Invalid URL"), "proxy-unknown", false],
  ["a proxy whose password is not encoded", raised(undefined, "URI malformed"), "proxy-unknown", false],
];

describe("networkFault", () => {
  for (const [what, error, code, retry] of faults) {
    test(`${what}: ${code}, ${retry ? "asks again" : "final"}`, () => {
      const fault = classifyNetworkError(error);
      assert.deepEqual({ code: fault.rule.code, retry: fault.rule.retry }, { code, retry });
      assert.ok(fault.rule.causes.length > 0);
    });
  }

  test("names NODE_EXTRA_CA_CERTS for every certificate that doesn't verify", () => {
    const untrusted = faults.filter(([, , code]) => ["tls-untrusted", "tls-expired", "tls-wrong-name"].includes(code));
    assert.ok(untrusted.length > 8);
    for (const [, error] of untrusted)
      assert.match(JSON.stringify(classifyNetworkError(error).rule.causes), /NODE_EXTRA_CA_CERTS/);
  });

  test("says in brackets what the system said", () => {
    const { reason } = classifyNetworkError(raised("ECONNREFUSED", "connect ECONNREFUSED 192.0.2.1:443"));
    assert.equal(reason, "the connection failed (connect ECONNREFUSED 192.0.2.1:443)");
    assert.equal(classifyNetworkError(raised("EPIPE", "")).reason, "the connection failed (EPIPE)");
    assert.equal(classifyNetworkError(new Error()).reason, "the connection failed (no further word)");
  });

  test("says how long an attempt was given", () => {
    assert.equal(classifyNetworkError(new TimeoutError(7_250)).reason, "no answer within 7.3 s");
  });

  test("shows text from elsewhere as one line that the runner takes for text, and no credential", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\n", "::error::", "##[error]", OPAQUE_TOKEN),
    );
    const message = fc.array(piece).map((pieces) => pieces.join(" "));
    fc.assert(
      fc.property(fc.string(), message, (code, text) => {
        const { reason } = classifyNetworkError(raised(code, text));
        assert.doesNotMatch(reason, /[\p{Cc}\p{Zl}\p{Zp}]|##\[|^\s*::/u);
        assert.ok(!reason.includes(OPAQUE_TOKEN.slice(20)) && reason.length < 250);
      }),
    );
  });
});
