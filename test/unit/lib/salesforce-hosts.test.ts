import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findHostRule, isSalesforceHost } from "../../../src/lib/salesforce-hosts.ts";

/** What becomes of real addresses: the kind, then whether it is a sandbox or which host is meant; and the hosts. */
// biome-ignore format: a table
const HOSTS: readonly (readonly [outcome: string, hosts: string])[] = [
  ["login-host false", "login.salesforce.com login.sfcrmproducts.cn"],
  ["login-host true", "test.salesforce.com test.sfcrmproducts.cn"],
  ["misspelled login.salesforce.com", "logn.salesforce.com logins.salesforce.com loging.salesforce.com logon.salesforce.com production.salesforce.com prod.salesforce.com login.saleforce.com"],
  ["misspelled test.salesforce.com", "sandbox.salesforce.com tests.salesforce.com"],
  ["misspelled acme.my.salesforce.com", "acme.my.saleforce.com acme.my.salesfroce.com acme.my.saleforces.com acme.my.salesforces.com acme.my.salesforce.co acme.my.salesforce.cm acme.my.salesforce"],
  ["no-login", "salesforce.com www.salesforce.com force.com www.force.com admin.salesforce.com appexchange.salesforce.com developer.salesforce.com help.salesforce.com status.salesforce.com trailhead.salesforce.com trust.salesforce.com developer.force.com"],
  ["no-login", "my.salesforce.com lightning.force.com my.site.com my.salesforce-setup.com"],
  ["no-login acme.my.salesforce.com", "acme.my.salesforce.com.mcas.ms"],
  ["no-login acme.lightning.force.com", "acme.lightning.force.com.mcas.ms"],
  ["page acme.my.salesforce.com", "acme.lightning.force.com acme.my.salesforce-setup.com"],
  ["page acme--uat.sandbox.my.salesforce.com", "acme--uat.sandbox.lightning.force.com acme--uat.sandbox.my.salesforce-setup.com"],
  ["page acme.test1.my.pc-rnd.salesforce.com", "acme.test1.lightning.pc-rnd.force.com acme.test1.my.pc-rnd.salesforce-setup.com"],
  ["page acme.my.salesforce.mil", "acme.lightning.crmforce.mil"],
  ["page acme.my.sfcrmproducts.cn", "acme.lightning.sfcrmapps.cn acme.lightning.sfcrmproducts.cn acme.setup.sfcrmproducts.cn"],
  ["no-login", "acme--c.vf.force.com c.na139.visual.force.com acme--c.visualforce.com acme.file.force.com acme--c.na139.content.force.com acme--c.documentforce.com acme.my.salesforce.forceusercontent.com acme--app.container.force.com acme--app.container.lightning.com acme.preview.salesforce-experience.com acme.salesforce-communities.com acme.my.salesforce-scrt.com d.la1.salesforceliveagent.com"],
  ["my-domain true", "acme--uat.sandbox.my.salesforce.com acmeuat.sandbox.my.salesforce.com acmeuat.sandbox.my.salesforce.mil acmeuat.sandbox.my.sfcrmproducts.cn wise-fox.scratch.my.salesforce.com wise-fox.scratch.my.salesforce.mil wise-fox.scratch.my.sfcrmproducts.cn acme--uat.my.salesforce.com acme--uat.my.salesforce.mil acme--uat.my.sfcrmproducts.cn"],
  ["my-domain false", "acme.my.salesforce.com acme.my.salesforce.mil acme.my.sfcrmproducts.cn acme-dev-ed.my.salesforce.com acme-dev-ed.develop.my.salesforce.com acme--x.develop.my.salesforce.com acme--x.trailblaze.my.salesforce.com acme--x.demo.my.salesforce.com acme--x.free.my.salesforce.com acme--x.patch.my.salesforce.com acme--x.pc-rnd.my.salesforce.com acme.test1.my.pc-rnd.salesforce.com"],
  ["site true", "acme--uat.sandbox.my.site.com acmeuat.sandbox.my.site.com wise-fox.scratch.my.site.com acme--uat.my.site.com acmeuat.sandbox.my.salesforce-sites.com wise-fox.scratch.my.salesforce-sites.com"],
  ["site false", "acme.my.site.com acme.my.pc-rnd.site.com acme.my.salesforce-sites.com"],
  ["site undefined", "acme.force.com acme.secure.force.com acme.crmforce.mil acme.sfcrmapps.cn"],
  ["instance true", "cs42.salesforce.com"],
  ["instance false", "na139.salesforce.com eu5.salesforce.com ap12.salesforce.com um3.salesforce.com"],
  ["instance undefined", "usa254s.salesforce.com csx.salesforce.com na.salesforce.com usa1.salesforce.mil cn1.sfcrmproducts.cn"],
  ["custom-domain undefined", "portal.acme.example login-salesforce.com login.salesforce.com.evil.example acme.my.salesforce.com.evil.example notsalesforce.com evilmy.site.com loginxsalesforce.com acme.myxsalesforce.com my-domain"],
];

describe("findHostRule", () => {
  for (const [outcome, hosts] of HOSTS) {
    for (const host of hosts.split(" ")) {
      it(`takes ${host} for ${outcome}`, () => {
        const { rule, login } = findHostRule(host);
        const particular = "sandbox" in rule ? String(rule.sandbox) : login;
        assert.equal([rule.kind, particular].filter((word) => word !== undefined).join(" "), outcome);
      });
    }
  }

  it("gives a reason for each host that it refuses", () => {
    const refused = HOSTS.filter(([outcome]) => /^(?:misspelled|no-login)/.test(outcome)).flatMap(([, hosts]) =>
      hosts.split(" "),
    );
    const reasons = refused.map((host) => {
      const { rule } = findHostRule(host);
      return "why" in rule ? rule.why : "";
    });
    for (const reason of reasons) assert.match(reason, /^(?:is an? |misspells |has no |serves ).{10,}$/);
    assert.ok(new Set(reasons).size > 10);
  });

  it("is the word on whose host it is", () => {
    for (const [outcome, hosts] of HOSTS) {
      const isSalesforces = !/^(?:misspelled|custom-domain)/.test(outcome);
      for (const host of hosts.split(" ")) {
        assert.equal(isSalesforceHost(host), isSalesforces && !host.endsWith(".mcas.ms"), host);
      }
    }
  });

  it("throws for an empty host", () => {
    assert.throws(() => findHostRule(""), RangeError);
  });
});
