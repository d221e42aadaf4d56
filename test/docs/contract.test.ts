import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readActionManifest } from "../fakes/runner/action-manifest.ts";
import { markdownFiles, ROOT, readDocument } from "./markdown.ts";

// That action.yml says the same as the code is proved in test/unit/inputs.test.ts and hand-over.test.ts; here are the documents.
const manifest = await readActionManifest(fileURLToPath(ROOT));
const { inputs } = parse(readDocument("action.yml")) as {
  inputs: Readonly<Record<string, { readonly required: boolean }>>;
};

/** The cells of a section's first table, without its head. */
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

/** The names that a cell shows as code. */
const names = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("the README's table of inputs", () => {
  const rows = table(readDocument("README.md"), "Inputs");

  test("has every input of action.yml, in its order", () => {
    assert.deepEqual(
      rows.map(([name]) => names(name)),
      Object.keys(inputs).map((name) => [name]),
    );
  });

  test("has their defaults", () => {
    const shown = rows.map(([name, byDefault = ""]) => [...names(name), /^`([^`]+)`$/.exec(byDefault)?.[1] ?? ""]);
    assert.deepEqual(shown, [...manifest.defaults]);
  });

  test("says which are required", () => {
    assert.deepEqual(
      rows.filter(([, byDefault]) => byDefault === "required").flatMap(([name]) => names(name)),
      Object.keys(inputs).filter((name) => inputs[name]?.required),
    );
  });

  test("says what each means", () => {
    for (const [name, , meaning = ""] of rows) assert.match(meaning, /^[A-Z`].*\.$/, name);
  });
});

describe("the README's table of outputs", () => {
  const rows = table(readDocument("README.md"), "Outputs");

  test("has every output of action.yml, in its order", () => {
    assert.deepEqual(
      rows.flatMap(([name]) => names(name)),
      manifest.outputs,
    );
  });

  test("says what each is", () => {
    for (const [name, value = ""] of rows) assert.notEqual(value, "", name);
  });
});

/** A step in a workflow, as far as it is looked at here. */
interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** The steps in a piece of YAML: a whole workflow, a list of steps, or anything else. */
function stepsIn(value: unknown): Step[] {
  if (value === null || typeof value !== "object") return [];
  const here = "uses" in value ? [value as Step] : [];
  return [...here, ...Object.values(value).flatMap(stepsIn)];
}

describe("the steps that the documents show", () => {
  const shown = markdownFiles().flatMap((path) => {
    const blocks = readDocument(path).matchAll(/^ *```ya?ml\n([\s\S]*?)^ *```/gm);
    return [...blocks].map(([, yaml = ""]) => ({ path, yaml }));
  });
  const ours = shown.flatMap(({ path, yaml }) =>
    stepsIn(parse(yaml))
      .filter(({ uses }) => uses?.includes("/salesforce-jwt-auth@"))
      .map((step) => ({ path, yaml, step })),
  );

  test("are found", () => assert.ok(ours.some(({ path }) => path === "README.md")));

  test("pass inputs that there are", () => {
    for (const { path, step } of ours) {
      for (const name of Object.keys(step.with ?? {})) assert.ok(manifest.defaults.has(name), `${path}: ${name}`);
    }
  });

  test("pass what is required", () => {
    for (const { path, step } of ours.filter(({ step }) => step.with)) {
      for (const name of ["consumer_key", "username"]) assert.ok(step.with?.[name], `${path}: ${name}`);
    }
  });

  test("are followed by steps that use outputs that there are", () => {
    for (const { path, yaml, step } of ours.filter(({ step }) => step.id)) {
      const used = yaml.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.(\\w+)`, "g"));
      for (const [, name = ""] of used) assert.ok(manifest.outputs.includes(name), `${path}: ${name}`);
    }
  });
});
