import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createGithubOidc, DEPLOY_JOB, type GithubOidc } from "../fakes/github-oidc/index.ts";
import { findLeaks } from "../fakes/runner/leaks.ts";
import { runJob, runStep, type StepResult } from "../fakes/runner/step.ts";
import { addUser, faults, type Salesforce, startSalesforce } from "../fakes/salesforce/index.ts";
import { keylessProject, readKeylessApp } from "../fakes/salesforce/token-exchange-metadata.ts";
import { assertLoggedIn, linkedCodes, onlyCode, onlyError } from "./outcomes.ts";

const LIMIT = { timeout: 60_000 };
const RUN_AS = "keyless-handler@acme.example";

describe("a login without a stored secret", LIMIT, () => {
  let salesforce: Salesforce;
  let github: GithubOidc;
  let inputs: Readonly<Record<string, string>>;

  before(async () => {
    github = createGithubOidc();
    salesforce = await startSalesforce({ routes: github.routes });
    github.serveAt(salesforce);
    addUser(salesforce.org, { username: RUN_AS });
    const { username, instanceUrl } = salesforce.org;
    const { repositoryId, repositoryOwnerId } = DEPLOY_JOB;
    const project = keylessProject({
      username,
      runAs: RUN_AS,
      repositoryId,
      repositoryOwnerId,
      environment: "production",
    });
    const { consumerKey } = salesforce.register({ ...readKeylessApp(project, github.keys), users: [username] });
    inputs = { github_oidc: "true", consumer_key: consumerKey, login_url: instanceUrl };
  });
  beforeEach(() => {
    github.job = DEPLOY_JOB;
    salesforce.behave();
  });
  after(() => salesforce.close());

  interface Run {
    readonly result: StepResult;
    /** Routes of the requests that were made, in order. */
    readonly routes: readonly (string | undefined)[];
  }

  /** Runs the shipped action, and fails if a token of GitHub or Salesforce can be read anywhere. */
  async function login(
    change: Readonly<Record<string, string>> = {},
    env: NodeJS.ProcessEnv = github.env,
  ): Promise<Run> {
    const [first, firstIssued, firstMinted] = [
      salesforce.requests.length,
      github.issued.length,
      salesforce.minted.length,
    ];
    const result = await runStep({
      with: { ...inputs, ...change },
      env: { ...salesforce.env, ...definedIn(env) },
      secrets: requestSecrets(),
    });
    assertNoLeaks(result, firstIssued, firstMinted);
    return { result, routes: salesforce.requests.slice(first).map(({ route }) => route) };
  }

  const requestSecrets = () => [github.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN];

  function assertNoLeaks(result: StepResult, firstIssued: number, firstMinted: number): void {
    const secrets = [
      ...github.issued.slice(firstIssued).map((value) => ({ name: "OIDC token", value })),
      ...[...new Set(salesforce.minted.slice(firstMinted))].map((value) => ({ name: "token", value })),
    ];
    const allow = { outputs: ["access_token"], env: ["SF_ACCESS_TOKEN"], state: ["revoke_access_token"] };
    assert.deepEqual(findLeaks(result, secrets, { allow }), []);
  }

  test("sends GitHub's token for the org, and gets the token of the rule's user", async () => {
    const { result, routes } = await login();
    assertLoggedIn(result);
    assert.deepEqual(routes, ["github-oidc", "token"]);
    const { form } = salesforce.requests.at(-1) ?? assert.fail();
    assert.deepEqual(Object.keys(form).sort(), ["client_id", "grant_type", "subject_token", "subject_token_type"]);
    assert.equal(form["subject_token"], github.issued.at(-1));
    assert.equal(result.outputs["user_id"], salesforce.org.userId);
    assert.match(
      result.log,
      /Logged in to https:\/\/acme\.my\.salesforce\.com as user 005\w{15}, job of acme\/crm, environment production\./,
    );
  });

  test("names the handler, and asks for the audience that the step names", async () => {
    const site = { login_url: "https://acme.my.site.com/partners", audience: salesforce.org.instanceUrl };
    assertLoggedIn((await login({ ...site, token_handler: "GitHubLoginHandler" })).result);
    assert.equal(salesforce.requests.at(-1)?.form["token_handler"], "GitHubLoginHandler");
  });

  test("revokes the token at the end of the job", async () => {
    const job = await runJob({
      with: { ...inputs, revoke_token: "true" },
      env: { ...salesforce.env, ...github.env },
      secrets: requestSecrets(),
    });
    assertLoggedIn(job.main);
    assert.equal(salesforce.isLive(job.main.outputs["access_token"] ?? ""), false);
  });

  test("sends the same token of GitHub again after a transient fault of Salesforce", async () => {
    salesforce.misbehave(faults.status(503));
    const { result, routes } = await login();
    assertLoggedIn(result);
    assert.deepEqual(routes, ["github-oidc", "token", "token"]);
  });

  test("asks GitHub again after a transient fault of GitHub", async () => {
    salesforce.misbehave(faults.status(503), { route: "github-oidc" });
    const { result, routes } = await login();
    assertLoggedIn(result);
    assert.deepEqual(routes, ["github-oidc", "github-oidc", "token"]);
  });

  test("explains a refusal of the handler with the claims and a rule to deploy", async () => {
    github.job = { ...DEPLOY_JOB, environment: "staging" };
    const { result, routes } = await login();
    const message = onlyError(result);
    assert.deepEqual(routes, ["github-oidc", "token"]);
    assert.deepEqual(linkedCodes(message), ["keyless-no-rule"]);
    assert.match(
      message,
      /GitHub login refused: no login rule is for environment "staging" or ref "refs\/heads\/main"/,
    );
    assert.match(message, /^Job of acme\/crm, environment staging at acme\.my\.salesforce\.com$/m);
    assert.match(message, /^repository_id: 712345678$/m);
    assert.match(result.log, /<field>Environment__c<\/field><value xsi:type="xsd:string">staging<\/value>/);
    assert.doesNotMatch(message, /private key|assertion|certificate/i);
  });

  test("explains that the user isn't preauthorized", async () => {
    const { username } = salesforce.org;
    const { consumer_key: consumerKey = "" } = inputs;
    const { repositoryId, repositoryOwnerId } = DEPLOY_JOB;
    const project = keylessProject({
      username,
      runAs: RUN_AS,
      repositoryId,
      repositoryOwnerId,
      environment: "production",
    });
    const app = readKeylessApp(project, github.keys);
    salesforce.register({ ...app, consumerKey, users: [] });
    assert.equal(onlyCode((await login()).result), "keyless-not-approved");
    salesforce.register({ ...app, consumerKey, users: [username] });
  });

  const githubFaults: readonly (readonly [
    what: string,
    fault: Parameters<Salesforce["misbehave"]>[0],
    code: string,
  ])[] = [
    ["refuses", faults.status(401), "github-oidc-refused"],
    ["redirects", faults.redirect(302, "https://acme.my.salesforce.com/"), "github-oidc-refused"],
    ["answers with a page", faults.maintenancePage(200), "github-oidc-unusable"],
    ["answers with too much", faults.largeBody(), "github-oidc-unusable"],
  ];
  for (const [what, fault, code] of githubFaults) {
    test(`fails before it asks Salesforce if GitHub ${what}`, async () => {
      salesforce.misbehave(fault, { route: "github-oidc" });
      const { result, routes } = await login();
      assert.equal(onlyCode(result), code);
      assert.deepEqual(routes, ["github-oidc"]);
    });
  }

  test("fails within timeout_seconds if GitHub is unavailable", async () => {
    salesforce.misbehave(faults.status(503), { route: "github-oidc", times: "always" });
    const { result, routes } = await login({ timeout_seconds: "4" });
    assert.equal(onlyCode(result), "github-oidc-unavailable");
    assert.ok(!routes.includes("token"));
  });

  test("fails without the permission id-token: write before it sends anything", async () => {
    const { result, routes } = await login({}, {});
    assert.equal(onlyCode(result), "github-oidc-not-permitted");
    assert.deepEqual(routes, []);
  });

  const unfit: readonly (readonly [what: string, change: Record<string, string>, codes: readonly string[]])[] = [
    ["a username", { username: "deploy@acme.example" }, ["input-without-effect"]],
    [
      "a certificate and a passphrase",
      { certificate: "x", private_key_passphrase: "phrase" },
      ["input-without-effect"],
    ],
    ["a generic login host", { login_url: "https://login.salesforce.com" }, ["login-url-not-for-keyless"]],
    ["a site without an audience", { login_url: "https://acme.my.site.com/partners" }, ["audience-missing-at-site"]],
    ["a malformed name of a handler", { token_handler: "a-b" }, ["token-handler-malformed"]],
    [
      "a handler without github_oidc",
      { github_oidc: "false", token_handler: "X", username: "a@b.example", private_key: "x" },
      ["input-without-effect"],
    ],
  ];
  for (const [what, change, codes] of unfit) {
    test(`rejects ${what} before it sends anything`, async () => {
      const { result, routes } = await login(change);
      const linked = linkedCodes(onlyError(result));
      for (const code of codes) assert.ok(linked.includes(code), `${code} is not in ${linked.join()}`);
      assert.deepEqual(routes, []);
    });
  }
});

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
