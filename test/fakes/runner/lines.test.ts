import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { lineReader } from "./lines.ts";

function linesOf(chunks: readonly string[]): string[] {
  const reader = lineReader();
  return [...chunks.flatMap((chunk) => reader.read(chunk)), ...reader.rest()];
}

test("lines end at LF, CR and CRLF", () => {
  assert.deepEqual(linesOf(["one\ntwo\rthree\r\n\nfive"]), ["one", "two", "three", "", "five"]);
});

test("a line that only CR ends is there at once", () => {
  assert.deepEqual(lineReader().read("one\r"), ["one"]);
});

test("a line end at the very end begins no further line", () => {
  assert.deepEqual(linesOf(["one\n"]), ["one"]);
});

test("it doesn't matter in which pieces the text arrives", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "\r", "\n"), maxLength: 4 });
  fc.assert(fc.property(fc.array(piece), (pieces) => assert.deepEqual(linesOf(pieces), linesOf([pieces.join("")]))));
});
