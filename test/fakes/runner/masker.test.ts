import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createMasker, type Masker } from "./masker.ts";

function hiding(...values: string[]): Masker {
  const masker = createMasker();
  for (const value of values) masker.addMask(value);
  return masker;
}

test("hides a value wherever it is, and leaves the rest", () => {
  assert.equal(hiding("s3cret").mask("a s3cret, xs3cretx and S3cret"), "a ***, x***x and S3cret");
});

test("hides nothing before it is told to", () => {
  assert.equal(createMasker().mask("s3cret"), "s3cret");
});

const VALUE = `p<a>&"s'! ü/é~w`;
const ESCAPED: Readonly<Record<string, string>> = {
  Base64: Buffer.from(VALUE).toString("base64"),
  "Base64 behind two bytes": Buffer.from(VALUE).subarray(1).toString("base64"),
  "Base64 behind one byte": Buffer.from(VALUE).subarray(2).toString("base64"),
  JSON: `p<a>&\\"s'! ü/é~w`,
  XML: "p&lt;a&gt;&amp;&quot;s&apos;! ü/é~w",
  URI: "p%3Ca%3E%26%22s%27%21%20%C3%BC%2F%C3%A9~w",
  "an expression's string": `p<a>&"s''! ü/é~w`,
};
for (const [name, text] of Object.entries(ESCAPED)) {
  test(`hides a value as ${name}`, () => {
    assert.equal(hiding(VALUE).mask(`<<${text}>>`), "<<***>>");
  });
}

test("hides the escapes of line ends that JSON has", () => {
  assert.equal(hiding("one\ntwo\u2028three").mask(String.raw`"one\ntwo\u2028three"`), '"***"');
});

test("hides a quoted value also without its quotes, if it is long enough", () => {
  assert.equal(hiding('"long-enough"').mask("long-enough"), "***");
  assert.equal(hiding('"short"').mask("short"), "short");
});

test("hides the pieces into which PowerShell cuts a value at an ampersand", () => {
  assert.equal(hiding("first1&second&third3").mask("first1&second& | third3"), "*** | ***");
  assert.equal(hiding("first1&+second").mask("first1&+ | econd6"), "*** | econd6");
});

test("hides a value of several lines as a whole and each trimmed line", () => {
  const masker = hiding("  line one\r\n\tline two\n\nline three  ");
  assert.equal(masker.mask("line one|line two|line three"), "***|***|***");
  assert.equal(masker.mask("  line one\r\n\tline two\n\nline three  "), "***");
});

test("trims a secret of the repository, but not a mask", () => {
  const masker = createMasker();
  masker.addSecret(" se cret\n");
  assert.equal(masker.mask("[se cret]"), "[***]");
  masker.addSecret("\n one\ntwo ");
  assert.equal(masker.mask("[one\ntwo]"), "[***]");
  assert.equal(hiding(" x ").mask("[ x ]"), "[***]");
});

test("what overlaps or touches becomes one replacement", () => {
  const masker = hiding("abcdef", "defghi", "jklmno", "abc");
  assert.equal(masker.mask("abcdefghijklmno|abcabc"), "***|***");
  assert.equal(masker.mask("abc abc"), "*** ***");
  assert.equal(hiding("aba").mask("ababa"), "***");
});

test("does not hide a part of a value, its base64url or its unpadded Base64", () => {
  const masker = hiding("00D000000000001!AQ?>~?>~x");
  const base64 = Buffer.from("00D000000000001!AQ?>~?>~x").toString("base64");
  for (const text of ["AQ?>~?>~x", base64.replaceAll("+", "-").replaceAll("/", "_"), base64.replace(/=+$/, "")]) {
    assert.equal(masker.mask(text), text);
  }
});

test("never lets a hidden value through", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), fc.array(letters), (secrets, texts) => {
      const masked = hiding(...secrets).mask(texts.join(""));
      for (const secret of secrets) assert.ok(!masked.includes(secret));
    }),
  );
});
