import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type TokenExchange, tokenExchange } from "../../../src/token/exchange.ts";
import { EXCHANGE_REFUSALS, UNKNOWN_EXCHANGE_REFUSAL } from "../../../src/token/exchange-refusals.ts";
import { matchRefusal } from "../../../src/token/refusals.ts";
import { parseTokenResponse } from "../../../src/token/response.ts";
import { CASES } from "../keyless/cases.ts";

const SIGNING = { audience: "https://acme.my.salesforce.com", fallbackAudience: undefined, skewMs: undefined };
const MINUTE = 60_000;

/** A maker of grants whose GitHub numbers its tokens, on a clock that stands still. */
function setUp(change: Partial<TokenExchange> = {}) {
  const clock = { time: 5 * MINUTE, monotonic: () => clock.time };
  const masked: string[] = [];
  let issued = 0;
  const exchange = {
    consumerKey: "key",
    tokenHandler: undefined,
    endpoint: { url: "https://run.actions.githubusercontent.com/token?v=2", requestToken: "r" },
    ...change,
  };
  const grants = tokenExchange(exchange, {
    clock,
    mask: (secret) => masked.push(secret),
    httpGet: async () => {
      issued += 1;
      const claims = Buffer.from(JSON.stringify({ jti: String(issued) })).toString("base64url");
      return { status: 200, headers: {}, body: JSON.stringify({ value: `a.${claims}.${issued}` }), oversized: false };
    },
  });
  return { grants, clock, masked, make: () => grants.make(SIGNING, 0, AbortSignal.timeout(1000)) };
}

describe("a grant of the token exchange flow", () => {
  test("has the fields that Salesforce documents, and no secret of the app", async () => {
    const { form, secret, claims } = await setUp().make();
    assert.deepEqual(form, {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: secret,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      client_id: "key",
    });
    assert.deepEqual(claims, { jti: "1" });
  });

  test("names the handler if the step does", async () => {
    const { form } = await setUp({ tokenHandler: "GitHubLoginHandler" }).make();
    assert.equal(form["token_handler"], "GitHubLoginHandler");
  });

  test("masks each token", async () => {
    const { make, masked } = setUp();
    const { secret } = await make();
    assert.deepEqual(masked, [secret]);
  });

  test("uses a token for four minutes, then requests another one", async () => {
    const { make, clock, masked } = setUp();
    const first = await make();
    clock.time += 4 * MINUTE;
    assert.equal((await make()).secret, first.secret);
    clock.time += 1;
    assert.notEqual((await make()).secret, first.secret);
    assert.equal(masked.length, 2);
  });
});

describe("a refusal of the token exchange flow", () => {
  const codeOf = (error: string, description: string) => matchRefusal(error, description, EXCHANGE_REFUSALS)?.code;

  for (const reason of new Set(CASES.flatMap(({ reason = [] }) => reason))) {
    test(`is known by the handler's text: ${reason.slice(0, 80)}`, () => {
      const code = codeOf("invalid_request", `GitHub login refused: ${reason}`);
      // The claims' shape is a matter of GitHub's: the general entry is for it.
      const general = /JSON object/.test(reason);
      assert.match(code ?? "", /^keyless-/);
      assert.equal(code === "keyless-handler-failed", general);
    });
  }

  const known: readonly (readonly [error: string, description: string, code: string])[] = [
    [
      "invalid_request",
      "GitHub login refused: the token could not be verified as one of GitHub",
      "keyless-token-not-verified",
    ],
    [
      "invalid_request",
      "GitHub login refused: the user of the login rule does not exist or is not active",
      "keyless-no-user",
    ],
    ["invalid_request", "token handler not found", "keyless-handler-not-found"],
    ["invalid_request", "token handler validation failed", "keyless-handler-failed"],
    ["invalid_request", "app not enabled for token exchange", "keyless-not-enabled"],
    ["invalid_grant", "user hasn't approved this consumer", "keyless-not-approved"],
    ["invalid_app_access", "user is not admin approved to access this app", "keyless-not-approved"],
    ["unsupported_grant_type", "grant type not supported", "keyless-flow-off"],
    ["invalid_client_id", "client identifier invalid", "keyless-unknown-app"],
    ["invalid_client", "invalid client credentials", "keyless-secret-required"],
    ["inactive_user", "inactive user", "user-inactive"],
    ["server_error", "", "salesforce-unavailable"],
  ];
  for (const [error, description, code] of known) {
    test(`"${error}: ${description}" is ${code}`, () => assert.equal(codeOf(error, description), code));
  }

  test("that isn't known doesn't explain a private key", () => {
    const body = JSON.stringify({ error: "invalid_grant", error_description: "expired authorization code" });
    const flow = { known: EXCHANGE_REFUSALS, unknown: UNKNOWN_EXCHANGE_REFUSAL };
    const { kind, ...response } = parseTokenResponse({ status: 400, headers: {}, body, oversized: false }, "", flow);
    assert.ok(kind === "error" && "rule" in response);
    assert.equal(response.rule.code, "keyless-unknown-refusal");
  });

  test("never mentions a private key, an assertion, or a certificate on the app", () => {
    for (const rule of [
      ...EXCHANGE_REFUSALS.filter(({ code }) => code.startsWith("keyless")),
      UNKNOWN_EXCHANGE_REFUSAL,
    ]) {
      assert.doesNotMatch(
        JSON.stringify(rule).replace("Log in with a private key: docs/setup.md.", ""),
        /private key|assertion|certificate/i,
      );
      assert.ok(rule.headline.length <= 120 && rule.causes.length <= 4, rule.code);
      assert.equal(rule.adjust, undefined);
    }
  });
});
