import assert from "node:assert/strict";
import test from "node:test";
import { parseCommand } from "./command.ts";

const isKnown = (name: string) => ["error", "add-mask", "group"].includes(name);

test("reads name, properties and data", () => {
  assert.deepEqual(parseCommand("::error file=a.js,line=1,Title=T::what happened", isKnown), {
    name: "error",
    properties: { file: "a.js", line: "1", title: "T" },
    data: "what happened",
    old: false,
  });
});

test("reads the old style, anywhere in a line", () => {
  assert.deepEqual(parseCommand("Salesforce said: ##[error file=a.js;title=T]what", isKnown), {
    name: "error",
    properties: { file: "a.js", title: "T" },
    data: "what",
    old: true,
  });
});

for (const start of ["  ", "\t", "\u00a0", "\u0085", "\u2003"]) {
  test(`a command may follow whitespace (${JSON.stringify(start)})`, () => {
    assert.equal(parseCommand(`${start}::add-mask::x`, isKnown)?.data, "x");
  });
}

const PLAIN = [
  "said ::add-mask::x",
  "::add-mask x",
  "::nonsense::x",
  "##[nonsense]x",
  "##[add-mask x",
  "# #[add-mask]x",
  "\ufeff::add-mask::x",
  // Only the first mark of the old style is looked at.
  "##[nonsense] ##[add-mask]x",
  "",
];
for (const line of PLAIN) {
  test(`is plain text: ${JSON.stringify(line)}`, () => assert.equal(parseCommand(line, isKnown), undefined));
}

test("doesn't mind the case of a name", () => {
  assert.equal(parseCommand("::Add-MASK::x", isKnown)?.name, "add-mask");
});

test("unescapes data and properties, each once", () => {
  const command = parseCommand("::error title=a%3Ab%2Cc%25::one%0Atwo%0D%25250A%3A%2C", isKnown);
  assert.equal(command?.data, "one\ntwo\r%250A%3A%2C");
  assert.equal(command?.properties["title"], "a:b,c%");
});

test("unescapes the old style in its own way", () => {
  assert.equal(parseCommand("##[group]a%3Bb%5Dc%0Ad", isKnown)?.data, "a;b]c\nd");
});

test("data goes to the end of the line, colons included", () => {
  assert.equal(parseCommand("::error::a::b ##[add-mask]c", isKnown)?.data, "a::b ##[add-mask]c");
});

test("properties without a value are left out, and a value may hold an equals sign", () => {
  assert.deepEqual(parseCommand("::error file=,title=a=b,c::x", isKnown)?.properties, { title: "a=b" });
});
