import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { InvalidResponse, TokenResponse } from "../../../src/token/response.ts";
import { backoff, isTransient, retryAfter } from "../../../src/token/retry.ts";

const refused = (status: number, error: string, description = ""): TokenResponse => ({
  kind: "refused",
  status,
  error,
  description,
});
const unusable = (status: number, bodyKind: InvalidResponse["bodyKind"], excerpt = ""): TokenResponse => ({
  kind: "unusable",
  status,
  bodyKind,
  summary: "",
  excerpt,
});

const answers: readonly (readonly [what: string, answer: TokenResponse, again: boolean])[] = [
  ["408", unusable(408, "empty"), true],
  ["425", unusable(425, "text"), true],
  ["429", unusable(429, "json"), true],
  ["500", unusable(500, "text"), true],
  ["502 with an HTML page", unusable(502, "html"), true],
  ["503 with nothing", unusable(503, "empty"), true],
  ["504 of more than a mebibyte", unusable(504, "oversized"), true],
  ["599", unusable(599, "json"), true],
  ["503 with an error in JSON", refused(503, "invalid_grant"), true],
  ["429 with an error in JSON", refused(429, "too_many"), true],
  ["200 with an HTML page", unusable(200, "html", "Maintenance"), true],
  ["400 server_error", refused(400, "server_error"), true],
  ["200 SERVER_ERROR", refused(200, "SERVER_ERROR"), true],
  ["401 temporarily_unavailable", refused(401, "temporarily_unavailable"), true],
  ["400 unknown_error, retry your request", refused(400, "unknown_error", "Please Retry your request."), true],

  ["a token", { kind: "granted", fields: {} }, false],
  ["400 invalid_grant", refused(400, "invalid_grant", "user hasn't approved this consumer"), false],
  ["400 with server_error in the description only", refused(400, "invalid_grant", "no server_error here"), false],
  ["401", refused(401, "invalid_client"), false],
  ["403 with an HTML page", unusable(403, "html"), false],
  ["404 with an HTML page", unusable(404, "html", "retry your request"), false],
  ["301", unusable(301, "redirect", "acme.my.salesforce.com"), false],
  ["307", unusable(307, "redirect"), false],
  ["200 with nothing", unusable(200, "empty"), false],
  ["200 with JSON of another kind", unusable(200, "json"), false],
  ["200 with text", unusable(200, "text"), false],
  ["200 of more than a mebibyte", unusable(200, "oversized"), false],
  ["400 login rate exceeded", refused(400, "invalid_grant", "Login Rate Exceeded"), false],
  ["429 login rate exceeded", refused(429, "invalid_grant", "login rate exceeded"), false],
  ["429 rate_limit_exceeded", refused(429, "rate_limit_exceeded"), false],
  ["503 server_error, login rate exceeded", refused(503, "server_error", "login rate exceeded"), false],
  ["503 login rate exceeded as plain text", unusable(503, "text", "login rate exceeded"), false],
];

describe("isTransient", () => {
  for (const [what, answer, again] of answers) {
    test(`${what}: ${again ? "asks again" : "is final"}`, () => assert.equal(isTransient(answer), again));
  }
});

const attempt = fc.integer({ min: 1, max: 1000 });
const asked = fc.integer({ min: 0, max: 1_000_000_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("backoff", () => {
  test("doubles its ceiling from half a second up to eight seconds", () => {
    const almostOne = 1 - Number.EPSILON / 2;
    const ceilings = [1, 2, 3, 4, 5, 6, 50].map((number) => backoff(number, 0, almostOne) + 1);
    assert.deepEqual(ceilings, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test("takes its share of the ceiling by chance", () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 0.75].map((share) => backoff(3, 0, share)),
      [0, 500, 1000, 1500],
    );
  });

  test("is whole milliseconds, no less than the server asked for, and at most eight seconds more", () => {
    fc.assert(
      fc.property(attempt, asked, random, (number, retryAfterMs, share) => {
        const wait = backoff(number, retryAfterMs, share);
        assert.ok(Number.isSafeInteger(wait));
        assert.ok(wait >= retryAfterMs && wait < retryAfterMs + 8000, String(wait));
      }),
    );
  });
});

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const headers: readonly (readonly [what: string, value: string | undefined, milliseconds: number])[] = [
  ["no header", undefined, 0],
  ["seconds", "7", 7000],
  ["seconds in white space", " 120 ", 120_000],
  ["no seconds", "0", 0],
  ["a date to come", "Fri, 02 Jan 2026 03:04:25 GMT", 20_000],
  ["a date that has passed", "Fri, 02 Jan 2026 03:04:04 GMT", 0],
  ["a date in the bodyKind of RFC 850", "Friday, 02-Jan-26 03:05:05 GMT", 60_000],
  ["nothing", "", 0],
  ["a negative number", "-5", 0],
  ["a word", "soon", 0],
  ["more digits than any wait has", "99999999999999999999", 0],
];

describe("retryAfter", () => {
  for (const [what, value, milliseconds] of headers) {
    test(`${what}: ${milliseconds} ms`, () => {
      assert.equal(retryAfter(value === undefined ? {} : { "retry-after": value }, now), milliseconds);
    });
  }

  test("is a number of milliseconds from 0 up for any header", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.double().map(String), fc.date().map(String));
    fc.assert(
      fc.property(value, (text) => {
        const milliseconds = retryAfter({ "retry-after": text }, now);
        assert.ok(Number.isSafeInteger(milliseconds) && milliseconds >= 0, String(milliseconds));
      }),
      { numRuns: 500 },
    );
  });
});
