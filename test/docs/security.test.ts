import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readDocument } from "./markdown.ts";

const document = readDocument("docs/security.md");
const [, table = ""] = /\n## Promises and their tests\n([\s\S]*?)\n## /.exec(document) ?? [];
const rows = [...table.matchAll(/^\| (.*) \| \[([\w/.-]+)\]\(\.\.\/(\S+)\) \| `(.+)` \|$/gm)].map(
  ([, promise = "", name = "", path = "", title = ""]) => ({ promise, name, path, title }),
);

/** Whether a source contains this string or template, as it is: the title of a test, or of a row in a table of tests. */
function hasTitle(source: string, title: string): boolean {
  return [`"${title}"`, `\`${title}\``].some((literal) => source.includes(literal));
}

describe("the table of promises in docs/security.md", () => {
  test("has a file and a test in each row that isn't a heading", () => {
    const others = table.split("\n").filter((line) => line.startsWith("| ") && !/^\| \*\*.*\*\* \| \| \|$/.test(line));
    // The first one is the head of the table.
    assert.equal(rows.length, others.length - 1);
    assert.ok(rows.length > 50);
    for (const { name, path } of rows) assert.equal(path, `test/${name}.test.ts`);
  });

  test("gives each promise a test, and no test twice for one promise", () => {
    assert.notEqual(rows[0]?.promise, "");
    assert.equal(new Set(rows.map(({ name, title }) => `${name} ${title}`)).size, rows.length);
  });

  for (const { name, path, title } of rows) {
    test(`names an existing test of ${name}: ${title}`, () => {
      assert.ok(hasTitle(readDocument(path), title), `${path} has no such title`);
    });
  }

  test("would show a title that doesn't exist", () => {
    assert.ok(hasTitle('test("signs", () => {', "signs"));
    for (const title of ["sign", "igns", "signs all"]) assert.ok(!hasTitle('test("signs", () => {', title), title);
  });
});
