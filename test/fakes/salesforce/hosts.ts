import type { Org, Orgs } from "./orgs.ts";

/** A place where Salesforce answers: a host, or a path below it. */
export interface Place {
  /** A host name, `*.` before it for all below, a port after it where it isn't 443. */
  readonly host: string;
  /** Of a site: `/partners`. Else empty. */
  readonly path: string;
  /** Undefined at the generic login hosts, which serve all orgs of their kind. */
  readonly org: Org | undefined;
  readonly isSandbox: boolean;
  /** Those of the flow by default; a list to have others. */
  readonly audiences: readonly string[] | undefined;
}

/** How a host is served. */
export interface ServeOptions {
  readonly org: Org;
  readonly path?: string;
  readonly audiences?: readonly string[];
}

/** Who answers where. */
export interface Hosts {
  /** Serves a host, or serves it differently from now on. */
  serve(host: string, options: ServeOptions): void;
  /** Whether anybody answers at a host. */
  knows(host: string): boolean;
  /** The place for a request, the one with the longest path first, and the path that is left below it. */
  find(host: string, path: string): { place: Place; rest: string } | undefined;
}

const PRODUCTION = "https://login.salesforce.com";
const SANDBOX = "https://test.salesforce.com";
/** My Domains and instances: where Salesforce's generic audiences fit as well. Sites have other domains. */
const LOGS_IN = /\.(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)(:\d+)?$/;

/** The generic login hosts, and those of the orgs: My Domains old and new, an instance, sites, a custom domain. */
export function createHosts({ production, uat, scratch, other }: Orgs): Hosts {
  const places: Place[] = [
    { host: "login.salesforce.com", path: "", org: undefined, isSandbox: false, audiences: undefined },
    { host: "test.salesforce.com", path: "", org: undefined, isSandbox: true, audiences: undefined },
  ];
  const serve: Hosts["serve"] = (host, { org, path = "", audiences }) => {
    const old = places.findIndex((place) => place.host === host && place.path === path);
    places.splice(Math.max(old, 0), old < 0 ? 0 : 1, { host, path, org, isSandbox: org.isSandbox, audiences });
  };
  for (const org of [production, uat, scratch, other]) serve(new URL(org.instanceUrl).host, { org });
  serve("eu46.salesforce.com", { org: production });
  serve("acme--uat.my.salesforce.com", { org: uat });
  serve("acme.my.site.com", { org: production, path: "/partners" });
  serve("acme.force.com", { org: production });
  serve("login.acme.example", { org: production, path: "/partners" });
  return {
    serve,
    knows: (host) => places.some((place) => matches(place, host)),
    find: (host, path) => {
      const [place] = places
        .filter((candidate) => matches(candidate, host) && `${path}/`.startsWith(`${candidate.path}/`))
        .sort((a, b) => b.path.length - a.path.length || b.host.length - a.host.length);
      return place && { place, rest: path.slice(place.path.length) };
    },
  };
}

/**
 * The audiences that fit a place (Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration", and
 * what Salesforce's own clients send to a My Domain).
 *
 * @param host the host that was asked, where the place is a pattern
 */
export function audiencesAt({ path, org, isSandbox, audiences }: Place, host: string): readonly string[] {
  if (audiences) return audiences;
  const own = `https://${host}${path}`;
  if (org === undefined || path !== "" || !LOGS_IN.test(host)) return [own];
  return [own, isSandbox ? SANDBOX : PRODUCTION];
}

/** A host as it is compared: in lower case, without the port of https. */
export function hostKey(host: string): string {
  return host.toLowerCase().replace(/:443$/, "");
}

function matches(place: Place, host: string): boolean {
  return place.host.startsWith("*.") ? host.endsWith(place.host.slice(1)) : host === place.host;
}
