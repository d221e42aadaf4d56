import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import { faults, type RecordedRequest } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, startTestEnvironment, testKey } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
const PRODUCTION = "https://login.salesforce.com";
const SANDBOX = "https://test.salesforce.com";

const key = await testKey();
const bench = await startTestEnvironment({ key });
after(() => bench.close());
/** A Salesforce that nobody may ask anything. */
const untouched = await startTestEnvironment({ key });
after(() => untouched.close());
const { salesforce } = bench;

/** Answers for production's org at an address. */
function serve(address: string, audiences?: readonly string[]): void {
  const { host, pathname } = new URL(address);
  salesforce.serve(host, { org: salesforce.org, path: pathname.replace(/\/$/, ""), ...(audiences && { audiences }) });
}

/** A login by an app of its own, which tells its requests from those of other runs. */
async function loginAs(options: LoginOptions): Promise<{ result: StepResult; requests: RecordedRequest[] }> {
  const { consumerKey } = salesforce.register({ certificate: bench.certificatePem });
  const result = await login(bench, { ...options, with: { consumer_key: consumerKey, ...options.with } });
  return { result, requests: salesforce.requests.filter(({ claims }) => claims?.["iss"] === consumerKey) };
}

const audiencesOf = (requests: readonly RecordedRequest[]) => requests.map(({ claims }) => claims?.["aud"]);

/** What is given as `login_url`, and what is asked: the audience is the same. */
const ASKED: readonly (readonly [given: string, asked: string])[] = [
  // The generic login hosts, in all shapes that an address has.
  ["login.salesforce.com", PRODUCTION],
  ["https://login.salesforce.com/", PRODUCTION],
  ["HTTPS://Login.SalesForce.COM", PRODUCTION],
  ["//login.salesforce.com", PRODUCTION],
  ["login.salesforce.com.", PRODUCTION],
  ["https://login.salesforce.com:443/", PRODUCTION],
  ["https://login.salesforce.com/?un=deploy@acme.example&startURL=%2Fhome#top", PRODUCTION],
  ["https://login.salesforce.com/services/oauth2/token", PRODUCTION],
  ["test.salesforce.com", SANDBOX],
  ["https://test.salesforce.com/login.jsp", SANDBOX],
  ["login.sfcrmproducts.cn", "https://login.sfcrmproducts.cn"],

  // My Domain: production, partitions, old style, China, military.
  ["acme.my.salesforce.com", "https://acme.my.salesforce.com"],
  ["https://ACME.my.salesforce.com/home/home.jsp?source=lex#x", "https://acme.my.salesforce.com"],
  ["https://acme.my.salesforce.com:8443/", "https://acme.my.salesforce.com:8443"],
  ["acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com"],
  ["acme--uat.my.salesforce.com", "https://acme--uat.my.salesforce.com"],
  ["acme--uat.cs42.my.salesforce.com", "https://acme--uat.cs42.my.salesforce.com"],
  ["saas-1234-dev-ed.scratch.my.salesforce.com", "https://saas-1234-dev-ed.scratch.my.salesforce.com"],
  ["acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.develop.my.salesforce.com"],
  ["acme-dev-ed.trailblaze.my.salesforce.com", "https://acme-dev-ed.trailblaze.my.salesforce.com"],
  ["acme.my.salesforce.mil", "https://acme.my.salesforce.mil"],
  ["acme.my.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn"],
  ["eu46.salesforce.com/setup", "https://eu46.salesforce.com"],

  // Pages, as they stand in a browser's address bar.
  ["https://acme.lightning.force.com/lightning/o/Account/list?filterName=Recent", "https://acme.my.salesforce.com"],
  ["https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home", "https://acme.my.salesforce.com"],
  ["acme--uat.sandbox.lightning.force.com/lightning/page/home", "https://acme--uat.sandbox.my.salesforce.com"],
  ["acme--uat.sandbox.my.salesforce-setup.com", "https://acme--uat.sandbox.my.salesforce.com"],
  ["acme-dev-ed.develop.lightning.force.com", "https://acme-dev-ed.develop.my.salesforce.com"],
  ["acme.lightning.crmforce.mil", "https://acme.my.salesforce.mil"],
  ["acme.lightning.sfcrmapps.cn", "https://acme.my.sfcrmproducts.cn"],

  // Sites and custom domains, whose path counts.
  ["https://acme.my.site.com/partners", "https://acme.my.site.com/partners"],
  ["acme.my.site.com/partners/s/login/?startURL=%2Fpartners#x", "https://acme.my.site.com/partners"],
  ["acme.my.site.com", "https://acme.my.site.com"],
  ["https://acme--uat.sandbox.my.site.com/Partners/", "https://acme--uat.sandbox.my.site.com/Partners"],
  ["acme.force.com/partners/login", "https://acme.force.com/partners"],
  ["acme.secure.force.com", "https://acme.secure.force.com"],
  ["https://login.acme.example/partners", "https://login.acme.example/partners"],
  ["login.acme.example:8443/partners/", "https://login.acme.example:8443/partners"],
  ["https://login.acme.example/services/oauth2/authorize?client_id=x", "https://login.acme.example"],
];

describe("login_url, and where it is asked with which audience", SIDE_BY_SIDE, () => {
  for (const [given, asked] of ASKED) {
    test(`${given} -> ${asked}`, async () => {
      const isSandbox = asked === SANDBOX;
      if (![PRODUCTION, SANDBOX].includes(asked)) serve(asked);
      const { username } = isSandbox ? salesforce.orgs.uat : salesforce.org;
      const { result, requests } = await loginAs({ with: { login_url: given, username } });
      assertMinted(result);
      assert.deepEqual(
        requests.map(({ host, path, query }) => `https://${host}${path}${query && `?${query}`}`),
        [`${asked}/services/oauth2/token`],
      );
      assert.deepEqual(audiencesOf(requests), [asked]);
    });
  }
});

describe("a My Domain that refuses its own audience is asked once more with the documented one", SIDE_BY_SIDE, () => {
  const FALLBACKS: readonly (readonly [address: string, documented: string, login_url?: string])[] = [
    ["https://fallback.my.salesforce.com", PRODUCTION],
    ["https://fallback-dev-ed.develop.my.salesforce.com", PRODUCTION],
    ["https://fallback.my.salesforce.com:8443", PRODUCTION],
    ["https://fallback.my.salesforce.mil", PRODUCTION],
    ["https://fallback--uat.sandbox.my.salesforce.com", SANDBOX],
    ["https://fallback--uat.my.salesforce.com", SANDBOX],
    ["https://fallback.cs42.my.salesforce.com", SANDBOX],
    ["https://fallback.scratch.my.salesforce.com", SANDBOX],
    ["https://page--uat.sandbox.my.salesforce.com", SANDBOX, "https://page--uat.sandbox.lightning.force.com/lightning"],
  ];
  for (const [address, documented, login_url = address] of FALLBACKS) {
    test(`${login_url} -> ${documented}`, async () => {
      serve(address, [documented]);
      const { result, requests } = await loginAs({ with: { login_url } });
      assertMinted(result);
      assert.deepEqual(audiencesOf(requests), [address, documented]);
      assert.deepEqual(new Set(requests.map(({ host }) => `https://${host}`)), new Set([address]));
      assert.notEqual(requests[0]?.form["assertion"], requests[1]?.form["assertion"]);
      const line = `Salesforce refused the audience ${address}; trying ${documented} once. To save this request, set audience: ${documented}`;
      assert.ok(result.log.split("\n").includes(line));
    });
  }

  test("however Salesforce puts it", async () => {
    const address = "https://words.my.salesforce.com";
    serve(address);
    salesforce.misbehave(faults.refusal("invalid_grant", "Audience validation failed"), {
      host: new URL(address).host,
    });
    const { result, requests } = await loginAs({ with: { login_url: address } });
    assertMinted(result);
    assert.deepEqual(audiencesOf(requests), [address, PRODUCTION]);
  });

  test("and no third time", async () => {
    const address = "https://both.my.salesforce.com";
    serve(address, ["https://elsewhere.my.salesforce.com"]);
    const { result, requests } = await loginAs({ with: { login_url: address } });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["audience-refused"]);
    assert.deepEqual(audiencesOf(requests), [address, PRODUCTION]);
    assert.ok(message.includes(`Both audiences that fit login_url were refused: ${address} and ${PRODUCTION}.`));
  });
});

describe("where an audience is refused, nothing else is tried", SIDE_BY_SIDE, () => {
  const ALONE: readonly (readonly [what: string, address: string, audience?: string])[] = [
    ["at a site", "https://alone.my.site.com/partners"],
    ["at an old-style site", "https://alone.force.com"],
    ["at a custom domain", "https://alone.acme.example/partners"],
    ["at an instance", "https://na1.salesforce.com"],
    ["at a generic login host", "https://login.sfcrmproducts.cn"],
    ["with an audience that was chosen", "https://chosen.my.salesforce.com", "https://wrong.my.salesforce.com"],
    ["with the usual audience, chosen", "https://usual.my.salesforce.com", "https://usual.my.salesforce.com"],
  ];
  for (const [what, address, audience] of ALONE) {
    test(what, async () => {
      serve(address, ["https://elsewhere.my.salesforce.com"]);
      const { result, requests } = await loginAs({ with: { login_url: address, audience } });
      assert.deepEqual(linkedCodes(onlyError(result)), ["audience-refused"]);
      assert.deepEqual(audiencesOf(requests), [audience ?? address]);
    });
  }
});

describe("an audience that was chosen", SIDE_BY_SIDE, () => {
  /** Where, with what, and what is warned of. */
  const CHOSEN: readonly (readonly [address: string, audience: string, warnings: RegExp[]])[] = [
    ["https://explicit.my.salesforce.com", PRODUCTION, []],
    ["https://explicit--uat.sandbox.my.salesforce.com", SANDBOX, []],
    ["https://explicit.my.salesforce.com:8443", "https://explicit.my.salesforce.com/", []],
    ["https://explicit.my.site.com/partners", PRODUCTION, []],
    ["https://own.acme.example/partners", "https://own.acme.example", []],
    [
      "https://explicit.acme.example/partners",
      PRODUCTION,
      [
        /^audience names login\.salesforce\.com, but login_url is explicit\.acme\.example, which is not a Salesforce host/,
      ],
    ],
    [
      "https://login.salesforce.com.acme.example",
      PRODUCTION,
      [/^audience names login\.salesforce\.com, but login_url is login\.salesforce\.com\.acme\.example, /],
    ],
  ];
  for (const [address, audience, warnings] of CHOSEN) {
    test(`is sent as it is: ${audience} to ${address}${warnings.length > 0 ? ", with a warning" : ""}`, async () => {
      serve(address, [audience]);
      const { result, requests } = await loginAs({ with: { login_url: address, audience } });
      assertMinted(result, warnings);
      assert.deepEqual(audiencesOf(requests), [audience]);
    });
  }
});

describe("a login_url that no assertion may go to", SIDE_BY_SIDE, () => {
  const REFUSED: readonly (readonly [given: string, code: string, says?: RegExp])[] = [
    ["http://login.salesforce.com", "login-url-not-https"],
    ["HTTP://acme.my.salesforce.com", "login-url-not-https"],
    ["ftp://login.salesforce.com", "login-url-scheme"],
    ["file:///etc/passwd", "login-url-scheme"],
    ["deploy@acme.example", "login-url-username"],
    ["https://deploy:hunter2hunter2@login.salesforce.com", "login-url-user-info"],
    ["https://login.salesforce.com@evil.example/", "login-url-user-info"],
    ["https://@login.salesforce.com", "login-url-user-info"],
    ["acme", "login-url-incomplete", /use https:\/\/acme\.my\.salesforce\.com/],
    ["sandbox", "login-url-incomplete", /https:\/\/test\.salesforce\.com/],
    ["127.0.0.1", "login-url-ip-address"],
    ["https://[::1]:8443/", "login-url-ip-address"],
    ["https://2130706433/", "login-url-ip-address"],
    ["https://", "login-url-unreadable"],
    ["https://acme..my.salesforce.com", "login-url-unreadable"],
    ["login.salesforce.com test.salesforce.com", "login-url-characters"],
    ["https:\\\\login.salesforce.com", "login-url-characters"],
    ["https://login.salesforce.com\nhttps://evil.example", "login-url-characters"],
    ["${{ vars.SALESFORCE_LOGIN_URL }}", "login-url-placeholder"],
    ["$SALESFORCE_LOGIN_URL", "login-url-placeholder"],
    ["logn.salesforce.com", "login-url-misspelt", /Use https:\/\/login\.salesforce\.com$/m],
    ["https://acme.my.saleforce.com/", "login-url-misspelt", /Use https:\/\/acme\.my\.salesforce\.com$/m],
    ["sandbox.salesforce.com", "login-url-misspelt", /Use https:\/\/test\.salesforce\.com$/m],
    ["www.salesforce.com", "login-url-no-login-host"],
    ["my.salesforce.com", "login-url-no-login-host"],
    ["https://acme--c.vf.force.com/apex/Page", "login-url-no-login-host"],
    ["acme.my.salesforce.com.mcas.ms", "login-url-no-login-host", /Use https:\/\/acme\.my\.salesforce\.com$/m],
  ];
  for (const [given, code, says = /^login_url: /m] of REFUSED) {
    test(`${JSON.stringify(given)} -> ${code}`, async () => {
      const message = onlyError(await login(untouched, { with: { login_url: given } }));
      assert.deepEqual(linkedCodes(message), [code]);
      assert.match(message, says);
      assert.ok(!message.includes("hunter2"));
      assert.deepEqual(untouched.salesforce.connects, []);
    });
  }
});
