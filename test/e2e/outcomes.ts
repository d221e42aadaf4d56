import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { StepResult } from "../fakes/runner/step.ts";

const DOCUMENT = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
const ANCHORS = new Set([...DOCUMENT.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id));
const FAILED = { conclusion: "failure", exitCode: 1, stderr: "", outputs: {}, env: {}, path: [] };
/** All workflow commands that the main step may print. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(["add-mask", "debug", "error", "warning"]);
/** An annotation list and a notification mail show the first line only. */
const LONGEST_FIRST_LINE = 120;

/** Fails unless the step got a token, and these warnings (a pattern each) are all that is annotated. */
export function assertLoggedIn(result: StepResult, warnings: readonly RegExp[] = []): void {
  assert.equal(result.conclusion, "success", result.log);
  assert.match(result.outputs["access_token"] ?? "", /^(?:00D\w{12}!|eyJ)/);
  assert.deepEqual(result.withheldJobOutputs, ["access_token"], "identifiers are not masked");
  assert.equal(result.stderr, "");
  assertWarnings(result, warnings);
  assertOwnCommands(result);
}

/** Fails unless these warnings (a pattern each) are all that is annotated. */
export function assertWarnings({ annotations }: Pick<StepResult, "annotations">, warnings: readonly RegExp[]): void {
  assert.deepEqual(
    annotations.map(({ type, title }) => `${type}: ${title}`),
    warnings.map(() => "warning: Salesforce JWT Auth"),
  );
  for (const [index, pattern] of warnings.entries()) assert.match(annotations[index]?.message ?? "", pattern);
}

/**
 * Fails unless the step failed with one error annotation besides these warnings (a pattern each), and set nothing.
 *
 * @returns the error's message
 */
export function onlyError(result: StepResult, warnings: readonly RegExp[] = []): string {
  const { conclusion, exitCode, annotations, outputs, env, path, stderr } = result;
  assert.deepEqual({ conclusion, exitCode, outputs, env, path, stderr }, FAILED, result.log);
  assertWarnings({ annotations: annotations.filter(({ type }) => type !== "error") }, warnings);
  const [error, ...more] = annotations.filter(({ type }) => type === "error");
  assert.equal(error?.title, "Salesforce JWT Auth");
  assert.deepEqual(more, []);
  assertOwnCommands(result);
  const { message } = error;
  assertFirstLine(message);
  return message;
}

/** The error codes that a message links to, in order. Fails if a link leads to no entry of the document. */
export function linkedCodes(message: string, docs = "docs/troubleshooting.md"): string[] {
  const links = [...message.matchAll(/^ *(?:More|Help): (\S+)#(\S+)$/gm)];
  for (const [, page, code] of links) {
    assert.equal(page, docs);
    assert.ok(ANCHORS.has(code ?? ""), `there is no entry ${code}`);
  }
  return links.map(([, , code = ""]) => code);
}

/** The code of the one error of a step that failed: see {@link onlyError} and {@link linkedCodes}. */
export function onlyCode(result: StepResult, warnings: readonly RegExp[] = []): string {
  const codes = linkedCodes(onlyError(result, warnings));
  assert.equal(codes.length, 1, result.log);
  return codes[0] ?? "";
}

/** Fails if the runner was told anything that isn't one of the action's own commands. */
function assertOwnCommands({ commands, legacyCommands }: StepResult): void {
  assert.deepEqual(
    commands.filter((name) => !OWN_COMMANDS.has(name)),
    [],
  );
  assert.deepEqual(legacyCommands, []);
}

function assertFirstLine(message: string): void {
  const [first = ""] = message.split("\n");
  assert.notEqual(first, "");
  assert.ok(first.length <= LONGEST_FIRST_LINE, `${first.length}: ${first}`);
}
