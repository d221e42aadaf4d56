import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { HttpResponse } from "../../../src/lib/http.ts";
import { type ErrorResponse, type InvalidResponse, parseTokenResponse } from "../../../src/token/response.ts";
import { assertMessageForm, assertNamesNextAct } from "../../support/message-form.ts";
import { bytesFrom, OPAQUE_TOKEN } from "../../support/secrets.ts";

const ASSERTION = `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOSJ9.${bytesFrom("signature", 256).toString("base64url")}`;
const SIGNATURE = ASSERTION.split(".")[2] ?? "";
const TOKEN = { access_token: OPAQUE_TOKEN, instance_url: "https://acme.my.salesforce.com" };

type Given = readonly [status: number, body: unknown, rest?: Partial<HttpResponse>];

/** Parses a response; a body that isn't a text is sent as JSON. */
function parse([status, body, rest]: Given) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return parseTokenResponse({ status, headers: {}, body: text, oversized: false, ...rest }, ASSERTION);
}

function parseError(given: Given): ErrorResponse {
  const parsed = parse(given);
  assert.equal(parsed.kind, "error");
  return parsed as ErrorResponse;
}

function parseInvalid(given: Given): InvalidResponse {
  const parsed = parse(given);
  assert.equal(parsed.kind, "invalid");
  return parsed as InvalidResponse;
}

describe("a granted token", () => {
  test("is recognized in a 200 with an access_token, and its fields stay unchecked", () => {
    const fields = { ...TOKEN, id: 7, scope: null };
    assert.deepEqual(parse([200, fields]), { kind: "granted", fields });
  });

  for (const [what, body] of [
    ["whitespace", `\r\n ${JSON.stringify(TOKEN)}\n`],
    ["a byte order mark", `\ufeff${JSON.stringify(TOKEN)}`],
  ] as const) {
    test(`is recognized after ${what}`, () => assert.equal(parse([200, body]).kind, "granted"));
  }

  test("is recognized with a token of the wrong type, so that the check names the field", () => {
    assert.equal(parse([200, { access_token: null, error: null }]).kind, "granted");
  });

  for (const [what, given] of [
    ["a 201", [201, TOKEN]],
    ["a 400", [400, TOKEN]],
    ["an array", [200, [TOKEN]]],
    ["a response over 1 MiB", [200, TOKEN, { oversized: true }]],
    ["a response with an error as well", [200, { ...TOKEN, error: "invalid_grant" }]],
  ] as const satisfies readonly (readonly [string, Given])[]) {
    test(`isn't recognized in ${what}`, () => assert.notEqual(parse(given).kind, "granted"));
  }
});

const LONG = "one three eleven ".repeat(60);
// biome-ignore format: a table, one row a line
const errors: readonly (readonly [what: string, given: Given, error: string, description: string, code: string])[] = [
  ["Salesforce's two fields", [400, { error: "invalid_grant", error_description: "user hasn't approved this consumer" }], "invalid_grant", "user hasn't approved this consumer", "user-has-not-approved"],
  ["an error without a description", [401, { error: "odd" }], "odd", "", "unknown-refusal"],
  ["a description that isn't text", [400, { error: "e", error_description: { a: 1 } }], "e", "", "unknown-refusal"],
  ["a description alone", [400, { error_description: "odd" }], "", "odd", "unknown-refusal"],
  ["an empty error", [400, { error: "", message: "odd" }], "", "odd", "unknown-refusal"],
  ["the REST API's list", [404, [{ errorCode: "NOT_FOUND", message: "odd" }]], "NOT_FOUND", "odd", "unknown-refusal"],
  ["a gateway's code", [403, { code: "FORBIDDEN", message: "odd" }], "FORBIDDEN", "odd", "unknown-refusal"],
  ["a nested code", [400, { error: { code: "c", message: "inactive user" } }], "c", "inactive user", "user-inactive"],
  ["a nested type", [400, { error: { type: "t", message: "odd" } }], "t", "odd", "unknown-refusal"],
  ["a gateway's fault", [400, { fault: { code: "f", faultstring: "odd" } }], "f", "odd", "unknown-refusal"],
  ["known words as plain text", [400, "authentication failure"], "", "authentication failure", "authentication-failure"],
  ["a known permanent error on a 503", [503, { error: "inactive_user" }], "inactive_user", "", "user-inactive"],
  ["an unknown error on a 503", [503, { error: "odd" }], "odd", "", "salesforce-unavailable"],
  ["an unknown error on a 429", [429, { error: "odd" }], "odd", "", "salesforce-unavailable"],
  ["a known error on a 200", [200, { error: "invalid_grant" }], "invalid_grant", "", "unknown-refusal"],
  ["line ends and workflow commands", [400, { error: "e\n::add-mask::x", error_description: "a\r\n##[error]b\u001b[31m" }], "e : :add-mask: :x", "a # # [error]b", "unknown-refusal"],
  ["more text than is shown", [400, { error: LONG, error_description: LONG }], `${LONG.slice(0, 99)}…`, `${LONG.slice(0, 299)}…`, "unknown-refusal"],
];

describe("an error response", () => {
  for (const [what, given, error, description, code] of errors) {
    test(`with ${what} is parsed`, () => {
      const { rule, ...shown } = parseError(given);
      assert.deepEqual({ ...shown, code: rule.code }, { kind: "error", status: given[0], error, description, code });
    });
  }

  test("isn't read from a redirect, a page, or a text of 500 characters", () => {
    const words = "authentication failure";
    assert.equal(parse([300, { error: "invalid_grant" }]).kind, "invalid");
    assert.equal(parse([400, `<html>${words}</html>`]).kind, "invalid");
    assert.equal(parse([400, words.padEnd(499)]).kind, "error");
    assert.equal(parse([400, words.padEnd(500)]).kind, "invalid");
  });
});

type Row = readonly [what: string, given: Given, summary: string, excerpt: string, code: string, causes: number];
const JSON_SUMMARY = "JSON that is neither a token nor an error";
const TEXT_SUMMARY = "text that isn't JSON";
const redirect = (location: string): Partial<HttpResponse> => ({ headers: { location } });

// biome-ignore format: a table, one row a line
const invalid: readonly Row[] = [
  ["a redirect", [302, "<html>", redirect("https://a.example:8443/x?y=1")], "a redirect", "a.example:8443", "answer-redirect", 2],
  ["a redirect to a path", [307, "", redirect("/x")], "a redirect", "", "answer-redirect", 2],
  ["a redirect without a location", [300, ""], "a redirect", "", "answer-redirect", 2],
  ["a redirect with a token", [399, TOKEN, redirect(`https://a.example/?${OPAQUE_TOKEN}`)], "a redirect", "a.example", "answer-redirect", 2],
  ["an empty body", [200, " \r\n"], "an empty body", "", "answer-unusable", 2],
  ["more than 1 MiB", [200, TOKEN, { oversized: true }], "more than 1 MiB", "", "answer-unusable", 2],
  ["JSON of another kind", [200, { records: ["x"] }], JSON_SUMMARY, "", "answer-unusable", 2],
  ["a bare string", [404, '"x"'], JSON_SUMMARY, "", "answer-unusable", 2],
  ["null", [400, null], JSON_SUMMARY, "", "answer-unusable", 2],
  ["text", [404, "upstream\nfailed"], TEXT_SUMMARY, "upstream failed", "answer-unusable", 2],
  ["long text", [404, LONG], TEXT_SUMMARY, `${LONG.slice(0, 159)}…`, "answer-unusable", 2],
  ["a page with a title", [404, '<!DOCTYPE html>\n<head><title lang="en">\n Not\nfound </title><p>x'], "a web page", "Not found", "answer-html", 2],
  ["a page without a title", [200, "<html><style>p{}</style><script>f()</script><p>Be</p><p>back</p>"], "a web page", "Be back", "answer-html", 3],
  ["a page in capitals", [404, "<HTML><TITLE>a</TITLE>b"], "a web page", "a", "answer-html", 2],
  ["a page with a long title", [404, `<html><title>${LONG}`], "a web page", `${LONG.slice(0, 159)}…`, "answer-html", 2],
  ["a page with an empty title", [200, "<html><title> </title>x"], "a web page", "x", "answer-html", 3],
  ["a page after a comment", [299, "<!-- maintenance -->\n<html>x</html>"], "a web page", "x", "answer-html", 3],
  ["a page after a byte order mark", [200, "\ufeff\n<HTML>x"], "a web page", "x", "answer-html", 3],
  ["the head of a page", [400, "<head>x"], "a web page", "x", "answer-html", 2],
  ["the body of a page", [199, "<body>x"], "a web page", "x", "answer-html", 2],
  ["a text that mentions a page", [400, "see <html>"], TEXT_SUMMARY, "see <html>", "answer-unusable", 2],
  ["XML", [400, "<htmlx>"], TEXT_SUMMARY, "<htmlx>", "answer-unusable", 2],
];

describe("a response that a token endpoint doesn't give", () => {
  for (const [what, given, summary, excerpt, code, causes] of invalid) {
    test(`is described if it is ${what}`, () => {
      const { rule, ...shown } = parseInvalid(given);
      assert.deepEqual(shown, { kind: "invalid", status: given[0], summary, excerpt });
      assert.deepEqual([rule.code, rule.causes.length], [code, causes]);
    });
  }

  const BODIES = { oversized: "", empty: "", html: "<html>", json: "{}", text: "busy" };
  const codeOf = (status: number, kind: string) => {
    const { rule } = parseInvalid([status, BODIES[kind as keyof typeof BODIES], { oversized: kind === "oversized" }]);
    return { code: rule.code, retry: rule.retry ?? false };
  };

  for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
    test(`is temporary with HTTP ${status}, whatever the body`, () => {
      for (const kind of Object.keys(BODIES)) {
        assert.deepEqual(codeOf(status, kind), { code: "salesforce-unavailable", retry: true }, kind);
      }
    });
  }

  for (const status of [200, 400, 404, 407, 409, 424, 426, 428, 430, 499, 600]) {
    test(`is final with HTTP ${status}, unless it is a page with HTTP 2xx`, () => {
      for (const kind of ["oversized", "empty", "json", "text"]) {
        assert.deepEqual(codeOf(status, kind), { code: "answer-unusable", retry: false }, kind);
      }
      assert.deepEqual(codeOf(status, "html"), { code: "answer-html", retry: status === 200 });
    });
  }

  for (const [what, given] of [...invalid, ["temporary", [503, ""]] as const]) {
    test(`has a message in the form of our error messages if it is ${what}`, () => {
      const { rule } = parseInvalid(given);
      assertMessageForm(rule);
      assertNamesNextAct(rule.headline);
    });
  }
});

describe("the text of a response", () => {
  const KNOWN = [
    ..."invalid_grant invalid_request invalid_client invalid_client_id invalid_scope invalid_app_access".split(" "),
    ..."invalid_dpop_proof inactive_user inactive_org unauthorized_client unsupported_grant_type".split(" "),
    ..."app_not_found rate_limit_exceeded server_error temporarily_unavailable unknown_error".split(" "),
    ..."use_dpop_nonce OAUTH_A OAUTH_A_B_C_D_E_F_G_H_I_J_K_L_M_N_O_P_Q_R_S_TT".split(" "),
  ];
  for (const error of KNOWN) {
    test(`is shown of a 200 if it is the error code ${error}`, () => {
      const { error: shown, description } = parseError([200, { error, error_description: "secret words" }]);
      assert.deepEqual([shown, description], [error, ""]);
    });
  }

  const hidden: readonly (readonly [what: string, given: Given])[] = [
    ["an unknown error code", [200, { error: "secret_code", message: "secret words" }]],
    ["a code that begins like a known one", [200, { error: "invalid_grantsecret" }]],
    ["a code of Salesforce that is too long", [200, { error: `OAUTH_${"A".repeat(41)}` }]],
    ["a code that ends like a known one", [200, { error: "secretinvalid_grant" }]],
    ["known words", [200, "authentication failure secret"]],
    ["a token response that was cut off", [200, JSON.stringify(TOKEN).slice(0, -1)]],
    ["text with HTTP 203", [203, "secret"]],
    ["an error with HTTP 299", [299, { error: "secret" }]],
    ["a token response in UTF-16", [200, Buffer.from(JSON.stringify(TOKEN), "utf16le").toString("utf8")]],
  ];
  for (const [what, given] of hidden) {
    test(`is hidden of a success status for ${what}`, () => {
      const { error = "", description = "", excerpt = "" } = parse(given) as Partial<ErrorResponse & InvalidResponse>;
      assert.deepEqual([error, description, excerpt], ["", "", ""]);
    });
  }

  const pieces = (length: number, separator: string) =>
    (SIGNATURE.match(new RegExp(`.{1,${length}}`, "g")) ?? []).slice(0, 8).join(separator);
  const WITHHELD = "(withheld: it repeats what was sent)";
  for (const separator of [" ", "\0", ".", "\u200b", "/"]) {
    test(`is withheld if it repeats the assertion in pieces that ${JSON.stringify(separator)} separates`, () => {
      const words = `bad ${pieces(15, separator)}`;
      const { error, description } = parseError([400, { error: pieces(4, separator), error_description: words }]);
      for (const text of [error, description, parseInvalid([400, words]).excerpt]) {
        assert.ok(text === WITHHELD || text.includes("[…]"), text);
        assert.ok(!text.includes(SIGNATURE.slice(0, 4)), text);
      }
    });
  }

  test("is withheld if a host name repeats the assertion, which is then in lower case", () => {
    const headers = { location: `https://${SIGNATURE.slice(-60).toLowerCase()}.example/` };
    assert.equal(parseInvalid([302, "", { headers }]).excerpt, WITHHELD);
  });

  test("is withheld from ten characters of the assertion on", () => {
    const words = (length: number) => parseError([400, { error: "e", error_description: SIGNATURE.slice(-length) }]);
    assert.equal(words(9).description, SIGNATURE.slice(-9));
    assert.equal(words(10).description, WITHHELD);
  });

  test("is one line that the runner takes for text, of at most 300 characters, for any response", () => {
    const status = fc.oneof(fc.constantFrom(200, 301, 400, 503), fc.integer({ min: 100, max: 999 }));
    const markup = fc
      .array(fc.oneof(fc.constantFrom("<title", "<script", "<!--", ">", "<", "</", "\n"), fc.string()))
      .map((parts) => `<html>${parts.join("")}`);
    const body = fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.json(), markup);
    const location = fc.oneof(fc.webUrl(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(status, body, location, fc.boolean(), (code, text, to, oversized) => {
        const parsed = parse([code, text, { ...redirect(to), oversized }]);
        const {
          error = "",
          description = "",
          summary = "",
          excerpt = "",
        } = parsed as Partial<ErrorResponse & InvalidResponse>;
        for (const shown of [error, description, summary, excerpt]) {
          assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}]|##\[|^\s*::/u);
          assert.ok(shown.length <= 300);
        }
      }),
      { numRuns: 300 },
    );
  });
});
