/** What a host that can be asked for a token is. */
export type HostKind = "login-host" | "my-domain" | "instance" | "site" | "custom-domain";

/** A host that can be asked for a token. */
export interface LoginHostRule {
  readonly hosts: readonly string[];
  readonly kind: HostKind;
  /** Does it serve sandboxes or scratch orgs? `undefined` where the host name doesn't say. */
  readonly sandbox: boolean | undefined;
}

/** A host that serves pages of an org whose My Domain follows from its name: `login` is asked instead. */
export interface PageHostRule {
  readonly hosts: readonly string[];
  readonly kind: "page";
  readonly login: string;
}

/** A host that can't be asked for a token; `login` is what was most likely meant. `why` is a predicate. */
export interface RefusedHostRule {
  readonly hosts: readonly string[];
  readonly kind: "misspelled" | "no-login";
  readonly login?: string;
  readonly why: string;
}

export type HostRule = LoginHostRule | PageHostRule | RefusedHostRule;

/**
 * Every host rule, the first match wins. `*` matches one or more characters (dots too), `#` for digits; a `*` in
 * `login` is what the pattern's one `*` stood for. Sources: Salesforce help, "My Domain URL Formats" and "Partitioned
 * Domains"; Salesforce's domains as its own command line knows them.
 */
// biome-ignore format: a table, one rule a row where it fits
export const HOST_RULES: readonly HostRule[] = [
  // The generic login hosts, those of Salesforce on Alibaba Cloud included.
  { hosts: ["login.salesforce.com", "login.sfcrmproducts.cn"], kind: "login-host", sandbox: false }, // production, Developer Edition and Trailhead orgs
  { hosts: ["test.salesforce.com", "test.sfcrmproducts.cn"], kind: "login-host", sandbox: true }, // sandboxes and scratch orgs

  // Certain mistakes. Any other lookalike is a legal custom domain.
  { hosts: ["logn.salesforce.com", "logins.salesforce.com", "loging.salesforce.com", "logon.salesforce.com"], kind: "misspelled", login: "login.salesforce.com", why: "is a misspelling of login.salesforce.com" },
  { hosts: ["production.salesforce.com", "prod.salesforce.com"], kind: "misspelled", login: "login.salesforce.com", why: "is a host that doesn't exist; production orgs use login.salesforce.com or their My Domain" },
  { hosts: ["sandbox.salesforce.com", "tests.salesforce.com"], kind: "misspelled", login: "test.salesforce.com", why: "is a host that doesn't exist; sandboxes use test.salesforce.com or their My Domain" },
  { hosts: ["*.saleforce.com", "*.salesfroce.com", "*.saleforces.com", "*.salesforces.com", "*.salesforce.co", "*.salesforce.cm", "*.salesforce"], kind: "misspelled", login: "*.salesforce.com", why: "misspells salesforce.com" },
  { hosts: ["salesforce.com", "www.salesforce.com", "force.com", "www.force.com"], kind: "no-login", why: "is a website of Salesforce, not the address of an org" },
  { hosts: ["admin.salesforce.com", "appexchange.salesforce.com", "developer.salesforce.com", "help.salesforce.com", "status.salesforce.com", "trailhead.salesforce.com", "trust.salesforce.com", "developer.force.com"], kind: "no-login", why: "is a website of Salesforce, not the address of an org" },
  { hosts: ["my.salesforce.com", "lightning.force.com", "my.site.com", "my.salesforce-setup.com"], kind: "no-login", why: "has no name of an org in front" },
  { hosts: ["*.salesforce.com.mcas.ms"], kind: "no-login", login: "*.salesforce.com", why: "is an address of Microsoft Defender for Cloud Apps, which is for browsers" },
  { hosts: ["*.force.com.mcas.ms"], kind: "no-login", login: "*.force.com", why: "is an address of Microsoft Defender for Cloud Apps, which is for browsers" },

  // Pages of an org, as a browser's address bar shows them: its My Domain is asked.
  { hosts: ["*.lightning.force.com", "*.my.salesforce-setup.com"], kind: "page", login: "*.my.salesforce.com" }, // Lightning and Setup, of sandboxes and partitions too
  { hosts: ["*.lightning.pc-rnd.force.com", "*.my.pc-rnd.salesforce-setup.com"], kind: "page", login: "*.my.pc-rnd.salesforce.com" }, // Lightning and Setup, Salesforce's own test orgs
  { hosts: ["*.lightning.crmforce.mil"], kind: "page", login: "*.my.salesforce.mil" }, // Lightning, military
  { hosts: ["*.lightning.sfcrmapps.cn", "*.lightning.sfcrmproducts.cn", "*.setup.sfcrmproducts.cn"], kind: "page", login: "*.my.sfcrmproducts.cn" }, // Lightning and Setup, China

  // Hosts of an org that serve something else. Their names hold more than the My Domain, so nothing is guessed.
  { hosts: ["*.vf.force.com", "*.visual.force.com", "*.visualforce.com"], kind: "no-login", why: "serves Visualforce pages, not logins" },
  { hosts: ["*.file.force.com", "*.content.force.com", "*.documentforce.com", "*.forceusercontent.com"], kind: "no-login", why: "serves files, not logins" },
  { hosts: ["*.container.force.com", "*.container.lightning.com"], kind: "no-login", why: "serves Lightning containers, not logins" },
  { hosts: ["*.salesforce-experience.com", "*.salesforce-communities.com"], kind: "no-login", why: "serves previews of Experience Builder, not logins" },
  { hosts: ["*.salesforce-scrt.com", "*.salesforceliveagent.com"], kind: "no-login", why: "serves chats, not logins" },

  // My Domain: one partition a row, then what has none.
  { hosts: ["*.sandbox.my.salesforce.com", "*.sandbox.my.salesforce.mil", "*.sandbox.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true }, // sandbox: acme--uat.sandbox.my.salesforce.com
  { hosts: ["*.scratch.my.salesforce.com", "*.scratch.my.salesforce.mil", "*.scratch.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true },
  { hosts: ["*.develop.my.salesforce.com"], kind: "my-domain", sandbox: false }, // Developer Edition: acme-dev-ed.develop.my.salesforce.com
  { hosts: ["*.trailblaze.my.salesforce.com"], kind: "my-domain", sandbox: false },
  { hosts: ["*.demo.my.salesforce.com", "*.free.my.salesforce.com", "*.patch.my.salesforce.com"], kind: "my-domain", sandbox: false }, // demo, free and patch orgs
  { hosts: ["*.pc-rnd.my.salesforce.com", "*.my.pc-rnd.salesforce.com"], kind: "my-domain", sandbox: false }, // Salesforce's own test orgs
  { hosts: ["*--*.my.salesforce.com", "*--*.my.salesforce.mil", "*--*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true }, // old-style sandbox: a My Domain name itself has no double hyphen
  { hosts: ["*.my.salesforce.com", "*.my.salesforce.mil", "*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: false }, // production, and old-style Developer Edition

  // Experience Cloud and Salesforce Sites: the path belongs to the address.
  { hosts: ["*.sandbox.my.site.com", "*.scratch.my.site.com", "*--*.my.site.com", "*.sandbox.my.salesforce-sites.com", "*.scratch.my.salesforce-sites.com"], kind: "site", sandbox: true }, // site of a sandbox or scratch org
  { hosts: ["*.my.site.com", "*.my.pc-rnd.site.com", "*.my.salesforce-sites.com"], kind: "site", sandbox: false },
  { hosts: ["*.force.com", "*.crmforce.mil", "*.sfcrmapps.cn"], kind: "site", sandbox: undefined }, // old-style, military and Chinese sites, *.secure.force.com included

  // Instances, and what else is surely Salesforce's.
  { hosts: ["cs#.salesforce.com"], kind: "instance", sandbox: true },
  { hosts: ["na#.salesforce.com", "eu#.salesforce.com", "ap#.salesforce.com", "um#.salesforce.com"], kind: "instance", sandbox: false },
  { hosts: ["*.salesforce.com", "*.salesforce.mil", "*.sfcrmproducts.cn"], kind: "instance", sandbox: undefined }, // instance of another naming

  { hosts: ["*"], kind: "custom-domain", sandbox: undefined }, // a site under a company's own domain, or an unknown typo
];

/** What {@link findHostRule} found. */
export interface HostMatch {
  readonly rule: HostRule;
  /** The host to ask instead, where the rule has one. */
  readonly login: string | undefined;
}

/**
 * The first rule for a host.
 *
 * @param hostname a host name in lower case, without a port
 */
export function findHostRule(hostname: string): HostMatch {
  for (const rule of HOST_RULES) {
    for (const pattern of rule.hosts) {
      const match = matchHost(pattern, hostname);
      if (match === null) continue;
      const login = "login" in rule ? rule.login : undefined;
      return { rule, login: login?.replace("*", () => match[1] ?? "") };
    }
  }
  throw new RangeError("the last host rule takes every host but an empty one");
}

/** Whether a host name is surely Salesforce's. Addresses of Defender for Cloud Apps have a rule, but are Microsoft's. */
export function isSalesforceHost(hostname: string): boolean {
  const { kind } = findHostRule(hostname).rule;
  return kind !== "custom-domain" && kind !== "misspelled" && !hostname.endsWith(".mcas.ms");
}

function matchHost(pattern: string, hostname: string): RegExpExecArray | null {
  // Most patterns fail at their plain end, and that is far cheaper to see than a hundred regular expressions are to make.
  const plainEnd = pattern.slice(pattern.search(/[^*#]*$/));
  if (!hostname.endsWith(plainEnd)) return null;
  const expression = pattern.replaceAll(".", "\\.").replaceAll("*", "(.+?)").replaceAll("#", "\\d+");
  return new RegExp(`^${expression}$`).exec(hostname);
}
