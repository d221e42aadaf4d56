import type { ActionManifest } from "./action-manifest.ts";
import type { StepLog } from "./step-log.ts";

/** The inputs of a step by name: those of the workflow, then defaults for the others. */
export type StepInputs = ReadonlyMap<string, string>;

/**
 * Fills in defaults, as the runner does: for inputs that were not passed, whatever `required` says; an input that was
 * passed blank stays blank. Names are compared without regard to case.
 *
 * @param passed what `with:` says
 */
export function fillInputs(manifest: ActionManifest, passed: Readonly<Record<string, string>>): StepInputs {
  const known = new Set(Object.keys(passed).map((name) => name.toLowerCase()));
  const defaults = [...manifest.defaults].filter(([name]) => !known.has(name.toLowerCase()));
  return new Map([...Object.entries(passed), ...defaults]);
}

/** An input that the action doesn't have causes a warning only, and is still passed to the action. */
export function warnOfUnknownInputs(log: StepLog, manifest: ActionManifest, passed: readonly string[]): void {
  const valid = [...manifest.defaults.keys()];
  const known = new Set(valid.map((name) => name.toLowerCase()));
  const unknown = passed.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length === 0) return;
  const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");
  log.annotate("warning", `Unexpected input(s) ${list(unknown)}, valid inputs are [${list(valid)}]`);
}

/** The variables that carry the inputs. An input without a value has one too, and it is empty. */
export function inputVariables(inputs: StepInputs): Record<string, string> {
  const variables = [...inputs].map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]);
  return Object.fromEntries(variables);
}
