import assert from "node:assert/strict";
import { test } from "node:test";
import { sandboxOf } from "../../../src/diagnosis/sandbox-username.ts";

const OF_A_SANDBOX = {
  "deploy@acme.com.uat": "uat",
  "DEPLOY@ACME.COM.UAT": "uat",
  "deploy@acme.co.uk.uat": "uat",
  "deploy@acme.de.staging": "staging",
  "deploy@mail.acme.com.full": "full",
  "deploy@acme.com.dev": "dev",
  "deploy@acme.com.qa": "qa",
  "deploy@acme.io.dev2": "dev2",
};
const OF_NONE = [
  "deploy@acme.com",
  "deploy@acme.dev",
  "deploy@acme",
  "deploy@acme.co.uk",
  "deploy@acme.com.au",
  "deploy@mail.acme.com",
  "test-abc123@example.com",
  "deploy@acme.qa",
];
const UNCLEAR = ["deploy@mail.acme.dev", "deploy@ci.acme.cloud", "deploy@acme.com.morethanten", "deploy@acme.com.a-b"];

for (const [username, sandbox] of Object.entries(OF_A_SANDBOX)) {
  test(`${username} looks like a user of the sandbox ${sandbox}`, () => assert.equal(sandboxOf(username), sandbox));
}
for (const username of OF_NONE) {
  test(`${username} looks like no sandbox's user`, () => assert.equal(sandboxOf(username), ""));
}
for (const username of UNCLEAR) {
  test(`${username} could be either`, () => assert.equal(sandboxOf(username), undefined));
}
