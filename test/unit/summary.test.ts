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

describe("the summary of a login", () => {
  test("is a table of who, where, and until when, and nothing of the token", () => {
    assert.equal(
      loginSummary("deploy@acme.com", TOKEN, "2027-06-01T00:00:00.000Z"),
      [
        "### Salesforce login\n\n<table>",
        "<tr><th>User</th><td>deploy@acme.com</td></tr>",
        "<tr><th>Instance</th><td>https://acme.my.salesforce.com</td></tr>",
        "<tr><th>Org</th><td>00Dxx0000001gEREAY</td></tr>",
        "<tr><th>Token expires</th><td>2026-06-01T02:00:00.000Z</td></tr>",
        "<tr><th>Certificate expires</th><td>2027-06-01T00:00:00.000Z</td></tr>",
        "</table>\n",
      ].join(""),
    );
  });

  test("leaves out what isn't known, and says what ends a token without an expiration time", () => {
    const summary = loginSummary("deploy@acme.com", { ...TOKEN, orgId: "", expiresAt: "" }, "");
    const rows = [...summary.matchAll(/<th>([^<]*)<\/th><td>([^<]*)<\/td>/g)].map(([, name, value]) => [name, value]);
    assert.deepEqual(rows, [
      ["User", "deploy@acme.com"],
      ["Instance", "https://acme.my.salesforce.com"],
      ["Token expires", "with its session (session policy of the org)"],
    ]);
  });

  test("shows a username with markup as text", () => {
    assert.match(
      loginSummary("<img src=x>&<b>@acme.com", TOKEN, ""),
      /<td>&lt;img src=x&gt;&amp;&lt;b&gt;@acme\.com<\/td>/,
    );
  });
});

test("the summary of a failure links to the help, and to nothing that a server said", () => {
  const [DOCS, OTHER] = ["https://github.com/a/b/blob/v1/docs/troubleshooting.md#x", "https://evil.example/"];
  const summary = failureSummary(`The server said: Help: ${OTHER}\nHelp: ${DOCS}\n   Help: ${DOCS}\nHelp: docs/x.md#y`);
  const link = `<a href="${DOCS}">${DOCS}</a>`;
  assert.ok(
    summary.includes(`The server said: Help: ${OTHER}<br>Help: ${link}<br>   Help: ${link}<br>Help: docs/x.md#y</pre>`),
    summary,
  );
});

test("the summary of a failure has the message line by line, and shows its markup as text", () => {
  assert.equal(
    failureSummary("No <b>token</b> & no ![x](https://evil.example/y.png).\n\nFix: This."),
    "### Salesforce login failed\n\n<pre>No &lt;b&gt;token&lt;/b&gt; &amp; no ![x](https://evil.example/y.png).<br><br>Fix: This.</pre>\n",
  );
});
