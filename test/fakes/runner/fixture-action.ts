import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { runStep, type StepOptions, type StepResult } from "./step.ts";

/** A throw-away action in plain JavaScript. */
export interface FixtureAction {
  readonly main: string;
  readonly post?: string;
  /** Default by name. */
  readonly inputs?: Readonly<Record<string, string | undefined>>;
}

/** Writes an action into a folder that lasts as long as the test. @returns the folder */
export async function fixtureAction(test: TestContext, { main, post, inputs = {} }: FixtureAction): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "action-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "dist"));
  const runs = { using: "node24", main: "dist/main.js", ...(post === undefined ? {} : { post: "dist/post.js" }) };
  const described = Object.entries(inputs).map(([name, value]) => [name, { description: "-", default: value }]);
  // JSON is YAML too.
  const manifest = JSON.stringify({ name: "fixture", inputs: Object.fromEntries(described), runs });
  await writeFile(join(folder, "action.yml"), manifest);
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(folder, "dist/main.js"), main);
  if (post !== undefined) await writeFile(join(folder, "dist/post.js"), post);
  return folder;
}

/** Runs an action of which only the main file matters. */
export async function runScript(test: TestContext, main: string, options: StepOptions = {}): Promise<StepResult> {
  return runStep({ header: false, ...options, action: await fixtureAction(test, { main }) });
}

/** Runs an action that prints this on stdout, and nothing else. */
export function runPrinting(test: TestContext, output: string, options: StepOptions = {}): Promise<StepResult> {
  return runScript(test, `process.stdout.write(${JSON.stringify(output)});`, options);
}
