import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { claimsFor, signAssertion } from "../../../src/token/assertion.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const facts = {
  consumerKey: "3MVG9consumer",
  username: "ci@example.com.uat",
  audience: "https://test.salesforce.com",
  now: Date.UTC(2026, 0, 2, 3, 4, 5, 999),
};

const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));

describe("claims", () => {
  test("are the four that Salesforce reads, valid for three minutes in whole seconds", () => {
    assert.deepEqual(claimsFor(facts), {
      iss: "3MVG9consumer",
      sub: "ci@example.com.uat",
      aud: "https://test.salesforce.com",
      exp: Date.UTC(2026, 0, 2, 3, 7, 5) / 1000,
    });
  });

  test("have a whole number as end on a clock that counts fractions", () => {
    assert.ok(Number.isInteger(claimsFor({ ...facts, now: 1_767_323_045_678.9 }).exp));
  });
});

describe("an assertion", () => {
  test("holds the claims as they are, and a header of nothing but RS256", async () => {
    const [header, payload, ...rest] = (await signAssertion(claimsFor(facts), privateKey)).split(".");
    assert.deepEqual(decode(header), { alg: "RS256" });
    assert.deepEqual(decode(payload), claimsFor(facts));
    assert.equal(rest.length, 1);
  });

  test("verifies with the certificate's public key", async () => {
    const [header, payload, signature = ""] = (await signAssertion(claimsFor(facts), privateKey)).split(".");
    const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
    assert.ok(verifier.verify(publicKey, Buffer.from(signature, "base64url")));
  });

  test("keeps names beyond ASCII as UTF-8", async () => {
    const claims = claimsFor({ ...facts, username: "jürgen@例え.jp" });
    const [, payload] = (await signAssertion(claims, privateKey)).split(".");
    assert.deepEqual(decode(payload), claims);
  });
});
