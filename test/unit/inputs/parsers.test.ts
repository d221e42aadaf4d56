import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseBoolean, parseConsumerKey, parseUsername, parseWholeNumber } from "../../../src/inputs/parsers.ts";
import { ActionError } from "../../../src/lib/action-error.ts";

const range = { from: 1, to: 600 };
const seconds = (text: string) => parseWholeNumber(text, range);

type Parser = (text: string) => string | number | boolean;
const taken: readonly (readonly [parse: Parser, text: string, value: string | number | boolean])[] = [
  [parseConsumerKey, "3MVG9_x.y", "3MVG9_x.y"],
  [parseConsumerKey, "\ufeff 3MVG9_x.y\r\n", "3MVG9_x.y"],
  [parseUsername, "ci@example.com.uat", "ci@example.com.uat"],
  [parseUsername, "  ci+deploy@example.com\n", "ci+deploy@example.com"],
  [parseUsername, "o'neill@example.com", "o'neill@example.com"],
  ...["true", "True", "TRUE", " true\n"].map((text) => [parseBoolean, text, true] as const),
  ...["false", "False", "FALSE", "\tfalse "].map((text) => [parseBoolean, text, false] as const),
  [seconds, "1", 1],
  [seconds, "600", 600],
  [seconds, " 60\n", 60],
];

describe("taken:", () => {
  for (const [parse, text, value] of taken) {
    test(`${JSON.stringify(text)} as ${JSON.stringify(value)}`, () => assert.equal(parse(text), value));
  }
});

const refused: readonly (readonly [what: string, parse: Parser, text: string, code: string])[] = [
  ["no consumer key", parseConsumerKey, "", "input-blank"],
  ["a consumer key of white space", parseConsumerKey, " \t\r\n\u00a0\ufeff", "input-blank"],
  ["a consumer key with a space", parseConsumerKey, "3MVG9 x", "consumer-key-malformed"],
  ["a consumer key with a line end", parseConsumerKey, "3MVG9\nx", "consumer-key-malformed"],
  ["a consumer key with an invisible character", parseConsumerKey, "3MVG9\u200bx", "consumer-key-malformed"],
  ["a consumer key that is an expression", parseConsumerKey, "${{secrets.KEY}}", "consumer-key-malformed"],
  ["no username", parseUsername, "", "input-blank"],
  ["a username of white space", parseUsername, " \n", "input-blank"],
  ["a username without @", parseUsername, "ci", "username-malformed"],
  ["a username with two @", parseUsername, "ci@example.com@uat", "username-malformed"],
  ["a username with nothing before @", parseUsername, "@example.com", "username-malformed"],
  ["a username with a line end", parseUsername, "ci@example.com\n::error::x", "username-malformed"],
  ["a username that turns text round", parseUsername, "ci\u202e@example.com", "username-malformed"],
  ["a username that is an expression", parseUsername, "${{ vars.NAME }}", "username-malformed"],
  ...["", "yes", "no", "on", "1", "0", "tRue", "true false", "'true'"].map(
    (text) => [`${JSON.stringify(text)} as boolean`, parseBoolean, text, "input-not-a-boolean"] as const,
  ),
  ...["", "0", "601", "-1", "+1", "1.0", "1e2", "0x10", "1_0", "60s", "60 0", "٣", "NaN", "Infinity", "9999999999"].map(
    (text) => [`${JSON.stringify(text)} as seconds`, seconds, text, "input-not-a-number"] as const,
  ),
];

describe("refused:", () => {
  for (const [what, parse, text, code] of refused) {
    test(what, () => {
      assert.throws(
        () => parse(text),
        (error) => error instanceof ActionError && error.code === code && error.steps.length > 0,
      );
    });
  }
});

test("a blank required input says why that usually happens", () => {
  assert.throws(
    () => parseConsumerKey(""),
    (error) => {
      assert.ok(error instanceof ActionError);
      const steps = error.steps.join("\n");
      for (const reason of [/doesn't exist/, /environment/, /fork/, /Dependabot/, /reusable workflow/i]) {
        assert.match(steps, reason);
      }
      return true;
    },
  );
});

test("a number says which range it must be in", () => {
  assert.throws(() => seconds("0"), /from 1 to 600/);
  assert.throws(() => parseWholeNumber("4000", { from: 0, to: 3650 }), /from 0 to 3650/);
});

describe("whatever text an input holds,", () => {
  const parsers: readonly Parser[] = [parseConsumerKey, parseUsername, parseBoolean, seconds];
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.emailAddress(), fc.integer().map(String));

  test("it is taken without white space and control characters, or refused by a Failure that doesn't repeat it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...parsers), text, fc.boolean(), (parse, given, long) => {
        const repeated = long ? `${given}hidden-value` : given;
        try {
          assert.doesNotMatch(String(parse(repeated)), /[\s\p{C}]/u);
        } catch (error) {
          assert.ok(error instanceof ActionError, String(error));
          assert.ok(!JSON.stringify([error.message, error.steps]).includes("hidden-value"));
        }
      }),
      { numRuns: 500 },
    );
  });
});
