import { createHmac, randomBytes } from "node:crypto";
import { type Answer, json, oauthError } from "./answer.ts";
import { parseAssertion } from "./assertion.ts";
import { type Accepted, checkAssertion } from "./assertion-check.ts";
import { longId } from "./ids.ts";
import { identityUrlOf } from "./orgs.ts";
import { isForm } from "./requests.ts";
import type { Call, OpenRoute } from "./route.ts";
import { exchangeToken, isTokenExchange } from "./token-exchange.ts";
import type { OptionalField, TokenOptions } from "./token-options.ts";
import { now } from "./world.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** A session's usual length. */
const LIFETIME_SECONDS = 7200;

/** The token endpoint, for the JWT bearer flow and token exchange. */
export const tokenRoute: OpenRoute = {
  name: "token",
  path: /^\/services\/oauth2\/token$/,
  answer(call) {
    if (isTokenExchange(call)) return exchangeToken(call, grant);
    const refusal = refuseRequest(call);
    if (refusal) return refusal;
    const assertion = parseAssertion(call.request.form["assertion"] ?? "");
    if (!assertion) return oauthError("invalid_grant", "invalid assertion", "the assertion is no JWS of JSON");
    const { world, place, request } = call;
    const userAgent = request.headers["user-agent"] ?? "";
    const result = checkAssertion(assertion, { world, place, host: request.host, userAgent });
    return "status" in result ? result : grant(result, call);
  },
};

/**
 * What is wrong with the request around the assertion. The checks, with their sources:
 * - POST (RFC 6749 §3.2), a form, grant_type and assertion once each (RFC 7523 §2.1). Parameters must not be repeated
 *   (RFC 6749 §3.2); that Salesforce refuses a repeated one is unproven.
 * - Nothing in the query string (RFC 6749 §2.3.1 for secrets). That Salesforce refuses it for this flow is unproven.
 * - No `scope`: "scope parameter not supported" (Salesforce help, "OAuth 2.0 JWT Bearer Flow").
 * - Other fields are ignored (RFC 6749 §3.2): jsforce sends `client_id` and `redirect_uri` in this flow.
 */
function refuseRequest({ request }: Call): Answer | undefined {
  if (request.method !== "POST") return oauthError("invalid_request", "must use HTTP POST", request.method);
  if (request.query !== "") return oauthError("invalid_request", "invalid request", "something is in the query string");
  if (!isForm(request)) return unsupportedGrant("the body is not a form");
  const names = [...new URLSearchParams(request.rawBody).keys()];
  if (names.includes("scope")) return oauthError("invalid_request", "scope parameter not supported", "scope was sent");
  if (request.form["grant_type"] !== JWT_BEARER) return unsupportedGrant("grant_type is not the JWT bearer flow's");
  const isOnce = (field: string) => names.filter((name) => name === field).length === 1;
  if (isOnce("grant_type") && isOnce("assertion")) return undefined;
  return oauthError("invalid_request", "invalid request", `fields are ${names.join(", ")}`);
}

function unsupportedGrant(because: string): Answer {
  return oauthError("unsupported_grant_type", "grant type not supported", because);
}

function grant({ app, org, user }: Accepted, { world, tokens }: Call): Answer {
  const options: TokenOptions = { ...app.tokens, ...tokens };
  const { format = "opaque", lifetimeSeconds = LIFETIME_SECONDS } = options;
  const { consumerKey } = app;
  const session = world.sessions.open({ org, user, consumerKey, format, lifetimeSeconds, now: now(world) });
  const fields: Record<string, unknown> = {
    access_token: session.token,
    scope: app.scope,
    instance_url: org.instanceUrl,
    id: identityUrlOf(org, user),
    token_type: "Bearer",
  };
  const optional = optionalFields(fields, lifetimeSeconds, now(world));
  const also: readonly OptionalField[] = [
    ...(options.also ?? []),
    ...(format === "jwt" ? ["token_format" as const] : []),
  ];
  const more = Object.fromEntries(also.map((name) => [name, optional[name](format)]));
  const answered: Record<string, unknown> = { ...fields, ...more, ...options.fields };
  if (typeof answered["access_token"] === "string") world.sessions.handOut(answered["access_token"], session);
  return json(200, answered, "granted");
}

function optionalFields(
  fields: Readonly<Record<string, unknown>>,
  lifetimeSeconds: number,
  issuedAt: number,
): Record<OptionalField, (format: string) => unknown> {
  const signed = `${fields["id"]}${issuedAt}`;
  return {
    api_instance_url: () => "https://api.salesforce.com",
    expires_in: () => lifetimeSeconds,
    issued_at: () => String(issuedAt),
    sfdc_community_id: () => longId("0DBxx0000000001"),
    sfdc_community_url: () => "https://acme.my.site.com/partners",
    signature: () => createHmac("sha256", randomBytes(32)).update(signed).digest("base64"),
    token_format: (format) => format,
  };
}
