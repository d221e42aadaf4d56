import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { failureCodes } from "./failure-codes.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENT = new URL("docs/troubleshooting.md", ROOT);
const document = readFileSync(DOCUMENT, "utf8");
const prose = withoutCode(document);
const anchors = [...prose.matchAll(/<a id="([^"]*)"><\/a>/g)].map(([, id = ""]) => id);

function withoutCode(markdown: string): string {
  return markdown
    .replace(/^ *```[\s\S]*?^ *```$/gm, "")
    .replace(/`[^`\n]+`/g, (code) => code.replace(/[[\]()<>]/g, ""));
}

/** The ids that GitHub gives to headings: lower case, without punctuation, hyphens for spaces, numbered where repeated. */
function headingIds(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const id = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  });
}

function links(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

describe("failure codes and the document", () => {
  const codes = failureCodes();

  test("the codes of every table that the sources export are found", async () => {
    const tables: Record<string, object>[] = await Promise.all(
      readdirSync(new URL("src/", ROOT))
        .filter((name) => /problems|catalogue|org-id/.test(name))
        .map((name) => import(new URL(`src/${name}`, ROOT).href)),
    );
    const exported = tables.flatMap(Object.entries).flatMap(([name, table]) => {
      if (name.endsWith("_PROBLEMS")) return Object.keys(table);
      return name === "ERROR_CATALOGUE" ? (table as { code: string }[]).map(({ code }) => code) : [];
    });
    assert.ok(exported.length > 50);
    assert.deepEqual(
      exported.filter((code) => !codes.has(code)),
      [],
    );
  });

  test("codes that stand in no table are found", () => {
    for (const code of ["inputs", "input-blank", "consumer-key-malformed", "org-mismatch", "tls-untrusted"]) {
      assert.ok(codes.has(code), code);
    }
  });

  test("every code has an entry", () =>
    assert.deepEqual(
      [...codes].filter((code) => !anchors.includes(code)),
      [],
    ));

  test("every entry is that of a code", () =>
    assert.deepEqual(
      anchors.filter((anchor) => !codes.has(anchor)),
      [],
    ));

  test("no entry stands there twice", () => assert.equal(new Set(anchors).size, anchors.length));

  test("every entry begins with a heading of its own, and says more than that", () => {
    const entries = [...document.matchAll(/<a id="([^"]*)"><\/a>\n(.*)\n+(.*)/g)];
    assert.equal(entries.length, anchors.length);
    for (const [, anchor = "", heading = "", text = ""] of entries) {
      assert.match(heading, /^#{3,4} \S/, anchor);
      assert.match(text, /^[^#<\s]/, anchor);
    }
  });
});

describe("links of the document", () => {
  const targets = links(prose);
  const ids = new Set([...anchors, ...headingIds(document)]);

  test("to its own entries and sections lead somewhere", () => {
    const own = targets.filter((target) => target.startsWith("#"));
    assert.ok(own.length > 20);
    assert.deepEqual(
      own.filter((target) => !ids.has(target.slice(1))),
      [],
    );
  });

  test("to other files of the repository lead somewhere", () => {
    const files = targets.filter((target) => !/^(?:#|https:)/.test(target));
    assert.ok(files.length > 0);
    for (const target of files) {
      const url = new URL(target, DOCUMENT);
      const id = decodeURIComponent(url.hash.slice(1));
      url.hash = "";
      assert.ok(existsSync(url), target);
      if (id !== "") assert.ok(headingIds(readFileSync(url, "utf8")).includes(id), target);
    }
  });

  test("to other sites are https addresses of Salesforce or GitHub", () => {
    for (const target of targets.filter((target) => /^[a-z]+:/.test(target))) {
      assert.match(target, /^https:\/\/(?:(?:help|status)\.salesforce\.com|docs\.github\.com)(?:\/|$)/);
    }
  });
});

test("no armor line stands in the document with its dashes: a log that quotes it would be masked", () => {
  assert.doesNotMatch(document, /-----BEGIN/);
});
