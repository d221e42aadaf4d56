import { type Answer, restError } from "./answer.ts";
import { identityRoute } from "./identity-endpoint.ts";
import type { RecordedRequest } from "./requests.ts";
import { describeRoutes, limitsRoute, queryRoute, resourcesRoute, userInfoRoute, versionsRoute } from "./rest-api.ts";
import { revokeRoute } from "./revoke-endpoint.ts";
import type { Call, Route } from "./route.ts";
import type { Session } from "./sessions.ts";
import { tokenRoute } from "./token-endpoint.ts";
import type { TokenOptions } from "./token-options.ts";
import type { World } from "./world.ts";

/** All that Salesforce answers, the first match wins. */
export const ROUTES: readonly Route[] = [
  tokenRoute,
  revokeRoute,
  identityRoute,
  userInfoRoute,
  versionsRoute,
  resourcesRoute,
  limitsRoute,
  ...describeRoutes,
  queryRoute,
];

/** A route that was found for a request, ready to answer it. */
export interface FoundRoute {
  readonly route: Route;
  answer(tokens: TokenOptions): Answer;
}

/**
 * Finds the route of a request: by its host, the site's path and the path below that.
 *
 * @returns undefined where nothing is served
 */
export function findRoute(
  request: RecordedRequest,
  world: World,
  routes: readonly Route[] = ROUTES,
): FoundRoute | undefined {
  // Salesforce's own command line asks for //services after a login by access token.
  const found = world.hosts.find(request.host, request.path.replace(/\/+/g, "/"));
  for (const route of found ? routes : []) {
    if ("host" in route && route.host !== request.host) continue;
    const parts = route.path.exec(found?.rest ?? "")?.slice(1);
    if (!found || !parts) continue;
    const call = { world, request, place: found.place, parts };
    return { route, answer: (tokens) => answer(route, { ...call, tokens }) };
  }
  return undefined;
}

function answer(route: Route, call: Call): Answer {
  if ("answer" in route) return route.answer(call);
  const session = sessionOf(call);
  if (!session) return restError(401, "INVALID_SESSION_ID", "Session expired or invalid");
  const { method } = call.request;
  if (route.methods.includes(method)) return route.answerTo(session, call);
  const message = `HTTP Method '${method}' not allowed. Allowed are ${route.methods.join(",")}`;
  return restError(405, "METHOD_NOT_ALLOWED", message);
}

/**
 * A token is valid at its own org, and at the generic login hosts. `OAuth` is the scheme that Salesforce's REST API
 * guides use beside `Bearer` (Salesforce, "REST API Developer Guide").
 */
function sessionOf({ request, world, place }: Call): Session | undefined {
  const token = /^(?:Bearer|OAuth) (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  const session = token === undefined ? undefined : world.sessions.find(token);
  return place.org === undefined || place.org === session?.org ? session : undefined;
}
