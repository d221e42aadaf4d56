import type { StepInputs } from "./inputs.ts";
import type { StepLog } from "./step-log.ts";

/** The action as the workflow uses it is not a variable that the workflow sets, so it isn't listed as one. */
const NOT_LISTED = /^GITHUB_/;

/** Writes what comes before the action's first line: all that the workflow passed to it, masked as far as known. */
export function writeHeader(log: StepLog, inputs: StepInputs, env: Readonly<Record<string, string>>): void {
  log.write(`##[group]Run ${nameOf(env)}`);
  const given = [...inputs].filter(([, value]) => value !== "");
  if (inputs.size > 0) writeList(log, "with", given);
  const variables = Object.entries(env).filter(([name]) => !NOT_LISTED.test(name));
  if (variables.length > 0) writeList(log, "env", variables);
  log.write("##[endgroup]");
}

/** All that the runner writes before a post step. */
export function writePostHeader(log: StepLog): void {
  log.write("Post job cleanup.");
}

function writeList(log: StepLog, title: string, entries: readonly (readonly [string, string])[]): void {
  log.write(`${title}:`);
  for (const [name, value] of entries) log.write(`  ${name}: ${value}`);
}

function nameOf(env: Readonly<Record<string, string>>): string {
  const repository = env["GITHUB_ACTION_REPOSITORY"];
  return repository ? `${repository}@${env["GITHUB_ACTION_REF"] ?? ""}` : "./";
}
