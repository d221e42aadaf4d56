import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Explanation, explainRefusal } from "../../../src/diagnosis/explain-refusal.ts";
import type { Certificate } from "../../../src/inputs/certificate.ts";
import { REFUSALS, type RefusalCode } from "../../../src/token/refusals.ts";
import type { ErrorResponse } from "../../../src/token/response.ts";
import { type Differences, failedRequest, USUAL_CONSUMER_KEY } from "./failed-request.ts";

/** One of Salesforce's answers for each entry that a circumstance can stand behind. */
const ANSWERS = {
  "user-has-not-approved": { error: "invalid_grant", description: "user hasn't approved this consumer" },
  "app-not-found": { error: "app_not_found", description: "External client app is not installed in this org" },
  "client-identifier-invalid": { error: "invalid_client_id", description: "client identifier invalid" },
  "assertion-expired": { error: "invalid_grant", description: "expired authorization code" },
  "assertion-invalid": { error: "invalid_grant", description: "invalid assertion" },
  "audience-refused": { error: "invalid_grant", description: "audience is invalid" },
  "no-valid-scopes": { error: "invalid_grant", description: "no valid scopes defined" },
  "login-rate-exceeded": { error: "invalid_grant", description: "login rate exceeded" },
  "salesforce-unavailable": { error: "server_error", description: "" },
} as const satisfies Partial<Record<RefusalCode, Partial<ErrorResponse>>>;
type Answer = keyof typeof ANSWERS;

function explain(answer: Answer, differences: Differences = {}): Explanation {
  const run = failedRequest({ ...differences, refused: ANSWERS[answer] });
  return explainRefusal(run.refused, run);
}

/** Asserts that a cause and a step of this run stand before all that the catalogue has. */
function assertFirst(explanation: Explanation, cause: RegExp, step: RegExp): void {
  const entry = REFUSALS.find(({ code }) => code === explanation.code);
  assert.match(explanation.causes?.[0] ?? "", cause);
  assert.match(explanation.steps[0] ?? "", step);
  assert.deepEqual(explanation.causes?.slice(-(entry?.causes.length ?? 0)), entry?.causes);
}

function assertCatalogueOnly(explanation: Explanation): void {
  const entry = REFUSALS.find(({ code }) => code === explanation.code);
  assert.deepEqual(explanation.causes, entry?.causes);
  assert.deepEqual(explanation.steps, [...new Set<string>(entry?.steps)]);
}

describe("an explanation", () => {
  test("has both fields of the answer, word for word, and its status", () => {
    const run = failedRequest({ refused: { status: 401, error: "Odd_Error", description: "Odd words: here" } });
    assert.equal(
      explainRefusal(run.refused, run).answer,
      "Salesforce answered HTTP 401:\n  error: Odd_Error\n  error_description: Odd words: here",
    );
  });

  test("says so where Salesforce sent no description", () => {
    assert.match(
      explain("salesforce-unavailable").answer ?? "",
      /error: server_error\n {2}error_description: \(none\)$/,
    );
  });

  test("is the catalogue's where the run shows nothing odd", () => {
    for (const answer of Object.keys(ANSWERS) as Answer[]) assertCatalogueOnly(explain(answer));
  });

  test("says no step twice", () => {
    for (const answer of Object.keys(ANSWERS) as Answer[]) {
      const { steps } = explain(answer, {
        loginUrl: "login.salesforce.com",
        inputs: { username: "deploy@acme.com.uat", consumerKey: "short" },
        result: { measuredSkewMs: -600_000 },
      });
      assert.equal(new Set(steps).size, steps.length);
    }
  });
});

describe("the runner's clock", () => {
  test("comes first where it is behind", () => {
    const explanation = explain("assertion-expired", { result: { measuredSkewMs: 412_000 } });
    assertFirst(explanation, /clock is 412 s behind Salesforce's: the assertion had run out on arrival/, /NTP/);
  });

  test("comes first where it is ahead, which makes an assertion invalid", () => {
    const explanation = explain("assertion-invalid", { result: { measuredSkewMs: -412_000 } });
    assertFirst(explanation, /clock is 412 s ahead of Salesforce's: the assertion ends too far in the future/, /NTP/);
  });

  test("is no cause up to a minute", () => {
    for (const measuredSkewMs of [-60_000, 60_000, undefined]) {
      assertCatalogueOnly(explain("assertion-invalid", { result: { measuredSkewMs } }));
    }
  });

  test("is no cause of an assertion that was signed on Salesforce's time", () => {
    const audience = "https://acme.my.salesforce.com";
    const signing = { audience, fallbackAudience: undefined, skewMs: 412_000 };
    assertCatalogueOnly(explain("assertion-expired", { result: { measuredSkewMs: 412_000, signing } }));
  });

  test("is no cause of what has nothing to do with time", () => {
    assertCatalogueOnly(explain("no-valid-scopes", { result: { measuredSkewMs: 412_000 } }));
  });
});

describe("a username and a host of different orgs", () => {
  const sandboxUser = { username: "deploy@acme.com.uat" };

  test("come first where a sandbox's user asks production", () => {
    for (const loginUrl of ["login.salesforce.com", "acme.my.salesforce.com"]) {
      const explanation = explain("user-has-not-approved", { loginUrl, inputs: sandboxUser });
      assertFirst(explanation, new RegExp(`ends in \\.uat.*${loginUrl} is no sandbox's`), /test\.salesforce\.com/);
    }
  });

  test("come first where production's user asks a sandbox, with the username to try", () => {
    const explanation = explain("user-has-not-approved", { loginUrl: "acme--uat.sandbox.my.salesforce.com" });
    assertFirst(explanation, /has no sandbox's name at its end.*is the sandbox uat/, /deploy@acme\.com\.uat$/);
  });

  test("come first where one sandbox's user asks another sandbox", () => {
    const loginUrl = "acme--full.sandbox.my.salesforce.com";
    const explanation = explain("user-has-not-approved", { loginUrl, inputs: sandboxUser });
    assertFirst(explanation, /ends in \.uat.*is the sandbox full/, /deploy@acme\.com\.full$/);
  });

  test("come first where production's user asks test.salesforce.com", () => {
    const explanation = explain("user-has-not-approved", { loginUrl: "test.salesforce.com" });
    assertFirst(explanation, /test\.salesforce\.com is for sandboxes/, /deploy@acme\.com\.sandboxname$/);
  });

  test("are not suspected where they fit, or where nobody can tell", () => {
    const fitting: readonly (readonly [loginUrl: string, username: string])[] = [
      ["acme--uat.sandbox.my.salesforce.com", "deploy@acme.com.uat"],
      ["acme--uat.my.salesforce.com", "deploy@acme.com.UAT"],
      ["test.salesforce.com", "deploy@acme.com.uat"],
      ["test.salesforce.com", "test-abc123@example.com"],
      ["acme-ci-123.scratch.my.salesforce.com", "deploy@acme.com"],
      ["acme.my.salesforce.com", "deploy@acme.co.uk"],
      ["acme.my.salesforce.com", "deploy@mail.acme.dev"],
      ["acme-dev-ed.develop.my.salesforce.com", "deploy@acme.com.devhub"],
      ["sites.acme.com", "deploy@acme.com.uat"],
    ];
    for (const [loginUrl, username] of fitting) {
      assertCatalogueOnly(explain("user-has-not-approved", { loginUrl, inputs: { username } }));
    }
  });

  test("are no cause of a refusal that any org would give", () => {
    for (const answer of ["login-rate-exceeded", "salesforce-unavailable", "no-valid-scopes"] as const) {
      assertCatalogueOnly(explain(answer, { inputs: sandboxUser }));
    }
  });
});

describe("a host that is not the org's own", () => {
  test("comes first where an app is not found there", () => {
    for (const loginUrl of ["login.salesforce.com", "na42.salesforce.com"]) {
      for (const answer of ["app-not-found", "client-identifier-invalid"] as const) {
        assertFirst(explain(answer, { loginUrl }), new RegExp(`went to ${loginUrl}`), /Current My Domain URL/);
      }
    }
  });
});

describe("a consumer key that looks odd", () => {
  test("comes first, with its length and never itself", () => {
    const explanation = explain("client-identifier-invalid", {
      inputs: { consumerKey: USUAL_CONSUMER_KEY.slice(0, 84) },
    });
    assertFirst(explanation, /has 84 characters and begins with 3MVG9/, /Consumer Key and Secret: copy the key/);
    assert.ok(!JSON.stringify(explanation).includes("xxxx"));
  });

  test("comes first where it begins with something else", () => {
    const consumerKey = "7".repeat(85);
    assertFirst(
      explain("app-not-found", { inputs: { consumerKey } }),
      /does not begin with 3MVG9/,
      /Consumer Key and Secret: copy the key/,
    );
  });
});

describe("an explicit audience", () => {
  test("comes first where neither of those that follow from login_url is it", () => {
    const explanation = explain("audience-refused", { inputs: { audience: "https://test.salesforce.com" } });
    assertFirst(
      explanation,
      /input audience is https:\/\/test\.salesforce\.com, but https:\/\/acme\.my\.salesforce\.com follows/,
      /Remove the input audience/,
    );
  });

  test("is not suspected where it is the documented one for this host", () => {
    const inputs = { audience: "https://login.salesforce.com", fallbackAudience: undefined };
    assertCatalogueOnly(explain("audience-refused", { inputs }));
  });
});

test("both audiences are named where the second was refused, too", () => {
  const signing = { audience: "https://login.salesforce.com", fallbackAudience: undefined, skewMs: undefined };
  const explanation = explain("audience-refused", { result: { signing } });
  assertFirst(
    explanation,
    /were refused: https:\/\/acme\.my\.salesforce\.com and https:\/\/login\.salesforce\.com\./,
    /acme\.my\.salesforce\.com is the org's current address/,
  );
});

describe("the certificate", () => {
  const certificate = (expiresAt: string): Certificate => ({
    notBefore: new Date("2024-01-01"),
    notAfter: new Date(expiresAt),
    publicKeyFingerprint: "0".repeat(64),
  });
  const now = new Date("2026-06-01T00:00:00Z");

  test("comes first once it has lapsed", () => {
    const inputs = { certificate: certificate("2026-05-31") };
    assertFirst(explain("assertion-invalid", { inputs, now }), /lapsed on 2026-05-31/, /Make a new pair/);
  });

  test("has lapsed by Salesforce's clock where the runner's is behind", () => {
    const inputs = { certificate: certificate("2026-06-01T00:05:00Z") };
    const { causes } = explain("assertion-invalid", { inputs, now, result: { measuredSkewMs: 600_000 } });
    assert.ok(causes?.some((cause) => /lapsed on 2026-06-01/.test(cause)));
  });

  test("has lapsed by the runner's clock where Salesforce's is unknown", () => {
    const inputs = { certificate: certificate("2026-05-31") };
    const run = { inputs, now, result: { measuredSkewMs: undefined } };
    assertFirst(explain("assertion-invalid", run), /lapsed on 2026-05-31/, /Make a new pair/);
  });

  test("may have been renewed where it ends within a month", () => {
    const inputs = { certificate: certificate("2026-06-30") };
    assertFirst(explain("assertion-invalid", { inputs, now }), /ends on 2026-06-30.*successor/, /Make a new pair/);
  });

  test("fits the key, so that the app's must be another", () => {
    const inputs = { certificate: certificate("2027-06-30") };
    assertFirst(explain("assertion-invalid", { inputs, now }), /fits the input certificate/, /upload salesforce\.crt/);
  });

  test("is no cause of what has nothing to do with it", () => {
    assertCatalogueOnly(explain("user-has-not-approved", { inputs: { certificate: certificate("2026-05-31") }, now }));
  });
});

test("several circumstances stand in the order of their certainty, before the catalogue's causes", () => {
  const { causes } = explain("app-not-found", {
    loginUrl: "login.salesforce.com",
    inputs: { username: "deploy@acme.com.uat", consumerKey: "3MVG9tooShort" },
  });
  assert.match(causes?.[0] ?? "", /ends in \.uat/);
  assert.match(causes?.[1] ?? "", /went to login\.salesforce\.com/);
  assert.match(causes?.[2] ?? "", /has 13 characters/);
});
