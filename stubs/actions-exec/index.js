/**
 * `@actions/core` imports `getExecOutput` for `platform.getDetails()`, a method that this action never calls. Without the
 * real package, no package in the bundle can start a process.
 */
export function getExecOutput() {
  throw new Error("This bundle doesn't contain @actions/exec: platform.getDetails() can't be used.");
}
