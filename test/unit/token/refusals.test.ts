import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Fact,
  matchRefusal,
  REFUSALS,
  type RefusalCode,
  type RefusalRule,
  UNAVAILABLE,
  UNKNOWN_REFUSAL,
} from "../../../src/token/refusals.ts";
import { assertMessageForm, assertNamesNextAct } from "../../support/message-form.ts";

interface Expected {
  /** A word of the surest fix. */
  readonly first: RegExp;
  /** For each cause the fact that rules it out, "" if nothing does. */
  readonly causes: readonly (Fact | "")[];
  /** `error: error_description`, or the description of an invalid_grant; one for each alternative of the pattern. */
  readonly texts: readonly string[];
}

// biome-ignore format: a table, one row a line
const EXPECTED: Readonly<Record<Exclude<RefusalCode, "unknown-refusal">, Expected>> = {
  "login-rate-exceeded": { first: /Wait an hour/, causes: ["", ""], texts: ["rate_limit_exceeded: ", "login rate exceeded"] },
  "user-has-not-approved": { first: /Permitted Users/, causes: ["", "", "", ""], texts: ["user hasn't approved this consumer", "user hasn’t approved this consumer", "user hasnt approved this consumer", "user hasn&#x2019;t approved this consumer", "user has not approved this app"] },
  "user-not-admin-approved": { first: /Edit > App Policies: select/, causes: ["", "", ""], texts: ["invalid_app_access: ", "OAUTH_APP_ACCESS_DENIED: ", "OAUTH_EC_APP_ACCESS_DENIED: ", "user is not admin approved to access this app"] },
  "app-not-found": { first: /copy the key/, causes: ["", "not a sandbox", ""], texts: ["app_not_found: ", "OAUTH_EC_APP_NOT_FOUND: ", "invalid_client: External client app is not installed in this org"] },
  "client-identifier-invalid": { first: /copy the key/, causes: ["", "", "", ""], texts: ["invalid_client_id: ", "invalid_client: client identifier invalid"] },
  "app-not-installed": { first: /Create an External Client App/, causes: ["", "External Client App", ""], texts: ["invalid_client: app must be installed into org"] },
  "client-credentials-invalid": { first: /upload the certificate/, causes: ["", "key matches certificate", "", ""], texts: ["invalid_client: ", "invalid_client:  ", "invalid_client: invalid client credentials"] },
  "assertion-expired": { first: /NTP/, causes: ["signed on Salesforce's time", "", ""], texts: ["expired authorization code", "assertion expired", "token is expired", "jwt has expired", "expired assertion", "expired token", "expired jwt"] },
  "assertion-invalid": { first: /new pair/, causes: ["key matches certificate", "", "", ""], texts: ["invalid assertion", "invalid jwt assertion", "assertion invalid", "assertion is not valid", "invalid signature", "signature invalid", "signature is invalid", "signature verification failed", "signature validation failed"] },
  "audience-refused": { first: /Remove the input audience/, causes: ["audience not set", "My Domain", "not a site", ""], texts: ["audience is invalid"] },
  "user-inactive": { first: /Unfreeze/, causes: ["", "not a sandbox", ""], texts: ["inactive_user: ", "inactive user", "user inactive", "user is inactive"] },
  "user-locked-out": { first: /Unlock/, causes: [""], texts: ["user is locked out"] },
  "password-expired": { first: /Password Never Expires/, causes: [""], texts: ["password expired", "password has expired"] },
  "org-inactive": { first: /Create a new org/, causes: ["", "", ""], texts: ["inactive_org: ", "inactive organization", "org inactive", "organization is inactive"] },
  "ip-or-login-hours": { first: /Login IP Ranges/, causes: ["", ""], texts: ["ip restricted or invalid login hours"] },
  "login-hours": { first: /Login Hours/, causes: [""], texts: ["invalid login hours", "outside login hours", "outside of the login hours"] },
  "ip-restricted": { first: /Login IP Ranges/, causes: ["", ""], texts: ["ip restricted", "ip address is not allowed", "ip blocked", "restricted ip"] },
  "no-valid-scopes": { first: /OAuth Scopes/, causes: ["", "", ""], texts: ["no valid scopes defined"] },
  "domain-not-supported": { first: /My Domain/, causes: ["", ""], texts: ["request not supported on this domain"] },
  "refresh-token-scope-required": { first: /OAuth Scopes/, causes: ["", "", ""], texts: ["invalid_request: refresh_token scope is required", "invalid_request: offline_access scope is required", "invalid_request: the connected app should be installed and preauthorized."] },
  "scope-not-supported": { first: /operator of the proxy/, causes: [""], texts: ["invalid_request: scope parameter not supported"] },
  "grant-type-not-supported": { first: /select “Enable JWT Bearer Flow”/, causes: ["", "My Domain", "", ""], texts: ["unsupported_grant_type: ", "invalid_request: grant type not supported"] },
  "flow-not-enabled": { first: /select “Enable JWT Bearer Flow”/, causes: ["", ""], texts: ["unauthorized_client: "] },
  "dpop-required": { first: /DPoP requirement/, causes: [""], texts: ["invalid_dpop_proof: ", "use_dpop_nonce: ", "invalid_request: DPoP proof required"] },
  "app-blocked": { first: /select Enabled/, causes: ["", "External Client App"], texts: ["OAUTH_APP_BLOCKED: ", "OAUTH_EC_APP_BLOCKED: ", "this app is blocked", "blocked by admin", "blocked by an administrator"] },
  "app-not-approved": { first: /Create an External Client App/, causes: ["", "External Client App", "", ""], texts: ["OAUTH_APPROVAL_ERROR_GENERIC: ", "OAUTH_EC_APPROVAL_ERROR_GENERIC: "] },
  "salesforce-unavailable": { first: /status\.salesforce\.com/, causes: ["", ""], texts: ["server_error: ", "temporarily_unavailable: ", "unknown_error: retry your request"] },
  "salesforce-unknown-error": { first: /Run the job again once/, causes: ["", ""], texts: ["unknown_error: "] },
  "authentication-failure": { first: /Login History/, causes: ["", "", "", ""], texts: ["authentication failure"] },
};

const TEXTS = Object.entries(EXPECTED).flatMap(([code, { texts }]) =>
  texts.map((text) => ({ code, text: text.includes(": ") ? text : `invalid_grant: ${text}` })),
);

/** Texts that two rows match: the first of them decides. */
const FIRST_MATCH = {
  "server_error: login rate exceeded": "login-rate-exceeded",
  "unknown_error: login rate exceeded, retry your request": "login-rate-exceeded",
  "unknown_error: retry your request": "salesforce-unavailable",
  "invalid_grant: ip restricted or invalid login hours": "ip-or-login-hours",
  "invalid_client_id: audience is invalid": "client-identifier-invalid",
  "invalid_grant: expired authorization code, audience is invalid": "assertion-expired",
} as const;

const find = (text: string) => {
  const [error = "", ...description] = text.split(": ");
  return matchRefusal(error, description.join(": "))?.code;
};

describe("a refusal", () => {
  for (const { code, text } of TEXTS) {
    test(`with the words "${text}" is recognized as ${code}, in any case of letters`, () => {
      assert.deepEqual([text, text.toUpperCase(), text.toLowerCase()].map(find), [code, code, code]);
    });
  }

  test("is recognized by one row only, unless the order of the rows is meant to decide", () => {
    for (const { text } of TEXTS) {
      const codes = REFUSALS.filter(({ match }) => match.test(text)).map(({ code }) => code);
      assert.ok(codes.length === 1 || text in FIRST_MATCH, `${text}: ${codes}`);
    }
  });

  for (const [text, code] of Object.entries(FIRST_MATCH)) {
    test(`with the words "${text}" is recognized as ${code} first`, () => assert.equal(find(text), code));
  }

  test("is recognized by an error code only in the field error", () => {
    for (const error of new Set(TEXTS.map(({ text }) => text.split(":")[0]))) {
      for (const text of [`odd: not ${error}: but`, `x${error}: odd`, `${error}x: odd`]) {
        assert.equal(find(text), undefined, text);
      }
    }
  });

  test("is unknown if its words only contain the beginning or the end of known ones", () => {
    for (const words of [
      "",
      "invalid client",
      "user is lockedin",
      "ship restricted",
      "restricted ipx",
      "adpop",
      "dpops",
    ]) {
      assert.equal(find(`invalid_grant: ${words}`), undefined, words);
    }
    assert.equal(find("invalid_client: something else"), undefined);
    assert.equal(find("xinvalid_client: "), undefined);
  });
});

describe("the table of refusals", () => {
  const rules: readonly RefusalRule[] = REFUSALS;

  test("retries only what Salesforce itself calls temporary", () => {
    assert.deepEqual(
      rules.filter(({ retry }) => retry).map(({ code }) => code),
      ["salesforce-unavailable"],
    );
    assert.equal(UNAVAILABLE.retry, true);
    assert.ok(!("retry" in UNKNOWN_REFUSAL));
  });

  test("adjusts only the clock of an expired assertion and a rejected audience", () => {
    assert.deepEqual(
      rules.filter(({ adjust }) => adjust).map(({ code, adjust }) => [code, adjust]),
      [
        ["assertion-expired", "clock"],
        ["audience-refused", "audience"],
      ],
    );
  });

  for (const { code, causes } of rules) {
    test(`gives ${code} all its causes, the surest first, and what rules them out`, () => {
      const expected = EXPECTED[code as keyof typeof EXPECTED];
      assert.deepEqual(
        causes.map(({ unless = "" }) => unless),
        expected.causes,
      );
      assert.match(causes[0]?.fix ?? "", expected.first);
    });
  }

  test("gives an unknown refusal three causes, with the org's Login History first", () => {
    assert.equal(UNKNOWN_REFUSAL.causes.length, 3);
    assert.match(UNKNOWN_REFUSAL.causes[0].fix, /Login History/);
  });

  test("has one row for each code", () => {
    assert.deepEqual(rules.map(({ code }) => code).toSorted(), Object.keys(EXPECTED).toSorted());
  });

  for (const rule of [...rules, UNKNOWN_REFUSAL]) {
    test(`has a message for ${rule.code} in the form of our error messages`, () => assertMessageForm(rule));

    test(`says in the first line of ${rule.code} what to do next`, () => assertNamesNextAct(rule.headline));
  }
});
