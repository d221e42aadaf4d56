/**
 * `@actions/core` imports `getExecOutput` for `platform.getDetails()` alone, a method that this action never calls.
 * Without the real package the bundle can't start a child process at all, and a reader can see that it can't.
 */
export function getExecOutput() {
  throw new Error("@actions/exec is left out of this bundle: platform.getDetails() can't be used");
}
