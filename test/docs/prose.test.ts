import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ROOT, readDocument } from "./markdown.ts";

/** Images and phrases that are hard to read as a second language, with the word to use instead. */
const PHRASES: Readonly<Record<string, string>> = {
  room: "module",
  rooms: "modules",
  door: "entry point",
  doors: "entry points",
  "the house": "the project",
  lapse: "expire",
  lapses: "expires",
  lapsed: "expired",
  nobody: "no user",
  heal: "correct",
  heals: "corrects",
  healed: "corrected",
  mend: "fix",
  mends: "fixes",
  "by turns": "intermittently",
  "all the same": "still",
  "hand over": "pass, set",
  "hands over": "passes, sets",
  "handed over": "passed, set",
  "is none": "isn't one",
  "no further word": "no reason",
  "so many": "the number of",
  "whatever was": "any",
};

/** Spellings that aren't used, with the one that is. */
const SPELLINGS: Readonly<Record<string, string>> = {
  behaviour: "behavior",
  colour: "color",
  favour: "favor",
  honour: "honor",
  honours: "honors",
  licence: "license",
  licences: "licenses",
  misspelt: "misspelled",
  spelt: "spelled",
  recognise: "recognize",
  recognises: "recognizes",
  "check sum": "checksum",
  "e-mail": "email",
  "set-up": "setup",
  "web site": "website",
  "white space": "whitespace",
};

const CHECKED = /^(?!dist\/|test\/docs\/prose\.test\.ts).*(?:\.(?:md|ya?ml|c?m?[jt]s|sh|xml)|\.ci\/[\w-]+)$/;

/** Files that git knows or would add. */
function files(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: fileURLToPath(ROOT), encoding: "utf8" }).split("\n");
  return listed.filter((path) => CHECKED.test(path) && existsSync(new URL(path, ROOT)));
}

/** Returns the sentences of a file, without code and quotations; each line keeps its number. */
function proseOf(path: string, text: string): string {
  const blank = (found: string) => found.replace(/[^\n]/g, " ");
  if (path.endsWith(".md")) {
    const withoutBlocks = text.replace(/^( *)(`{3,})(?!mermaid)[\s\S]*?^\1\2 *$/gm, blank);
    return withoutBlocks.replace(/`[^`\n]+`|"[^"\n]+"|\]\([^)]*\)/g, blank);
  }
  if (!/\.c?m?[jt]s$/.test(path)) return text;
  const code = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
  // A string of one word is a value, not prose.
  const kept = [...text.matchAll(code)].filter(([found]) => /^\/|\s/.test(found));
  const characters = [...blank(text)];
  for (const { 0: found, index } of kept) characters.splice(index, found.length, ...found.split(""));
  // Quotations within a comment or a message, and code in a comment.
  return characters.join("").replace(/`[^`\n]+`(?=.*\*\/)|(?<=\/\/.*|\* .*)(?:`[^`\n]+`|"[^"\n]+")/g, blank);
}

/** Returns each word of the list that the text contains, with its line and the word to use instead. */
function wordsOf(list: Readonly<Record<string, string>>, text: string): string[] {
  return Object.entries(list).flatMap(([word, instead]) => {
    const pattern = new RegExp(`(?<![\\w-])${word.replaceAll(" ", "\\s+")}(?![\\w-])`, "gi");
    return [...text.matchAll(pattern)].map(({ index }) => {
      const line = text.slice(0, index).split("\n").length;
      return `line ${line}: "${word}" (use: ${instead})`;
    });
  });
}

describe("the check of words", () => {
  test("finds each word of both lists, also across a line break", () => {
    for (const list of [PHRASES, SPELLINGS]) {
      for (const word of Object.keys(list)) {
        assert.equal(wordsOf(list, `A ${word.replaceAll(" ", "\n")} here.`).length, 1, word);
      }
    }
  });

  test("ignores code and quotations in Markdown, and code outside of strings and comments", () => {
    assert.doesNotMatch(proseOf("a.md", '`door` and "the door"\n```sh\ndoor\n```\n'), /door/);
    assert.match(proseOf("a.md", "the door\n"), /door/);
    assert.doesNotMatch(proseOf("a.ts", "const door = open();\n// `door` is open\n"), /door/);
    assert.doesNotMatch(proseOf("a.ts", 'open("door");\n'), /door/);
    assert.match(proseOf("a.ts", '// the door\ntest("opens", f);\n'), /the door/);
    assert.match(proseOf("a.ts", 'test("opens the door", f);\n'), /the door/);
  });
});

function problemsIn(path: string): string[] {
  const text = proseOf(path, readDocument(path));
  return [...wordsOf(PHRASES, text), ...wordsOf(SPELLINGS, text)];
}

describe("plain technical English in US spelling", () => {
  for (const path of files()) {
    test(`is used in ${path}`, () => assert.deepEqual(problemsIn(path), []));
  }
});

describe("commands to copy", () => {
  for (const path of files().filter((path) => path.endsWith(".md"))) {
    test(`run as printed in ${path}`, () => {
      const blocks = readDocument(path).matchAll(/^ *```(?:sh|powershell|yaml|js|python)\n([\s\S]*?)^ *```/gm);
      for (const [, block = ""] of blocks) assert.doesNotMatch(block, /…|<[a-z ]+>/);
    });
  }
});
