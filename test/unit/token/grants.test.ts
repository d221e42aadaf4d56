import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { givenAssertion, jwtBearer } from "../../../src/token/grants.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const SIGNING = { audience: "https://acme.my.salesforce.com", fallbackAudience: undefined, skewMs: undefined };
const NOW = Date.UTC(2026, 0, 2);
const FORM = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" };
const signal = new AbortController().signal;

test("a key makes a new assertion for each attempt, on the adjusted clock and for the adjusted audience", async () => {
  const grants = jwtBearer({ consumerKey: "3MVG9x", username: "ci@acme.com", privateKey });
  const first = await grants.make(SIGNING, NOW, signal);
  const second = await grants.make({ ...SIGNING, audience: "https://a.example", skewMs: 600_000 }, NOW, signal);
  assert.deepEqual(first.form, { ...FORM, assertion: first.secret });
  assert.notEqual(first.secret, second.secret);
  assert.deepEqual(first.claims, { iss: "3MVG9x", sub: "ci@acme.com", aud: SIGNING.audience, exp: NOW / 1000 + 180 });
  assert.deepEqual([second.claims["aud"], second.claims["exp"]], ["https://a.example", NOW / 1000 + 780]);
  assert.equal(grants.validUntil, undefined);
});

test("a given assertion is the same for each attempt until it expires", async () => {
  const claims = { iss: "3MVG9x", sub: "ci@acme.com", aud: SIGNING.audience, exp: NOW / 1000 + 120 };
  const grants = givenAssertion({ text: "e30.e30.c2ln", claims });
  const grant = await grants.make({ ...SIGNING, audience: "https://a.example" }, NOW, signal);
  assert.deepEqual(grant, { form: { ...FORM, assertion: "e30.e30.c2ln" }, secret: "e30.e30.c2ln", claims });
  assert.equal(grants.validUntil, NOW + 120_000);
});
