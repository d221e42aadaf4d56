import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  matchRefusal,
  REFUSALS,
  type RefusalCode,
  type RefusalRule,
  UNKNOWN_REFUSAL,
} from "../../../src/token/refusals.ts";
import type { ErrorResponse } from "../../../src/token/response.ts";

/** What Salesforce answers, as `error: error_description`, by the entry that it belongs to. */
const ANSWERS: Readonly<Record<RefusalCode, readonly string[]>> = {
  "login-rate-exceeded": [
    "rate_limit_exceeded: ",
    "invalid_grant: login rate exceeded",
    "unknown_error: Login Rate Exceeded, retry your request",
  ],
  "user-has-not-approved": [
    "invalid_grant: user hasn't approved this consumer",
    "invalid_grant: user hasn’t approved this consumer",
    "invalid_grant: user hasn&#39;t approved this consumer",
    "INVALID_GRANT: User has not approved this app",
  ],
  "user-not-admin-approved": [
    "invalid_app_access: user is not admin approved to access this app",
    "OAUTH_APP_ACCESS_DENIED: user is not admin approved to access this app",
    "oauth_app_access_denied: ",
    "invalid_grant: User is not admin approved",
  ],
  "app-not-found": [
    "app_not_found: External client app is not installed in this org",
    "invalid_client: external client app is not installed in this org",
    "OAUTH_EC_APP_NOT_FOUND: ",
  ],
  "client-identifier-invalid": ["invalid_client_id: client identifier invalid", "invalid_client_id: "],
  "app-not-installed": ["invalid_client: app must be installed into org"],
  "client-credentials-invalid": ["invalid_client: invalid client credentials", "invalid_client: "],
  "assertion-expired": [
    "invalid_grant: expired authorization code",
    "invalid_grant: assertion has expired",
    "invalid_grant: Token is expired",
    "invalid_grant: expired assertion",
  ],
  "assertion-invalid": [
    "invalid_grant: invalid assertion",
    "invalid_grant: Invalid JWT assertion",
    "invalid_grant: assertion is invalid",
    "invalid_grant: signature verification failed",
  ],
  "audience-refused": ["invalid_grant: audience is invalid", "invalid_grant: Audience validation failed"],
  "user-inactive": ["invalid_grant: inactive user", "inactive_user: user is inactive", "inactive_user: "],
  "org-inactive": ["invalid_grant: inactive organization", "inactive_org: organization is inactive", "inactive_org: "],
  "ip-restricted": [
    "invalid_grant: ip restricted",
    "invalid_grant: restricted IP",
    "invalid_grant: IP address is not allowed",
  ],
  "no-valid-scopes": ["invalid_grant: no valid scopes defined"],
  "domain-not-supported": ["invalid_grant: request not supported on this domain"],
  "refresh-token-scope-required": [
    "invalid_request: refresh_token scope is required and the connected app should be installed and preauthorized.",
  ],
  "scope-not-supported": ["invalid_request: scope parameter not supported"],
  "grant-type-not-supported": ["unsupported_grant_type: grant type not supported", "unsupported_grant_type: "],
  "flow-not-enabled": ["unauthorized_client: "],
  "app-blocked": ["OAUTH_APP_BLOCKED: this app is blocked by admin", "invalid_grant: this app is blocked by admin"],
  "app-not-approved": [
    "OAUTH_APPROVAL_ERROR_GENERIC: ",
    "OAUTH_APPROVAL_ERROR_GENERIC: An unexpected error has occured during authentication. Please try again.",
  ],
  "salesforce-unavailable": [
    "server_error: ",
    "temporarily_unavailable: ",
    "unknown_error: retry your request",
    "invalid_grant: Retry your request",
  ],
  "authentication-failure": ["invalid_grant: authentication failure"],
  "unknown-refusal": ["invalid_grant: ", "invalid_request: no idea", "something_new: something else", ": "],
};

function refused(answer: string, status = 400): ErrorResponse {
  const [error = "", description = ""] = answer.split(": ", 2);
  return { kind: "refused", status, error, description };
}

describe("each answer of Salesforce finds its entry", () => {
  for (const [code, answers] of Object.entries(ANSWERS)) {
    for (const answer of answers) {
      test(`${answer} → ${code}, in any case`, () => {
        for (const text of [answer, answer.toUpperCase(), answer.toLowerCase()]) {
          assert.equal(matchRefusal(refused(text)).code, code);
        }
      });
    }
  }
});

test("no answer depends on the order of the catalogue, but where two things are said at once", () => {
  for (const answer of Object.values(ANSWERS).flat()) {
    const matching = REFUSALS.filter(({ match }) => match.test(answer)).map(({ code }) => code);
    const isOfTwoMinds = answer === "unknown_error: Login Rate Exceeded, retry your request";
    assert.ok(matching.length <= (isOfTwoMinds ? 2 : 1), `${answer} is claimed by ${matching}`);
  }
});

test("an answer that speaks of the rate limit is not taken for a passing fault", () => {
  assert.equal(matchRefusal(refused("server_error: login rate exceeded", 503)).code, "login-rate-exceeded");
});

test("unknown words with a status that passes are a passing fault, others are not", () => {
  for (const status of [429, 500, 503]) {
    assert.equal(matchRefusal(refused("odd: words", status)).code, "salesforce-unavailable");
  }
  for (const status of [200, 400, 401, 403])
    assert.equal(matchRefusal(refused("odd: words", status)).code, "unknown-refusal");
});

test("known words count for more than the status", () => {
  assert.equal(matchRefusal(refused("invalid_grant: inactive user", 500)).code, "user-inactive");
});

describe("every entry", () => {
  const entries: readonly RefusalRule[] = [...REFUSALS, UNKNOWN_REFUSAL];

  test("has a code of its own in kebab case", () => {
    for (const { code } of entries) assert.match(code, /^[a-z]+(?:-[a-z]+)+$/);
    assert.equal(new Set(entries.map(({ code }) => code)).size, entries.length);
  });

  test("says what the answer means, where it comes from and what to do", () => {
    for (const { code, meaning, causes, steps } of entries) {
      assert.match(meaning, /^[a-zA-Z].*[^.]$/, code);
      assert.ok(causes.length > 0 && steps.length > 0, code);
      for (const cause of causes) assert.match(cause, /\.$/, code);
    }
  });

  test("points to the Login History where Salesforce only says invalid_grant", () => {
    for (const entry of entries) {
      const isGrant = ANSWERS[entry.code as RefusalCode].some((answer) => answer.startsWith("invalid_grant"));
      const explainsItself = ["login-rate-exceeded", "salesforce-unavailable", "app-blocked"].includes(entry.code);
      if (isGrant && !explainsItself)
        assert.ok(
          entry.steps.some((step) => step.includes("Login History")),
          entry.code,
        );
    }
  });

  test("names the External Client App before the Connected App, and both or neither for a setting of the app", () => {
    for (const { code, steps } of entries) {
      const [external, connected] = ["External Client App: ", "Connected App: "].map((kind) => {
        return steps.flatMap((step, index) => (step.startsWith(kind) ? [index] : []));
      });
      assert.equal(external?.length, connected?.length, code);
      external?.forEach((index, nth) => {
        assert.ok(index < (connected?.[nth] ?? -1), code);
      });
    }
  });
});
