import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readActionManifest } from "../fakes/runner/action-manifest.ts";
import { markdownFiles, ROOT, readDocument } from "./markdown.ts";

// The unit tests of inputs and outputs compare action.yml with the code. These tests compare the documents with action.yml.
const manifest = await readActionManifest(fileURLToPath(ROOT));
const { inputs } = parse(readDocument("action.yml")) as {
  inputs: Readonly<Record<string, { readonly required: boolean }>>;
};

/** Returns the cells of a section's first table, without its header. */
function table(markdown: string, heading: string): string[][] {
  const section = markdown.split(new RegExp(`^## ${heading}$`, "m"))[1] ?? assert.fail(`there is no ## ${heading}`);
  const rows = /(?:^\|.*\n)+/m.exec(section)?.[0].trimEnd().split("\n") ?? [];
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** Returns the names that a cell shows as code. */
const names = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("the README has at most 1,600 words", () => {
  const words = readDocument("README.md").split(/\s+/).filter(Boolean).length;
  assert.ok(words <= 1600, `${words} words`);
});

describe("the table of inputs in the README", () => {
  const rows = table(readDocument("README.md"), "Inputs");

  test("lists every input in the order of action.yml", () => {
    assert.deepEqual(
      rows.map(([name]) => names(name)),
      Object.keys(inputs).map((name) => [name]),
    );
  });

  test("shows the defaults of action.yml", () => {
    const shown = rows.map(([name, byDefault = ""]) => [...names(name), /^`([^`]+)`$/.exec(byDefault)?.[1] ?? ""]);
    assert.deepEqual(shown, [...manifest.defaults]);
  });

  test("shows which inputs are required", () => {
    assert.deepEqual(
      rows.filter(([, byDefault]) => byDefault === "required").flatMap(([name]) => names(name)),
      Object.keys(inputs).filter((name) => inputs[name]?.required),
    );
  });

  test("describes every input in a sentence", () => {
    for (const [name, , meaning = ""] of rows) assert.match(meaning, /^[A-Z`].*\.$/, name);
  });
});

describe("the table of outputs in the README", () => {
  const rows = table(readDocument("README.md"), "Outputs");

  test("lists every output in the order of action.yml", () => {
    assert.deepEqual(
      rows.flatMap(([name]) => names(name)),
      manifest.outputs,
    );
  });

  test("describes every output", () => {
    for (const [name, value = ""] of rows) assert.notEqual(value, "", name);
  });
});

/** The fields of a workflow step that these tests read. */
interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Returns the steps in any YAML: a workflow, a list of steps, or a single step. */
function stepsIn(value: unknown): Step[] {
  if (value === null || typeof value !== "object") return [];
  const here = "uses" in value ? [value as Step] : [];
  return [...here, ...Object.values(value).flatMap(stepsIn)];
}

describe("the steps in the documents that use this action", () => {
  const shown = markdownFiles().flatMap((path) => {
    const blocks = readDocument(path).matchAll(/^ *```ya?ml\n([\s\S]*?)^ *```/gm);
    return [...blocks].map(([, yaml = ""]) => ({ path, yaml }));
  });
  const ours = shown.flatMap(({ path, yaml }) =>
    stepsIn(parse(yaml))
      .filter(({ uses }) => uses?.includes("/salesforce-jwt-auth@"))
      .map((step) => ({ path, yaml, step })),
  );

  test("are found in the README", () => assert.ok(ours.some(({ path }) => path === "README.md")));

  test("pass only inputs of action.yml", () => {
    for (const { path, step } of ours) {
      for (const name of Object.keys(step.with ?? {})) assert.ok(manifest.defaults.has(name), `${path}: ${name}`);
    }
  });

  test("pass an assertion, or whose login it is", () => {
    for (const { path, step } of ours.filter(({ step }) => step.with && !step.with["assertion"])) {
      for (const name of ["consumer_key", "username"]) assert.ok(step.with?.[name], `${path}: ${name}`);
    }
  });

  test("are followed by steps that use only outputs of action.yml", () => {
    for (const { path, yaml, step } of ours.filter(({ step }) => step.id)) {
      const used = yaml.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.(\\w+)`, "g"));
      for (const [, name = ""] of used) assert.ok(manifest.outputs.includes(name), `${path}: ${name}`);
    }
  });
});
