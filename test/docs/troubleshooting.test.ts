import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { INPUT_ERRORS } from "../../src/inputs/errors.ts";
import { TimeoutError } from "../../src/lib/clock.ts";
import { CONNECTED_APP } from "../../src/lib/setup-steps.ts";
import { EXCHANGE_REFUSALS, UNKNOWN_EXCHANGE_REFUSAL } from "../../src/token/exchange-refusals.ts";
import { classifyNetworkError, NETWORK_ERRORS } from "../../src/token/network-errors.ts";
import { OIDC_CODES } from "../../src/token/oidc.ts";
import { type FailureRule, REFUSALS, UNKNOWN_REFUSAL } from "../../src/token/refusals.ts";
import { RESPONSE_RULES } from "../../src/token/response.ts";
import { anchors as anchorsOf, links, readDocument } from "./markdown.ts";

const document = readDocument("docs/troubleshooting.md");
const anchors = anchorsOf(document);

const STAGES = ["not connected", "connected to the proxy", "connected", "secured", undefined];
const TIMEOUTS = STAGES.map((stage) => classifyNetworkError(Object.assign(new TimeoutError(1000), { stage })).rule);

/** Rules whose entries say what their messages say. */
const EXPLAINED: readonly FailureRule[] = [
  ...REFUSALS,
  UNKNOWN_REFUSAL,
  ...RESPONSE_RULES,
  ...NETWORK_ERRORS,
  ...TIMEOUTS,
];
/** The codes of errors that aren't in a table, or are in a table of their own file. */
const OTHERS = ["inputs", "not-a-step", "org-mismatch", "runner-file-unusable", "token-answer-malformed"];

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
    const codes = new Set([...[...EXPLAINED, ...keyless].map(({ code }) => code), ...OIDC_CODES]);
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

  for (const [code, { fixes }] of Object.entries(INPUT_ERRORS)) {
    test(`gives for ${code} the fixes of its message, in the same order`, () => {
      const entry = entryOf(code);
      let at = 0;
      for (const fix of fixes) {
        // What an error adds itself is different in each run.
        for (const part of fix.split(/\S* ?\{detail\}/)) {
          const found = entry.indexOf(plain(part).trim(), at);
          assert.ok(found >= 0, part);
          at = found;
        }
      }
    });
  }

  test("gives each fix as a list item or below its cause", () => {
    for (const line of document.split("\n").filter((line) => line.includes("**Fix"))) {
      assert.match(line, /^(?:\d\. |- | {2,3})\*\*Fix:\*\* [A-Z]/);
    }
    assert.doesNotMatch(document, /\*\*(?:Why|See it|Fix it)\./);
  });

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
