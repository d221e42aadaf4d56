import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drawImports, reach, readImports } from "./import-graph.ts";

const imports = readImports();

test("imports run one way: no file leads back to itself", () => {
  assert.deepEqual(
    [...imports.keys()].filter((name) => reach(imports, name).has(name)),
    [],
  );
});

test("every file is reached from the two entries", () => {
  const reached = new Set(["main", "post", ...reach(imports, "main"), ...reach(imports, "post")]);
  assert.deepEqual(
    [...imports.keys()].filter((name) => !reached.has(name)),
    [],
  );
});

test("CONTRIBUTING.md draws the imports as they are", () => {
  const contributing = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
  const [, drawn] = /```mermaid\n(graph LR\n[\s\S]*?)\n```/.exec(contributing) ?? [];
  assert.equal(drawn, drawImports(imports));
});
