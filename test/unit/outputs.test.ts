import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { type OutputValues, setOutputs } from "../../src/outputs.ts";
import type { AccessToken } from "../../src/token/access-token.ts";
import { record } from "../support/recorder.ts";
import { assertSilent, jwtToken, OPAQUE_TOKEN } from "../support/secrets.ts";

const token: AccessToken = {
  accessToken: OPAQUE_TOKEN,
  tokenFormat: "opaque",
  instanceUrl: "https://acme.my.salesforce.com",
  identityUrl: "https://login.salesforce.com/id/00D5e000000AbCdEAK/0055e000000XyZ1AAK",
  orgId: "00D5e000000AbCdEAK",
  userId: "0055e000000XyZ1AAK",
  scope: "api refresh_token",
  tokenType: "Bearer",
  issuedAt: "2026-01-02T03:04:05.678Z",
  expiresAt: "2026-01-02T05:04:05.678Z",
};
const jwt: AccessToken = { ...token, tokenFormat: "jwt", accessToken: jwtToken(1) };

function handedOver(change: Partial<OutputValues>) {
  const recorder = record();
  const facts = { token, certificateExpiresAt: "", exportEnvironmentVariables: false, runner: recorder.runner };
  setOutputs({ ...facts, ...change });
  return recorder;
}

const OUTPUT_LINES = [
  "output access_token <token>",
  "output instance_url https://acme.my.salesforce.com",
  "output org_id 00D5e000000AbCdEAK",
  "output user_id 0055e000000XyZ1AAK",
  "output identity_url https://login.salesforce.com/id/00D5e000000AbCdEAK/0055e000000XyZ1AAK",
  "output scope api refresh_token",
  "output token_type Bearer",
];
const TIME_LINES = [
  "output issued_at 2026-01-02T03:04:05.678Z",
  "output expires_at 2026-01-02T05:04:05.678Z",
  "output certificate_expires_at ",
];
const EXPORT_LINES = [
  "exportVariable SF_ACCESS_TOKEN <token>",
  "exportVariable SF_ORG_INSTANCE_URL https://acme.my.salesforce.com",
];

describe("a token is handed over", () => {
  test("as outputs, and nothing else happens", () => {
    const recorder = handedOver({});
    assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }), [
      ...OUTPUT_LINES,
      "output token_format opaque",
      ...TIME_LINES,
    ]);
    assertSilent([OPAQUE_TOKEN], recorder);
  });

  test("also as the two variables that the sf command reads, when asked for", () => {
    const recorder = handedOver({ exportEnvironmentVariables: true });
    assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }).slice(11), EXPORT_LINES);
    assertSilent([OPAQUE_TOKEN], recorder);
  });

  test("with the certificate's end", () => {
    const lines = handedOver({ certificateExpiresAt: "2027-01-01T00:00:00.000Z" }).lines();
    assert.ok(lines.includes("output certificate_expires_at 2027-01-01T00:00:00.000Z"));
  });

  test("with empty outputs for what Salesforce doesn't say", () => {
    const silent = { ...token, orgId: "", userId: "", identityUrl: "", scope: "", issuedAt: "", expiresAt: "" };
    const empty = handedOver({ token: silent }).calls.filter(([name, , value]) => name === "output" && value === "");
    assert.deepEqual(
      empty.map(([, output]) => output),
      ["org_id", "user_id", "identity_url", "scope", "issued_at", "expires_at", "certificate_expires_at"],
    );
  });
});

describe("a token of the JWT format", () => {
  const words = [/Metadata API/, /sf project deploy start/, /68\.0/, /untick/];

  test("comes with a plain line about SOAP, behind all outputs", () => {
    const recorder = handedOver({ token: jwt });
    assert.deepEqual(recorder.lines({ token: jwt.accessToken }).slice(0, -1), [
      ...OUTPUT_LINES,
      "output token_format jwt",
      ...TIME_LINES,
    ]);
    const [name, message] = recorder.calls.at(-1) ?? [];
    assert.equal(name, "info");
    for (const word of words) assert.match(String(message), word);
    assertSilent([jwt.accessToken], recorder);
  });

  test("comes with a warning about SOAP when its variables are exported", () => {
    const recorder = handedOver({ token: jwt, exportEnvironmentVariables: true });
    const names = recorder.calls.slice(11).map(([name]) => name);
    assert.deepEqual(names, ["warning", "exportVariable", "exportVariable"]);
    for (const word of words) assert.match(String(recorder.calls[11]?.[1]), word);
    assertSilent([jwt.accessToken], recorder);
  });
});

test("the outputs are those of action.yml, in its order", () => {
  const action = parse(readFileSync(new URL("../../action.yml", import.meta.url), "utf8")) as { outputs: object };
  const { calls } = handedOver({});
  assert.deepEqual(
    calls.filter(([name]) => name === "output").map(([, output]) => output),
    Object.keys(action.outputs),
  );
});
