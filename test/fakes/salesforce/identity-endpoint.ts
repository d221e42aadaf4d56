import { type Answer, json } from "./answer.ts";
import { identityUrlOf, type Org, type User } from "./orgs.ts";
import type { Call, OpenRoute } from "./route.ts";

/**
 * The identity URL that a token response names (Salesforce help, "Identity URLs"): it takes the token in the
 * `Authorization` header, and as jsforce sends it in the query. What the errors look like is taken from there.
 */
export const identityRoute: OpenRoute = {
  name: "identity",
  path: /^\/id\/(00D[A-Za-z\d]{12,15})\/(005[A-Za-z\d]{12,15})$/,
  answer(call) {
    const { world, place, parts } = call;
    const token = tokenOf(call);
    if (token === undefined) return plainError(403, "Missing_OAuth_Token");
    const session = world.sessions.find(token);
    if (!session) return plainError(403, "Bad_OAuth_Token");
    const [orgId = "", userId = ""] = parts;
    const { org } = session;
    if (!isSame(org.orgId, orgId) || (place.org && place.org !== org)) return plainError(403, "Wrong_Org");
    const user = org.users.find((candidate) => isSame(candidate.userId, userId));
    return user ? json(200, identity(org, user), "identity") : plainError(404, "Bad_Id");
  },
};

function tokenOf({ request }: Call): string | undefined {
  const [, header] = /^(?:Bearer|OAuth) (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  return header ?? new URLSearchParams(request.query).get("oauth_token") ?? undefined;
}

/** Ids have 15 characters, or 18 with their check characters. */
function isSame(id: string, other: string): boolean {
  return id === other || id.slice(0, 15) === other;
}

function plainError(status: number, text: string): Answer {
  return { status, headers: { "Content-Type": "text/html;charset=UTF-8" }, body: text, says: text };
}

function identity(org: Org, user: User): Record<string, unknown> {
  const { instanceUrl, orgId } = org;
  return {
    id: identityUrlOf(org, user),
    asserted_user: true,
    user_id: user.userId,
    organization_id: orgId,
    username: user.username,
    nick_name: user.username.split("@")[0],
    display_name: user.name,
    email: `${user.username}.invalid`,
    urls: {
      partner: `${instanceUrl}/services/Soap/u/{version}/${orgId.slice(0, 15)}`,
      rest: `${instanceUrl}/services/data/v{version}/`,
      sobjects: `${instanceUrl}/services/data/v{version}/sobjects/`,
      query: `${instanceUrl}/services/data/v{version}/query/`,
      custom_domain: instanceUrl,
    },
    active: user.active,
    user_type: "STANDARD",
    language: "en_US",
    locale: "en_US",
  };
}
