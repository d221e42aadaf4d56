import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { HttpResponse } from "../../../src/lib/http.ts";
import { type InvalidResponse, parseTokenResponse, type TokenResponse } from "../../../src/token/response.ts";
import { OPAQUE_TOKEN } from "../../support/secrets.ts";

const answer = (status: number, body: string, rest: Partial<HttpResponse> = {}): HttpResponse => ({
  status,
  headers: {},
  body,
  oversized: false,
  ...rest,
});

const TOKEN = { access_token: OPAQUE_TOKEN, instance_url: "https://acme.my.salesforce.com" };

describe("a grant", () => {
  test("is a 200 with a token, and its fields are handed on unchecked", () => {
    const fields = { ...TOKEN, id: 7, scope: null };
    assert.deepEqual(parseTokenResponse(answer(200, JSON.stringify(fields))), { kind: "granted", fields });
  });

  test("is found behind white space and a BOM-less line end", () => {
    assert.equal(parseTokenResponse(answer(200, `\r\n ${JSON.stringify(TOKEN)}\n`)).kind, "granted");
  });

  test("has a token even where that is of the wrong type, so that the check can refuse it", () => {
    assert.equal(parseTokenResponse(answer(200, '{"access_token":null}')).kind, "granted");
  });
});

const refusals: readonly (readonly [what: string, answer: HttpResponse, error: string, description: string])[] = [
  [
    "both fields as Salesforce sends them",
    answer(400, '{"error":"invalid_grant","error_description":"user hasn\'t approved this consumer"}'),
    "invalid_grant",
    "user hasn't approved this consumer",
  ],
  ["no description", answer(401, '{"error":"unauthorized_client"}'), "unauthorized_client", ""],
  ["a description that is no text", answer(400, '{"error":"e","error_description":{"a":1}}'), "e", ""],
  ["a 200 with an error", answer(200, '{"error":"invalid_grant"}'), "invalid_grant", ""],
  ["a 200 with an error and a token", answer(200, '{"error":"e","access_token":"t"}'), "e", ""],
  ["a 500 with an error", answer(500, '{"error":"server_error"}'), "server_error", ""],
  ["an empty error", answer(400, '{"error":""}'), "", ""],
  [
    "workflow commands and line ends",
    answer(400, JSON.stringify({ error: "e\n::add-mask::x", error_description: "a\r\n##[error]b\u001b[31m" })),
    "e : :add-mask: :x",
    "a # # [error]b",
  ],
  [
    "a token that is sent back",
    answer(400, JSON.stringify({ error: "e", error_description: `bad ${OPAQUE_TOKEN}` })),
    "e",
    "bad […]",
  ],
  [
    "more text than anyone reads",
    answer(400, JSON.stringify({ error: "e ".repeat(200), error_description: "d ".repeat(500) })),
    `${"e ".repeat(200).slice(0, 99)}…`,
    `${"d ".repeat(500).slice(0, 299)}…`,
  ],
];

describe("a refusal", () => {
  for (const [what, given, error, description] of refusals) {
    test(`with ${what}`, () => {
      assert.deepEqual(parseTokenResponse(given), { kind: "refused", status: given.status, error, description });
    });
  }
});

type Form = InvalidResponse["bodyKind"];
const unusables: readonly (readonly [what: string, answer: HttpResponse, form: Form, words: string, piece: string])[] =
  [
    [
      "a redirect",
      answer(302, "<html>moved</html>", { headers: { location: "https://new.my.salesforce.com/services?x=1" } }),
      "redirect",
      "a redirect (HTTP 302)",
      "new.my.salesforce.com",
    ],
    ["a redirect to a path", answer(307, "", { headers: { location: "/x" } }), "redirect", "a redirect (HTTP 307)", ""],
    ["a redirect to nowhere", answer(301, ""), "redirect", "a redirect (HTTP 301)", ""],
    [
      "a redirect that carries a token",
      answer(302, JSON.stringify(TOKEN), { headers: { location: `https://x.example/?${OPAQUE_TOKEN}` } }),
      "redirect",
      "a redirect (HTTP 302)",
      "x.example",
    ],
    ["no body", answer(200, " \r\n"), "empty", "HTTP 200 with an empty body", ""],
    ["too large a body", answer(200, "{}", { oversized: true }), "oversized", "HTTP 200 with more than 1 MiB", ""],
    [
      "too large a body that begins like a token",
      answer(200, JSON.stringify(TOKEN), { oversized: true }),
      "oversized",
      "HTTP 200 with more than 1 MiB",
      "",
    ],
    [
      "JSON of another kind",
      answer(200, JSON.stringify({ records: ["hidden"], done: true })),
      "json",
      "HTTP 200 with JSON that is neither a token nor an error",
      "fields: records, done",
    ],
    [
      "an empty object",
      answer(404, "{}"),
      "json",
      "HTTP 404 with JSON that is neither a token nor an error",
      "fields: none",
    ],
    [
      "an error of the REST API",
      answer(404, '[{"errorCode":"NOT_FOUND","message":"hidden"}]'),
      "json",
      "HTTP 404 with JSON that is neither a token nor an error",
      "",
    ],
    ["a bare string", answer(200, '"hidden"'), "json", "HTTP 200 with JSON that is neither a token nor an error", ""],
    [
      "a page with a title",
      answer(503, '<!DOCTYPE html>\n<html><head><title lang="en">\n Site under\nmaintenance </title></head></html>'),
      "html",
      "HTTP 503 with an HTML page",
      "Site under maintenance",
    ],
    [
      "a page without a title",
      answer(200, "<html><style>p{}</style><script>alert(1)</script><body><p>Be back <b>soon</b></p></body></html>"),
      "html",
      "HTTP 200 with an HTML page",
      "Be back soon",
    ],
    [
      "a page behind a comment",
      answer(200, "<!-- maintenance -->\n<html>x</html>"),
      "html",
      "HTTP 200 with an HTML page",
      "x",
    ],
    ["a page behind a BOM", answer(200, "\ufeff\n<HTML>x"), "html", "HTTP 200 with an HTML page", "x"],
    ["text", answer(502, "upstream\nfailed"), "text", "HTTP 502 with something that is not JSON", "upstream failed"],
    [
      "a token answer that was cut off",
      answer(200, JSON.stringify(TOKEN).slice(0, -1)),
      "text",
      "HTTP 200 with something that is not JSON",
      '{"access_token":"[…]","instance_url":"https://acme.my.salesforce.com"',
    ],
  ];

describe("an answer that no token endpoint gives:", () => {
  for (const [what, given, form, words, piece] of unusables) {
    test(what, () => {
      assert.deepEqual(parseTokenResponse(given), {
        kind: "unusable",
        status: given.status,
        bodyKind: form,
        summary: words,
        excerpt: piece,
      });
    });
  }
});

const status = fc.oneof(fc.constantFrom(200, 301, 400, 401, 404, 429, 500, 503), fc.integer({ min: 100, max: 999 }));
const location = fc.option(fc.oneof(fc.webUrl(), fc.string({ unit: "binary" })), { nil: undefined });
const markup = fc
  .array(fc.oneof(fc.constantFrom("<html", "<title", "<script", "<!--", ">", "<", "</", "\n", " "), fc.string()))
  .map((pieces) => `<html>${pieces.join("")}`);

function texts(read: TokenResponse): string[] {
  if (read.kind === "granted") return [];
  return read.kind === "refused" ? [read.error, read.description] : [read.summary, read.excerpt];
}

describe("any answer", () => {
  test("is sorted, and what is shown of it is one line that the runner takes for text", () => {
    const body = fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.json(), markup);
    fc.assert(
      fc.property(status, body, location, fc.boolean(), (code, text, to, oversized) => {
        const given = answer(code, text, { headers: to === undefined ? {} : { location: to }, oversized });
        for (const shown of texts(parseTokenResponse(given))) {
          assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}]|##\[|^\s*::/u);
          assert.ok(shown.length <= 300);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("with JSON shows no value of it, but for an error's two fields", () => {
    const value = fc.jsonValue().map((inner) => ({ inner, mark: "hidden-value" }));
    const document = fc.oneof(
      value,
      fc.array(value),
      fc.constant("hidden-value"),
      fc.record({ access_token: fc.constant("hidden-value"), error: fc.oneof(value, fc.constant(null)) }),
      fc.record({ error: fc.constant("invalid_grant"), access_token: fc.constant("hidden-value"), rest: value }),
    );
    fc.assert(
      fc.property(status, document, (code, body) => {
        const shown = texts(parseTokenResponse(answer(code, JSON.stringify(body)))).join("\n");
        assert.ok(!shown.includes("hidden-value"), shown);
      }),
    );
  });
});
