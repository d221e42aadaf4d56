import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { failureCodes } from "./failure-codes.ts";
import { anchors as anchorsOf, links, ROOT, readDocument } from "./markdown.ts";

const document = readDocument("docs/troubleshooting.md");
const anchors = anchorsOf(document);

describe("failure codes and the document", () => {
  const codes = failureCodes();

  test("the codes of every table that the sources export are found", async () => {
    const tables: Record<string, object>[] = await Promise.all(
      readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
        .filter((name) => /errors|refusals/.test(name))
        .map((name) => import(new URL(`src/${name}`, ROOT).href)),
    );
    const exported = tables.flatMap(Object.entries).flatMap(([name, table]) => {
      if (name === "INPUT_ERRORS") return Object.keys(table);
      return name === "REFUSALS" ? (table as { code: string }[]).map(({ code }) => code) : [];
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

  test("every entry begins with a heading of its own, and says more than that", () => {
    const entries = [...document.matchAll(/<a id="([^"]*)"><\/a>\n(.*)\n+(.*)/g)];
    assert.equal(entries.length, anchors.length);
    for (const [, anchor = "", heading = "", text = ""] of entries) {
      assert.match(heading, /^#{3,4} \S/, anchor);
      assert.match(text, /^[^#<\s]/, anchor);
    }
  });
});

test("links to other sites lead to Salesforce or GitHub", () => {
  const targets = links(document);
  assert.ok(targets.filter((target) => target.startsWith("#")).length > 20);
  for (const target of targets.filter((target) => /^[a-z]+:/.test(target))) {
    assert.match(target, /^https:\/\/(?:(?:help|status)\.salesforce\.com|docs\.github\.com)(?:\/|$)/);
  }
});
