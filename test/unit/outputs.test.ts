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

function recordOutputs(change: Partial<OutputValues>) {
  const recorder = record();
  const certificateExpiresAt = "2027-01-01T00:00:00.000Z";
  setOutputs({ token, certificateExpiresAt, exportEnvironmentVariables: false, runner: recorder.runner, ...change });
  assertSilent([OPAQUE_TOKEN, jwt.accessToken], recorder);
  return recorder;
}

const OUTPUTS = [
  "output access_token <token>",
  "output instance_url https://acme.my.salesforce.com",
  "output org_id 00D5e000000AbCdEAK",
  "output user_id 0055e000000XyZ1AAK",
  "output identity_url https://login.salesforce.com/id/00D5e000000AbCdEAK/0055e000000XyZ1AAK",
  "output scope api refresh_token",
  "output token_type Bearer",
  "output token_format opaque",
  "output issued_at 2026-01-02T03:04:05.678Z",
  "output expires_at 2026-01-02T05:04:05.678Z",
  "output certificate_expires_at 2027-01-01T00:00:00.000Z",
];
const EXPORTS = [
  "exportVariable SF_ACCESS_TOKEN <token>",
  "exportVariable SF_ORG_INSTANCE_URL https://acme.my.salesforce.com",
];

describe("the outputs of a login", () => {
  test("are set, and nothing else happens", () => {
    assert.deepEqual(recordOutputs({}).lines({ token: OPAQUE_TOKEN }), OUTPUTS);
  });

  test("come with the two variables that the sf command reads if that is asked for", () => {
    const recorder = recordOutputs({ exportEnvironmentVariables: true });
    assert.deepEqual(recorder.lines({ token: OPAQUE_TOKEN }), [...OUTPUTS, ...EXPORTS]);
  });

  test("are those of action.yml, in its order", () => {
    const action = parse(readFileSync(new URL("../../action.yml", import.meta.url), "utf8")) as { outputs: object };
    assert.deepEqual(
      recordOutputs({}).calls.map(([, name]) => name),
      Object.keys(action.outputs),
    );
  });
});

describe("a JWT-format token", () => {
  const NOTE =
    /^(?:info|warning) Salesforce issued a JWT-format token\. The Metadata API over SOAP.*sf project deploy start.*below API version 68\.0\. To get an opaque token, .*“Issue JSON Web Token \(JWT\)-based access tokens for named users”/;

  for (const [channel, exportEnvironmentVariables, rest] of [
    ["info", false, []],
    ["warning", true, EXPORTS],
  ] as const) {
    test(`comes with ${channel === "info" ? "a plain line" : "a warning"} about SOAP ${channel === "info" ? "without" : "with"} exported variables`, () => {
      const lines = recordOutputs({ token: jwt, exportEnvironmentVariables }).lines({ token: jwt.accessToken });
      const [note = ""] = lines.splice(OUTPUTS.length, 1);
      assert.match(note, NOTE);
      assert.ok(note.startsWith(channel));
      assert.deepEqual(lines, [...OUTPUTS.map((line) => line.replace("opaque", "jwt")), ...rest]);
    });
  }
});
