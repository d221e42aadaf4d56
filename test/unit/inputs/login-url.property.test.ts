import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { InputError } from "../../../src/inputs/errors.ts";
import { checkAudience, type LoginUrl, parseLoginUrl } from "../../../src/inputs/login-url.ts";
import { HOST_RULES } from "../../../src/lib/salesforce-hosts.ts";

/** Pieces that mean something to URL parsers or to the host rules, so that many texts come close to an address. */
const piece = fc.oneof(
  fc.constantFrom(
    "https://",
    "http://",
    "HTTPS://",
    "//",
    "/",
    "\\",
    ":",
    "@",
    "?",
    "#",
    ".",
    "..",
    "%2e",
    "%40",
    "%5c",
  ),
  fc.constantFrom(
    "login",
    "/login",
    "/s",
    "/s/",
    "/services/oauth2/token",
    "--uat",
    "xn--",
    ":8443",
    ":443",
    "[::1]",
    "0x7f",
  ),
  fc.constantFrom("\u3002", "\uff20", "\u200b", "\u00ad", "\u202e", "ü", "\u0131", "é", "😀"),
  fc
    .constantFrom(...HOST_RULES.flatMap(({ hosts }) => hosts))
    .map((host) => host.replaceAll("*", "acme").replaceAll("#", "42")),
  fc.webPath(),
  fc.string({ maxLength: 5 }),
);
const nearlyUrl = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  nearlyUrl,
  nearlyUrl,
);

function parseOrRefuse(text: string): LoginUrl | undefined {
  try {
    return parseLoginUrl(text);
  } catch (error) {
    assert.ok(error instanceof InputError, `${JSON.stringify(text)} made ${error}`);
    return undefined;
  }
}

const runs = { numRuns: 1000 };

describe("parseLoginUrl, whatever it is given", () => {
  it("fails with an InputError or gives a plain https URL that is asked at its own host alone", () => {
    let read = 0;
    const property = fc.property(anyText, (text) => {
      const loginUrl = parseOrRefuse(text);
      if (loginUrl === undefined) return;
      read += 1;
      const url = new URL(loginUrl.url);
      const { protocol, username, password, search, hash, host } = url;
      assert.deepEqual([protocol, username, password, search, hash], ["https:", "", "", "", ""]);
      assert.equal(host, loginUrl.host);
      assert.equal(loginUrl.url, url.href.replace(/\/$/, ""), "is spelled as URL spells it");
      assert.equal(new URL(loginUrl.tokenEndpoint).host, loginUrl.host);
      assert.ok(loginUrl.tokenEndpoint.endsWith("/services/oauth2/token"));
    });
    fc.assert(property, runs);
    assert.ok(read > runs.numRuns / 20, `only ${read} texts were read as an address`);
  });

  it("reads what it gave as the same", () => {
    const property = fc.property(anyText, (text) => {
      const once = parseOrRefuse(text);
      if (once !== undefined) assert.deepEqual(parseLoginUrl(once.url), once);
    });
    fc.assert(property, runs);
  });

  it("falls back to another audience at Salesforce's own hosts alone", () => {
    const ownDomains = /(^|\.)(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)$/;
    const property = fc.property(anyText, (text) => {
      const loginUrl = parseOrRefuse(text);
      if (loginUrl?.fallbackAudience === undefined) return;
      assert.match(new URL(loginUrl.url).hostname, ownDomains);
      assert.notEqual(loginUrl.fallbackAudience, loginUrl.audience);
    });
    fc.assert(property, runs);
  });
});

describe("checkAudience, whatever it is given", () => {
  it("fails with an InputError or keeps the text", () => {
    const loginUrl = parseLoginUrl("portal.acme.example");
    const property = fc.property(anyText, (text) => {
      try {
        assert.equal(checkAudience(text, loginUrl).audience, text.trim());
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.ok(error instanceof InputError, `${JSON.stringify(text)} made ${error}`);
      }
    });
    fc.assert(property, runs);
  });
});
