import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parseKeyValues } from "./key-values.ts";

test("reads lines and blocks", () => {
  const text = "one=1\n\ntwo<<END\nline 1\n\nline=3\nEND\nthree=a=b<<c\nfour<<E\nE\nfive=";
  assert.deepEqual(parseKeyValues(text, false), {
    pairs: [
      ["one", "1"],
      ["two", "line 1\n\nline=3"],
      ["three", "a=b<<c"],
      ["four", ""],
      ["five", ""],
    ],
    problem: undefined,
  });
});

test("a delimiter may hold an equals sign", () => {
  assert.deepEqual(parseKeyValues("key<<a=b\nvalue\na=b\n", false).pairs, [["key", "value"]]);
});

test("CRLF ends a line on Windows, where it stays within a value", () => {
  assert.deepEqual(parseKeyValues("a=1\r\nb<<E\r\nx\r\ny\r\nE\r\n", true).pairs, [
    ["a", "1"],
    ["b", "x\r\ny"],
  ]);
  assert.deepEqual(parseKeyValues("a=1\r\nb=2", false).pairs, [
    ["a", "1\r"],
    ["b", "2"],
  ]);
});

const MALFORMED: Readonly<Record<string, RegExp>> = {
  "no separator": /^Invalid format 'no separator'/,
  "=value": /Name must not be empty/,
  "<<END\nx\nEND": /Name must not be empty/,
  "key<<\nvalue": /Delimiter must not be empty/,
  "key<<END\nvalue\n END": /Matching delimiter not found 'END'/,
};
for (const [text, problem] of Object.entries(MALFORMED)) {
  test(`keeps what comes before ${JSON.stringify(text)} and says what is wrong`, () => {
    const result = parseKeyValues(`good=1\n${text}\nlate=2`, false);
    assert.deepEqual(result.pairs, [["good", "1"]]);
    assert.match(result.problem ?? "", problem);
  });
}

test("a value comes back as it was written, whatever is in it", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "=", "<", "\n", "\r", " ") })), (values) => {
      const text = values.map((value, index) => `key${index}<<ghadelimiter\n${value}\nghadelimiter\n`).join("");
      const { pairs, problem } = parseKeyValues(text, false);
      assert.equal(problem, undefined);
      assert.deepEqual(
        pairs,
        values.map((value, index) => [`key${index}`, value]),
      );
    }),
  );
});
