import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ask, type ClientAnswer } from "../salesforce/client.ts";
import { faults, type Salesforce, startSalesforce } from "../salesforce/index.ts";
import { claimsOf, createGithubOidc, DEPLOY_JOB, type GithubOidc, type Job } from "./index.ts";

const LIMIT = { timeout: 20_000 };

function partOf(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8"));
}

describe("GitHub's OIDC provider", LIMIT, () => {
  let github: GithubOidc;
  let salesforce: Salesforce;

  before(async () => {
    github = createGithubOidc();
    salesforce = await startSalesforce({ routes: github.routes });
    github.serveAt(salesforce);
  });
  after(() => salesforce.close());

  interface Asked {
    readonly query?: string;
    readonly authorization?: string;
    readonly method?: string;
    readonly url?: string;
  }

  function askForToken(asked: Asked = {}): Promise<ClientAnswer> {
    const { ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = github.env;
    const { query = "&audience=https%3A%2F%2Facme.my.salesforce.com", method = "GET" } = asked;
    const { authorization = `Bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN}` } = asked;
    const url = `${asked.url ?? ACTIONS_ID_TOKEN_REQUEST_URL}${query}`;
    return ask(salesforce, { url, method, headers: authorization === "" ? {} : { authorization } });
  }

  test("issues a token for the audience that is asked for, signed with a published key", async () => {
    const { status, body } = await askForToken();
    const { value } = JSON.parse(body) as { value: string };
    const keys = JSON.parse(
      (await ask(salesforce, { url: "https://token.actions.githubusercontent.com/.well-known/jwks" })).body,
    );
    const key = keys.keys.find(({ kid }: { kid: string }) => kid === partOf(value, 0)["kid"]);
    const [header, payload, signature = ""] = value.split(".");
    const publicKey = createPublicKey({ key, format: "jwk" });
    assert.equal(status, 200);
    assert.ok(
      verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url")),
    );
    const claims = partOf(value, 1);
    assert.equal(claims["aud"], "https://acme.my.salesforce.com");
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 300);
    assert.deepEqual(github.issued.at(-1), value);
  });

  test("issues a token for the owner's URL if no audience is asked for", async () => {
    const { body } = await askForToken({ query: "" });
    assert.equal(partOf(JSON.parse(body).value, 1)["aud"], "https://github.com/acme");
  });

  const refused: readonly (readonly [what: string, asked: Asked, status: number])[] = [
    ["without the request token", { authorization: "" }, 401],
    ["with another request token", { authorization: "Bearer other" }, 401],
    ["with the request token as a basic credential", { authorization: "Basic x" }, 401],
    ["by POST", { method: "POST" }, 405],
    ["with two audiences", { query: "&audience=a&audience=b" }, 400],
    ["at another path", { url: "https://run-actions-1-azure-eastus.actions.githubusercontent.com/110/other?" }, 404],
    [
      "at Salesforce's path",
      { url: "https://run-actions-1-azure-eastus.actions.githubusercontent.com/services/oauth2/token?" },
      404,
    ],
  ];
  for (const [what, asked, status] of refused) {
    test(`refuses a request ${what}`, async () => assert.equal((await askForToken(asked)).status, status));
  }

  test("fails on demand", async () => {
    salesforce.misbehave(faults.status(503), { route: "github-oidc" });
    assert.equal((await askForToken()).status, 503);
    assert.equal((await askForToken()).status, 200);
  });

  test("publishes the old key beside the new one until it is retired", () => {
    const [old] = github.keys();
    github.rotateKeys();
    const kid = String(partOf(github.token({}), 0)["kid"]);
    assert.deepEqual(
      github.keys().map((key) => key["kid"]),
      [old?.["kid"], kid],
    );
    github.retireOldKeys();
    assert.deepEqual(
      github.keys().map((key) => key["kid"]),
      [kid],
    );
  });
});

describe("the claims of a job", () => {
  const subjects: readonly (readonly [what: string, job: Partial<Job>, subject: string])[] = [
    ["in an environment", {}, "repo:acme/crm:environment:production"],
    ["in an environment with a colon", { environment: "eu:1" }, "repo:acme/crm:environment:eu%3A1"],
    ["on a branch", { environment: undefined }, "repo:acme/crm:ref:refs/heads/main"],
    ["of a pull request", { environment: undefined, eventName: "pull_request" }, "repo:acme/crm:pull_request"],
    [
      "of a repository with an immutable subject",
      { subjectFormat: "immutable" },
      "repo:acme@1234567/crm@712345678:environment:production",
    ],
  ];
  for (const [what, job, subject] of subjects) {
    test(`have the subject of a job ${what}`, () => {
      const claims = claimsOf({ ...DEPLOY_JOB, ...job }, { audience: "a", now: 1000, jti: "j" });
      assert.equal(claims["sub"], subject);
    });
  }

  test("are texts but for three times", () => {
    const claims = claimsOf(DEPLOY_JOB, { audience: "a", now: 1000, jti: "j" });
    const others = Object.keys(claims).filter((name) => typeof claims[name] !== "string");
    assert.deepEqual(others.sort(), ["exp", "iat", "nbf"]);
  });
});
