import { json, restError } from "./answer.ts";
import { identityUrlOf, type SalesforceRecord } from "./orgs.ts";
import type { OpenRoute, SessionRoute } from "./route.ts";
import { query } from "./soql.ts";

/** API versions that are served: 31.0 came with Summer '14, and three come every year. */
const VERSIONS = { first: 31, last: 68 } as const;
const SEASONS = ["Summer", "Winter", "Spring"] as const;

/** What Salesforce says of a path that it doesn't have. */
export const notFound = restError(404, "NOT_FOUND", "The requested resource does not exist");

/** What many clients ask first: who am I? (Salesforce help, "The UserInfo Endpoint"). */
export const userInfoRoute: SessionRoute = {
  name: "userinfo",
  path: /^\/services\/oauth2\/userinfo$/,
  methods: ["GET", "POST"],
  answerTo({ org, user }) {
    const info = {
      sub: identityUrlOf(org, user),
      user_id: user.userId,
      organization_id: org.orgId,
      preferred_username: user.username,
      nickname: user.username.split("@")[0],
      name: user.name,
      email: `${user.username}.invalid`,
      active: user.active,
      user_type: "STANDARD",
      urls: { rest: `${org.instanceUrl}/services/data/v{version}/`, custom_domain: org.instanceUrl },
    };
    return json(200, info, "user info");
  },
};

/** The API versions, which need no token (Salesforce, "REST API Developer Guide", Versions). */
export const versionsRoute: OpenRoute = {
  name: "versions",
  path: /^\/services\/data\/?$/,
  answer: ({ request: { method } }) =>
    method === "GET"
      ? json(200, versions(), "API versions")
      : restError(405, "METHOD_NOT_ALLOWED", `HTTP Method '${method}' not allowed. Allowed are GET`),
};

/** A resource of one API version, at a path below `/services/data/vNN.0`. Its answer gets the path's parts. */
function resource(name: string, path: string, answerTo: SessionRoute["answerTo"]): SessionRoute {
  return {
    name,
    path: new RegExp(`^/services/data/v(\\d+)\\.0${path}/?$`),
    methods: ["GET"],
    answerTo(session, call) {
      const version = Number(call.parts[0]);
      const isServed = version >= VERSIONS.first && version <= VERSIONS.last;
      return isServed ? answerTo(session, { ...call, parts: call.parts.slice(1) }) : notFound;
    },
  };
}

/** What a version of the API has, and the identity URL, which jsforce and the command line ask for. */
export const resourcesRoute = resource("resources", "", ({ org, user }, { request }) => {
  const names = ["limits", "query", "sobjects", "tooling"];
  const paths = names.map((name) => [name, `${request.path.replace(/\/$/, "")}/${name}`]);
  return json(200, { ...Object.fromEntries(paths), identity: identityUrlOf(org, user) }, "resources");
});

/** What is left of the org's allowances: numbers that stay as they are. */
export const limitsRoute = resource("limits", "/limits", () => {
  const limits = { DailyApiRequests: { Max: 15_000, Remaining: 14_998 }, DataStorageMB: { Max: 5, Remaining: 5 } };
  return json(200, limits, "limits");
});

/** What objects the org has, and what fields an object has. */
export const describeRoutes: readonly SessionRoute[] = [
  resource("describe global", "/sobjects", ({ org }, { request }) => {
    const sobjects = Object.keys(org.records).map((name) => {
      const sobject = `${request.path.replace(/\/$/, "")}/${name}`;
      return { name, label: name, queryable: true, urls: { sobject, describe: `${sobject}/describe` } };
    });
    return json(200, { encoding: "UTF-8", maxBatchSize: 200, sobjects }, `${sobjects.length} objects`);
  }),
  resource("describe", "/sobjects/(\\w+)/describe", ({ org }, { parts: [name = ""] }) => {
    const rows = org.records[name];
    return rows
      ? json(200, { name, label: name, queryable: true, fields: fieldsOf(rows) }, `describe ${name}`)
      : notFound;
  }),
];

/** SOQL over the org's records. */
export const queryRoute = resource("query", "/query", ({ org }, { request }) => {
  const result = query(new URLSearchParams(request.query).get("q") ?? "", org.records);
  if ("errorCode" in result) return restError(400, result.errorCode, result.message);
  return json(200, result, `${result.totalSize} records`);
});

function fieldsOf(rows: readonly SalesforceRecord[]): Record<string, unknown>[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => {
    const type = name === "Id" ? "id" : rows.some((row) => typeof row[name] === "boolean") ? "boolean" : "string";
    return { name, label: name, type };
  });
}

function versions(): { label: string; url: string; version: string }[] {
  const { first, last } = VERSIONS;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const version = `${first + index}.0`;
    // Winter releases come in autumn and are named for the year to come.
    const year = 14 + Math.floor((index + 2) / 3);
    return { label: `${SEASONS[index % 3]} '${year}`, url: `/services/data/v${version}`, version };
  });
}
