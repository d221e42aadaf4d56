import { json, restError } from "./answer.ts";
import type { SessionRoute } from "./route.ts";
import { query } from "./soql.ts";

/** API versions that are served: 31.0 came with Summer '14, and three come every year. */
const VERSIONS = { first: 31, last: 68 } as const;
const SEASONS = ["Summer", "Winter", "Spring"] as const;

/** What a token is asked first: who am I? (Salesforce help, "The UserInfo Endpoint"). */
export const userInfoRoute: SessionRoute = {
  name: "userinfo",
  path: /^\/services\/oauth2\/userinfo$/,
  methods: ["GET", "POST"],
  answerTo({ org, user }) {
    const loginHost = org.isSandbox ? "test.salesforce.com" : "login.salesforce.com";
    const info = {
      sub: `https://${loginHost}/id/${org.orgId}/${user.userId}`,
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

/** The API versions of the org. */
export const versionsRoute: SessionRoute = {
  name: "versions",
  path: /^\/services\/data\/?$/,
  methods: ["GET"],
  answerTo: () => json(200, versions(), "API versions"),
};

/** SOQL over the org's records. */
export const queryRoute: SessionRoute = {
  name: "query",
  path: /^\/services\/data\/v(\d+)\.0\/query\/?$/,
  methods: ["GET"],
  answerTo({ org }, { request, parts }) {
    const version = Number(parts[0]);
    if (version < VERSIONS.first || version > VERSIONS.last) return notFound;
    const result = query(new URLSearchParams(request.query).get("q") ?? "", org.records);
    if ("errorCode" in result) return restError(400, result.errorCode, result.message);
    return json(200, result, `${result.totalSize} records`);
  },
};

/** What Salesforce says of a path that it doesn't have. */
export const notFound = restError(404, "NOT_FOUND", "The requested resource does not exist");

function versions(): { label: string; url: string; version: string }[] {
  const { first, last } = VERSIONS;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const version = `${first + index}.0`;
    // Winter releases come in autumn and are named for the year to come.
    const year = 14 + Math.floor((index + 2) / 3);
    return { label: `${SEASONS[index % 3]} '${year}`, url: `/services/data/v${version}`, version };
  });
}
