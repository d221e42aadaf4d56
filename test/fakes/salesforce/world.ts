import { type App, createApp, type Registration } from "./apps.ts";
import { createHosts, type Hosts } from "./hosts.ts";
import { createOrgs, type Orgs } from "./orgs.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/** All that Salesforce knows. */
export interface World {
  readonly orgs: Orgs;
  readonly hosts: Hosts;
  /** By consumer key. */
  readonly apps: Map<string, App>;
  readonly sessions: Sessions;
  /** The `jti` of every assertion that was accepted, after its app. */
  readonly usedIds: Set<string>;
  /** Milliseconds that its clock is ahead of the machine's. */
  clockOffset: number;
}

/** A Salesforce with its orgs, and with the given apps. */
export function createWorld(registrations: readonly Registration[] = []): World {
  const orgs = createOrgs();
  const apps = registrations.map(createApp);
  return {
    orgs,
    hosts: createHosts(orgs),
    apps: new Map(apps.map((app) => [app.consumerKey, app])),
    sessions: createSessions(),
    usedIds: new Set(),
    clockOffset: 0,
  };
}

/** What time it is for Salesforce, in milliseconds since 1970. */
export function now({ clockOffset }: Pick<World, "clockOffset">): number {
  return Date.now() + clockOffset;
}
