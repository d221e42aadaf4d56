import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explain } from "../../../src/diagnosis/explain.ts";
import type { InvalidResponse } from "../../../src/token/response.ts";
import { failedRequest } from "./failed-request.ts";

function codeFor(status: number, bodyKind: InvalidResponse["bodyKind"]): string {
  const outcome: InvalidResponse = {
    kind: "unusable",
    status,
    bodyKind,
    summary: `HTTP ${status} with something`,
    excerpt: "",
  };
  const run = failedRequest({ result: { outcome } });
  return explain(run, run.now).code;
}

describe("the diagnosis of an answer that can't be used", () => {
  for (const status of [429, 500, 502, 503, 504, 599]) {
    test(`HTTP ${status} is Salesforce's, whatever comes with it but a page`, () => {
      const codes = (["empty", "text", "json", "oversized"] as const).map((bodyKind) => codeFor(status, bodyKind));
      assert.deepEqual(new Set(codes), new Set(["salesforce-unavailable"]));
      assert.equal(codeFor(status, "html"), "answer-html");
    });
  }

  for (const status of [200, 400, 401, 404, 408, 418]) {
    test(`HTTP ${status} is that of another server`, () => {
      const codes = (["empty", "text", "json", "oversized"] as const).map((bodyKind) => codeFor(status, bodyKind));
      assert.deepEqual(new Set(codes), new Set(["answer-unusable"]));
    });
  }
});

describe("the diagnosis says how hard it was tried", () => {
  const message = (retryAfterMs: number) => {
    const run = failedRequest({ result: { attempts: 2, durationMs: 1_500, deadlineExceeded: { retryAfterMs } } });
    return explain(run, run.now).message;
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
  const run = failedRequest({ result: { outcome: { kind: "granted", fields: {} } } });
  assert.throws(() => explain(run, run.now), { name: "Error", message: "a granted token is no failure" });
});
