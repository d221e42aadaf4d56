import assert from "node:assert/strict";
import { InputError } from "../../src/inputs/errors.ts";

/** Returns the error with which a parser refuses its input. */
export function failureOf(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
}
