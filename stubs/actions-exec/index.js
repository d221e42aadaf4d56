/**
 * `@actions/core` imports `getExecOutput` for `platform.getDetails()` alone, a method that this action never calls.
 * The build takes that method out, and this with it. Without the real package no package that the action uses at run time
 * can start a process.
 */
export function getExecOutput() {
  throw new Error("@actions/exec is left out of this bundle: platform.getDetails() can't be used");
}
