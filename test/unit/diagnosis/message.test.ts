import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explain } from "../../../src/diagnosis/explain.ts";
import { errorMessage, troubleshootingUrl } from "../../../src/diagnosis/message.ts";
import { type InputIssue, type InputName, InputsError } from "../../../src/inputs/inputs.ts";
import { ActionError } from "../../../src/lib/action-error.ts";
import { failedRequest } from "./failed-request.ts";

const DOCS = "https://github.com/your-org/salesforce-jwt-auth/blob/v1/docs/troubleshooting.md";
const LIMIT = 4000;

describe("a failure's report", () => {
  test("has message, causes, steps and link, each under its heading", () => {
    const failure = new ActionError({
      code: "some-code",
      message: "It broke.",
      causes: ["A.", "B."],
      steps: ["Do C.", "Do D."],
    });
    assert.equal(
      errorMessage(failure, DOCS),
      [
        "It broke.",
        "",
        "Likely causes, most likely first:",
        "  - A.",
        "  - B.",
        "",
        "What to do:",
        "  - Do C.",
        "  - Do D.",
        "",
        `More: ${DOCS}#some-code`,
      ].join("\n"),
    );
  });

  test("has no heading without anything under it", () => {
    assert.equal(
      errorMessage(new ActionError({ code: "bare", message: "It broke." }), DOCS),
      `It broke.\n\nMore: ${DOCS}#bare`,
    );
  });

  test("keeps to 4,000 characters, and its link", () => {
    for (const length of [3_000, 3_900, 4_000, 5_000, 50_000]) {
      const text = errorMessage(
        new ActionError({ code: "long", message: "x".repeat(length), steps: ["Do this."] }),
        DOCS,
      );
      assert.ok(text.length <= LIMIT, `${text.length}`);
      assert.ok(text.endsWith(`\n\nMore: ${DOCS}#long`));
    }
  });

  test("is not cut through a character", () => {
    for (const offset of ["", "x"]) {
      const text = errorMessage(new ActionError({ code: "long", message: `${offset}${"🔑".repeat(3_000)}` }), DOCS);
      assert.ok(text.isWellFormed());
    }
  });
});

describe("a refusal's report", () => {
  test("reads from what was refused, for whom and where, to the link", () => {
    const run = failedRequest({ inputs: { username: "deploy@acme.com.uat" } });
    const text = errorMessage(explain(run, run.now), DOCS);
    const order = [
      "No token for deploy@acme.com.uat at acme.my.salesforce.com (audience https://acme.my.salesforce.com): the app is not approved for this user.\n",
      "Salesforce answered HTTP 400:\n  error: invalid_grant\n  error_description: user hasn't approved this consumer\n\n",
      "Likely causes, most likely first:\n  - The username ends in .uat",
      "What to do:\n  - To log in to the sandbox",
      "External Client App: Setup →",
      "Connected App: Setup →",
      "Login History",
      `\n\nMore: ${DOCS}#user-has-not-approved`,
    ].map((piece) => text.indexOf(piece));
    assert.ok(!order.includes(-1), text);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  test("says how hard it was tried before Salesforce's words", () => {
    const run = failedRequest({ result: { attempts: 3, durationMs: 4_200 } });
    assert.match(
      errorMessage(explain(run, new Date()), DOCS),
      /this user\. 3 attempts in 4\.2 s\.\nSalesforce answered/,
    );
  });

  test("fits even with all that can be odd about a run", () => {
    const run = failedRequest({
      refused: { error: "e".repeat(100), description: "d".repeat(300) },
      loginUrl: "login.salesforce.com",
      inputs: { username: `${"u".repeat(60)}@acme.com.uat`, audience: "https://odd.example.com", consumerKey: "short" },
      result: { measuredSkewMs: -9_000_000 },
    });
    const text = errorMessage(explain(run, new Date()), DOCS);
    assert.ok(text.length < LIMIT && !text.includes("…"), text);
  });
});

describe("the report of inputs", () => {
  const problem = (input: InputName, code: string, message: string, steps: readonly string[]): InputIssue => {
    return { input, error: new ActionError({ code, message, steps }) };
  };

  test("names every input with what is wrong and what to do", () => {
    const failure = new InputsError([
      problem("username", "username-malformed", "it has no @", ["Copy it."]),
      problem("login_url", "login-url-blank", "it is blank", ["Check the name."]),
    ]);
    assert.equal(
      errorMessage(failure, DOCS),
      [
        "Salesforce was not asked: 2 inputs need a change.",
        "",
        "username: it has no @.",
        "  - Copy it.",
        `  More: ${DOCS}#username-malformed`,
        "",
        "login_url: it is blank.",
        "  - Check the name.",
        `  More: ${DOCS}#login-url-blank`,
      ].join("\n"),
    );
  });

  test("says once what several inputs need", () => {
    const steps = ["Check the name."];
    const failure = new InputsError([
      problem("consumer_key", "input-blank", "it is blank", steps),
      problem("timeout_seconds", "input-not-a-number", "it is not a whole number", ["Write a number."]),
      problem("private_key", "input-blank", "private_key and private_key_file are both blank", steps),
    ]);
    const text = errorMessage(failure, DOCS);
    assert.ok(
      text.includes(
        "consumer_key: it is blank.\nprivate_key: private_key and private_key_file are both blank.\n  - Check",
      ),
    );
    assert.equal(text.split("Check the name.").length, 2);
    assert.equal(text.split("#input-blank").length, 2);
  });

  test("keeps every input and link within 4,000 characters, at the cost of the steps", () => {
    const names: readonly InputName[] = [
      "consumer_key",
      "username",
      "private_key",
      "login_url",
      "audience",
      "certificate",
    ];
    const problems = names.map((name) => problem(name, `code-of-${name}`, "it is odd", ["x".repeat(900)]));
    const text = errorMessage(new InputsError(problems), DOCS);
    assert.ok(text.length <= LIMIT);
    for (const name of names) assert.ok(text.includes(`${name}: it is odd.\n  More: ${DOCS}#code-of-${name}`));
  });
});

describe("a defect's report", () => {
  test("has the whole chain of causes", () => {
    const error = new Error("top", { cause: new TypeError("middle", { cause: new RangeError("bottom") }) });
    assert.match(errorMessage(error, DOCS), /Error: top ← TypeError: middle ← RangeError: bottom/);
  });

  test("ends for a chain that goes in a circle, and takes what is no error", () => {
    const error = new Error("round");
    error.cause = error;
    assert.match(errorMessage(error, DOCS), /round/);
    for (const odd of [null, undefined, "text", 42, { message: "object" }])
      assert.match(errorMessage(odd, DOCS), /should not/);
  });

  test("shows nothing that looks like a credential, at any depth of the chain", () => {
    const token = `00D000000000001!AQ${"aB3.".repeat(20)}`;
    const assertion = `eyJhbGciOiJSUzI1NiJ9.${"eyJpc3MiOiIzTVZHOS".repeat(9)}.${"Qx7-_z".repeat(57)}`;
    const key = ["BEGIN PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"].join(
      "-----\n",
    );
    for (const secret of [token, assertion, key.split("\n")[1] ?? "", "0123456789abcdef".repeat(4)]) {
      let error = new Error(`innermost ${secret}`);
      for (const name of ["third", "second", "first"])
        error = new Error(`${name} has ${secret}, too`, { cause: error });
      const text = errorMessage(error, DOCS);
      for (let start = 0; start + 16 <= secret.length; start++)
        assert.ok(!text.includes(secret.slice(start, start + 16)));
      assert.match(text, /first has \[…\].*innermost \[…\]/);
    }
  });

  test("runs nothing of what it quotes", () => {
    const text = errorMessage(new Error("a\n::set-output name=x::y\r\n##[add-mask]z \u001b[31mred"), DOCS);
    for (const command of ["\r", "\n", "\u001b", "::", "##["]) assert.ok(!text.includes(command), text);
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
    assert.equal(troubleshootingUrl({}), "docs/troubleshooting.md");
    assert.equal(troubleshootingUrl({ ...used, GITHUB_ACTION_REF: "" }), "docs/troubleshooting.md");
  });
});
