import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { InputError } from "../../../src/inputs/errors.ts";
import {
  parseBoolean,
  parseConsumerKey,
  parseOrgId,
  parseUsername,
  parseWholeNumber,
  refuseBlank,
  refusePlaceholder,
  refuseQuotes,
} from "../../../src/inputs/parsers.ts";
import { failureOf } from "../../support/input-error.ts";

const range = { from: 1, to: 600 };
const seconds = (text: string) => parseWholeNumber(text, range);

type Parser = (text: string) => string | number | boolean;
const taken: readonly (readonly [parse: Parser, text: string, value: string | number | boolean])[] = [
  [parseConsumerKey, "3MVG9_x.y", "3MVG9_x.y"],
  [parseConsumerKey, "A1".repeat(33), "A1".repeat(33)],
  [parseConsumerKey, "123456789012345x", "123456789012345x"],
  [parseConsumerKey, "\ufeff 3MVG9_x.y\r\n", "3MVG9_x.y"],
  [parseUsername, "ci@example.com.uat", "ci@example.com.uat"],
  [parseUsername, "  ci+deploy@example.com\n", "ci+deploy@example.com"],
  [parseUsername, "o'neill@example.com", "o'neill@example.com"],
  ...["true", "True", "TRUE", " true\n"].map((text) => [parseBoolean, text, true] as const),
  ...["false", "False", "FALSE", "\tfalse "].map((text) => [parseBoolean, text, false] as const),
  [seconds, "1", 1],
  [seconds, "600", 600],
  [seconds, " 60\n", 60],
  [seconds, "000000001", 1],
  [parseOrgId, "00Dxx0000001gER", "00Dxx0000001gEREAY"],
  [parseOrgId, " 00Dxx0000001gEREAY\n", "00Dxx0000001gEREAY"],
];

describe("a parser accepts", () => {
  for (const [parse, text, value] of taken) {
    test(`${JSON.stringify(text)} as ${JSON.stringify(value)}`, () => assert.equal(parse(text), value));
  }
});

const refused: readonly (readonly [what: string, parse: Parser, text: string, code: string])[] = [
  ["a consumer key with a space", parseConsumerKey, "3MVG9 x", "consumer-key-malformed"],
  ["a consumer key with a line end", parseConsumerKey, "3MVG9\nx", "consumer-key-malformed"],
  ["a consumer key with an invisible character", parseConsumerKey, "3MVG9\u200bx", "consumer-key-malformed"],
  ["a consumer secret as consumer key", parseConsumerKey, "A1".repeat(32), "consumer-key-malformed"],
  ["a consumer secret of an old app", parseConsumerKey, "123456789012345", "consumer-key-malformed"],
  ["a username without @", parseUsername, "ci", "username-malformed"],
  ["a username with two @", parseUsername, "ci@example.com@uat", "username-malformed"],
  ["a username with nothing before @", parseUsername, "@example.com", "username-malformed"],
  ["a username with a line end", parseUsername, "ci@example.com\n::error::x", "username-malformed"],
  ["a username with a direction mark", parseUsername, "ci\u202e@example.com", "username-malformed"],
  ...["", "yes", "no", "on", "1", "0", "tRue", "true false", "xtrue", "truex", "xfalse", "falsex"].map(
    (text) => [`${JSON.stringify(text)} as boolean`, parseBoolean, text, "input-not-a-boolean"] as const,
  ),
  ...["", "0", "601", "-1", "+1", "1.0", "1e2", "0x10", "1_0", "60s", "s60", "٣", "NaN", "0000000001"].map(
    (text) => [`${JSON.stringify(text)} as seconds`, seconds, text, "input-not-a-number"] as const,
  ),
  ...["", "00Dxx0000001gE", "00Dxx0000001gEREAYx", "00Dxx0000001gER\n::error::x"].map(
    (text) => [`${JSON.stringify(text)} as org ID`, parseOrgId, text, "org-id-malformed"] as const,
  ),
  ...["005xx000001X8Uz", "005xx000001X8UzAAK", "00dxx0000001ger"].map(
    (text) => [`${JSON.stringify(text)} as org ID`, parseOrgId, text, "org-id-prefix"] as const,
  ),
  ...["00Dxx0000001gEREAA", "00Dxx0000001gErEAY", "00DXX0000001GEREAY"].map(
    (text) => [`${JSON.stringify(text)} as org ID`, parseOrgId, text, "org-id-checksum"] as const,
  ),
];

describe("a parser refuses", () => {
  for (const [what, parse, text, code] of refused) {
    test(what, () => assert.equal(failureOf(() => parse(text)).code, code));
  }

  test("a number with the range that it must be in", () => {
    assert.match(failureOf(() => seconds("0")).message, /from 1 to 600$/);
    assert.match(failureOf(() => parseWholeNumber("4000", { from: 0, to: 3650 })).fixes.join(), /from 0 to 3650/);
  });
});

describe("refusePlaceholder", () => {
  const PLACEHOLDERS: Readonly<Record<string, readonly string[]>> = {
    "a masked secret": ["***", " *** \n", "***\n***\n"],
    "an expression": ["${{ secrets.KEY }}", "${{}}", "{{ key }}", "'${{ vars.NAME }}'"],
    "an expression that": ["https://${{ vars.HOST }}", "https://${DOMAIN}.my.salesforce.com", "x {{ y }}"],
    "the name of a secret": [
      "secrets.KEY",
      "vars.A-B",
      "env.A",
      "inputs.a",
      "steps.a.outputs.b",
      "needs.a.outputs.b",
      "github.actor",
      "SALESFORCE_KEY_2",
      "A_1",
    ],
    "the name of a shell": ["$NAME", "${NAME}", "$env:NAME", "%NAME%"],
    "a shell command": ["$(cat salesforce.key)"],
    "a description": ["<your consumer key>"],
    "a word such as null": ["null", "NULL", "undefined", "none", "changeme", "TODO"],
  };
  for (const [kind, texts] of Object.entries(PLACEHOLDERS)) {
    for (const text of texts) {
      test(`names ${JSON.stringify(text)} as ${kind}`, () => {
        const { code, message, fixes } = failureOf(() => refusePlaceholder(text, false));
        assert.equal(code, "input-placeholder");
        assert.ok(message.startsWith(`is ${kind}`), message);
        assert.match(fixes[0] ?? "", kind === "a masked secret" ? /^Copy the value/ : /\$\{\{ secrets\.NAME \}\}/);
      });
    }
  }

  const VALUES = [
    "3MVG9x_y.Z",
    "ci@example.com",
    "Secret",
    "secret_name",
    "_A_B",
    "A_B_",
    "SALESFORCE",
    "mysecrets.KEY",
    "secrets.",
    "a $NAME",
    "$NAME b",
    "x%NAME%",
    "%NAME%x",
    "x $(y)",
    "$(y) x",
    "nullable",
    "annul null",
    "<https://acme.example>",
    "<x> y",
    `<${"x".repeat(41)}>`,
    "*x",
    "x*",
    "",
  ];
  for (const text of VALUES) {
    test(`accepts ${JSON.stringify(text)}`, () => refusePlaceholder(text, false));
  }

  test("refuses only expressions and *** where the value may be any word", () => {
    for (const text of ["***", "${{ secrets.KEY }}"]) {
      assert.equal(failureOf(() => refusePlaceholder(text, true)).code, "input-placeholder");
    }
    for (const text of ["null", "$ecret", "secrets.key", "DEPLOY_KEY", "a${b}c"]) refusePlaceholder(text, true);
  });
});

describe("refuseQuotes", () => {
  const QUOTED = ['"x"', "'x'", "`x`", "“x”", "„x‘", "’x", "«x»", '"x', 'x"', " 'x' \n"];
  for (const text of QUOTED) {
    test(`refuses ${text.trim()}`, () => {
      assert.match(failureOf(() => refuseQuotes(text)).message, /^has quotes around its value$/);
    });
  }
  for (const text of ["<x>", "<x", "x>"]) {
    test(`refuses ${text}`, () =>
      assert.match(failureOf(() => refuseQuotes(text)).message, /^has angle brackets around/));
  }
  test("refuses mailto:", () => {
    assert.match(failureOf(() => refuseQuotes("MailTo:ci@example.com")).message, /^begins with mailto:$/);
  });
  for (const text of ["o'neill@example.com", "3MVG9", "", "x<y>z", "ci+mailto:@example.com"]) {
    test(`accepts ${JSON.stringify(text)}`, () => refuseQuotes(text));
  }
});

describe("a blank input says why", () => {
  const here = { head: { repo: { id: 1 } } };
  const from = (event: unknown, files: unknown[] = []) => ({
    files,
    readFile: (path: string, maxBytes: number) => {
      files.push([path, maxBytes]);
      if (event === undefined) throw new Error("no such file");
      return Buffer.from(typeof event === "string" ? event : JSON.stringify(event));
    },
  });
  const ALL = /exists under that name.*environment: NAME.*secrets: inherit.*forks get no secrets/s;
  const WITHOUT_FORKS = /^(?!.*fork)(?=.*exists under that name.*environment: NAME.*secrets: inherit)/s;
  const FORK = /^is blank: pull requests from forks get no secrets\nLet only branches[^\n]*$/;
  const cases: readonly (readonly [what: string, env: Record<string, string>, event: unknown, says: RegExp])[] = [
    ["with all reasons if nothing is known", {}, undefined, ALL],
    ["without forks on a push", { GITHUB_EVENT_NAME: "push" }, undefined, WITHOUT_FORKS],
    [
      "without forks on pull_request_target, which gets secrets",
      { GITHUB_EVENT_NAME: "pull_request_target" },
      undefined,
      WITHOUT_FORKS,
    ],
    [
      "as Dependabot's",
      { GITHUB_ACTOR: "dependabot[bot]", GITHUB_EVENT_NAME: "pull_request" },
      undefined,
      /^is blank: Dependabot's runs.*\nAdd the secret to Dependabot's own store[^\n]*$/,
    ],
    ["with all reasons for a person named like Dependabot", { GITHUB_ACTOR: "dependabot" }, undefined, ALL],
    ...["pull_request", "pull_request_review", "pull_request_review_comment"].map(
      (name) =>
        [
          `as a fork's on ${name}`,
          { GITHUB_EVENT_NAME: name },
          { pull_request: { head: { repo: { id: 2 } } }, repository: { id: 1 } },
          FORK,
        ] as const,
    ),
    [
      "as a fork's that was deleted",
      { GITHUB_EVENT_NAME: "pull_request" },
      { pull_request: { head: { repo: null } }, repository: { id: 1 } },
      FORK,
    ],
    [
      "without forks for a branch of the repository",
      { GITHUB_EVENT_NAME: "pull_request" },
      { pull_request: here, repository: { id: 1 } },
      WITHOUT_FORKS,
    ],
    ["with all reasons if the event can't be read", { GITHUB_EVENT_NAME: "pull_request" }, undefined, ALL],
    ["with all reasons if the event isn't JSON", { GITHUB_EVENT_NAME: "pull_request" }, "{", ALL],
    ["with all reasons if the event is something else", { GITHUB_EVENT_NAME: "pull_request" }, {}, ALL],
  ];
  for (const [what, env, event, says] of cases) {
    test(what, () => {
      const { code, message, fixes } = failureOf(() => refuseBlank("is blank", { env, ...from(event) }));
      assert.equal(code, "input-blank");
      assert.match([message, ...fixes].join("\n"), says);
    });
  }

  test("from at most 1 MiB of the event, where it may be for a fork", () => {
    const files: unknown[] = [];
    const env = { GITHUB_EVENT_PATH: "/event.json" };
    failureOf(() => refuseBlank("is blank", { env: { ...env, GITHUB_EVENT_NAME: "push" }, ...from({}, files) }));
    assert.deepEqual(files, []);
    failureOf(() =>
      refuseBlank("is blank", { env: { ...env, GITHUB_EVENT_NAME: "pull_request" }, ...from({}, files) }),
    );
    assert.deepEqual(files, [["/event.json", 1_048_576]]);
  });
});

describe("whatever text an input holds,", () => {
  const parsers: readonly Parser[] = [parseConsumerKey, parseUsername, parseBoolean, seconds, parseOrgId];
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.emailAddress(), fc.integer().map(String));

  test("it is accepted without whitespace and control characters, or refused by an InputError that doesn't repeat it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...parsers), text, fc.boolean(), (parse, given, long) => {
        const repeated = long ? `${given}hidden-value` : given;
        try {
          assert.doesNotMatch(String(parse(repeated)), /[\s\p{C}]/u);
        } catch (error) {
          assert.ok(error instanceof InputError, String(error));
          assert.ok(!JSON.stringify([error.message, error.fixes]).includes("hidden-value"));
        }
      }),
      { numRuns: 500 },
    );
  });
});
