import assert from "node:assert/strict";
import { test } from "node:test";
import { ActionError } from "../../../src/lib/action-error.ts";

const details = {
  code: "connection-failed",
  headline: "The connection failed.",
  causes: [{ fix: "Run the job again." }],
};

test("an ActionError has its headline as message, and all details", () => {
  const cause = new Error("connect ECONNREFUSED");
  const error = new ActionError({ ...details, context: ["The network said: ECONNREFUSED"], cause });
  assert.deepEqual(
    { ...error, message: error.message, cause: error.cause },
    {
      name: "ActionError",
      code: "connection-failed",
      message: "The connection failed.",
      context: ["The network said: ECONNREFUSED"],
      causes: [{ fix: "Run the job again." }],
      cause,
    },
  );
});

test("an ActionError without an error underneath has no property for it, which a log would print as undefined", () => {
  const error = new ActionError(details);
  assert.ok(!("cause" in error));
  assert.deepEqual(error.context, []);
});
