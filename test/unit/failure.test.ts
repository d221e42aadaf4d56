import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../src/failure.ts";

test("a failure keeps the error underneath", () => {
  const cause = new Error("connect ECONNREFUSED");
  assert.equal(new Failure({ code: "unreachable", message: "no answer", cause }).cause, cause);
});

test("a failure without one has no cause, rather than an undefined one that a log would print", () => {
  const failure = new Failure({ code: "unreachable", message: "no answer" });
  assert.ok(!("cause" in failure));
  assert.deepEqual([failure.causes, failure.steps], [[], []]);
});
