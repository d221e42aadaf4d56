import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findHints } from "../../../src/diagnosis/hints.ts";
import { REFUSALS } from "../../../src/token/refusals.ts";
import { type Differences, failedRequest, failedResponse, refused, USUAL_CONSUMER_KEY } from "./failed-request.ts";

/** Finds the hint with these words, in a run that fails with a code. */
const findHint = (code: string, words: RegExp, differences: Differences) =>
  findHints(code, failedRequest(differences)).find(({ cause }) => words.test(cause));

const CODES = [
  ...REFUSALS.map(({ code }) => code),
  ...["unknown-refusal", "answer-redirect", "answer-html", "answer-unusable", "no-answer-in-time"],
];
const OTHER_ORG = [
  ...["user-has-not-approved", "user-not-admin-approved", "app-not-found", "client-identifier-invalid"],
  ...["audience-refused", "user-inactive", "org-inactive", "authentication-failure", "unknown-refusal"],
];
const signing = { audience: "https://login.salesforce.com", fallbackAudience: undefined, skewMs: undefined };
const redirect = (host: string) => failedResponse({ status: 302, headers: { location: `https://${host}/x` } });
const certificate = (notAfter: string) => ({
  certificate: {
    notBefore: new Date("2024-01-01"),
    notAfter: new Date(notAfter),
    publicKeyFingerprint: "0".repeat(64),
  },
});

// biome-ignore format: a table, one row a line
const hints: readonly (readonly [name: string, run: Differences, words: RegExp, codes: readonly string[]])[] = [
  ["a wrong clock", { result: { measuredSkewMs: 412_000 } }, /clock is 412 s behind/, ["assertion-expired", "assertion-invalid", "authentication-failure", "unknown-refusal"]],
  ["an unusual audience", { inputs: { audience: "https://test.salesforce.com" } }, /The input audience is/, ["audience-refused", "assertion-invalid", "authentication-failure", "unknown-refusal"]],
  ["a sandbox user in production", { inputs: { username: "deploy@acme.com.uat" } }, /ends in \.uat like/, OTHER_ORG],
  ["another user in a sandbox", { loginUrl: "acme--uat.sandbox.my.salesforce.com" }, /is the sandbox uat/, OTHER_ORG],
  ["a generic login host", { loginUrl: "login.salesforce.com" }, /Spring '26/, ["app-not-found", "client-identifier-invalid", "domain-not-supported"]],
  ["an unusual consumer key", { inputs: { consumerKey: "short" } }, /consumer_key has/, ["app-not-found", "client-identifier-invalid", "unknown-refusal"]],
  ["a key that matches the certificate", { inputs: certificate("2030-01-01") }, /matches the input certificate/, ["assertion-invalid", "client-credentials-invalid"]],
  ["two rejected audiences", { result: { signing } }, /rejected both audiences/, ["audience-refused"]],
  ["a new address", { response: redirect("new.my.salesforce.com") }, /moved to new\.my/, ["answer-redirect"]],
  ["an expiring certificate", { inputs: certificate("2026-06-02") }, /expires on 2026-06-02/, ["assertion-invalid", "client-credentials-invalid", "unknown-refusal"]],
];

describe("a hint is given for exactly the failures that it can cause:", () => {
  for (const [name, run, words, codes] of hints) {
    test(name, () => {
      const found = CODES.filter((code) => findHint(code, words, run));
      assert.deepEqual(found.toSorted(), codes.toSorted());
    });
  }

  test("none in a run that shows nothing unusual", () => {
    for (const code of CODES) assert.deepEqual(findHints(code, failedRequest()), [], code);
  });

  test("in the order of their certainty", () => {
    const inputs = {
      username: "deploy@acme.com.uat",
      consumerKey: "x",
      audience: "https://x.example",
      ...certificate("2026-06-01"),
    };
    const found = (code: string) => {
      const result = { measuredSkewMs: 412_000, signing };
      const all = findHints(code, failedRequest({ loginUrl: "login.salesforce.com", inputs, result }));
      return all.map(
        ({ cause }) => /clock|input audience|ends in|Spring|consumer_key|matches|both|certificate/.exec(cause)?.[0],
      );
    };
    assert.deepEqual(found("unknown-refusal"), ["clock", "input audience", "ends in", "consumer_key", "certificate"]);
    assert.deepEqual(found("app-not-found"), ["ends in", "Spring", "consumer_key"]);
    assert.deepEqual(found("assertion-invalid"), ["clock", "input audience", "matches", "certificate"]);
    assert.deepEqual(found("audience-refused"), ["input audience", "ends in", "both"]);
  });
});

describe("a hint about the runner's clock", () => {
  const hint = (measuredSkewMs: number | undefined, skewMs?: number) => {
    const result = { measuredSkewMs, signing: { ...signing, audience: "https://acme.my.salesforce.com", skewMs } };
    return findHints("assertion-expired", failedRequest({ result }))[0];
  };

  test("says what a clock does that is behind or ahead, and how to set it", () => {
    assert.deepEqual(hint(60_001), {
      cause: "The runner's clock is 60 s behind Salesforce's: the assertion had expired on arrival.",
      fix: "Synchronize the runner's clock by NTP: timedatectl set-ntp true (Linux), w32tm /resync (Windows).",
      nextAct: "Check the runner's clock.",
    });
    assert.match(hint(-60_001)?.cause ?? "", /60 s ahead of Salesforce's: the assertion expires too late\.$/);
    assert.match(hint(86_400_000)?.cause ?? "", /86400 s behind/);
  });

  test("isn't given up to a minute, without a measured time, or if the assertion was signed on Salesforce's time", () => {
    assert.deepEqual([hint(60_000), hint(-60_000), hint(undefined), hint(412_000, 1)], Array(4).fill(undefined));
  });

  test("doubts the server as well if its date is more than 24 hours away", () => {
    for (const skewMs of [86_400_001, -86_400_001]) {
      assert.match(
        hint(skewMs)?.cause ?? "",
        /^The Date header .* is 1 days away .* doesn't sign for a date that far away\.$/,
      );
      assert.match(hint(skewMs)?.fix ?? "", /Check the runner's clock first\. .*login_url and the proxy/);
    }
  });
});

test("a hint about the audience isn't given for the documented one, and names both otherwise", () => {
  const hint = (audience: string) => findHint("audience-refused", /input audience/, { inputs: { audience } });
  assert.equal(hint("https://login.salesforce.com"), undefined);
  assert.deepEqual(hint("https://acme.my.salesforce.com/"), {
    cause:
      "The input audience is https://acme.my.salesforce.com/, but login_url stands for https://acme.my.salesforce.com.",
    fix: "Remove the input audience from the step.",
  });
});

describe("a hint about a sandbox user in production", () => {
  const hint = (username: string, loginUrl: string) =>
    findHint("unknown-refusal", /like a sandbox user's/, { loginUrl, inputs: { username } });

  test("builds the sandbox's address from the My Domain, and says how to use either org", () => {
    assert.deepEqual(hint("deploy@other.org.UAT", "acme-1.my.salesforce.com"), {
      cause: "The username ends in .uat like a sandbox user's, but acme-1.my.salesforce.com is a production address.",
      fix: "If this is a sandbox, set login_url to its My Domain (https://acme-1--uat.sandbox.my.salesforce.com). If it is production, remove .uat from username.",
      nextAct: "Check login_url and username.",
    });
  });

  test("says where a sandbox's address is if login_url doesn't name the org", () => {
    for (const loginUrl of [
      "login.salesforce.com",
      "acme.my.salesforce.com:8443",
      "eu.acme.my.salesforce.com",
      "acme.my.salesforce.mil",
    ]) {
      assert.match(
        hint("deploy@acme.com.uat", loginUrl)?.fix ?? "",
        /\(Setup > My Domain > Current My Domain URL, in the sandbox\)/,
      );
    }
  });

  // biome-ignore format: a table, one row a line
  const SANDBOX = [
    "deploy@acme.com.uat",
    "DEPLOY@ACME.COM.DEV",
    "d@acme.co.uk.uat",
    "d@acme.de.staging",
    "d@m.acme.net.full",
    "d@acme.org.qa",
    "d@acme.edu.abcdefghij",
    "d@acme.gov.dev2",
    "d@acme.com.abc", "d@acme.de.combi",
  ];
  // biome-ignore format: a table, one row a line
  const OTHER = [
    "deploy@acme.com",
    "d@acme.dev",
    "d@acme",
    "d@acme.co.uk",
    "d@acme.com.au",
    "d@mail.acme.com",
    "d@acme.qa",
    "d@acme.co.com",
    "d@mail.acme.dev",
    "d@acme.com.abcdefghijk",
    "d@acme.com.a-b",
    "d@acme.com.qb",
    "d.com.uat",
  ];
  for (const username of SANDBOX) {
    test(`is given for ${username}`, () => assert.ok(hint(username, "acme.my.salesforce.com")));
  }
  for (const username of OTHER) {
    test(`isn't given for ${username}`, () => assert.equal(hint(username, "acme.my.salesforce.com"), undefined));
  }

  for (const host of ["a.develop", "a.trailblaze", "a.demo", "a.free", "a.patch", "a.pc-rnd"]) {
    test(`isn't given for an org at ${host}, where usernames are free`, () => {
      assert.equal(hint("deploy@acme.com.uat", `${host}.my.salesforce.com`), undefined);
    });
  }

  test("isn't given for a host that doesn't say what it serves", () => {
    assert.equal(hint("deploy@acme.com.uat", "sites.acme.example"), undefined);
  });
});

describe("a hint about another user in a sandbox", () => {
  const hint = (username: string, loginUrl: string) =>
    findHint("unknown-refusal", /(?:is the sandbox|for sandboxes)/, { loginUrl, inputs: { username } });
  const UAT = "acme--uat.sandbox.my.salesforce.com";

  test("names the username that a sandbox gives to a user of production", () => {
    assert.deepEqual(hint("deploy@acme.com", UAT), {
      cause: `${UAT} is the sandbox uat, but the username doesn't end in a sandbox's name.`,
      fix: "Copy the username in the sandbox: Setup > Users. Unless the user was created there, it is deploy@acme.com.uat.",
    });
  });

  test("names the username for a user of another sandbox", () => {
    const { cause, fix } = hint("deploy@example.com.full", UAT) ?? {};
    assert.match(cause ?? "", /but the username ends in \.full\.$/);
    assert.match(fix ?? "", /it is deploy@example\.com\.uat\.$/);
  });

  test("has a placeholder if login_url doesn't name the sandbox", () => {
    const { cause, fix } = hint("deploy@acme.com", "test.salesforce.com") ?? {};
    assert.match(cause ?? "", /^test\.salesforce\.com is for sandboxes, but/);
    assert.match(fix ?? "", /it is deploy@acme\.com\.SANDBOX_NAME\.$/);
  });

  for (const [username, loginUrl] of [
    ["deploy@acme.com.uat", UAT],
    ["deploy@acme.com.UAT", "acme--uat.my.salesforce.com"],
    ["deploy@acme.travel.UAT", UAT],
    ["deploy@acme.com.uat", "test.salesforce.com"],
    ["test-abc123@EXAMPLE.com", "test.salesforce.com"],
    ["deploy@acme.com", "acme-ci.scratch.my.salesforce.com"],
    ["deploy@acme.com", "acme.my.salesforce.com"],
    ["deploy@acme.com", "sites.acme.example"],
  ] as const) {
    test(`isn't given for ${username} at ${loginUrl}`, () => assert.equal(hint(username, loginUrl), undefined));
  }
});

test("a hint about the login host is given for every host that serves many orgs", () => {
  for (const loginUrl of ["login.salesforce.com", "test.salesforce.com", "na42.salesforce.com"]) {
    const hint = findHint("domain-not-supported", /Spring '26/, { loginUrl });
    assert.ok(hint?.cause.startsWith(`The request went to ${loginUrl},`));
    assert.match(hint?.fix ?? "", /^Set login_url to the org's My Domain/);
  }
  for (const loginUrl of ["acme.my.salesforce.com", "a.my.site.com", "sites.acme.example"]) {
    assert.equal(findHint("domain-not-supported", /Spring '26/, { loginUrl }), undefined);
  }
});

test("a hint about the consumer key tells its length and beginning, never the key", () => {
  for (const [consumerKey, words] of [
    [USUAL_CONSUMER_KEY.slice(0, 84), "consumer_key has 84 characters and begins with 3MVG9."],
    [`x${USUAL_CONSUMER_KEY}`, "consumer_key has 86 characters and doesn't begin with 3MVG9."],
    [`${USUAL_CONSUMER_KEY}x`, "consumer_key has 86 characters and begins with 3MVG9."],
    ["7".repeat(85), "consumer_key has 85 characters and doesn't begin with 3MVG9."],
  ] as const) {
    const hint = findHint("app-not-found", /consumer_key/, { inputs: { consumerKey } });
    assert.ok(hint?.cause.startsWith(words), hint?.cause);
    assert.match(hint?.fix ?? "", /Consumer Key and Secret: copy the key/);
    assert.doesNotMatch(hint?.cause ?? "", /xx|77/);
  }
});

describe("a hint about the certificate", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const hint = (notAfter: string, measuredSkewMs?: number) =>
    findHint("unknown-refusal", /input certificate/, { inputs: certificate(notAfter), now, result: { measuredSkewMs } })
      ?.cause;

  test("says that it expired, or expires within 30 days, with the date", () => {
    assert.match(
      hint("2026-06-01T00:00:00Z") ?? "",
      /certificate expired on 2026-06-01: the app may have its successor/,
    );
    assert.match(hint("2026-06-01T00:00:01Z") ?? "", /certificate expires on 2026-06-01/);
    assert.match(hint("2026-07-01T00:00:00Z") ?? "", /certificate expires on 2026-07-01/);
    assert.equal(hint("2026-07-01T00:00:01Z"), undefined);
  });

  test("reads the date on Salesforce's clock", () => {
    assert.match(hint("2026-06-01T00:05:00Z", 600_000) ?? "", /expired on/);
    assert.match(hint("2026-06-01T00:05:00Z", -600_000) ?? "", /expires on/);
  });

  test("says with a matching key that the app has another certificate, and where to upload this one", () => {
    const found = findHint("assertion-invalid", /matches/, { inputs: certificate("2030-01-01") });
    assert.match(found?.cause ?? "", /the app has another certificate or none\.$/);
    assert.match(found?.fix ?? "", /upload the certificate of this private key/);
  });
});

test("a hint about two audiences names both, and where to check the address", () => {
  const { cause, fix } = findHint("audience-refused", /both/, { result: { signing } }) ?? {};
  assert.match(cause ?? "", /: https:\/\/acme\.my\.salesforce\.com and https:\/\/login\.salesforce\.com\.$/);
  assert.match(
    fix ?? "",
    /^Check that acme\.my\.salesforce\.com is the org's current address: Setup > My Domain > Current My Domain URL\.$/,
  );
});

test("a hint about a new address is given for the My Domain of another host only", () => {
  const hint = (host: string) => findHint("answer-redirect", /moved/, { response: redirect(host) });
  assert.equal(
    hint("new.my.salesforce.com")?.fix,
    "If that is your org, set login_url to https://new.my.salesforce.com.",
  );
  for (const host of [
    "acme.my.salesforce.com",
    "login.salesforce.com",
    "a.my.salesforce.com.evil.example",
    "amy.salesforce.com",
  ]) {
    assert.equal(hint(host), undefined, host);
  }
  assert.equal(findHint("answer-redirect", /moved/, {}), undefined);
});

describe("an assertion that an earlier step signed", () => {
  const claims = { iss: USUAL_CONSUMER_KEY, sub: "deploy@acme.com", aud: "https://acme.my.salesforce.com", exp: 0 };
  const assertion = { text: "a.b.c", claims };
  const fixes = (description: string, inputs: Differences["inputs"] = {}) => {
    const run = failedRequest({ response: refused("invalid_grant", description), inputs: { assertion, ...inputs } });
    return findHints(run.result.response.rule.code, run).map(({ fix }) => fix);
  };

  test("can only be changed by the signing step, which the hint says how", () => {
    assert.match(fixes("expired authorization code").join(), /set exp to the present time in seconds plus 180/);
    assert.deepEqual(fixes("audience is invalid"), ["In the signing step, set aud to https://login.salesforce.com."]);
    assert.match(fixes("invalid assertion").join(), /use the app's key and RS256/);
  });

  test("has no advice about the input audience, which it doesn't use", () => {
    const other = fixes("audience is invalid", { audience: "https://test.salesforce.com" });
    assert.doesNotMatch(other.join(), /Remove the input audience/);
  });

  test("isn't suspected if its signature was verified", () => {
    const verified = fixes("invalid assertion", certificate("2030-01-01"));
    assert.doesNotMatch(verified.join(), /signing step/);
  });
});
