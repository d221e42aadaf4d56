import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { INPUT_ERRORS } from "../../src/inputs/errors.ts";
import { CONNECTED_APP } from "../../src/lib/setup-steps.ts";
import { EXCHANGE_REFUSALS, UNKNOWN_EXCHANGE_REFUSAL } from "../../src/token/exchange-refusals.ts";
import { NETWORK_ERRORS } from "../../src/token/network-errors.ts";
import { OIDC_CODES } from "../../src/token/oidc.ts";
import { type FailureRule, REFUSALS, UNKNOWN_REFUSAL } from "../../src/token/refusals.ts";
import { RESPONSE_RULES } from "../../src/token/response.ts";
import { anchors as anchorsOf, links, readDocument } from "./markdown.ts";

const document = readDocument("docs/troubleshooting.md");
const anchors = anchorsOf(document);

/** Rules whose entries say what their messages say. */
const EXPLAINED: readonly FailureRule[] = [...REFUSALS, UNKNOWN_REFUSAL, ...RESPONSE_RULES];
/** The codes of errors that aren't in a table, or are in a table of their own file. */
const OTHERS = [
  "inputs",
  "not-a-step",
  "no-answer-in-time",
  "org-mismatch",
  "proxy-malformed",
  "runner-file-unusable",
  "token-answer-malformed",
];

/** The text of an entry without the marks of Markdown, on one line. */
function entryOf(code: string): string {
  const [, text = ""] = document.split(`<a id="${code}"></a>`);
  return plain(text.split(/<a id=|\n## /)[0] ?? "");
}

function plain(text: string): string {
  return text.replace(/[*`\\]/g, "").replace(/\s+/g, " ");
}

describe("docs/troubleshooting.md", () => {
  test("has an entry for each error code, and none for others", () => {
    const keyless = [...EXCHANGE_REFUSALS, UNKNOWN_EXCHANGE_REFUSAL];
    const codes = new Set([...[...EXPLAINED, ...NETWORK_ERRORS, ...keyless].map(({ code }) => code), ...OIDC_CODES]);
    assert.deepEqual(new Set(anchors), new Set([...codes, ...Object.keys(INPUT_ERRORS), ...OTHERS]));
  });

  for (const rule of EXPLAINED) {
    test(`explains ${rule.code} (${rule.headline}) as its message does, with the causes in the same order`, () => {
      const entry = entryOf(rule.code);
      if (!rule.code.startsWith("answer-")) assert.ok(entry.includes(plain(rule.headline)), rule.headline);
      let at = 0;
      for (const { cause = "", fix } of rule.causes) {
        for (const sentence of [cause, fix.replace(CONNECTED_APP, "")]) {
          const found = entry.indexOf(plain(sentence), at);
          assert.ok(found >= 0, sentence);
          at = found;
        }
      }
    });
  }

  test("begins each entry with a heading, and says more than that", () => {
    const entries = [...document.matchAll(/<a id="([^"]*)"><\/a>\n(.*)\n+(.*)/g)];
    assert.equal(entries.length, anchors.length);
    for (const [, anchor = "", heading = "", text = ""] of entries) {
      assert.match(heading, /^#{3,4} \S/, anchor);
      assert.match(text, /^[^#<\s]/, anchor);
    }
  });

  test("links to Salesforce, GitHub, and RFCs only", () => {
    const targets = links(document);
    assert.ok(targets.filter((target) => target.startsWith("#")).length > 20);
    for (const target of targets.filter((target) => /^[a-z]+:/.test(target))) {
      assert.match(target, /^https:\/\/(?:(?:help|status)\.salesforce\.com|docs\.github\.com)(?:\/|$)/);
    }
  });
});
