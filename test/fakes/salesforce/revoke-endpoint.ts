import { oauthError } from "./answer.ts";
import { isForm } from "./requests.ts";
import type { OpenRoute } from "./route.ts";

const TOKEN = /^(00D[A-Za-z\d]{12}![\w.]+|[\w-]+\.[\w-]+\.[\w-]+)$/;

/** Ends the session of a token (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). Whoever has the token may. */
export const revokeRoute: OpenRoute = {
  name: "revoke",
  path: /^\/services\/oauth2\/revoke$/,
  answer({ request, world, place }) {
    if (request.method !== "POST") return oauthError("invalid_request", "must use HTTP POST", request.method);
    if (!isForm(request)) return oauthError("invalid_request", "invalid request", "the body is not a form");
    const token = request.form["token"] ?? "";
    const session = world.sessions.find(token);
    if (session && (place.org === undefined || place.org === session.org)) {
      world.sessions.end(token);
      return { status: 200, headers: { "Cache-Control": "no-cache, no-store" }, body: "", says: "revoked" };
    }
    if (session) return oauthError("invalid_token", "invalid token", "the token is another org's");
    if (TOKEN.test(token)) return oauthError("invalid_token", "invalid token", "no session has this token");
    return oauthError("unsupported_token_type", "this token type is not supported", "this is no access token");
  },
};
