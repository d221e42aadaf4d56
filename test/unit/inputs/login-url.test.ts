import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkAudience, parseLoginUrl } from "../../../src/inputs/login-url.ts";
import { AUDIENCE_PROBLEMS, LOGIN_URL_PROBLEMS } from "../../../src/inputs/login-url-errors.ts";
import { ActionError } from "../../../src/lib/action-error.ts";

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
  ["ACME.My.Salesforce.com", "https://acme.my.salesforce.com", login],
  ["acme.my.salesforce.com:8443/", "https://acme.my.salesforce.com:8443", login],
  ["https://acme.my.salesforce.com/services/oauth2/token", "https://acme.my.salesforce.com", login],
  ["https://acme.my.salesforce.com/lightning/setup/SetupOneHome/home", "https://acme.my.salesforce.com", login],
  ["https://acme.my.salesforce.com/?ec=302&startURL=%2Fhome#top", "https://acme.my.salesforce.com", login],
  ["acme.my.salesforce.com?un=a@b.example", "https://acme.my.salesforce.com", login],
  ["acme-dev-ed.my.salesforce.com", "https://acme-dev-ed.my.salesforce.com", login],
  ["acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.develop.my.salesforce.com", login],
  [
    "wise-fox-1a2b-dev-ed.trailblaze.my.salesforce.com",
    "https://wise-fox-1a2b-dev-ed.trailblaze.my.salesforce.com",
    login,
  ],
  ["acme.demo.my.salesforce.com", "https://acme.demo.my.salesforce.com", login],
  ["acme.free.my.salesforce.com", "https://acme.free.my.salesforce.com", login],
  ["acme.patch.my.salesforce.com", "https://acme.patch.my.salesforce.com", login],
  ["acme.pc-rnd.my.salesforce.com", "https://acme.pc-rnd.my.salesforce.com", login],
  ["orgfarm-1.test1.my.pc-rnd.salesforce.com", "https://orgfarm-1.test1.my.pc-rnd.salesforce.com", login],
  ["acme.cloudforce.com", "https://acme.cloudforce.com", login],
  // Sandboxes and scratch orgs.
  ["acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com", test],
  ["acme--uat.my.salesforce.com", "https://acme--uat.my.salesforce.com", test],
  ["acme--uat.cs42.my.salesforce.com", "https://acme--uat.cs42.my.salesforce.com", test],
  ["acme.cs42.my.salesforce.com", "https://acme.cs42.my.salesforce.com", test],
  ["wise-fox-1234.scratch.my.salesforce.com", "https://wise-fox-1234.scratch.my.salesforce.com", test],
  // China and military.
  ["acme.my.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn", login],
  ["acme--uat.sandbox.my.sfcrmproducts.cn", "https://acme--uat.sandbox.my.sfcrmproducts.cn", test],
  ["acme.my.salesforce.mil", "https://acme.my.salesforce.mil", login],
  ["acme--uat.sandbox.my.salesforce.mil", "https://acme--uat.sandbox.my.salesforce.mil", test],
  // Lightning and Setup become their My Domain.
  ["https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com", login],
  [
    "https://acme--uat.sandbox.lightning.force.com/lightning/o/Account/list?filterName=Recent",
    "https://acme--uat.sandbox.my.salesforce.com",
    test,
  ],
  ["acme--uat.lightning.force.com", "https://acme--uat.my.salesforce.com", test],
  ["acme-dev-ed.develop.lightning.force.com", "https://acme-dev-ed.develop.my.salesforce.com", login],
  ["https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home", "https://acme.my.salesforce.com", login],
  [
    "https://acme--uat.sandbox.my.salesforce-setup.com/lightning/setup/NorthStar/home",
    "https://acme--uat.sandbox.my.salesforce.com",
    test,
  ],
  ["acme.lightning.force.com:8443", "https://acme.my.salesforce.com:8443", login],
  ["acme.lightning.crmforce.mil", "https://acme.my.salesforce.mil", login],
  ["acme--uat.sandbox.lightning.crmforce.mil", "https://acme--uat.sandbox.my.salesforce.mil", test],
  ["acme.lightning.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn", login],
  ["acme--uat.sandbox.lightning.sfcrmapps.cn", "https://acme--uat.sandbox.my.sfcrmproducts.cn", test],
  // Instances.
  ["https://na139.salesforce.com/home/home.jsp", "https://na139.salesforce.com", none],
  ["cs42.salesforce.com", "https://cs42.salesforce.com", none],
  // Sites keep their path, without what pages and services add to it.
  ["https://acme.my.site.com", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/partners", "https://acme.my.site.com/partners", none],
  ["acme.my.site.com/Partners/", "https://acme.my.site.com/Partners", none],
  ["acme.my.site.com//partners//eu/", "https://acme.my.site.com/partners/eu", none],
  ["https://acme.my.site.com/partners/s/login/?ec=302&startURL=%2F", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/partners/login", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/login/", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/s/", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/login/login", "https://acme.my.site.com", none],
  ["https://acme.my.site.com/partners/services/oauth2/token", "https://acme.my.site.com/partners", none],
  ["https://acme.my.site.com/sales/support", "https://acme.my.site.com/sales/support", none],
  ["https://acme.my.site.com/login/partners", "https://acme.my.site.com/login/partners", none],
  ["https://acme.my.site.com/a/../partners/@eu", "https://acme.my.site.com/partners/@eu", none],
  ["acme--uat.sandbox.my.site.com/partners", "https://acme--uat.sandbox.my.site.com/partners", none],
  ["https://acme.force.com/partners", "https://acme.force.com/partners", none],
  ["https://acme.secure.force.com/partners", "https://acme.secure.force.com/partners", none],
  ["https://uat-acme.cs42.force.com/partners", "https://uat-acme.cs42.force.com/partners", none],
  ["acme.my.salesforce-sites.com/partners", "https://acme.my.salesforce-sites.com/partners", none],
  ["acme.crmforce.mil/partners", "https://acme.crmforce.mil/partners", none],
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

/** What is given; the failure's code; what its first step must say, if that differs from the code's own. */
const refused: readonly (readonly [string, keyof typeof LOGIN_URL_PROBLEMS, RegExp?])[] = [
  ["", "login-url-blank"],
  [" \n\t", "login-url-blank"],
  ["${{ vars.LOGIN_URL }}", "login-url-placeholder"],
  ["https://${{ vars.HOST }}", "login-url-placeholder"],
  ["https://${DOMAIN}.my.salesforce.com", "login-url-placeholder"],
  ["$SF_LOGIN_URL", "login-url-placeholder"],
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
  ["https://deploy:hunter2@login.salesforce.com", "login-url-user-info"],
  ["https://deploy@login.salesforce.com", "login-url-user-info"],
  ["https://@login.salesforce.com", "login-url-user-info"],
  ["https:////deploy@login.salesforce.com", "login-url-user-info"],
  ["deploy:hunter2@login.salesforce.com/path", "login-url-user-info"],
  ["https://login.salesforce.com@evil.example", "login-url-user-info"],
  ["mailto:deploy@acme.example", "login-url-user-info"],
  ["login", "login-url-incomplete", /^Use https:\/\/login\.salesforce\.com$/],
  ["Production", "login-url-incomplete", /^Use https:\/\/login\.salesforce\.com,/],
  ["test", "login-url-incomplete", /^Use https:\/\/test\.salesforce\.com$/],
  ["sandbox", "login-url-incomplete", /^Use https:\/\/test\.salesforce\.com,/],
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
  ['"https://login.salesforce.com"', "login-url-unreadable"],
  ['https://"login.salesforce.com"', "login-url-unreadable"],
  ["<your-domain>.my.salesforce.com", "login-url-unreadable"],
  ["acme.my.salesforce.com:port", "login-url-unreadable"],
  ["javascript:alert(1)", "login-url-unreadable"],
  [`acme.my.site.com/${"a".repeat(3000)}`, "login-url-unreadable"],
  ["logn.salesforce.com", "login-url-misspelt", /^Use https:\/\/login\.salesforce\.com$/],
  ["login.saleforce.com", "login-url-misspelt", /^Use https:\/\/login\.salesforce\.com$/],
  [
    "acme--uat.sandbox.my.salesfroce.com",
    "login-url-misspelt",
    /^Use https:\/\/acme--uat\.sandbox\.my\.salesforce\.com$/,
  ],
  ["acme.my.salesforce", "login-url-misspelt", /^Use https:\/\/acme\.my\.salesforce\.com$/],
  ["https://sandbox.salesforce.com/", "login-url-misspelt", /^Use https:\/\/test\.salesforce\.com$/],
  ["www.salesforce.com", "login-url-no-login-host"],
  ["salesforce.com", "login-url-no-login-host"],
  ["https://my.salesforce.com", "login-url-no-login-host"],
  ["trailhead.salesforce.com", "login-url-no-login-host"],
  ["https://acme--c.vf.force.com/apex/Page", "login-url-no-login-host"],
  ["acme--uat--c.sandbox.vf.force.com", "login-url-no-login-host"],
  ["acme.file.force.com", "login-url-no-login-host"],
  ["acme--c.na139.content.force.com", "login-url-no-login-host"],
  ["acme.lightning.force.com.mcas.ms", "login-url-no-login-host", /^Use https:\/\/acme\.lightning\.force\.com$/],
];

function failureOf(run: () => unknown): ActionError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ActionError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
}

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

  for (const [given, code, firstStep] of refused) {
    it(`refuses ${JSON.stringify(given).slice(0, 80)}`, () => {
      const failure = failureOf(() => parseLoginUrl(given));
      assert.equal(failure.code, code);
      assert.match(failure.steps[0] ?? "", firstStep ?? /./);
    });
  }

  it("has a test for every way to refuse", () => {
    assert.deepEqual(new Set(refused.map(([, code]) => code)), new Set(Object.keys(LOGIN_URL_PROBLEMS)));
  });

  it("knows Salesforce's hosts from custom domains, and sandboxes where the name says so", () => {
    const facts = (given: string) => {
      const { kind, isSalesforce, isSandbox } = parseLoginUrl(given);
      return [kind, isSalesforce, isSandbox];
    };
    assert.deepEqual(facts("login.salesforce.com"), ["login-host", true, false]);
    assert.deepEqual(facts("test.salesforce.com"), ["login-host", true, true]);
    assert.deepEqual(facts("acme.lightning.force.com"), ["my-domain", true, false]);
    assert.deepEqual(facts("acme--uat.my.salesforce.com"), ["my-domain", true, true]);
    assert.deepEqual(facts("cs42.salesforce.com"), ["instance", true, true]);
    assert.deepEqual(facts("na139.salesforce.com"), ["instance", true, false]);
    assert.deepEqual(facts("acme--uat.sandbox.my.site.com"), ["site", true, true]);
    assert.deepEqual(facts("acme.force.com"), ["site", true, undefined]);
    assert.deepEqual(facts("login.salesforce.com.evil.example"), ["custom-domain", false, undefined]);
    assert.deepEqual(facts("login-salesforce.com"), ["custom-domain", false, undefined]);
  });

  it("never repeats a user name or password of the URL", () => {
    for (const given of ["https://deploy:hunter2@login.salesforce.com", "hunter2@acme.example", "a:hunter2@b/c"]) {
      const { message, steps, cause } = failureOf(() => parseLoginUrl(given));
      assert.doesNotMatch([message, ...steps, cause].join("\n"), /hunter2/);
    }
  });

  it("never repeats a text that is no address, such as a secret in the wrong input", () => {
    for (const given of ["-----BEGIN x-----\nhunter2", "${hunter2}", "hunter2!hunter2", "ftp://hunter2/hunter2"]) {
      const { message, steps } = failureOf(() => parseLoginUrl(given));
      assert.doesNotMatch([message, ...steps].join("\n"), /hunter2/);
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

  it("warns when the assertion for one host goes to another that is not Salesforce's", () => {
    const { audience, warning } = checkAudience(login, elsewhere);
    assert.equal(audience, login);
    assert.match(warning ?? "", /login\.salesforce\.com.*portal\.acme\.example:8443/);
  });

  it("does not warn when the audience names the host that is asked, on whichever port", () => {
    for (const text of ["https://portal.acme.example", "https://portal.acme.example:8443/other/"]) {
      assert.equal(checkAudience(text, elsewhere).warning, undefined);
    }
  });

  it("does not warn for a lookalike of the audience at a host of Salesforce", () => {
    assert.equal(checkAudience("https://login.salesforce.com.evil.example", atSalesforce).warning, undefined);
    assert.notEqual(checkAudience("https://portal.acme.example.evil.example", elsewhere).warning, undefined);
  });

  const refusedAudiences: readonly (readonly [string, keyof typeof AUDIENCE_PROBLEMS])[] = [
    ["", "audience-not-https-url"],
    ["login.salesforce.com", "audience-not-https-url"],
    ["http://login.salesforce.com", "audience-not-https-url"],
    ["https:login.salesforce.com", "audience-not-https-url"],
    ["https://", "audience-not-https-url"],
    ["https://login.salesforce.com\u0000", "audience-not-https-url"],
    ["https://login.salesforce.com\nhttps://test.salesforce.com", "audience-not-https-url"],
    ["https://login.salesforce.com\\x", "audience-not-https-url"],
    ["https://${DOMAIN}.my.salesforce.com", "audience-not-https-url"],
    ["urn:salesforce", "audience-not-https-url"],
    ["https://deploy:hunter2@login.salesforce.com", "audience-user-info"],
    ["https:///deploy:hunter2@login.salesforce.com", "audience-user-info"],
  ];
  for (const [text, code] of refusedAudiences) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const failure = failureOf(() => checkAudience(text, atSalesforce));
      assert.equal(failure.code, code);
      assert.doesNotMatch([failure.message, ...failure.steps].join("\n"), /hunter2/);
    });
  }

  it("has a test for every way to refuse", () => {
    assert.deepEqual(new Set(refusedAudiences.map(([, code]) => code)), new Set(Object.keys(AUDIENCE_PROBLEMS)));
  });
});
