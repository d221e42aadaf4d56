import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explain } from "../../../src/diagnosis/explain.ts";
import type { Certificate } from "../../../src/inputs/certificate.ts";
import { TimeoutError } from "../../../src/lib/clock.ts";
import { classifyNetworkError } from "../../../src/token/network-errors.ts";
import { REFUSALS, UNKNOWN_REFUSAL } from "../../../src/token/refusals.ts";
import { assertMessageForm, assertNamesNextAct } from "../../support/message-form.ts";
import { type Differences, failedRequest, failedResponse, refused } from "./failed-request.ts";

const explained = (differences: Differences = {}) => explain(failedRequest(differences));
const causesOf = (differences: Differences) => explained(differences).causes.map(({ cause = "" }) => cause);
const fixesOf = (differences: Differences) => explained(differences).causes.map(({ fix }) => fix);
const certificate = (notAfter: string): Certificate => ({
  notBefore: new Date("2024-01-01"),
  notAfter: new Date(notAfter),
  publicKeyFingerprint: "0".repeat(64),
});

describe("an explanation", () => {
  test("has the rule's code and headline, what was said, who and where, and the likely causes", () => {
    const { code, message, context, causes } = explained();
    const rule = REFUSALS.find((each) => each.code === "user-has-not-approved");
    assert.deepEqual({ code, message, causes }, { code: rule?.code, message: rule?.headline, causes: rule?.causes });
    assert.deepEqual(context, [
      "Salesforce answered HTTP 400, invalid_grant: user hasn't approved this consumer",
      "User deploy@acme.com at acme.my.salesforce.com",
    ]);
  });

  // biome-ignore format: a table, one row a line
  const said: readonly (readonly [what: string, response: Differences["response"], line: string])[] = [
    ["an error without a description", refused("odd", "", 401), "Salesforce answered HTTP 401, odd"],
    ["a description without an error", refused("", "odd", 500), "Salesforce answered HTTP 500, odd"],
    ["an error whose words can't be shown", refused("odd", "odd", 200), "Salesforce answered HTTP 200"],
    ["an empty body", failedResponse({ status: 404 }), "The server answered HTTP 404 with an empty body"],
    ["a text", failedResponse({ body: "no" }), "The server answered HTTP 400 with text that isn't JSON: “no”"],
    ["a redirect", failedResponse({ status: 399 }), "The server answered HTTP 399 with a redirect"],
    ["a redirect to another host", failedResponse({ status: 300, headers: { location: "https://a.example/" } }), "The server answered HTTP 300 with a redirect to a.example"],
    ["a network error", { kind: "none", reason: "the connection failed", said: "read ECONNRESET", rule: { code: "x", headline: "X.", causes: [] } }, "The network said: read ECONNRESET"],
  ];
  for (const [what, response, line] of said) {
    test(`repeats in the second line what came: ${what}`, () => {
      assert.equal(explained({ ...(response && { response }) }).context[0], line);
    });
  }

  test("keeps a fix without a cause as it is", () => {
    const rule = { code: "x", headline: "X.", causes: [{ fix: "Run the job again." }] };
    assert.deepEqual(explained({ response: { kind: "none", reason: "x", said: "", rule } }).causes, rule.causes);
  });

  test("names the audience only if it is the subject, or isn't the one of login_url", () => {
    const whoAndWhere = (differences: Differences) => explained(differences).context[1];
    const signing = { audience: "https://login.salesforce.com", fallbackAudience: undefined, skewMs: undefined };
    assert.equal(
      whoAndWhere({ response: refused("invalid_grant", "audience is invalid") }),
      "User deploy@acme.com at acme.my.salesforce.com (audience https://acme.my.salesforce.com)",
    );
    assert.equal(
      whoAndWhere({ result: { signing } }),
      "User deploy@acme.com at acme.my.salesforce.com (audience https://login.salesforce.com)",
    );
  });

  const efforts: readonly (readonly [result: Differences["result"], line: string | undefined])[] = [
    [{ attempts: 1 }, undefined],
    [{ attempts: 2, durationMs: 1499 }, "2 attempts in 1 s"],
    [{ attempts: 2, durationMs: 10 }, "2 attempts in 1 s"],
    [
      { attempts: 4, durationMs: 58_600, deadlineExceeded: { retryAfterMs: 0 } },
      "4 attempts in 59 s, within timeout_seconds: 60",
    ],
    [
      { attempts: 2, durationMs: 20_000, deadlineExceeded: { retryAfterMs: 0, assertionExpires: true } },
      "2 attempts in 20 s, until the assertion expired",
    ],
    [
      { attempts: 1, deadlineExceeded: { retryAfterMs: 89_500 } },
      "1 attempt in 1 s, within timeout_seconds: 60; the server asked for a wait of 90 s",
    ],
  ];
  for (const [result, line] of efforts) {
    test(`says of ${JSON.stringify(result)}: ${line ?? "nothing"}`, () => {
      assert.deepEqual(explained({ ...(result && { result }) }).context.slice(2), line === undefined ? [] : [line]);
    });
  }

  test("puts hints first, leaves out what they repeat, and has four causes at most", () => {
    const { causes } = explained({
      response: refused("app_not_found"),
      loginUrl: "login.salesforce.com",
      inputs: { username: "deploy@acme.com.uat", consumerKey: "3MVG9short" },
    });
    assert.deepEqual(
      causes.map(({ fix }) => fix.slice(0, 21)),
      ["If this is a sandbox,", "Set login_url to the ", "Setup > External Clie", "Wait 10 minutes (some"],
    );
  });

  test("ends its first line with the act that this run asks for", () => {
    const message = (differences: Differences) => explained(differences).message;
    const PROBLEM = "The user isn't preauthorized for the app in this org.";
    assert.match(message({}), /^The user isn't preauthorized .* Check the app's Policies/);
    assert.equal(message({ inputs: { username: "deploy@acme.com.uat" } }), `${PROBLEM} Check login_url and username.`);
    assert.equal(
      message({ response: refused("app_not_found"), loginUrl: "login.salesforce.com" }),
      "Salesforce didn't find the External Client App. Set login_url to the org's My Domain.",
    );
    assert.equal(
      message({
        response: refused("invalid_grant", "invalid assertion"),
        inputs: { certificate: certificate("2030-01-01") },
      }),
      "Salesforce can't verify the signature. Check that the app has the input certificate.",
    );
    // An expired certificate is no reason to do something else first.
    const inputs = { certificate: certificate("2026-05-31") };
    assert.match(message({ response: refused("something_new"), inputs }), /See Setup > Login History\.$/);
  });

  test("tells of an expired certificate, but never as the first cause", () => {
    const inputs = { certificate: certificate("2026-05-31") };
    for (const [error, place] of [
      ["invalid_client", 1],
      ["something_new", 1],
    ] as const) {
      const causes = causesOf({ response: refused(error), inputs });
      assert.equal(
        causes.findIndex((cause) => cause.includes("expired on 2026-05-31")),
        place,
        error,
      );
      assert.equal(causes.length, 4, error);
    }
    assert.equal(causesOf({ response: refused("something_new"), inputs })[0], UNKNOWN_REFUSAL.causes[0].cause);
  });

  const MARK = "(Connected App: see the link.)";
  test("sends to the Connected App's settings only if the app can be a Connected App", () => {
    for (const error of ["app_not_found", "APP_NOT_FOUND", "OAUTH_EC_APP_BLOCKED", "oauth_ec_app_access_denied"]) {
      assert.ok(
        !fixesOf({ response: refused(error) })
          .join()
          .includes("Connected App"),
        error,
      );
    }
    for (const error of ["app_not_found_x", "OAUTH_APP_BLOCKED", "x_OAUTH_EC_", "invalid_client_id"]) {
      const response = refused(error, "inactive_user: client identifier invalid");
      assert.ok(fixesOf({ response }).join().includes("Connected App"), error);
    }
    assert.ok(fixesOf({ response: refused("invalid_client_id") })[0]?.endsWith(MARK));
    assert.ok(fixesOf({ response: failedResponse({ status: 404 }) }).length > 0);
  });
});

describe("a likely cause is left out if the run shows", () => {
  const CLOCK = "The runner's clock is wrong.";
  const PAIR = "The key and the certificate aren't a pair: only one of them was renewed.";
  const AUDIENCE = "The input audience isn't the one that this org expects.";
  const OTHER_KIND = "login_url is the address of another kind of org, for example production instead of a sandbox.";
  const SITE_PATH = "The path of the site in login_url is missing or wrong.";
  const CONNECTED_APP = "The Connected App is blocked.";
  const REFRESHED = "The sandbox was refreshed, which removed its apps.";
  const SLOW = "The connection is slow, and one attempt gets only half of timeout_seconds.";
  const silent = {
    kind: "none",
    ...classifyNetworkError(Object.assign(new TimeoutError(15_000), { stage: "secured" })),
  } as const;
  const expired = refused("invalid_grant", "expired authorization code");
  const audience = refused("invalid_grant", "audience is invalid");
  const signing = { audience: "https://acme.my.salesforce.com", fallbackAudience: undefined, skewMs: 100_000 };
  const explicit = { audience: "https://login.salesforce.com", fallbackAudience: undefined };

  // biome-ignore format: a table, one row a line
  const facts: readonly (readonly [fact: string, cause: string, without: Differences, withIt: Differences])[] = [
    ["that it was signed on Salesforce's time", CLOCK, { response: expired }, { response: expired, result: { signing } }],
    ["that the key matches the certificate", PAIR, { response: refused("invalid_client") }, { response: refused("invalid_client"), inputs: { certificate: certificate("2030-01-01") } }],
    ["that audience isn't set", AUDIENCE, { response: audience, inputs: explicit }, { response: audience }],
    ["a My Domain", OTHER_KIND, { response: audience, loginUrl: "login.salesforce.com" }, { response: audience }],
    ["that login_url isn't a site", SITE_PATH, { response: audience, loginUrl: "a.my.site.com/x" }, { response: audience }],
    ["that login_url isn't an own domain", SITE_PATH, { response: audience, loginUrl: "a.example" }, { response: audience }],
    ["production", REFRESHED, { response: refused("app_not_found"), loginUrl: "acme--uat.sandbox.my.salesforce.com" }, { response: refused("app_not_found") }],
    ["that an attempt gets the longest time already", SLOW, { response: silent, inputs: { timeoutSeconds: 29 } }, { response: silent, inputs: { timeoutSeconds: 30 } }],
    ["an External Client App", CONNECTED_APP, { response: refused("OAUTH_APP_BLOCKED") }, { response: refused("OAUTH_EC_APP_BLOCKED") }],
  ];
  for (const [fact, cause, without, withIt] of facts) {
    test(fact, () => {
      assert.deepEqual(
        [causesOf(without), causesOf(withIt)].map((causes) => causes.includes(cause)),
        [true, false],
      );
    });
  }
});

test("every explanation of an unusual run has the form of our error messages", () => {
  const hosts = [
    "login.salesforce.com",
    "test.salesforce.com",
    "acme.my.salesforce.com",
    "acme--uat.sandbox.my.salesforce.com",
  ];
  const errors = REFUSALS.flatMap(({ match }) => /\^\(?:?\??:?(\w+)/.exec(match.source)?.[1] ?? []);
  for (const loginUrl of hosts) {
    for (const error of [...errors, "something_new"]) {
      const { code, message, causes } = explained({
        loginUrl,
        response: refused(error),
        inputs: { username: "deploy@acme.com.qa", consumerKey: "short", certificate: certificate("2026-05-31") },
        result: { measuredSkewMs: -412_000 },
      });
      assertMessageForm({ code, headline: message, causes });
      assertNamesNextAct(message);
    }
  }
});
