/** What a host that can be asked for a token is. */
export type HostKind = "login-host" | "my-domain" | "instance" | "site" | "custom-domain";

/** A host that can be asked for a token. */
export interface LoginHostRule {
  readonly hosts: readonly string[];
  readonly kind: HostKind;
  /** Does it serve sandboxes or scratch orgs? `undefined` where the host name doesn't say. */
  readonly sandbox: boolean | undefined;
  readonly why: string;
}

/** A host that serves pages of an org whose My Domain follows from its name: `login` is asked instead. */
export interface PageHostRule {
  readonly hosts: readonly string[];
  readonly kind: "page";
  readonly login: string;
  readonly why: string;
}

/** A host that can't be asked for a token; `login` is what was surely or most likely meant. `why` follows the host name. */
export interface RefusedHostRule {
  readonly hosts: readonly string[];
  readonly kind: "misspelt" | "no-login";
  readonly login?: string;
  readonly why: string;
}

export type HostRule = LoginHostRule | PageHostRule | RefusedHostRule;

/**
 * Every host rule, the first match wins. `*` stands for one or more characters (dots too), `#` for digits; a `*` in
 * `login` is what the pattern's one `*` stood for. Sources: Salesforce help, "My Domain URL Formats" and "Partitioned
 * Domains"; Salesforce's domains as its own command line knows them.
 */
// biome-ignore format: a table, one rule a row where it fits
export const HOST_RULES: readonly HostRule[] = [
  // The generic login hosts, those of Salesforce on Alibaba Cloud included.
  { hosts: ["login.salesforce.com", "login.sfcrmproducts.cn"], kind: "login-host", sandbox: false, why: "production, Developer Edition and Trailhead orgs" },
  { hosts: ["test.salesforce.com", "test.sfcrmproducts.cn"], kind: "login-host", sandbox: true, why: "sandboxes and scratch orgs" },

  // Certain mistakes. Any other lookalike is a legal custom domain.
  { hosts: ["logn.salesforce.com", "logins.salesforce.com", "loging.salesforce.com", "logon.salesforce.com"], kind: "misspelt", login: "login.salesforce.com", why: "is a misspelling of login.salesforce.com" },
  { hosts: ["production.salesforce.com", "prod.salesforce.com"], kind: "misspelt", login: "login.salesforce.com", why: "doesn't exist: production orgs log in at login.salesforce.com" },
  { hosts: ["sandbox.salesforce.com", "tests.salesforce.com"], kind: "misspelt", login: "test.salesforce.com", why: "doesn't exist: sandboxes log in at test.salesforce.com" },
  { hosts: ["*.saleforce.com", "*.salesfroce.com", "*.saleforces.com", "*.salesforces.com", "*.salesforce.co", "*.salesforce.cm", "*.salesforce"], kind: "misspelt", login: "*.salesforce.com", why: "misspells salesforce.com" },
  { hosts: ["salesforce.com", "www.salesforce.com", "force.com", "www.force.com"], kind: "no-login", why: "is a web site: no org logs in there" },
  { hosts: ["admin.salesforce.com", "appexchange.salesforce.com", "developer.salesforce.com", "help.salesforce.com", "status.salesforce.com", "trailhead.salesforce.com", "trust.salesforce.com", "developer.force.com"], kind: "no-login", why: "is a web site: no org logs in there" },
  { hosts: ["my.salesforce.com", "lightning.force.com", "my.site.com", "my.salesforce-setup.com"], kind: "no-login", why: "lacks the name of your org in front" },
  { hosts: ["*.salesforce.com.mcas.ms"], kind: "no-login", login: "*.salesforce.com", why: "belongs to Microsoft Defender for Cloud Apps, which stands between a browser and the org" },
  { hosts: ["*.force.com.mcas.ms"], kind: "no-login", login: "*.force.com", why: "belongs to Microsoft Defender for Cloud Apps, which stands between a browser and the org" },

  // Pages of an org, as they stand in a browser's address bar: asked at its My Domain.
  { hosts: ["*.lightning.force.com", "*.my.salesforce-setup.com"], kind: "page", login: "*.my.salesforce.com", why: "Lightning and Setup, of sandboxes and partitions too" },
  { hosts: ["*.lightning.pc-rnd.force.com", "*.my.pc-rnd.salesforce-setup.com"], kind: "page", login: "*.my.pc-rnd.salesforce.com", why: "Lightning and Setup, Salesforce's own test orgs" },
  { hosts: ["*.lightning.crmforce.mil"], kind: "page", login: "*.my.salesforce.mil", why: "Lightning, military" },
  { hosts: ["*.lightning.sfcrmapps.cn", "*.lightning.sfcrmproducts.cn", "*.setup.sfcrmproducts.cn"], kind: "page", login: "*.my.sfcrmproducts.cn", why: "Lightning and Setup, China" },

  // Hosts of an org that serve something else. Their names hold more than the My Domain, so nothing is guessed.
  { hosts: ["*.vf.force.com", "*.visual.force.com", "*.visualforce.com"], kind: "no-login", why: "serves Visualforce pages, not logins" },
  { hosts: ["*.file.force.com", "*.content.force.com", "*.documentforce.com", "*.forceusercontent.com"], kind: "no-login", why: "serves files, not logins" },
  { hosts: ["*.container.force.com", "*.container.lightning.com"], kind: "no-login", why: "serves Lightning containers, not logins" },
  { hosts: ["*.salesforce-experience.com", "*.salesforce-communities.com"], kind: "no-login", why: "serves previews of Experience Builder, not logins" },
  { hosts: ["*.salesforce-scrt.com", "*.salesforceliveagent.com"], kind: "no-login", why: "serves chats, not logins" },

  // My Domain: one partition a row, then what has none.
  { hosts: ["*.sandbox.my.salesforce.com", "*.sandbox.my.salesforce.mil", "*.sandbox.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "sandbox: acme--uat.sandbox.my.salesforce.com" },
  { hosts: ["*.scratch.my.salesforce.com", "*.scratch.my.salesforce.mil", "*.scratch.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "scratch org" },
  { hosts: ["*.develop.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "Developer Edition: acme-dev-ed.develop.my.salesforce.com" },
  { hosts: ["*.trailblaze.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "Trailhead Playground" },
  { hosts: ["*.demo.my.salesforce.com", "*.free.my.salesforce.com", "*.patch.my.salesforce.com"], kind: "my-domain", sandbox: false, why: "demo, free and patch orgs" },
  { hosts: ["*.pc-rnd.my.salesforce.com", "*.my.pc-rnd.salesforce.com"], kind: "my-domain", sandbox: false, why: "Salesforce's own test orgs" },
  { hosts: ["*--*.my.salesforce.com", "*--*.my.salesforce.mil", "*--*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: true, why: "old-style sandbox: a My Domain name itself has no double hyphen" },
  { hosts: ["*.cs#.my.salesforce.com"], kind: "my-domain", sandbox: true, why: "old style with its instance: cs are the sandbox instances" },
  { hosts: ["*.my.salesforce.com", "*.my.salesforce.mil", "*.my.sfcrmproducts.cn"], kind: "my-domain", sandbox: false, why: "production, and old-style Developer Edition" },
  { hosts: ["*.cloudforce.com"], kind: "my-domain", sandbox: false, why: "My Domain of the first years" },

  // Experience Cloud and Salesforce Sites: the path belongs to the address.
  { hosts: ["*.sandbox.my.site.com", "*.scratch.my.site.com", "*--*.my.site.com", "*.sandbox.my.salesforce-sites.com", "*.scratch.my.salesforce-sites.com"], kind: "site", sandbox: true, why: "site of a sandbox or scratch org" },
  { hosts: ["*.my.site.com", "*.my.pc-rnd.site.com", "*.my.salesforce-sites.com"], kind: "site", sandbox: false, why: "site" },
  { hosts: ["*.cs#.force.com"], kind: "site", sandbox: true, why: "old-style site of a sandbox" },
  { hosts: ["*.force.com", "*.crmforce.mil", "*.sfcrmapps.cn"], kind: "site", sandbox: undefined, why: "old-style, military and Chinese sites, *.secure.force.com included" },

  // Instances, and what else is surely Salesforce's.
  { hosts: ["cs#.salesforce.com"], kind: "instance", sandbox: true, why: "sandbox instance" },
  { hosts: ["na#.salesforce.com", "eu#.salesforce.com", "ap#.salesforce.com", "um#.salesforce.com"], kind: "instance", sandbox: false, why: "production instance" },
  { hosts: ["*.salesforce.com", "*.salesforce.mil", "*.sfcrmproducts.cn"], kind: "instance", sandbox: undefined, why: "instance of another naming" },

  { hosts: ["*"], kind: "custom-domain", sandbox: undefined, why: "a company's own domain of a site, or a typo that nobody can know" },
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

/** Whether a host name is surely Salesforce's. */
export function isSalesforceHost(hostname: string): boolean {
  const { kind } = findHostRule(hostname).rule;
  return kind !== "custom-domain" && kind !== "misspelt";
}

function matchHost(pattern: string, hostname: string): RegExpExecArray | null {
  // Most patterns fail at their plain end, and that is far cheaper to see than a hundred regular expressions are to make.
  const plainEnd = pattern.slice(pattern.search(/[^*#]*$/));
  if (!hostname.endsWith(plainEnd)) return null;
  const expression = pattern.replaceAll(".", "\\.").replaceAll("*", "(.+)").replaceAll("#", "\\d+");
  return new RegExp(`^${expression}$`).exec(hostname);
}
