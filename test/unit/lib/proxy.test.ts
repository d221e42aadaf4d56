import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { getProxyUrl } from "@actions/http-client/lib/proxy";
import type { FormRequest } from "../../../src/lib/http.ts";
import { ProxyAddressError, requireReadableProxy } from "../../../src/lib/proxy.ts";

const URL_OF_HOST = "https://acme.my.salesforce.com/services/oauth2/token";
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"] as const;
type Variables = Readonly<Partial<Record<(typeof VARIABLES)[number], string>>>;

/** Sends in an environment with these proxy variables and no others. @returns how often something was sent */
async function send(t: TestContext, variables: Variables): Promise<number> {
  // The client reads `process.env` itself.
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  t.after(() => restore(before));
  restore(VARIABLES.map((name) => [name, variables[name]] as const));
  let sent = 0;
  const post = requireReadableProxy<FormRequest>(process.env, async () => {
    sent++;
    return { status: 200, headers: {}, body: "", oversized: false };
  });
  await post({ url: URL_OF_HOST, form: {}, signal: new AbortController().signal });
  return sent;
}

function restore(values: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of values) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** On Windows the name of a variable has no case. */
const CASE_MATTERS = { skip: process.platform === "win32" };

describe("requireReadableProxy", () => {
  for (const [address, host] of [
    ["http://proxy.example:3128", "proxy.example:3128"],
    ["HTTP://proxy.example:3128/", "proxy.example:3128"],
    ["https://proxy.example", "proxy.example"],
    [" http://proxy_1:8080 ", "proxy_1:8080"],
    ["10.0.0.1:3128", "10.0.0.1:3128"],
    ["http://[::1]:3128", "[::1]:3128"],
    ["http://DOMAIN%5Cuser:p%23a%2Fs%3Fs%25@proxy.example:3128", "proxy.example:3128"],
    ["http://build bot:p@ss:word@proxy.example:3128", "proxy.example:3128"],
  ] as const) {
    test(`accepts ${address}`, async (t) => {
      assert.equal(await send(t, { https_proxy: address }), 1);
      assert.equal(getProxyUrl(new URL(URL_OF_HOST))?.host, host);
    });
  }

  test("accepts an environment without a proxy", async (t) => {
    assert.equal(await send(t, {}), 1);
    assert.equal(await send(t, { https_proxy: "", HTTPS_PROXY: "" }), 1);
  });
});

const BROKEN: readonly (readonly [address: string, cause: RegExp, fix: RegExp])[] = [
  ['"http://secret@proxy.example:3128"', /has quotation marks/, /Remove/],
  ["'http://secret@proxy.example:3128", /has quotation marks/, /Remove/],
  ["http://secret@proxy.example:3128”", /has quotation marks/, /Remove/],
  ["http://DOMAIN\\user:secret@proxy.example:3128", /contains a backslash, as in DOMAIN\\USER/, /%5C/],
  ["http://secret@proxy.example:3128\u00a0", /invisible character/, /Type the address again/],
  ["http://secret@proxy.example:3128\u2028", /invisible character/, /Type the address again/],
  ["\ufeffhttp://secret@proxy.example:3128", /invisible character/, /Type the address again/],
  ["\u200bhttp://secret@proxy.example:3128 ", /invisible character/, /Type the address again/],
  ["socks5://user:secret@proxy.example:1080", /another scheme/, /SOCKS/],
  ["ftp://secret@proxy.example", /another scheme/, /HTTP proxy/],
  ["proxy.example:3128", /doesn't begin with http:\/\//, /Put http:\/\/ in front/],
  ["secret:secret@proxy.example:3128", /doesn't begin with http:\/\//, /Put http:\/\/ in front/],
  ["http:/secret@proxy.example:3128", /doesn't begin with http:\/\//, /Put http:\/\/ in front/],
  ["http://user:secret#1@proxy.example:3128", /contains \/, \? or #/, /%23/],
  ["http://user:12#secret@proxy.example:3128", /contains \/, \? or #/, /%23/],
  ["http://user:12/secret@proxy.example:3128", /contains \/, \? or #/, /%2F/],
  ["http://user:12?secret@proxy.example:3128", /contains \/, \? or #/, /%3F/],
  ["http://http://proxy.example:3128", /contains \/, \? or #/, /after the port/],
  ["http://user:secret%zz@proxy.example", /contains a % that/, /%25/],
  ["http://user:secret%@proxy.example", /contains a % that/, /%25/],
  ["http://user:%ff@proxy.example", /contains a % that/, /%25/],
  ["http://", /isn't the address of a proxy/, /leave it unset/],
  ["   ", /isn't the address of a proxy/, /leave it unset/],
  ["***", /isn't the address of a proxy/, /leave it unset/],
  ["$PROXY", /isn't the address of a proxy/, /leave it unset/],
  ["http://proxy.example:99999", /isn't the address of a proxy/, /leave it unset/],
  ["http://secret proxy:3128", /isn't the address of a proxy/, /leave it unset/],
];

describe("requireReadableProxy", () => {
  for (const [address, cause, fix] of BROKEN) {
    test(`refuses ${address} with its mistake, and doesn't repeat it`, async (t) => {
      await assert.rejects(send(t, { https_proxy: address }), (error: unknown) => {
        assert.ok(error instanceof ProxyAddressError, String(error));
        assert.equal(error.message, "The proxy address in https_proxy isn't valid.");
        assert.match(error.problem.cause ?? "", cause);
        assert.match(error.problem.cause ?? "", /^https_proxy .*\.$/s);
        assert.match(error.problem.fix, fix);
        assert.doesNotMatch(JSON.stringify(error.problem) + error.stack, /secret|proxy\.example/);
        return true;
      });
    });
  }

  test("refuses the address in HTTPS_PROXY if https_proxy isn't set", CASE_MATTERS, async (t) => {
    await assert.rejects(send(t, { HTTPS_PROXY: "proxy.example:3128" }), /in HTTPS_PROXY isn't valid/);
    await assert.rejects(send(t, { https_proxy: "", HTTPS_PROXY: "proxy.example:3128" }), /in HTTPS_PROXY isn't/);
  });

  test("ignores the address in HTTPS_PROXY if https_proxy is set", CASE_MATTERS, async (t) => {
    assert.equal(await send(t, { https_proxy: "http://proxy.example", HTTPS_PROXY: "proxy.example:3128" }), 1);
  });

  for (const no_proxy of ["acme.my.salesforce.com", "*", ".salesforce.com", "salesforce.com, example.com"]) {
    test(`ignores the proxy for a host that no_proxy excludes: ${no_proxy}`, async (t) => {
      assert.equal(await send(t, { https_proxy: "proxy.example:3128", no_proxy }), 1);
    });
  }

  test("refuses the address for a host that NO_PROXY doesn't exclude", async (t) => {
    await assert.rejects(send(t, { https_proxy: "proxy.example:3128", NO_PROXY: "example.com" }), ProxyAddressError);
  });
});
