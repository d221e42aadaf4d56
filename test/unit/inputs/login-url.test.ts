import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { INPUT_ERRORS } from "../../../src/inputs/errors.ts";
import { checkAudience, loginUrlNotices, parseLoginUrl } from "../../../src/inputs/login-url.ts";
import { failureOf } from "../../support/input-error.ts";

const login = "https://login.salesforce.com";
const test = "https://test.salesforce.com";
const none = undefined;

/** What is given; what is asked, which is the audience too; the audience to fall back on. */
const accepted: readonly (readonly [string, string, string | undefined])[] = [
  // Generic login hosts, in every spelling.
  ["https://login.salesforce.com", login, none],
  ["login.salesforce.com", login, none],
  ["//login.salesforce.com", login, none],
  ["https://login.salesforce.com/", login, none],
  ["HTTPS://Login.Salesforce.COM/", login, none],
  ["login.salesforce.com.", login, none],
  ["  https://login.salesforce.com\n", login, none],
  ["\uFEFFlogin.salesforce.com\r\n", login, none],
  ["https://login.salesforce.com:443", login, none],
  ["https://login.salesforce.com/services/oauth2/token", login, none],
  ["https://login.salesforce.com/?locale=de", login, none],
  ["test.salesforce.com", test, none],
  ["https://test.salesforce.com/services/oauth2/authorize?response_type=code", test, none],
  ["login.sfcrmproducts.cn", "https://login.sfcrmproducts.cn", none],
  // My Domain.
  ["https://acme.my.salesforce.com/", "https://acme.my.salesforce.com", login],
  ["acme.my.salesforce.com", "https://acme.my.salesforce.com", login],
  ["3m.my.salesforce.com", "https://3m.my.salesforce.com", login],
  ["ACME.My.Salesforce.com", "https://acme.my.salesforce.com", login],
  ["acme.my.salesforce.com:8443/", "https://acme.my.salesforce.com:8443", login],
  ["https://acme.my.salesforce.com/services/oauth2/token", "https://acme.my.salesforce.com", login],
  ["https://acme.my.salesforce.com/lightning/setup/SetupOneHome/home", "https://acme.my.salesforce.com", login],
  ["https://acme.my.salesforce.com/?ec=302&startURL=%2Fhome#top", "https://acme.my.salesforce.com", login],
  ["acme.my.salesforce.com?un=a@b.example", "https://acme.my.salesforce.com", login],
  // Sandboxes and scratch orgs.
  ["acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com", test],
  // What is around an address in a mail or a YAML file.
  ['"https://login.salesforce.com"', login, none],
  ["'login.salesforce.com'\n", login, none],
  ["“login.salesforce.com”", login, none],
  ["<https://acme.my.salesforce.com/>", "https://acme.my.salesforce.com", login],
  ["'<\"acme.my.salesforce.com\">'", "https://acme.my.salesforce.com", login],
  // Lightning and Setup become their My Domain.
  ["https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com", login],
  [
    "https://acme--uat.sandbox.lightning.force.com/lightning/o/Account/list?filterName=Recent",
    "https://acme--uat.sandbox.my.salesforce.com",
    test,
  ],
  ["acme.lightning.force.com:8443", "https://acme.my.salesforce.com:8443", login],
  ["https://na139.salesforce.com/home/home.jsp", "https://na139.salesforce.com", none],
  // Sites keep their path, without what pages and services add to it.
  ["https://acme.my.site.com", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/partners", "https://acme.my.site.com/partners", none],
  ["acme.my.site.com/Partners/", "https://acme.my.site.com/Partners", none],
  ["acme.my.site.com//partners//eu/", "https://acme.my.site.com/partners/eu", none],
  ["https://acme.my.site.com/partners/s/login/?ec=302&startURL=%2F", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/partners/login", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/login/", "https://acme.my.site.com", none],
  ["acme.my.site.com/p?startURL=http://x.example", "https://acme.my.site.com/p", none],
  ["https://acme.my.site.com/s/", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/login/login", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/partners/services/oauth2/token", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/sales/support", "https://acme.my.site.com/sales/support", none],
  ["https://acme.my.site.com/our-partners/s/topic", "https://acme.my.site.com/our-partners", none],
  ["https://acme.my.site.com/my-services/sales-s", "https://acme.my.site.com/my-services/sales-s", none],
  ["https://acme.my.site.com/login/partners", "https://acme.my.site.com/login/partners", none],
  ["https://acme.my.site.com/a/../partners/@eu", "https://acme.my.site.com/partners/@eu", none],
  ["https://acme.secure.force.com/partners", "https://acme.secure.force.com/partners", none],
  // Custom domains, lookalikes among them.
  ["portal.acme.example", "https://portal.acme.example", none],
  ["https://portal.acme.example:8443/partners/", "https://portal.acme.example:8443/partners", none],
  ["login.salesforce.com.evil.example", "https://login.salesforce.com.evil.example", none],
  ["login-salesforce.com", "https://login-salesforce.com", none],
  ["acme.my.salesforce.com.evil.example", "https://acme.my.salesforce.com.evil.example", none],
  ["notsalesforce.com", "https://notsalesforce.com", none],
  ["evilmy.site.com", "https://evilmy.site.com", none],
  ["https://bücher.example/kunden", "https://xn--bcher-kva.example/kunden", none],
  ["https://lоgin.salesforce.com.example", "https://xn--lgin-55d.salesforce.com.example", none],
];

/** What is given; the error's code; what its first fix must say, if that differs from the code's own. */
const refused: readonly (readonly [string, string, RegExp?])[] = [
  ["", "login-url-blank"],
  [" \n\t", "login-url-blank"],
  ['""', "login-url-blank"],
  ["https://acme.my. salesforce.com", "login-url-characters"],
  ["login.salesforce.com test.salesforce.com", "login-url-characters"],
  ["https://login.salesforce.com\n::error::oops", "login-url-characters"],
  ["https://login.salesforce.com/\u0007", "login-url-characters"],
  ["https:\\\\login.salesforce.com", "login-url-characters"],
  ["https://evil.example\\@login.salesforce.com", "login-url-characters"],
  ["http://login.salesforce.com", "login-url-not-https"],
  ["HTTP://acme.my.salesforce.com", "login-url-not-https"],
  ["ftp://login.salesforce.com", "login-url-scheme"],
  ["htps://login.salesforce.com", "login-url-scheme"],
  ["deploy@acme.example.uat", "login-url-username"],
  ["deploy@acme.example/x", "login-url-user-info"],
  ["http//login.salesforce.com", "login-url-incomplete", /Write https:\/\/ once/],
  ["https://deploy:hunter2@login.salesforce.com", "login-url-user-info"],
  ["https://deploy@login.salesforce.com", "login-url-user-info"],
  ["https://@login.salesforce.com", "login-url-user-info"],
  ["https:////deploy@login.salesforce.com", "login-url-user-info"],
  ["deploy:hunter2@login.salesforce.com/path", "login-url-user-info"],
  ["https://login.salesforce.com@evil.example", "login-url-user-info"],
  ["mailto:deploy@acme.example", "login-url-username"],
  ["login", "login-url-incomplete", /YOUR-DOMAIN\.my\./],
  ["Production", "login-url-incomplete", /YOUR-DOMAIN\.my\./],
  ["prod", "login-url-incomplete", /YOUR-DOMAIN\.my\./],
  ["test", "login-url-incomplete", /\.sandbox\.my\./],
  ["sandbox", "login-url-incomplete", /\.sandbox\.my\./],
  ["acme", "login-url-incomplete", /https:\/\/acme\.my\.salesforce\.com$/],
  ["localhost:8443", "login-url-incomplete", /^If localhost is/],
  ["https://https://login.salesforce.com", "login-url-incomplete", /Write https:\/\/ once/],
  ["https//login.salesforce.com", "login-url-incomplete", /Write https:\/\/ once/],
  ["constructor", "login-url-incomplete", /^If constructor is/],
  ["127.0.0.1", "login-url-ip-address"],
  ["0x7f.1", "login-url-ip-address"],
  ["https://[::1]:8443/", "login-url-ip-address"],
  ["https://", "login-url-unreadable"],
  ["https://.", "login-url-unreadable"],
  ["acme..my.salesforce.com", "login-url-unreadable"],
  ['https://"login.salesforce.com"', "login-url-unreadable"],
  ["<your-domain>.my.salesforce.com", "login-url-unreadable"],
  ["acme.my.salesforce.com:port", "login-url-unreadable"],
  ["javascript:alert(1)", "login-url-unreadable"],
  ["logn.salesforce.com", "login-url-misspelled", /^Copy the org's own address/],
  ["login.saleforce.com", "login-url-misspelled", /^Copy the org's own address/],
  ["acme--uat.my.salesfroce.com", "login-url-misspelled", /^Use https:\/\/acme--uat\.my\.salesforce\.com$/],
  ["https://sandbox.salesforce.com/", "login-url-misspelled", /^Copy the org's own address/],
  ["www.salesforce.com", "login-url-no-login-host", /^Copy the org's own address/],
  ["acme.lightning.force.com.mcas.ms", "login-url-no-login-host", /^Use https:\/\/acme\.lightning\.force\.com$/],
];

describe("parseLoginUrl", () => {
  for (const [given, asked, fallback] of accepted) {
    it(`reads ${JSON.stringify(given)}`, () => {
      const loginUrl = parseLoginUrl(given);
      assert.equal(loginUrl.url, asked);
      assert.equal(loginUrl.host, new URL(asked).host);
      assert.equal(loginUrl.tokenEndpoint, `${asked}/services/oauth2/token`);
      assert.equal(loginUrl.audience, asked);
      assert.equal(loginUrl.fallbackAudience, fallback);
      assert.equal(loginUrl.isMyDomain, fallback !== undefined);
    });
  }

  for (const [given, code, firstFix] of refused) {
    it(`refuses ${JSON.stringify(given).slice(0, 80)}`, () => {
      const failure = failureOf(() => parseLoginUrl(given));
      assert.equal(failure.code, code);
      assert.match(failure.fixes[0] ?? "", firstFix ?? /./);
    });
  }

  it("is tested with every error code of its table", () => {
    // The one about the keyless login depends on another input.
    assert.deepEqual(
      new Set([...refused.map(([, code]) => code), "login-url-not-for-keyless"]),
      new Set(Object.keys(INPUT_ERRORS).filter((code) => code.startsWith("login-url-"))),
    );
  });

  it("says of what kind the host is, and whether it is for sandboxes", () => {
    const facts = (given: string) => {
      const { kind, isSalesforce, isSandbox } = parseLoginUrl(given);
      return [kind, isSalesforce, isSandbox];
    };
    assert.deepEqual(facts("acme--uat.sandbox.lightning.force.com"), ["my-domain", true, true]);
    assert.deepEqual(facts("acme.force.com"), ["site", true, undefined]);
    assert.deepEqual(facts("login.salesforce.com.evil.example"), ["custom-domain", false, undefined]);
  });

  it("reads a label of 63 characters, and none of 64", () => {
    assert.equal(parseLoginUrl(`${"a".repeat(63)}.example`).kind, "custom-domain");
    assert.equal(failureOf(() => parseLoginUrl(`${"a".repeat(64)}.example`)).code, "login-url-unreadable");
  });

  it("never repeats a user name or password of the URL", () => {
    for (const given of ["https://deploy:hunter2@login.salesforce.com", "hunter2@acme.example", "a:hunter2@b/c"]) {
      const { message, fixes, cause } = failureOf(() => parseLoginUrl(given));
      assert.doesNotMatch([message, ...fixes, cause].join("\n"), /hunter2/);
    }
  });

  it("never repeats a text that is no address, such as a secret in the wrong input", () => {
    for (const given of ["-----BEGIN x-----\nhunter2", "hunter2!hunter2", "ftp://hunter2/hunter2"]) {
      const { message, fixes } = failureOf(() => parseLoginUrl(given));
      assert.doesNotMatch([message, ...fixes].join("\n"), /hunter2/);
    }
  });
});

describe("checkAudience", () => {
  const atSalesforce = parseLoginUrl("acme.my.salesforce.com");
  const elsewhere = parseLoginUrl("https://portal.acme.example:8443/partners");

  it("keeps the text as it was given, a trailing slash included", () => {
    for (const text of [login, `${login}/`, "https://ACME.my.site.com/Partners/", "https://acme.my.site.com/a?b#c"]) {
      assert.deepEqual(checkAudience(text, atSalesforce), { audience: text, warning: undefined });
    }
    assert.equal(checkAudience(` ${login}\n`, atSalesforce).audience, login);
  });

  it("warns if login_url is at one host and audience at another, and neither is Salesforce's", () => {
    const { audience, warning } = checkAudience("https://other.example", elsewhere);
    assert.equal(audience, "https://other.example");
    assert.match(warning ?? "", /other\.example.*portal\.acme\.example:8443/);
  });

  it("doesn't warn if audience is at the host of login_url, on whichever port", () => {
    for (const text of ["https://portal.acme.example", "https://portal.acme.example:8443/other/"]) {
      assert.equal(checkAudience(text, elsewhere).warning, undefined);
    }
  });

  it("doesn't warn of a foreign audience if login_url is Salesforce's", () => {
    assert.equal(checkAudience("https://login.salesforce.com.evil.example", atSalesforce).warning, undefined);
  });

  for (const text of [
    login,
    `${login}/`,
    "https://LOGIN.salesforce.com:443",
    "https://acme.my.site.com/p",
    "https://test.salesforce.com",
    "https://login%2esalesforce.com",
    "https://help.salesforce.com",
  ]) {
    it(`refuses ${text} with a login_url that isn't Salesforce's`, () => {
      const { code, fixes } = failureOf(() => checkAudience(text, elsewhere));
      assert.equal(code, "audience-at-other-host");
      assert.match(fixes.join("\n"), /\.my\.site\.com/);
    });
  }

  const refusedAudiences: readonly (readonly [string, string])[] = [
    ["", "audience-not-https-url"],
    ["login.salesforce.com", "audience-not-https-url"],
    ["http://login.salesforce.com", "audience-not-https-url"],
    ["xhttps://login.salesforce.com", "audience-not-https-url"],
    ["https:login.salesforce.com", "audience-not-https-url"],
    ["https://", "audience-not-https-url"],
    ["https://login.salesforce.com\u0000", "audience-not-https-url"],
    ["https://login.salesforce.com\nhttps://test.salesforce.com", "audience-not-https-url"],
    ["https://login.salesforce.com\\x", "audience-not-https-url"],
    ["urn:salesforce", "audience-not-https-url"],
    ["https://deploy:hunter2@login.salesforce.com", "audience-user-info"],
    ["https:///deploy:hunter2@login.salesforce.com", "audience-user-info"],
  ];
  for (const [text, code] of refusedAudiences) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const failure = failureOf(() => checkAudience(text, atSalesforce));
      assert.equal(failure.code, code);
      assert.doesNotMatch([failure.message, ...failure.fixes].join("\n"), /hunter2/);
    });
  }

  it("is tested with every error code of its table", () => {
    assert.deepEqual(
      new Set([...refusedAudiences.map(([, code]) => code), "audience-at-other-host", "audience-missing-at-site"]),
      new Set(Object.keys(INPUT_ERRORS).filter((code) => code.startsWith("audience-"))),
    );
  });
});

describe("loginUrlNotices", () => {
  it("names a login host that isn't Salesforce's", () => {
    const [notice = "", ...others] = loginUrlNotices(parseLoginUrl("https://portal.acme.example:8443/p"), true);
    assert.match(notice, /portal\.acme\.example:8443, which isn't a host of Salesforce/);
    assert.deepEqual(others, []);
  });

  it("advises the My Domain if login_url isn't set", () => {
    const [notice = "", ...others] = loginUrlNotices(parseLoginUrl(login), false);
    assert.match(notice, /^login_url isn't set.*Setup > My Domain/);
    assert.deepEqual(others, []);
  });

  it("says nothing of an address of Salesforce's that was chosen", () => {
    assert.deepEqual(loginUrlNotices(parseLoginUrl(test), true), []);
  });
});
