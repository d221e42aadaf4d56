import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, isGitHubHeader } from "../../fakes/salesforce/token-exchange-decision.ts";
import { CASES, HEADERS } from "./cases.ts";

describe("the decision about a keyless login", () => {
  for (const { title, payload, rules, context, username, reason } of CASES) {
    test(title, () => {
      const expected = username === undefined ? { reason } : { username };
      assert.deepEqual(decide(payload, rules, context), expected);
    });
  }

  for (const [title, header, accepted] of HEADERS) {
    test(title, () => assert.equal(isGitHubHeader(header), accepted));
  }

  test("the table has at least 60 rows, each under its own title", () => {
    assert.ok(CASES.length >= 60);
    assert.equal(new Set(CASES.map(({ title }) => title)).size, CASES.length);
  });
});
