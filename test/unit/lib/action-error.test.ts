import assert from "node:assert/strict";
import { test } from "node:test";
import { ActionError } from "../../../src/lib/action-error.ts";

test("a failure keeps the error underneath", () => {
  const cause = new Error("connect ECONNREFUSED");
  assert.equal(new ActionError({ code: "unreachable", message: "no answer", cause }).cause, cause);
});

test("a failure without one has no cause, rather than an undefined one that a log would print", () => {
  const failure = new ActionError({ code: "unreachable", message: "no answer" });
  assert.ok(!("cause" in failure));
  assert.deepEqual([failure.causes, failure.steps], [[], []]);
});
