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
