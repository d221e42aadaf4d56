import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeSkew, findAdjustment, type Refusal, type SigningOptions } from "../../../src/token/adjustment.ts";

const runnerTime = Date.UTC(2026, 0, 2, 3, 4, 5);
const signing: SigningOptions = {
  audience: "https://acme.my.salesforce.com",
  skewMs: undefined,
  fallbackAudience: "https://login.salesforce.com",
};

interface Case {
  readonly error?: string;
  readonly description: string;
  /** Salesforce's clock minus the runner's; undefined without a `Date` header. */
  readonly skewMs?: number | undefined;
  readonly signing?: Partial<SigningOptions>;
}

function refusal({ error = "invalid_grant", description, skewMs, signing: change }: Case): Refusal {
  return {
    answer: { kind: "refused", status: 400, error, description },
    signing: { ...signing, ...change },
    runnerTime,
    salesforceTime: skewMs === undefined ? undefined : runnerTime + skewMs,
  };
}

const EXPIRED = "expired authorization code";
const AUDIENCE = "audience is invalid";

const clockCases: readonly (readonly [what: string, facts: Case, skewMs: number | undefined])[] = [
  ["a clock that is behind", { description: EXPIRED, skewMs: 412_000 }, 412_000],
  ["a clock that is ahead", { description: EXPIRED, skewMs: -90_000 }, -90_000],
  ["a clock that is just too far off", { description: EXPIRED, skewMs: 60_001 }, 60_001],
  ["other words", { description: "Assertion has Expired", skewMs: 100_000 }, 100_000],
  ["capital letters", { error: "INVALID_GRANT", description: "Expired Authorization Code", skewMs: 100_000 }, 100_000],
  ["a clock that is off by a minute", { description: EXPIRED, skewMs: 60_000 }, undefined],
  ["a clock that is right", { description: EXPIRED, skewMs: 300 }, undefined],
  ["no Date header", { description: EXPIRED }, undefined],
  ["a clock that was set right before", { description: EXPIRED, skewMs: 412_000, signing: { skewMs: 1 } }, undefined],
  ["a refusal for another reason", { description: "user hasn't approved this consumer", skewMs: 412_000 }, undefined],
  ["another error", { error: "inactive_user", description: EXPIRED, skewMs: 412_000 }, undefined],
];

describe("the remedy for an expired assertion", () => {
  for (const [what, facts, skewMs] of clockCases) {
    test(`${what}: ${skewMs === undefined ? "none" : `sign on a time ${skewMs} ms off`}`, () => {
      const remedy = findAdjustment(refusal(facts));
      assert.deepEqual(remedy?.signing, skewMs === undefined ? undefined : { ...signing, skewMs });
    });
  }

  test("warns with the measured skew", () => {
    const remedy = findAdjustment(refusal({ description: EXPIRED, skewMs: 412_345 }));
    assert.equal(remedy?.isWarning, true);
    assert.match(remedy.notice, /runner's clock is 412 s behind Salesforce's/);
  });
});

const audienceCases: readonly (readonly [what: string, facts: Case, remedied: boolean])[] = [
  ["the usual words", { description: AUDIENCE }, true],
  ["other words", { description: "Audience validation failed" }, true],
  ["capital letters", { error: "Invalid_Grant", description: "AUDIENCE IS INVALID" }, true],
  ["no other audience to try", { description: AUDIENCE, signing: { fallbackAudience: undefined } }, false],
  ["a refusal for another reason", { description: "invalid assertion" }, false],
  ["another error", { error: "invalid_request", description: AUDIENCE }, false],
];

describe("the remedy for a refused audience", () => {
  for (const [what, facts, remedied] of audienceCases) {
    test(`${what}: ${remedied ? "the documented one" : "none"}`, () => {
      const other = { audience: "https://login.salesforce.com", skewMs: undefined, fallbackAudience: undefined };
      assert.deepEqual(findAdjustment(refusal(facts))?.signing, remedied ? other : undefined);
    });
  }

  test("says which audience was refused, which is tried, and how to save the request", () => {
    const remedy = findAdjustment(refusal({ description: AUDIENCE }));
    assert.equal(remedy?.isWarning, false);
    assert.match(remedy.notice, /refused the audience https:\/\/acme\.my\.salesforce\.com/);
    assert.match(remedy.notice, /set audience: https:\/\/login\.salesforce\.com$/);
  });

  test("keeps a clock that was set right", () => {
    const remedy = findAdjustment(refusal({ description: AUDIENCE, signing: { skewMs: 412_000 } }));
    assert.equal(remedy?.signing.skewMs, 412_000);
  });
});

test("a clock is set right before another audience is tried", () => {
  const remedy = findAdjustment(refusal({ description: `${EXPIRED}, ${AUDIENCE}`, skewMs: 100_000 }));
  assert.deepEqual(remedy?.signing, { ...signing, skewMs: 100_000 });
});

describe("describeSkew", () => {
  const skews: readonly (readonly [number, string])[] = [
    [412_000, "412 s behind Salesforce's"],
    [-90_499, "90 s ahead of Salesforce's"],
    [-90_500, "91 s ahead of Salesforce's"],
  ];
  for (const [skewMs, words] of skews) {
    test(`${skewMs} ms: ${words}`, () => assert.equal(describeSkew(skewMs), words));
  }
});
