import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { revoke } from "../../../src/token/revocation.ts";
import { savedToken, saveForRevocation } from "../../../src/token/saved-token.ts";
import { fault, json, type Recorder, record, type Step, silence } from "../../support/recorder.ts";
import { assertSilent, OPAQUE_TOKEN } from "../../support/secrets.ts";

const revocable = { accessToken: OPAQUE_TOKEN, instanceUrl: "https://acme.my.salesforce.com" };

/** The runner gives what a step saves to its post step, each name behind `STATE_`. */
function stateOf(recorder: Recorder): Record<string, string> {
  const saved = recorder.calls.filter(([name]) => name === "saveState");
  return Object.fromEntries(saved.map(([, name, value]) => [`STATE_${name}`, String(value)]));
}

describe("a token that is kept", () => {
  test("is found again in the post step, by the runner's state alone", () => {
    const recorder = record();
    saveForRevocation(revocable, recorder.runner);
    assert.deepEqual(savedToken(stateOf(recorder)), revocable);
    assert.deepEqual(new Set(recorder.calls.map(([name]) => name)), new Set(["saveState"]));
    assertSilent([OPAQUE_TOKEN], recorder);
  });

  test("is not found where none, or only a half, was kept", () => {
    const recorder = record();
    saveForRevocation(revocable, recorder.runner);
    assert.equal(savedToken({}), undefined);
    for (const name of Object.keys(stateOf(recorder))) {
      assert.equal(savedToken({ ...stateOf(recorder), [name]: undefined }), undefined);
      assert.equal(savedToken({ ...stateOf(recorder), [name]: "" }), undefined);
    }
  });
});

test("a revocation is one POST with the token in its body, and a line that says so", async () => {
  const recorder = record([{ status: 200 }]);
  await revoke(revocable, recorder);
  assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }), [
    "withTimeout 9000",
    'post https://acme.my.salesforce.com/services/oauth2/revoke {"token":"<token>"}',
    "info The access token was revoked.",
  ]);
  assert.equal(recorder.sent[0]?.signal.aborted, false);
  assertSilent([OPAQUE_TOKEN], recorder);
});

const failures: readonly (readonly [what: string, step: Step, cause: RegExp])[] = [
  ["a token that has ended", json(400, { error: "invalid_token" }), /Salesforce answered HTTP 400 invalid_token\./],
  ["an error as a form", { status: 400, body: "error=unsupported_token_type" }, /HTTP 400 unsupported_token_type\./],
  ["an error with runner commands", json(400, { error: "x\n##[error]y" }), /HTTP 400 x # # \[error\]y\./],
  ["an error that sends the token back", json(400, { error: OPAQUE_TOKEN }), /HTTP 400 \[…\]\./],
  ["an error that is no text", json(400, { error: { a: 1 } }), /HTTP 400\./],
  ["JSON without an error", json(500, null), /HTTP 500\./],
  ["a page", { status: 503, body: `<html>${OPAQUE_TOKEN}` }, /HTTP 503\./],
  ["a redirect", { status: 302, headers: { location: "https://elsewhere.example" } }, /HTTP 302\./],
  ["a success of another kind", { status: 204 }, /HTTP 204\./],
  ["no answer", silence, /no answer within 9\.0 s\./],
  ["a connection that ends", fault("ECONNRESET", "socket hang up"), /the connection failed \(socket hang up\)\./],
  ["an unknown host", fault("ENOTFOUND"), /the host name is unknown/],
  ["a proxy that refuses", fault("ECONNRESET", "tunneling socket, statusCode=407"), /the proxy wants a name/],
];

describe("a revocation that fails is one warning with its cause, and never an error:", () => {
  for (const [what, step, cause] of failures) {
    test(what, async () => {
      const recorder = record([step]);
      const start = recorder.clock.monotonic();
      await revoke(revocable, recorder);
      assert.ok(recorder.clock.monotonic() - start < 10_000, "the post step ends within 10 s");
      const [warning, ...others] = recorder.calls.slice(2);
      assert.deepEqual(others, []);
      assert.equal(warning?.[0], "warning");
      assert.match(String(warning?.[1]), cause);
      assert.match(String(warning?.[1]), /could not be revoked.*Session Management/);
      assert.equal(recorder.sent.length, 1);
      assertSilent([OPAQUE_TOKEN], recorder);
    });
  }
});
