import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InputsError } from "../../src/inputs/errors.ts";
import { ActionError } from "../../src/lib/action-error.ts";
import { login } from "../../src/login.ts";
import { claimsOf, DEPLOY_JOB } from "../fakes/github-oidc/claims.ts";
import { BEGINNING, json, type Recorder, record, refusal, type Step } from "../support/recorder.ts";
import { OPAQUE_TOKEN } from "../support/secrets.ts";

const MY_DOMAIN = "https://acme.my.salesforce.com";
const CLAIMS = claimsOf(DEPLOY_JOB, { audience: MY_DOMAIN, now: Math.floor(BEGINNING / 1000), jti: "j" });
const OIDC_TOKEN = `e30.${Buffer.from(JSON.stringify(CLAIMS)).toString("base64url")}.c2lnbmF0dXJl`;
const ENV = {
  INPUT_CONSUMER_KEY: "3MVG9key",
  INPUT_GITHUB_OIDC: "true",
  INPUT_LOGIN_URL: MY_DOMAIN,
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://run.actions.githubusercontent.com/token?api-version=2.0",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
};
const ANSWER = {
  access_token: OPAQUE_TOKEN,
  instance_url: `${MY_DOMAIN}/`,
  id: "https://login.salesforce.com/id/00D5e000000AbCdEAK/0055e000000XyZ1AAK",
  scope: "api",
  token_type: "Bearer",
};

/** A login, the request of GitHub's token as a line among the others. */
async function run(env: NodeJS.ProcessEnv, script: readonly Step[] = [json(200, ANSWER)], value: unknown = OIDC_TOKEN) {
  const recorder: Recorder = record(script);
  const asked: string[] = [];
  const error: unknown = await login({
    ...recorder,
    env: { ...ENV, ...env },
    readFile: () => assert.fail("a file was read"),
    random: () => 0.5,
    httpGet: async ({ url }) => {
      asked.push(url);
      return { status: 200, headers: {}, body: JSON.stringify({ value }), oversized: false };
    },
  }).catch((thrown: unknown) => thrown);
  return {
    error,
    asked,
    lines: recorder.lines({ "OIDC token": OIDC_TOKEN, token: OPAQUE_TOKEN }),
    visible: recorder.visible(),
  };
}

describe("the main step with github_oidc", () => {
  test("masks GitHub's token before it is sent, and names the job", async () => {
    const { error, asked, lines, visible } = await run({ INPUT_WRITE_JOB_SUMMARY: "true" });
    assert.equal(error, undefined);
    assert.deepEqual(asked, [`${ENV.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=https%3A%2F%2Facme.my.salesforce.com`]);
    const masked = lines.indexOf("mask <OIDC token>");
    assert.ok(masked >= 0 && masked < lines.findIndex((line) => line.startsWith("post ")), lines.join("\n"));
    assert.equal(
      lines.at(-1),
      `info Logged in to ${MY_DOMAIN} as user 0055e000000XyZ1AAK, job of acme/crm, environment production.`,
    );
    assert.match(visible, /<th>User<\/th><td>user 0055e000000XyZ1AAK, job of acme\/crm, environment production/);
    assert.ok(!visible.includes(OIDC_TOKEN) && !visible.includes(OPAQUE_TOKEN));
  });

  test("says so if Salesforce doesn't return the user", async () => {
    const { lines } = await run({}, [json(200, { ...ANSWER, id: undefined })]);
    assert.match(lines.at(-1) ?? "", /as user \(unknown ID\), job of acme\/crm/);
  });

  test("shows claims and a rule when Salesforce refuses", async () => {
    const { error, lines } = await run({}, [refusal("invalid_request", "token handler validation failed")]);
    assert.ok(error instanceof ActionError);
    assert.equal(error.code, "keyless-handler-failed");
    assert.deepEqual(error.context.slice(0, 4), [
      "Salesforce answered HTTP 400, invalid_request: token handler validation failed",
      "Job of acme/crm, environment production at acme.my.salesforce.com",
      "repository: acme/crm",
      "repository_id: 712345678",
    ]);
    assert.ok(lines.some((line) => line.includes("<field>Repository_Id__c</field>")));
  });

  test("shows no claims when no handler was reached", async () => {
    const { error, lines } = await run({ INPUT_TIMEOUT_SECONDS: "2" }, [{ status: 503, takes: 600 }]);
    assert.ok(error instanceof ActionError);
    assert.equal(error.code, "salesforce-unavailable");
    assert.ok(!error.context.some((line) => line.startsWith("repository_id")));
    assert.ok(!lines.some((line) => line.includes("Repository_Id__c")));
  });

  test("names the audience when GitHub gave no token", async () => {
    const { error } = await run({}, [], "");
    assert.ok(error instanceof ActionError);
    assert.equal(error.code, "github-oidc-unusable");
    assert.ok(error.context.includes(`OIDC token for ${MY_DOMAIN}, to log in at acme.my.salesforce.com`));
  });

  test("names the org alone when it isn't the expected one", async () => {
    const { error } = await run({ INPUT_EXPECTED_ORG_ID: "00Dxx0000001gPLEAY" });
    assert.ok(error instanceof ActionError);
    assert.deepEqual([error.code, error.context], ["org-mismatch", [`Org at ${MY_DOMAIN}`]]);
  });

  const unfit: readonly (readonly [what: string, env: NodeJS.ProcessEnv, issues: readonly string[]])[] = [
    ["a username", { INPUT_USERNAME: "deploy@acme.example" }, ["username: input-without-effect"]],
    ["a key", { INPUT_PRIVATE_KEY: "x" }, ["private_key: login-given-twice"]],
    ["a key file", { INPUT_PRIVATE_KEY_FILE: "x" }, ["private_key_file: login-given-twice"]],
    ["a certificate", { INPUT_CERTIFICATE: "x" }, ["certificate: input-without-effect"]],
    ["days of warning", { INPUT_CERTIFICATE_WARNING_DAYS: "10" }, ["certificate_warning_days: input-without-effect"]],
    ["a passphrase", { INPUT_PRIVATE_KEY_PASSPHRASE: "x" }, ["private_key_passphrase: input-without-effect"]],
    ["a generic login host", { INPUT_LOGIN_URL: "test.salesforce.com" }, ["login_url: login-url-not-for-keyless"]],
    ["a custom domain", { INPUT_LOGIN_URL: "login.acme.example" }, ["login_url: login-url-not-for-keyless"]],
    ["a site without an audience", { INPUT_LOGIN_URL: "acme.my.site.com/x" }, ["audience: audience-missing-at-site"]],
    ["a handler's name with a space", { INPUT_TOKEN_HANDLER: "a b" }, ["token_handler: token-handler-malformed"]],
    [
      "all of that together",
      { INPUT_USERNAME: "a@b.example", INPUT_LOGIN_URL: "acme.my.site.com/x", INPUT_TOKEN_HANDLER: "9" },
      [
        "username: input-without-effect",
        "token_handler: token-handler-malformed",
        "audience: audience-missing-at-site",
      ],
    ],
  ];
  for (const [what, env, issues] of unfit) {
    test(`rejects ${what} before it asks GitHub`, async () => {
      const { error, asked } = await run(env);
      assert.ok(error instanceof InputsError, String(error));
      assert.deepEqual(
        error.issues.map(({ input, code }) => `${input}: ${code}`),
        issues,
      );
      assert.deepEqual(asked, []);
    });
  }

  test("takes a site with an audience, and a handler", async () => {
    const env = { INPUT_LOGIN_URL: "acme.my.site.com/x", INPUT_AUDIENCE: MY_DOMAIN, INPUT_TOKEN_HANDLER: "My_Handler" };
    const { error, lines } = await run(env);
    assert.equal(error, undefined);
    assert.match(lines.find((line) => line.startsWith("post ")) ?? "", /"token_handler":"My_Handler"/);
  });

  test("rejects token_handler without github_oidc", async () => {
    const { error } = await run({ INPUT_GITHUB_OIDC: "false", INPUT_TOKEN_HANDLER: "X" });
    assert.ok(error instanceof InputsError);
    assert.ok(error.issues.some(({ input, code }) => input === "token_handler" && code === "input-without-effect"));
  });
});
