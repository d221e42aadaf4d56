import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ROOT } from "./markdown.ts";

/** The folders of `src/` that the files of each may import from; the top (an empty name) imports freely. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "": ["", "inputs", "token", "diagnosis", "lib"],
  diagnosis: ["diagnosis", "inputs", "token", "lib"],
  inputs: ["inputs", "lib"],
  token: ["token", "lib"],
  lib: ["lib"],
};
const folderOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");
const files = readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.c?ts$/.test(path));

for (const path of files) {
  test(`src/${path} imports only what its folder may import`, () => {
    const source = new URL(`src/${path}`, ROOT);
    const imports = [...readFileSync(source, "utf8").matchAll(/\b(?:from|import|require)\b\(?\s*"(\.[^"]+)"/g)];
    const folders = imports.map(([, to = ""]) => folderOf(new URL(to, source).pathname.split("/src/").at(-1) ?? ""));
    assert.deepEqual(
      folders.filter((folder) => !MAY_IMPORT[folderOf(path)]?.includes(folder)),
      [],
    );
  });
}

test("only action.ts and the entry points read process", () => {
  const readers = files.filter((path) =>
    /\bprocess\.(?!hrtime\b)|= process\b/.test(readFileSync(new URL(`src/${path}`, ROOT), "utf8")),
  );
  assert.deepEqual(readers.toSorted(), ["action.ts", "main.cts", "post.cts"]);
});
