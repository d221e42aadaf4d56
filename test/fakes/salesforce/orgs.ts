import { longId } from "./ids.ts";

/** A user who can log in. */
export interface User {
  /** 18 characters. */
  readonly userId: string;
  readonly username: string;
  readonly name: string;
  /** False for a deactivated or frozen one. */
  readonly active: boolean;
}

/** A row of an object. */
export type SalesforceRecord = Readonly<Record<string, unknown>>;

/** A customer's Salesforce. */
export interface Org {
  /** 18 characters. */
  readonly orgId: string;
  readonly name: string;
  /** Also for scratch orgs: both log in at test.salesforce.com. */
  readonly isSandbox: boolean;
  readonly instanceName: string;
  /** Without a trailing slash. */
  readonly instanceUrl: string;
  /** Id of the first user, who is the one for deployments. */
  readonly userId: string;
  /** Username of the first user. */
  readonly username: string;
  readonly users: User[];
  /** Rows by the object's name, for queries. */
  readonly records: Record<string, SalesforceRecord[]>;
}

/** What tells one org from the other. Ids are 15 characters, those with `xx` as in Salesforce's own documentation. */
interface OrgFacts {
  readonly orgId: string;
  readonly userId: string;
  readonly name: string;
  readonly username: string;
  readonly host: string;
  readonly isSandbox: boolean;
  readonly instanceName: string;
}

const FACTS = {
  production: {
    orgId: "00Dxx0000001gPL",
    userId: "005xx000001SwiU",
    name: "Acme",
    username: "deploy@acme.example",
    host: "acme.my.salesforce.com",
    isSandbox: false,
    instanceName: "EU46",
  },
  uat: {
    orgId: "00Dxx0000002UaT",
    userId: "005xx000002SwiU",
    name: "Acme UAT",
    username: "deploy@acme.example.uat",
    host: "acme--uat.sandbox.my.salesforce.com",
    isSandbox: true,
    instanceName: "EU46S",
  },
  scratch: {
    orgId: "00Dxx0000003sCR",
    userId: "005xx000003TeSt",
    name: "Acme Scratch",
    username: "test-a1b2c3@example.com",
    host: "power-saas-1234-dev-ed.scratch.my.salesforce.com",
    isSandbox: true,
    instanceName: "CS162",
  },
  other: {
    orgId: "00Dxx0000004GlX",
    userId: "005xx000004SwiU",
    name: "Globex",
    username: "deploy@globex.example",
    host: "globex.my.salesforce.com",
    isSandbox: false,
    instanceName: "NA224",
  },
} as const satisfies Record<string, OrgFacts>;

/** The orgs of one Salesforce, by what they are for; `other` is another customer's production. */
export type Orgs = Readonly<Record<keyof typeof FACTS, Org>>;

/** Makes the orgs anew: tests may add users and records to them. */
export function createOrgs(): Orgs {
  return {
    production: createOrg(FACTS.production),
    uat: createOrg(FACTS.uat),
    scratch: createOrg(FACTS.scratch),
    other: createOrg(FACTS.other),
  };
}

/** The `id` of a token response: the generic login host, the org and the user. */
export function identityUrlOf({ isSandbox, orgId }: Org, { userId }: User): string {
  return `https://${isSandbox ? "test" : "login"}.salesforce.com/id/${orgId}/${userId}`;
}

/**
 * Adds a user to an org.
 *
 * @returns the user, with an id of its own
 */
export function addUser(org: Org, { username, active = true }: { username: string; active?: boolean }): User {
  const userId = longId(`005xx9${String(org.users.length).padStart(9, "0")}`);
  const user = { userId, username, name: `User ${org.users.length + 1}`, active };
  org.users.push(user);
  org.records["User"]?.push(userRecord(user));
  return user;
}

function createOrg({ host, ...facts }: OrgFacts): Org {
  const orgId = longId(facts.orgId);
  const user: User = { userId: longId(facts.userId), username: facts.username, name: "Deploy User", active: true };
  return {
    ...facts,
    orgId,
    userId: user.userId,
    instanceUrl: `https://${host}`,
    users: [user],
    records: {
      Organization: [organizationRecord({ ...facts, orgId })],
      User: [userRecord(user)],
      Account: [
        { Id: longId("001xx000003DGQk"), Name: "Edge Communications" },
        { Id: longId("001xx000003DGQl"), Name: "Burlington Textiles" },
      ],
    },
  };
}

function organizationRecord({ orgId, name, instanceName, isSandbox }: Omit<OrgFacts, "host">): SalesforceRecord {
  return {
    Id: orgId,
    Name: name,
    InstanceName: instanceName,
    IsSandbox: isSandbox,
    OrganizationType: isSandbox ? "Developer Edition" : "Enterprise Edition",
    NamespacePrefix: null,
    TrialExpirationDate: null,
  };
}

function userRecord({ userId, username, name, active }: User): SalesforceRecord {
  return { Id: userId, Username: username, Name: name, Email: `${username}.invalid`, IsActive: active };
}
