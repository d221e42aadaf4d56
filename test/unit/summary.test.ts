import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failureSummary, loginSummary } from "../../src/summary.ts";
import type { AccessToken } from "../../src/token/access-token.ts";

const TOKEN: AccessToken = {
  accessToken: "00Dxx0000001gER!AQEAQHBUw.fLjRpZ9QIx",
  tokenFormat: "opaque",
  instanceUrl: "https://acme.my.salesforce.com",
  identityUrl: "https://login.salesforce.com/id/00Dxx0000001gEREAY/005xx000001X8UzAAK",
  orgId: "00Dxx0000001gEREAY",
  userId: "005xx000001X8UzAAK",
  scope: "api",
  tokenType: "Bearer",
  issuedAt: "2026-06-01T00:00:00.000Z",
  expiresAt: "2026-06-01T02:00:00.000Z",
};

/** Name and value of each row. */
function rows(markdown: string): Record<string, string> {
  return Object.fromEntries(
    [...markdown.matchAll(/<tr><th>([^<]*)<\/th><td>([^<]*)<\/td><\/tr>/g)].map(([, name, value]) => [name, value]),
  );
}

describe("the summary of a login", () => {
  test("says who, where, and until when", () => {
    assert.deepEqual(rows(loginSummary("deploy@acme.com", TOKEN, "2027-06-01T00:00:00.000Z")), {
      User: "deploy@acme.com",
      Instance: "https://acme.my.salesforce.com",
      Org: "00Dxx0000001gEREAY",
      "Token until": "2026-06-01T02:00:00.000Z",
      "Certificate until": "2027-06-01T00:00:00.000Z",
    });
  });

  test("says what ends a token whose end Salesforce doesn't tell", () => {
    const { "Token until": until } = rows(loginSummary("deploy@acme.com", { ...TOKEN, expiresAt: "" }, ""));
    assert.equal(until, "the session policy of the org ends it");
  });

  test("leaves out what isn't known", () => {
    const names = Object.keys(rows(loginSummary("deploy@acme.com", { ...TOKEN, orgId: "" }, "")));
    assert.deepEqual(names, ["User", "Instance", "Token until"]);
  });

  test("has nothing of the token in it", () => {
    assert.doesNotMatch(loginSummary("deploy@acme.com", TOKEN, ""), /AQEAQHBUw|00Dxx0000001gER!/);
  });

  test("can't be given markup by a username", () => {
    assert.match(loginSummary("<img src=x>&@acme.com", TOKEN, ""), /<td>&lt;img src=x&gt;&amp;@acme\.com<\/td>/);
  });
});

describe("the summary of a failure", () => {
  test("has the message line by line", () => {
    assert.equal(
      failureSummary("No token.\n\nWhat to do:\n  - This."),
      "### Salesforce login failed\n\n<pre>No token.<br><br>What to do:<br>  - This.</pre>\n",
    );
  });

  test("shows what a server said as text", () => {
    const words = "</pre><script>alert(1)</script> & ![x](https://evil.example/y.png)";
    const summary = failureSummary(words);
    assert.equal([...summary.matchAll(/<[^>]*>/g)].join(), "<pre>,</pre>");
    assert.ok(summary.includes("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "));
  });
});
