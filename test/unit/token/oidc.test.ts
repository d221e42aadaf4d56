import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ActionError } from "../../../src/lib/action-error.ts";
import { TimeoutError } from "../../../src/lib/clock.ts";
import type { GetRequest, HttpResponse } from "../../../src/lib/http.ts";
import { describeOidcError, OidcError, oidcEndpoint, requestOidcToken } from "../../../src/token/oidc.ts";

const ENV = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://run.actions.githubusercontent.com/1//idtoken/a/b?api-version=2.0",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
};
const CLAIMS = { aud: "https://acme.my.salesforce.com", repository: "acme/crm" };
const TOKEN = `${encode({ alg: "RS256" })}.${encode(CLAIMS)}.c2lnbmF0dXJl`;

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function request(answer: Partial<HttpResponse>, sent: GetRequest[] = []) {
  return requestOidcToken({
    endpoint: oidcEndpoint(ENV),
    audience: "https://acme.my.salesforce.com",
    signal: AbortSignal.timeout(1000),
    httpGet: async (get) => {
      sent.push(get);
      return { status: 200, headers: {}, body: "", oversized: false, ...answer };
    },
  });
}

describe("the request of GitHub's OIDC token", () => {
  test("sends the audience in the query and the request token in the header", async () => {
    const sent: GetRequest[] = [];
    const answer = await request({ body: JSON.stringify({ count: 1, value: TOKEN }) }, sent);
    assert.deepEqual(answer, { token: TOKEN, claims: CLAIMS });
    const url = "https://run.actions.githubusercontent.com/1//idtoken/a/b?api-version=2.0";
    assert.deepEqual(
      sent.map(({ url, bearer }) => [url, bearer]),
      [[`${url}&audience=https%3A%2F%2Facme.my.salesforce.com`, "request-token"]],
    );
  });

  const answers: readonly (readonly [what: string, answer: Partial<HttpResponse>, code: string, retry: boolean])[] = [
    ["HTTP 503", { status: 503 }, "github-oidc-unavailable", true],
    ["HTTP 429", { status: 429 }, "github-oidc-unavailable", true],
    ["HTTP 401", { status: 401, body: "Unauthorized" }, "github-oidc-refused", false],
    ["a redirect", { status: 302 }, "github-oidc-refused", false],
    ["an empty body", {}, "github-oidc-unusable", false],
    ["JSON without a token", { body: "{}" }, "github-oidc-unusable", false],
    ["a token that is no JWT", { body: '{"value":"token"}' }, "github-oidc-unusable", false],
    ["a token whose claims can't be read", { body: '{"value":"a.b.c"}' }, "github-oidc-unusable", false],
    ["a list", { body: `[${JSON.stringify(TOKEN)}]` }, "github-oidc-unusable", false],
    ["more than 1 MiB", { body: JSON.stringify({ value: TOKEN }), oversized: true }, "github-oidc-unusable", false],
  ];
  for (const [what, answer, code, retry] of answers) {
    test(`fails on ${what} as ${code}`, async () => {
      const error = await request(answer).then(
        () => assert.fail("no error"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof OidcError);
      const { rule } = describeOidcError(error);
      assert.deepEqual([rule.code, rule.retry ?? false], [code, retry]);
    });
  }

  test("shows nothing of an answer with status 200, which may contain a token", async () => {
    await assert.rejects(request({ body: `{"token":"${TOKEN}"}` }), (error: OidcError) => {
      assert.ok(error.response.kind === "invalid");
      return error.response.excerpt === "";
    });
  });

  test("shows nothing of a refusal that repeats the request token in pieces", async () => {
    const pieces = ENV.ACTIONS_ID_TOKEN_REQUEST_TOKEN.match(/.{1,4}/g)?.join(" ") ?? "";
    await assert.rejects(request({ status: 403, body: `no: ${pieces}` }), (error: OidcError) => {
      assert.ok(error.response.kind === "invalid");
      return error.response.excerpt === "(withheld: it repeats what was sent)";
    });
  });

  test("names GitHub when the network fails, and retries what can pass", () => {
    const timeout = describeOidcError(new TimeoutError(15_000));
    assert.deepEqual([timeout.rule.code, timeout.rule.retry], ["github-oidc-unreachable", true]);
    const unknown = describeOidcError(Object.assign(new Error("getaddrinfo ENOTFOUND x"), { code: "ENOTFOUND" }));
    assert.deepEqual([unknown.rule.code, unknown.rule.retry], ["github-oidc-unreachable", false]);
    assert.ok(unknown.kind === "none");
    assert.match(unknown.reason, /^GitHub's OIDC provider: /);
    assert.throws(() => describeOidcError(new TypeError("a bug")), TypeError);
  });
});

describe("GitHub's OIDC endpoint", () => {
  const missing: readonly (readonly [what: string, env: NodeJS.ProcessEnv])[] = [
    ["without variables", {}],
    ["without the token", { ...ENV, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" }],
    ["at an address without TLS", { ...ENV, ACTIONS_ID_TOKEN_REQUEST_URL: "http://localhost/token?a=b" }],
    ["at no address", { ...ENV, ACTIONS_ID_TOKEN_REQUEST_URL: "token" }],
  ];
  for (const [what, env] of missing) {
    test(`isn't used ${what}`, () => {
      assert.throws(() => oidcEndpoint(env), { code: "github-oidc-not-permitted" });
    });
  }

  test("explains a pull request from a fork in jobs of pull requests alone", () => {
    const causes = (env: NodeJS.ProcessEnv) => {
      try {
        oidcEndpoint(env);
      } catch (error) {
        return error instanceof ActionError ? error.causes.map(({ cause }) => cause).join() : "";
      }
      return "";
    };
    assert.match(causes({ GITHUB_EVENT_NAME: "pull_request" }), /fork/);
    assert.doesNotMatch(causes({ GITHUB_EVENT_NAME: "push" }), /fork/);
  });
});
