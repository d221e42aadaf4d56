import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SigningOptions } from "../../../src/token/grants.ts";
import type { FailureRule } from "../../../src/token/refusals.ts";
import { type Attempt, attemptMs, backoff, describeSkew, nextStep, retryAfter } from "../../../src/token/retry.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SIGNING: SigningOptions = {
  audience: "https://acme.my.salesforce.com",
  fallbackAudience: "https://login.salesforce.com",
  skewMs: undefined,
};

interface Facts extends Partial<Omit<Attempt, "response" | "salesforceTime">> {
  readonly rule?: Partial<FailureRule>;
  readonly isAnswered?: boolean;
  readonly skewMs?: number;
}

function attempt({ rule, isAnswered = true, skewMs, ...facts }: Facts): Attempt {
  const row: FailureRule = { code: "x", headline: "X.", causes: [], ...rule };
  const response = isAnswered
    ? ({ kind: "error", status: 503, error: "", description: "", rule: row } as const)
    : ({ kind: "none", reason: "the connection failed", said: "", rule: row } as const);
  const salesforceTime = skewMs === undefined ? undefined : NOW + skewMs;
  return {
    kind: "failed",
    signing: SIGNING,
    headers: {},
    durationMs: 0,
    runnerTime: NOW,
    ...facts,
    response,
    salesforceTime,
  };
}

const next = (attempts: readonly Facts[], remainingMs = 60_000, random = 0.5) =>
  nextStep(attempts.map(attempt), { remainingMs, random: () => random });
const RETRY = { rule: { retry: true } };
const STOP = { kind: "stop", deadlineExceeded: undefined };
const OUT_OF_TIME = { kind: "stop", deadlineExceeded: { retryAfterMs: 0 } };

describe("an attempt gets", () => {
  for (const [remaining, given] of [
    [60_000, 15_000],
    [30_000, 15_000],
    [29_998, 14_999],
    [2000, 1000],
    [0, 0],
    [-5, 0],
  ] as const) {
    test(`${given} ms if ${remaining} ms are left`, () => assert.equal(attemptMs(remaining), given));
  }
});

describe("with a grant that can't be made again, the next step", () => {
  const nextOf = (facts: Facts, validForMs: number) =>
    nextStep([attempt(facts)], { validForMs, remainingMs: 60_000, random: () => 0.5 });

  test("is a retry while the grant is valid", () => assert.equal(nextOf(RETRY, 10_000).kind, "retry"));

  test("is to stop if the grant expires before", () => {
    const expected = { kind: "stop", deadlineExceeded: { retryAfterMs: 0, assertionExpires: true } };
    assert.deepEqual(nextOf(RETRY, -1), expected);
    const waiting = { ...RETRY, headers: { "retry-after": "20" } };
    assert.deepEqual(nextOf(waiting, 10_000), {
      kind: "stop",
      deadlineExceeded: { retryAfterMs: 20_000, assertionExpires: true },
    });
  });

  test("is to stop where another grant would be adjusted", () => {
    assert.deepEqual(nextOf({ rule: { adjust: "audience" } }, 100_000), STOP);
    assert.deepEqual(nextOf({ rule: { adjust: "clock" }, skewMs: 300_000 }, 100_000), STOP);
  });
});

describe("the next step after a failed attempt", () => {
  test("is to stop if the response isn't temporary", () => assert.deepEqual(next([{}]), STOP));

  test("follows the last attempt, not the ones before", () => {
    assert.deepEqual(next([RETRY, {}]), STOP);
    assert.equal(next([{}, RETRY]).kind, "retry");
  });

  test("is to retry after a wait that grows with the number of attempts", () => {
    assert.deepEqual(next([RETRY]), { kind: "retry", waitMs: 250 });
    assert.deepEqual(next([RETRY, RETRY]), { kind: "retry", waitMs: 500 });
  });

  test("is to retry only if the attempt would get one second", () => {
    assert.deepEqual(next([RETRY], 2000), { kind: "retry", waitMs: 0 });
    assert.deepEqual(next([RETRY], 1999), OUT_OF_TIME);
  });

  test("is to retry only if the attempt would get half of what the slowest answered attempt took", () => {
    const attempts = [
      { ...RETRY, durationMs: 9000 },
      { ...RETRY, durationMs: 10 },
    ];
    assert.equal(next(attempts, 9000).kind, "retry");
    assert.deepEqual(next(attempts, 8999), OUT_OF_TIME);
    assert.equal(next([{ ...RETRY, durationMs: 9000, isAnswered: false }], 2000).kind, "retry");
  });

  test("waits no longer than leaves time for the attempt", () => {
    assert.deepEqual(next([RETRY], 2100), { kind: "retry", waitMs: 100 });
  });

  test("is to stop if the server asks for a longer wait than the budget allows, and tells that wait", () => {
    const asked = (seconds: number) => next([{ ...RETRY, headers: { "retry-after": String(seconds) } }]);
    assert.deepEqual(asked(58), { kind: "retry", waitMs: 58_000 });
    assert.deepEqual(asked(59), { kind: "stop", deadlineExceeded: { retryAfterMs: 59_000 } });
  });

  test("reads a date in Retry-After on Salesforce's clock, without one on the runner's", () => {
    const headers = { "retry-after": new Date(NOW - 291_000).toUTCString() };
    assert.deepEqual(next([{ ...RETRY, headers, skewMs: -300_000 }]), { kind: "retry", waitMs: 9250 });
    assert.deepEqual(next([{ ...RETRY, headers }]), { kind: "retry", waitMs: 250 });
  });
});

describe("an expired assertion", () => {
  const expired = (skewMs: number | undefined, signing: Partial<SigningOptions> = {}): Facts => {
    const skew = skewMs === undefined ? {} : { skewMs };
    return { rule: { adjust: "clock" }, signing: { ...SIGNING, ...signing }, ...skew };
  };

  for (const skewMs of [60_001, -60_001, 412_000, 86_400_000, -86_400_000]) {
    test(`is signed again on Salesforce's time if the clocks differ by ${skewMs} ms`, () => {
      const step = next([expired(skewMs)]);
      assert.ok(step.kind === "adjust");
      assert.deepEqual(step.adjustment.signing, { ...SIGNING, skewMs });
      assert.equal(step.adjustment.isWarning, true);
      assert.match(
        step.adjustment.notice,
        /^The runner's clock is \d+ s (?:behind|ahead of) Salesforce's, .*once.*NTP/,
      );
    });
  }

  for (const skewMs of [undefined, 0, 60_000, -60_000, 86_400_001, -86_400_001, 30 * 365 * 86_400_000]) {
    test(`is final if the clocks differ by ${skewMs} ms`, () => assert.deepEqual(next([expired(skewMs)]), STOP));
  }

  test("is final if it was signed on Salesforce's time", () => {
    assert.deepEqual(next([expired(412_000, { skewMs: 412_000 })]), STOP);
  });

  test("isn't signed again without time for the attempt", () => {
    assert.equal(next([expired(412_000)], 2000).kind, "adjust");
    assert.deepEqual(next([expired(412_000)], 1999), OUT_OF_TIME);
  });
});

describe("a rejected audience", () => {
  const rejected = (signing: Partial<SigningOptions> = {}) => ({
    rule: { adjust: "audience" as const },
    signing: { ...SIGNING, ...signing },
  });

  test("is replaced by the documented one, with a plain line that names both", () => {
    assert.deepEqual(next([rejected({ skewMs: 412_000 })]), {
      kind: "adjust",
      adjustment: {
        signing: { audience: "https://login.salesforce.com", fallbackAudience: undefined, skewMs: 412_000 },
        notice:
          "Salesforce rejected the audience https://acme.my.salesforce.com. Retrying once with https://login.salesforce.com.",
        isWarning: false,
      },
    });
  });

  test("is final if there is no other to try", () => {
    assert.deepEqual(next([rejected({ fallbackAudience: undefined })]), STOP);
  });
});

test("a skew is told in whole seconds, with its direction", () => {
  assert.equal(describeSkew(412_000), "412 s behind Salesforce's");
  assert.equal(describeSkew(-90_500), "91 s ahead of Salesforce's");
});

describe("the backoff", () => {
  test("doubles its ceiling from half a second up to eight seconds", () => {
    const almostOne = 1 - Number.EPSILON / 2;
    const ceilings = [1, 2, 3, 4, 5, 6, 50].map((number) => backoff(number, 0, almostOne) + 1);
    assert.deepEqual(ceilings, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test("is a random share of its ceiling, from zero on", () => {
    const shares = [0, 0.25, 0.5, 0.7501].map((share) => backoff(3, 0, share));
    assert.deepEqual(shares, [0, 500, 1000, 1500]);
  });

  test("comes on top of the wait that the server asked for", () => assert.equal(backoff(1, 7000, 0.5), 7250));
});

describe("Retry-After", () => {
  const headers: readonly (readonly [value: string | undefined, milliseconds: number])[] = [
    [undefined, 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["0", 0],
    ["999999999", 999_999_999_000],
    ["Fri, 02 Jan 2026 03:04:25 GMT", 20_000],
    ["Fri, 02 Jan 2026 03:04:04 GMT", 0],
    ["Friday, 02-Jan-26 03:05:05 GMT", 60_000],
    ["", 0],
    ["-5", 0],
    ["soon", 0],
    ["1000000000", 0],
  ];
  for (const [value, milliseconds] of headers) {
    test(`of ${JSON.stringify(value)} is read as ${milliseconds} ms`, () => {
      assert.equal(retryAfter(value === undefined ? {} : { "retry-after": value }, NOW), milliseconds);
    });
  }

  test("is read as a whole number of milliseconds that isn't negative, whatever it holds", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.double().map(String), fc.date().map(String));
    fc.assert(
      fc.property(value, (text) => {
        const milliseconds = retryAfter({ "retry-after": text }, NOW);
        assert.ok(Number.isSafeInteger(milliseconds) && milliseconds >= 0, String(milliseconds));
      }),
      { numRuns: 200 },
    );
  });
});
