import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explain } from "../../../src/diagnosis/explain.ts";
import { errorMessage, troubleshootingUrl } from "../../../src/diagnosis/message.ts";
import { type InputIssue, InputsError } from "../../../src/inputs/errors.ts";
import type { InputName } from "../../../src/inputs/raw-inputs.ts";
import { ActionError, type ErrorDetails } from "../../../src/lib/action-error.ts";
import { failedRequest, refused } from "./failed-request.ts";

const DOCS = "https://github.com/your-org/salesforce-jwt-auth/blob/v1/docs/troubleshooting.md";
const LIMIT = 4000;

const messageOf = (details: Partial<ErrorDetails>) =>
  errorMessage(new ActionError({ code: "some-code", headline: "It failed.", causes: [], ...details }), DOCS);

describe("the message of an error", () => {
  test("has headline, context, numbered causes with a fix each, and the help link", () => {
    const context = ["Salesforce answered HTTP 400", "User a at b"];
    const causes = [{ cause: "A.", fix: "Do A." }, { fix: "Do B." }];
    assert.equal(
      messageOf({ context, causes }),
      [
        "It failed.",
        "Salesforce answered HTTP 400",
        "User a at b",
        "",
        "1. A.",
        "   Fix: Do A.",
        "2. Do B.",
        "",
        `Help: ${DOCS}#some-code`,
      ].join("\n"),
    );
  });

  test("has no number for a single cause, and no empty line for a cause that the headline says", () => {
    assert.equal(
      messageOf({ causes: [{ cause: "A.", fix: "Do A." }] }),
      `It failed.\n\nA.\nFix: Do A.\n\nHelp: ${DOCS}#some-code`,
    );
    assert.equal(messageOf({ causes: [{ fix: "Do A." }] }), `It failed.\n\nFix: Do A.\n\nHelp: ${DOCS}#some-code`);
  });

  test("has no section for causes if there are none", () => {
    assert.equal(messageOf({}), `It failed.\n\nHelp: ${DOCS}#some-code`);
  });

  test("is cut between characters at 4,000 characters, and keeps its help link", () => {
    for (const headline of ["x".repeat(3950), "🔑".repeat(3000), `x${"🔑".repeat(3000)}`]) {
      const text = messageOf({ headline });
      assert.ok(text.length <= LIMIT && text.length >= LIMIT - 1, `${text.length}`);
      assert.ok(text.isWellFormed());
      assert.ok(text.endsWith(`…\n\nHelp: ${DOCS}#some-code`));
    }
  });

  test("isn't cut at exactly 4,000 characters", () => {
    const help = `\n\nHelp: ${DOCS}#some-code`;
    const headline = "x".repeat(LIMIT - help.length);
    assert.equal(messageOf({ headline }), headline + help);
  });

  test("fits with everything that can be unusual about a run", () => {
    const run = failedRequest({
      response: refused("k".repeat(100), "one three eleven ".repeat(17)),
      loginUrl: "login.salesforce.com",
      inputs: {
        username: `${"u".repeat(240)}@acme.com.uat`,
        audience: "https://odd.example.com",
        consumerKey: "short",
      },
      result: { measuredSkewMs: -9_000_000, attempts: 3, durationMs: 4200 },
    });
    const text = errorMessage(explain(run), DOCS);
    assert.ok(text.length < LIMIT && !text.includes("…"), text);
  });
});

describe("the message of invalid inputs", () => {
  const issue = (input: InputName, code: string, message: string, fixes = ["Copy it again."]): InputIssue => {
    return { input, code, message, fixes };
  };
  const messageOfInputs = (...issues: InputIssue[]) => errorMessage(new InputsError(issues), DOCS);

  test("has the name of a single one in the headline, and all its fixes", () => {
    assert.equal(
      messageOfInputs(issue("username", "username-malformed", "doesn't contain an @", ["Copy it.", "Ask for it."])),
      [
        "username doesn't contain an @.",
        "No request was sent to Salesforce.",
        "",
        "1. Copy it.",
        "2. Ask for it.",
        "",
        `Help: ${DOCS}#username-malformed`,
      ].join("\n"),
    );
  });

  test("has a line, the first fix, and a link for each of several", () => {
    assert.equal(
      messageOfInputs(
        issue("username", "username-malformed", "doesn't contain an @", ["Copy it.", "Ask for it."]),
        issue("login_url", "input-blank", "is blank"),
      ),
      [
        "2 invalid inputs: username, login_url.",
        "No request was sent to Salesforce.",
        "",
        "username doesn't contain an @.",
        "   Fix: Copy it.",
        `   Help: ${DOCS}#username-malformed`,
        "",
        "login_url is blank.",
        "   Fix: Copy it again.",
        `   Help: ${DOCS}#input-blank`,
      ].join("\n"),
    );
  });

  test("says that all are blank, since that is about the secrets and not about their values", () => {
    const blank = (input: InputName) => issue(input, "input-blank", "is blank");
    const headline = (...issues: InputIssue[]) => messageOfInputs(...issues).split("\n")[0];
    assert.equal(headline(blank("username"), blank("consumer_key")), "2 blank inputs: username, consumer_key.");
    assert.equal(
      headline(blank("username"), issue("audience", "a-code", "is odd")),
      "2 invalid inputs: username, audience.",
    );
  });

  test("says once what several need, but only if the failure and the fix are the same", () => {
    const text = messageOfInputs(
      issue("consumer_key", "input-blank", "is blank"),
      issue("timeout_seconds", "input-not-a-number", "isn't a number"),
      issue("private_key", "input-blank", "is blank"),
      issue("username", "input-blank", "is blank", ["Set it."]),
    );
    assert.ok(text.includes("consumer_key is blank.\nprivate_key is blank.\n   Fix: Copy it again.\n"), text);
    assert.equal(text.split("#input-blank").length, 3);
    assert.equal(text.split("Copy it again.").length, 3);
  });

  test("counts the names that don't fit into 120 characters", () => {
    const headline = (...names: string[]) =>
      messageOfInputs(...names.map((name) => issue(name as InputName, `code-of-${name}`, "is odd"))).split("\n")[0];
    const [a, b, c] = ["a".repeat(40), "b".repeat(40), "c".repeat(17)];
    assert.equal(headline(a, b, c), `3 invalid inputs: ${a}, ${b}, ${c}.`);
    assert.equal(headline(a, b, `${c}c`), `3 invalid inputs: ${a}, ${b} and 1 more.`);
  });

  test("leaves out the fixes if they don't fit, and keeps every input and its link", () => {
    const names: readonly InputName[] = [
      "consumer_key",
      "username",
      "private_key",
      "login_url",
      "audience",
      "certificate",
    ];
    const text = messageOfInputs(...names.map((name) => issue(name, `code-of-${name}`, "is odd", ["x".repeat(900)])));
    assert.ok(text.length <= LIMIT);
    for (const name of names) assert.ok(text.includes(`\n\n${name} is odd.\n   Help: ${DOCS}#code-of-${name}`));
  });

  test("keeps the fixes at exactly 4,000 characters", () => {
    const text = (length: number) =>
      messageOfInputs(issue("username", "a-code", "x".repeat(length)), issue("audience", "b-code", "is odd"));
    const most = LIMIT - text(0).length;
    assert.deepEqual([text(most).length, text(most).includes("Fix:")], [LIMIT, true]);
    assert.ok(!text(most + 1).includes("Fix:"));
  });

  test("keeps to 4,000 characters even without fixes", () => {
    const long = issue("username", "a-code", "x".repeat(2500));
    assert.equal(messageOfInputs(long, { ...long, code: "other-code" }).length, LIMIT);
  });
});

describe("the message of a bug", () => {
  test("asks for an issue, and has the whole chain of causes", () => {
    const error = new Error("top", { cause: new TypeError("middle", { cause: new RangeError("bottom") }) });
    assert.equal(
      errorMessage(error, DOCS),
      "Internal error of the action. Please report it as an issue with the next line.\nError: top <- TypeError: middle <- RangeError: bottom",
    );
  });

  test("ends after five causes of a chain that is a circle", () => {
    const error = new Error("round");
    error.cause = error;
    assert.equal(errorMessage(error, DOCS).split("round").length, 6);
  });

  for (const [thrown, shown] of [
    [null, "null"],
    [undefined, ""],
    ["text", "text"],
    [{ message: "object", cause: "x" }, "[object Object]"],
  ] as const) {
    test(`shows what isn't an error: ${JSON.stringify(thrown)}`, () => {
      assert.equal(errorMessage(thrown, DOCS).split("\n")[1], shown);
    });
  }

  test("hides credentials and disarms workflow commands at any depth of the chain", () => {
    const token = `00D000000000001!AQ${"aB3.".repeat(20)}`;
    const inner = new Error(`inner ${token}\n::set-output name=x::y\r\n##[add-mask]z \u001b[31mred`);
    const text = errorMessage(new Error(`outer ${token}`, { cause: inner }), DOCS);
    assert.match(text, /outer 00D000000000001!?.*\[…\]|outer \[…\]/);
    for (const part of [token.slice(16, 32), "\r", "\u001b", "::", "##["]) assert.ok(!text.includes(part), text);
    assert.equal(text.split("\n").length, 2);
  });

  test("keeps to 4,000 characters", () => {
    assert.ok(errorMessage(new Error("x ".repeat(9000)), DOCS).length <= LIMIT);
  });
});

describe("the address of the documentation", () => {
  const used = { GITHUB_ACTION_REPOSITORY: "your-org/salesforce-jwt-auth", GITHUB_ACTION_REF: "v1" };

  test("is that of the version in use", () => assert.equal(troubleshootingUrl(used), DOCS));

  test("is on the server that the workflow runs on", () => {
    const env = { ...used, GITHUB_SERVER_URL: "https://github.acme.com" };
    assert.match(troubleshootingUrl(env), /^https:\/\/github\.acme\.com\/your-org\//);
  });

  test("is the path in the repository for a local action", () => {
    for (const env of [{}, { ...used, GITHUB_ACTION_REF: "" }, { ...used, GITHUB_ACTION_REPOSITORY: "" }]) {
      assert.equal(troubleshootingUrl(env), "docs/troubleshooting.md");
    }
  });
});
