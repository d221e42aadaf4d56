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
import { assertMessageForm } from "../../support/message-form.ts";

interface Expected {
  /** A word of the surest fix. */
  readonly first: RegExp;
  /** For each cause the fact that rules it out, "" if nothing does. */
  readonly causes: readonly (Fact | "")[];
  /** `error: error_description` as Salesforce sends it, one for each alternative of the pattern. */
  readonly texts: readonly string[];
}

const EXPECTED: Readonly<Record<Exclude<RefusalCode, "unknown-refusal">, Expected>> = {
  "login-rate-exceeded": {
    first: /Wait an hour/,
    causes: ["", ""],
    texts: ["rate_limit_exceeded: ", "invalid_grant: login rate exceeded"],
  },
  "user-has-not-approved": {
    first: /Permitted Users/,
    causes: ["", "", "", ""],
    texts: [
      "invalid_grant: user hasn't approved this consumer",
      "invalid_grant: user hasn’t approved this consumer",
      "invalid_grant: user hasn&#39;t approved this consumer",
      "invalid_grant: user has not approved this app",
    ],
  },
  "user-not-admin-approved": {
    first: /Permitted Users/,
    causes: ["", "", ""],
    texts: [
      "invalid_app_access: ",
      "OAUTH_APP_ACCESS_DENIED: ",
      "OAUTH_EC_APP_ACCESS_DENIED: ",
      "invalid_grant: user is not admin approved to access this app",
    ],
  },
  "app-not-found": {
    first: /copy the key/,
    causes: ["", "", ""],
    texts: [
      "app_not_found: ",
      "OAUTH_EC_APP_NOT_FOUND: ",
      "invalid_client: External client app is not installed in this org",
    ],
  },
  "client-identifier-invalid": {
    first: /copy the key/,
    causes: ["", "", "", ""],
    texts: ["invalid_client_id: ", "invalid_client: client identifier invalid"],
  },
  "app-not-installed": {
    first: /Create an External Client App/,
    causes: ["", "External Client App", ""],
    texts: ["invalid_client: app must be installed into org"],
  },
  "client-credentials-invalid": {
    first: /upload the certificate/,
    causes: ["", "key matches certificate", "", ""],
    texts: ["invalid_client: ", "invalid_client:  ", "invalid_client: invalid client credentials"],
  },
  "assertion-expired": {
    first: /NTP/,
    causes: ["signed on Salesforce's time", "", ""],
    texts: [
      "invalid_grant: expired authorization code",
      "invalid_grant: assertion expired",
      "invalid_grant: token is expired",
      "invalid_grant: jwt has expired",
      "invalid_grant: expired assertion",
      "invalid_grant: expired token",
      "invalid_grant: expired jwt",
    ],
  },
  "assertion-invalid": {
    first: /new pair/,
    causes: ["key matches certificate", "", "", ""],
    texts: [
      "invalid_grant: invalid assertion",
      "invalid_grant: invalid jwt assertion",
      "invalid_grant: assertion invalid",
      "invalid_grant: assertion is not valid",
      "invalid_grant: invalid signature",
      "invalid_grant: signature invalid",
      "invalid_grant: signature is invalid",
      "invalid_grant: signature verification failed",
      "invalid_grant: signature validation failed",
    ],
  },
  "audience-refused": {
    first: /Remove the input audience/,
    causes: ["audience not set", "My Domain", "not a site", ""],
    texts: ["invalid_grant: audience is invalid"],
  },
  "user-inactive": {
    first: /Unfreeze/,
    causes: ["", "", ""],
    texts: [
      "inactive_user: ",
      "invalid_grant: inactive user",
      "invalid_grant: user inactive",
      "invalid_grant: user is inactive",
    ],
  },
  "user-locked-out": { first: /Unlock/, causes: [""], texts: ["invalid_grant: user is locked out"] },
  "password-expired": {
    first: /Password Never Expires/,
    causes: [""],
    texts: ["invalid_grant: password expired", "invalid_grant: password has expired"],
  },
  "org-inactive": {
    first: /Create a new org/,
    causes: ["", "", ""],
    texts: [
      "inactive_org: ",
      "invalid_grant: inactive organization",
      "invalid_grant: org inactive",
      "invalid_grant: organization is inactive",
    ],
  },
  "ip-or-login-hours": {
    first: /Login IP Ranges/,
    causes: ["", ""],
    texts: ["invalid_grant: ip restricted or invalid login hours"],
  },
  "login-hours": {
    first: /Login Hours/,
    causes: [""],
    texts: [
      "invalid_grant: invalid login hours",
      "invalid_grant: outside login hours",
      "invalid_grant: outside of the login hours",
    ],
  },
  "ip-restricted": {
    first: /Login IP Ranges/,
    causes: ["", ""],
    texts: [
      "invalid_grant: ip restricted",
      "invalid_grant: ip address is not allowed",
      "invalid_grant: ip blocked",
      "invalid_grant: restricted ip",
    ],
  },
  "no-valid-scopes": {
    first: /OAuth Scopes/,
    causes: ["", "", ""],
    texts: ["invalid_grant: no valid scopes defined"],
  },
  "domain-not-supported": {
    first: /My Domain/,
    causes: ["", ""],
    texts: ["invalid_grant: request not supported on this domain"],
  },
  "refresh-token-scope-required": {
    first: /OAuth Scopes/,
    causes: ["", "", ""],
    texts: [
      "invalid_request: refresh_token scope is required",
      "invalid_request: offline_access scope is required",
      "invalid_request: the connected app should be installed and preauthorized.",
    ],
  },
  "scope-not-supported": {
    first: /operator of the proxy/,
    causes: [""],
    texts: ["invalid_request: scope parameter not supported"],
  },
  "grant-type-not-supported": {
    first: /select JWT Bearer Flow/,
    causes: ["", "My Domain", "", ""],
    texts: ["unsupported_grant_type: ", "invalid_request: grant type not supported"],
  },
  "flow-not-enabled": { first: /select JWT Bearer Flow/, causes: ["", ""], texts: ["unauthorized_client: "] },
  "dpop-required": {
    first: /DPoP requirement/,
    causes: [""],
    texts: ["invalid_dpop_proof: ", "use_dpop_nonce: ", "invalid_request: DPoP proof required"],
  },
  "app-blocked": {
    first: /enable the app/,
    causes: ["", "External Client App"],
    texts: [
      "OAUTH_APP_BLOCKED: ",
      "OAUTH_EC_APP_BLOCKED: ",
      "invalid_grant: this app is blocked",
      "invalid_grant: blocked by admin",
      "invalid_grant: blocked by an administrator",
    ],
  },
  "app-not-approved": {
    first: /Create an External Client App/,
    causes: ["", "External Client App", "", ""],
    texts: ["OAUTH_APPROVAL_ERROR_GENERIC: ", "OAUTH_EC_APPROVAL_ERROR_GENERIC: "],
  },
  "salesforce-unavailable": {
    first: /status\.salesforce\.com/,
    causes: ["", ""],
    texts: ["server_error: ", "temporarily_unavailable: ", "unknown_error: retry your request"],
  },
  "salesforce-unknown-error": {
    first: /Run the job again once/,
    causes: ["", ""],
    texts: ["unknown_error: "],
  },
  "authentication-failure": {
    first: /Login History/,
    causes: ["", "", "", ""],
    texts: ["invalid_grant: authentication failure"],
  },
};

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
  for (const [code, { texts }] of Object.entries(EXPECTED)) {
    for (const text of texts) {
      test(`with the words "${text}" is recognized as ${code}, in any case of letters`, () => {
        assert.deepEqual([text, text.toUpperCase(), text.toLowerCase()].map(find), [code, code, code]);
      });
    }
  }

  test("is recognized by one row only, unless the order of the rows is meant to decide", () => {
    for (const text of Object.values(EXPECTED).flatMap(({ texts }) => texts)) {
      const codes = REFUSALS.filter(({ match }) => match.test(text)).map(({ code }) => code);
      assert.ok(codes.length === 1 || text in FIRST_MATCH, `${text}: ${codes}`);
    }
  });

  for (const [text, code] of Object.entries(FIRST_MATCH)) {
    test(`with the words "${text}" is recognized as ${code} first`, () => assert.equal(find(text), code));
  }

  test("is recognized by an error code only in the field error", () => {
    const codes = Object.values(EXPECTED).flatMap(({ texts }) => texts.map((text) => text.split(":")[0] ?? ""));
    for (const error of new Set(codes)) {
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
  }
});
