import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { diagnose } from "../../src/diagnosis.ts";
import type { Unusable } from "../../src/token-response.ts";
import { failedExchange } from "./failed-exchange.ts";

function codeFor(status: number, form: Unusable["form"]): string {
  const outcome: Unusable = { kind: "unusable", status, form, what: `HTTP ${status} with something`, piece: "" };
  const run = failedExchange({ exchange: { outcome } });
  return diagnose(run, run.now).code;
}

describe("the diagnosis of an answer that can't be used", () => {
  for (const status of [429, 500, 502, 503, 504, 599]) {
    test(`HTTP ${status} is Salesforce's, whatever comes with it but a page`, () => {
      const codes = (["empty", "text", "json", "oversized"] as const).map((form) => codeFor(status, form));
      assert.deepEqual(new Set(codes), new Set(["salesforce-unavailable"]));
      assert.equal(codeFor(status, "html"), "answer-html");
    });
  }

  for (const status of [200, 400, 401, 404, 408, 418]) {
    test(`HTTP ${status} is that of another server`, () => {
      const codes = (["empty", "text", "json", "oversized"] as const).map((form) => codeFor(status, form));
      assert.deepEqual(new Set(codes), new Set(["answer-unusable"]));
    });
  }
});

describe("the diagnosis says how hard it was tried", () => {
  const message = (retryAfterMs: number) => {
    const run = failedExchange({ exchange: { attempts: 2, durationMs: 1_500, outOfTime: { retryAfterMs } } });
    return diagnose(run, run.now).message;
  };

  test("and that there was no time left", () => {
    assert.match(message(0), /2 attempts in 1\.5 s, and no time for another one \(timeout_seconds: 60\)\.\n/);
  });

  test("and which wait the server asked for", () => {
    assert.match(
      message(89_500),
      /no time for another one \(timeout_seconds: 60\)\. The server asked for a wait of 90 s\.\n/,
    );
  });
});

test("a granted token is a defect to diagnose, not a failure", () => {
  const run = failedExchange({ exchange: { outcome: { kind: "granted", fields: {} } } });
  assert.throws(() => diagnose(run, run.now), { name: "Error", message: "a granted token is no failure" });
});
