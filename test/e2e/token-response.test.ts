import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import { faults } from "../fakes/salesforce/index.ts";
import { login, loginMeeting, startTestEnvironment } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const bench = await startTestEnvironment();
after(() => bench.close());
const { salesforce } = bench;
const { org } = salesforce;

const SIDE_BY_SIDE = { concurrency: 4 };
const OPAQUE = `${org.orgId.slice(0, 15)}!AQEAQ${"a1B2c3D4".repeat(10)}`;

describe("what Salesforce may leave out or add", SIDE_BY_SIDE, () => {
  /** Fields of the answer, and the outputs that differ from the usual ones because of them. */
  const ANSWERS: Readonly<Record<string, readonly [fields: object, outputs: Readonly<Record<string, string>>]>> = {
    "no scope": [{ scope: undefined }, { scope: "" }],
    "several scopes": [{ scope: "refresh_token api web" }, { scope: "refresh_token api web" }],
    "no token type": [{ token_type: undefined }, { token_type: "Bearer" }],
    "the token type in lower case": [{ token_type: "bearer" }, { token_type: "Bearer" }],
    "no instance URL": [{ instance_url: undefined }, { instance_url: "<login_url>" }],
    "an instance URL with a slash": [{ instance_url: `${org.instanceUrl}/` }, { instance_url: org.instanceUrl }],
    "no identity URL": [{ id: undefined }, { identity_url: "", user_id: "", org_id: org.orgId }],
    "an identity URL with short ids": [
      { id: `https://login.salesforce.com/id/${org.orgId.slice(0, 15)}/${org.userId.slice(0, 15)}` },
      { org_id: org.orgId, user_id: org.userId },
    ],
    "when it was issued": [{ issued_at: "1767330000000" }, { issued_at: "2026-01-02T05:00:00.000Z", expires_at: "" }],
    "when it was issued and for how long": [
      { issued_at: "1767330000000", expires_in: 900 },
      { issued_at: "2026-01-02T05:00:00.000Z", expires_at: "2026-01-02T05:15:00.000Z" },
    ],
    "for how long, but not from when": [{ expires_in: 900 }, { issued_at: "", expires_at: "" }],
    "nothing but the token": [
      { scope: undefined, token_type: undefined, id: undefined, instance_url: undefined },
      { scope: "", identity_url: "", user_id: "", org_id: org.orgId, instance_url: "<login_url>" },
    ],
    "fields that nobody asked for": [{ sfdc_community_url: "https://acme.my.site.com", refresh_token: null }, {}],
  };
  for (const [what, [fields, expected]] of Object.entries(ANSWERS)) {
    test(what, async () => {
      const { result, requests } = await loginMeeting(bench, faults.grantWith({ fields: { ...fields } }));
      assertMinted(result);
      for (const [name, value] of Object.entries(expected)) {
        assert.equal(result.outputs[name], value.replace("<login_url>", `https://${requests[0]?.host}`), name);
      }
    });
  }

  test("a JWT-format token says itself when it ends, and is handed over with a line about SOAP", async () => {
    const { result } = await loginMeeting(bench, faults.grantWith({ format: "jwt", lifetimeSeconds: 1800 }));
    assertMinted(result);
    const { access_token = "", token_format, expires_at, org_id } = result.outputs;
    const { exp } = JSON.parse(Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString());
    assert.equal(token_format, "jwt");
    assert.equal(expires_at, new Date(exp * 1000).toISOString());
    assert.equal(org_id, org.orgId);
    assert.match(
      result.log,
      /^Salesforce issued a JWT-format token\. The Metadata API over SOAP.*below API version 68\.0/m,
    );
  });

  test("a JWT-format token's lifetime as the answer has it comes before its own", async () => {
    const fields = { issued_at: "1767330000000", expires_in: 60 };
    const { result } = await loginMeeting(bench, faults.grantWith({ format: "jwt", fields }));
    assert.equal(result.outputs["expires_at"], "2026-01-02T05:01:00.000Z");
  });

  test("a JWT-format token alone leaves the org unnamed", async () => {
    const fields = { id: undefined, instance_url: undefined, scope: undefined };
    const { result, requests } = await loginMeeting(bench, faults.grantWith({ format: "jwt", fields }));
    assertMinted(result);
    const { org_id, user_id, identity_url, instance_url } = result.outputs;
    assert.deepEqual({ org_id, user_id, identity_url }, { org_id: "", user_id: "", identity_url: "" });
    assert.equal(instance_url, `https://${requests[0]?.host}`);
  });
});

describe("an answer that can't be trusted fails the step, hides the token and hands nothing over", SIDE_BY_SIDE, () => {
  /** Field, value, and where it is asked if not at a My Domain, which stands in for a missing instance URL. */
  const MISSHAPEN: readonly (readonly [field: string, value: unknown, at?: string])[] = [
    ["access_token", 42_424_242_424_242],
    ["access_token", ""],
    ["access_token", null],
    ["access_token", `${OPAQUE}\n::set-output name=a::b`],
    ["access_token", `${OPAQUE} ##[add-path]/tmp`],
    ["access_token", OPAQUE.replace("!", "")],
    ["access_token", `001${OPAQUE.slice(3)}`],
    ["access_token", `${OPAQUE}"><script>`],
    ["access_token", `eyJhbGciOiJub25lIn0.${"Zm9vYmFy".repeat(5)}`],
    ["token_type", "mac"],
    ["token_type", 1],
    ["scope", 'api "full"'],
    ["scope", "api\n::error::gotcha"],
    ["scope", ["api"]],
    ["instance_url", undefined, "na1.salesforce.com"],
    ["instance_url", null, "na2.salesforce.com"],
    ["instance_url", "http://acme.my.salesforce.com"],
    ["instance_url", "javascript:alert(1)"],
    ["instance_url", "acme.my.salesforce.com"],
    ["instance_url", "https://acme.my.salesforce.com/services"],
    ["instance_url", "https://acme.my.salesforce.com?x=$(id)"],
    ["instance_url", "https://deploy:pw@acme.my.salesforce.com"],
    ["instance_url", "https://acme.my.salesforce.com\nGITHUB_TOKEN=x"],
    ["instance_url", " https://acme.my.salesforce.com"],
    ["instance_url", { href: "https://acme.my.salesforce.com" }],
    ["id", "http://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"],
    ["id", "https://login.salesforce.com/id/00Dxx0000001gPLEAY"],
    ["id", "https://login.salesforce.com/id/00Dxx0000001gPLEAA/005xx000001SwiUAAS"],
    ["id", "https://login.salesforce.com/id/00Dxx0000001gPLEAY/001xx000001SwiUAAS"],
    ["id", "https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS?x"],
    ["id", 7],
    ["issued_at", "yesterday"],
    ["issued_at", "-1"],
    ["issued_at", 1e300],
    ["issued_at", "999999999999999"],
    ["issued_at", {}],
  ];
  for (const [field, value, at] of MISSHAPEN) {
    test(`${field}: ${JSON.stringify(value) ?? "left out"}`, async () => {
      const fault = faults.grantWith({ fields: { [field]: value } });
      const inputs = { export_environment_variables: "true", write_job_summary: "true" };
      const { result, requests } = await loginMeeting(bench, fault, { ...(at && { at }), with: inputs });
      const message = onlyError(result);
      assert.deepEqual(linkedCodes(message), ["token-answer-malformed"]);
      assert.match(message, new RegExp(`can't be trusted: ${field} is .+\\. Nothing was handed over`));
      assert.deepEqual(new Set(result.commands), new Set(["add-mask", "debug", "error"]));
      assert.equal(requests.length, 1);
      assertTokenMasked(result, field === "access_token" ? value : undefined);
    });
  }

  for (const value of ["soon", "1.5", -7, "999999999999999"]) {
    test(`expires_in: ${JSON.stringify(value)}`, async () => {
      const fields = { issued_at: "1767330000000", expires_in: value };
      const { result } = await loginMeeting(bench, faults.grantWith({ fields }));
      assert.match(onlyError(result), /can't be trusted: expires_in is /);
    });
  }

  test("and one without access_token is no token answer at all", async () => {
    const { result } = await loginMeeting(bench, faults.grantWith({ fields: { access_token: undefined } }));
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["answer-unusable"]);
    assert.match(
      message,
      /HTTP 200 with JSON that is neither a token nor an error, "fields: scope, instance_url, id, /,
    );
  });
});

/** Salesforce's own token where none is given, else the whole of that one and each of its lines. */
function assertTokenMasked({ masks }: StepResult, token?: unknown): void {
  if (token === undefined) assert.ok(masks.some(salesforce.isLive), "the token is not masked");
  if (typeof token !== "string" || token === "") return;
  for (const value of [token, ...token.split("\n")]) assert.ok(masks.includes(value.trim()), "the token is not masked");
}

describe("expected_org_id", SIDE_BY_SIDE, () => {
  for (const expected of [org.orgId, org.orgId.slice(0, 15)]) {
    test(`of ${expected.length} characters lets the right org through`, async () => {
      assertMinted(await login(bench, { with: { expected_org_id: expected } }));
    });
  }

  for (const expected of [salesforce.orgs.other.orgId, salesforce.orgs.other.orgId.slice(0, 15)]) {
    test(`of another org fails the step, and both are named (${expected.length} characters)`, async () => {
      const inputs = { expected_org_id: expected, export_environment_variables: "true" };
      const result = await login(bench, { with: inputs });
      const message = onlyError(result);
      assert.deepEqual(linkedCodes(message), ["org-mismatch"]);
      assert.match(message, new RegExp(`org ${org.orgId}, but expected_org_id is ${salesforce.orgs.other.orgId}\\.`));
      assert.deepEqual(result.state, {}, "nothing is kept for a revocation that nobody asked for");
      assertTokenMasked(result);
    });
  }

  test("is compared with an opaque token's own org where the identity URL is missing", async () => {
    const fault = faults.grantWith({ fields: { id: undefined } });
    const right = await loginMeeting(bench, fault, { with: { expected_org_id: org.orgId } });
    assertMinted(right.result);
    const wrong = await loginMeeting(bench, fault, { with: { expected_org_id: salesforce.orgs.uat.orgId } });
    assert.deepEqual(linkedCodes(onlyError(wrong.result)), ["org-mismatch"]);
  });

  test("is a mismatch where nobody says which org it is", async () => {
    const fault = faults.grantWith({ format: "jwt", fields: { id: undefined } });
    const { result } = await loginMeeting(bench, fault, { with: { expected_org_id: org.orgId } });
    const message = onlyError(result);
    assert.match(message, new RegExp(`for an org that Salesforce did not name, but expected_org_id is ${org.orgId}`));
  });
});
