import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { StepResult } from "../fakes/runner/step.ts";

const DOCUMENT = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
const ANCHORS = new Set([...DOCUMENT.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id));
const FAILED = { conclusion: "failure", exitCode: 1, stderr: "", outputs: {}, env: {}, path: [] };

/** Fails unless a token was handed over, and nothing else was said than these warnings (a pattern each). */
export function assertMinted(result: StepResult, warnings: readonly RegExp[] = []): void {
  assert.equal(result.conclusion, "success", result.log);
  assert.match(result.outputs["access_token"] ?? "", /^(?:00D\w{12}!|eyJ)/);
  assert.deepEqual(result.withheldJobOutputs, ["access_token"], "identifiers are not masked");
  assert.equal(result.stderr, "");
  assertWarnings(result, warnings);
}

/** Fails unless these warnings (a pattern each) are all that is annotated. */
export function assertWarnings({ annotations }: StepResult, warnings: readonly RegExp[]): void {
  assert.deepEqual(
    annotations.map(({ type, title }) => `${type}: ${title}`),
    warnings.map(() => "warning: Salesforce JWT Auth"),
  );
  for (const [index, pattern] of warnings.entries()) assert.match(annotations[index]?.message ?? "", pattern);
}

/** Fails unless the step failed with one annotation, and handed nothing over. @returns the annotation's message */
export function onlyError(result: StepResult): string {
  const { conclusion, exitCode, annotations, outputs, env, path, stderr } = result;
  assert.deepEqual({ conclusion, exitCode, outputs, env, path, stderr }, FAILED);
  assert.deepEqual(
    annotations.map(({ type, title }) => `${type}: ${title}`),
    ["error: Salesforce JWT Auth"],
  );
  return annotations[0]?.message ?? "";
}

/** The failure codes that a message links to, in order. Fails where a link leads nowhere. */
export function linkedCodes(message: string, docs = "docs/troubleshooting.md"): string[] {
  const links = [...message.matchAll(/^ *More: (\S+)#(\S+)$/gm)];
  for (const [, page, code] of links) {
    assert.equal(page, docs);
    assert.ok(ANCHORS.has(code ?? ""), `there is no entry ${code}`);
  }
  return links.map(([, , code = ""]) => code);
}
