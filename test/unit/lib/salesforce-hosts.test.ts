import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findHostRule, HOST_RULES } from "../../../src/lib/salesforce-hosts.ts";

const example = (pattern: string) => pattern.replaceAll("*", "acme").replaceAll("#", "42");

describe("the host rules", () => {
  it("have no pattern that an earlier rule hides", () => {
    for (const rule of HOST_RULES) {
      for (const pattern of rule.hosts) {
        assert.equal(findHostRule(example(pattern)).rule, rule, `${pattern} is never reached`);
      }
    }
  });

  it("send every page to a My Domain", () => {
    const pages = HOST_RULES.filter(({ kind }) => kind === "page").flatMap(({ hosts }) => hosts);
    assert.ok(pages.length > 0);
    for (const pattern of pages) {
      const { login = "" } = findHostRule(example(pattern));
      assert.ok(login.startsWith("acme."), pattern);
      assert.equal(findHostRule(login).rule.kind, "my-domain", pattern);
    }
  });

  it("lead from every refused host that has a hint to one that takes logins", () => {
    const hints = HOST_RULES.flatMap(({ hosts }) => hosts.map((pattern) => findHostRule(example(pattern)).login));
    for (const hint of hints.filter((login) => login !== undefined)) {
      assert.doesNotMatch(findHostRule(hint).rule.kind, /misspelt/, hint);
    }
  });

  it("take the dot in a pattern for a dot", () => {
    assert.equal(findHostRule("loginxsalesforce.com").rule.kind, "custom-domain");
    assert.equal(findHostRule("acme.myxsalesforce.com").rule.kind, "custom-domain");
  });

  it("take any other host for a custom domain", () => {
    assert.equal(findHostRule("portal.acme.example").rule.kind, "custom-domain");
  });

  it("have no rule for no host", () => {
    assert.throws(() => findHostRule(""), RangeError);
  });
});
