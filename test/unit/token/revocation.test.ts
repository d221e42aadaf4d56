import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { revoke, savedToken, saveForRevocation } from "../../../src/token/revocation.ts";
import { fault, json, type Recorder, record, type Step, silence } from "../../support/recorder.ts";
import { assertSilent, OPAQUE_TOKEN } from "../../support/secrets.ts";

const revocable = { accessToken: OPAQUE_TOKEN, instanceUrl: "https://acme.my.salesforce.com" };

/** The runner gives what a step saves to its post step, each name behind `STATE_`. */
function stateOf(recorder: Recorder): Record<string, string> {
  const saved = recorder.calls.filter(([name]) => name === "saveState");
  return Object.fromEntries(saved.map(([, name, value]) => [`STATE_${name}`, String(value)]));
}

describe("saveForRevocation", () => {
  test("saves a token in the runner's state, where savedToken finds it", async () => {
    const recorder = record();
    await saveForRevocation(revocable, recorder);
    assert.deepEqual(savedToken(stateOf(recorder)), revocable);
    assert.deepEqual(new Set(recorder.calls.map(([name]) => name)), new Set(["saveState"]));
    assertSilent([OPAQUE_TOKEN], recorder);
  });

  test("savedToken finds no token if none was saved", () => {
    assert.equal(savedToken({}), undefined);
    assert.equal(
      savedToken({ STATE_revoke_access_token: "", STATE_revoke_instance_url: "https://acme.example" }),
      undefined,
    );
  });

  for (const [what, saveState] of [
    ["at all", () => assert.fail("the disk is full")],
    ["as a whole", (name: string) => assert.equal(name, "revoke_access_token", "the disk is full")],
  ] as const) {
    test(`revokes a token at once that can't be saved ${what}, and the error is returned`, async () => {
      const recorder = record([{ status: 200 }]);
      const deps = { ...recorder, runner: { ...recorder.runner, saveState } };
      assert.match(String(await saveForRevocation(revocable, deps)), /the disk is full/);
      assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }), REVOKED);
    });
  }

  test("keeps the error of a token that can be neither saved nor revoked", async () => {
    const recorder = record([{ status: 500 }]);
    const saveState = () => assert.fail("the disk is full");
    const deps = { ...recorder, runner: { ...recorder.runner, saveState } };
    assert.match(String(await saveForRevocation(revocable, deps)), /disk/);
    assert.match(String(recorder.calls.at(-1)), /^warning,The access token couldn't be revoked: .* HTTP 500/);
  });
});

describe("revoke", () => {
  for (const instanceUrl of [
    "",
    "http://acme.my.salesforce.com",
    "https://acme.my.salesforce.com/",
    "https://acme.my.salesforce.com/path",
    "https://acme.my.salesforce.com?x",
    "https://acme.my.salesforce.com#x",
    "https://acme.my.salesforce.com@evil.example",
    "https://user@acme.my.salesforce.com",
    "https://user:password@acme.my.salesforce.com",
    "https://acme.my.salesforce.com\\@evil.example",
    "https://acme.my.salesforce.com\n",
    " https://acme.my.salesforce.com",
    "https://acme.my.salesforce.com:443:443",
    "https://acme.my.salesforce.com:",
    "https://127.0.0.1",
    "https://169.254.169.254",
    "https://0x7f.1",
    "https://[::1]",
    "https://localhost",
    "https://$(id).example",
    "https://acme.my.salesforce.com:99999",
    "https:acme.my.salesforce.com",
    "//acme.my.salesforce.com",
    "acme.my.salesforce.com",
  ]) {
    test(`sends no token to ${JSON.stringify(instanceUrl)}`, async () => {
      const recorder = record([{ status: 200 }]);
      await revoke({ accessToken: OPAQUE_TOKEN, instanceUrl }, recorder);
      assert.deepEqual(recorder.sent, []);
      const [call, ...others] = recorder.calls;
      assert.deepEqual(others, []);
      assert.match(
        String(call),
        /^warning,The access token couldn't be revoked: .* sent nowhere\. .*Session Management/,
      );
      assertSilent([OPAQUE_TOKEN], recorder);
    });
  }

  for (const instanceUrl of [
    "https://acme.my.salesforce.com",
    "https://acme.my.salesforce.com:8443",
    "https://a-1.example",
  ]) {
    test(`sends a token to ${instanceUrl}`, async () => {
      const recorder = record([{ status: 200 }]);
      await revoke({ accessToken: OPAQUE_TOKEN, instanceUrl }, recorder);
      assert.equal(recorder.sent[0]?.url, `${instanceUrl}/services/oauth2/revoke`);
    });
  }

  test("savedToken finds a token without its address, so that revoke warns", async () => {
    assert.deepEqual(savedToken({ STATE_revoke_access_token: OPAQUE_TOKEN }), {
      accessToken: OPAQUE_TOKEN,
      instanceUrl: "",
    });
  });
});

const REVOKED = [
  "withTimeout 9000",
  'post https://acme.my.salesforce.com/services/oauth2/revoke {"token":"<token>"}',
  "info The access token was revoked.",
];

test("revoke sends one POST with the token in its body, and a line that says so", async () => {
  const recorder = record([{ status: 200 }]);
  await revoke(revocable, recorder);
  assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }), REVOKED);
  assert.equal(recorder.sent[0]?.signal.aborted, false);
  assertSilent([OPAQUE_TOKEN], recorder);
});

const PIECES = OPAQUE_TOKEN.match(/.{1,13}/g)?.join(" and ");
const failures: readonly (readonly [what: string, step: Step, cause: RegExp])[] = [
  ["a token that has ended", json(400, { error: "invalid_token" }), /Salesforce answered HTTP 400 invalid_token\./],
  ["an error as a form", { status: 400, body: "error=unsupported_token_type" }, /HTTP 400 unsupported_token_type\./],
  ["an error with runner commands", json(400, { error: "x\n##[error]y" }), /HTTP 400 x\./],
  ["an error that sends the token back", json(400, { error: OPAQUE_TOKEN }), /HTTP 400\./],
  ["an error that sends the token back in pieces", json(400, { error: PIECES }), /HTTP 400\./],
  ["an error that sends the token back in lower case", json(400, { error: OPAQUE_TOKEN.toLowerCase() }), /HTTP 400\./],
  ["an error that is no text", json(400, { error: { a: 1 } }), /HTTP 400\./],
  ["JSON without an error", json(500, null), /HTTP 500\./],
  ["a page", { status: 503, body: `<html>${OPAQUE_TOKEN}` }, /HTTP 503\./],
  ["a redirect", { status: 302, headers: { location: "https://elsewhere.example" } }, /HTTP 302\./],
  ["a success of another kind", { status: 204 }, /HTTP 204\./],
  ["no answer", silence, /no answer within 9\.0 s: no complete response came\./],
  ["a connection that ends", fault("ECONNRESET", "socket hang up"), /the connection failed \(socket hang up\)\./],
  ["an unknown host", fault("ENOTFOUND"), /the host name is unknown/],
  ["a proxy that refuses", fault("ECONNRESET", "tunneling socket, statusCode=407"), /the proxy requires a user name/],
];

describe("revoke", () => {
  for (const [what, step, cause] of failures) {
    test(`warns of the cause and throws nothing: ${what}`, async () => {
      const recorder = record([step]);
      const start = recorder.clock.monotonic();
      await revoke(revocable, recorder);
      assert.ok(recorder.clock.monotonic() - start < 10_000, "the post step ends within 10 s");
      const [warning, ...others] = recorder.calls.slice(2);
      assert.deepEqual(others, []);
      assert.equal(warning?.[0], "warning");
      assert.match(String(warning?.[1]), cause);
      assert.match(String(warning?.[1]), /couldn't be revoked.*Session Management/);
      assert.equal(recorder.sent.length, 1);
      assertSilent([OPAQUE_TOKEN], recorder);
    });
  }
});

test("revoke throws a defect of the program", async () => {
  const recorder = record([{ fault: new TypeError("x is not a function") }]);
  await assert.rejects(revoke(revocable, recorder), /x is not a function/);
});
