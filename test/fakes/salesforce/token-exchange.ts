import { type Answer, oauthError } from "./answer.ts";
import type { App } from "./apps.ts";
import type { Accepted } from "./assertion-check.ts";
import type { Org, User } from "./orgs.ts";
import type { Call } from "./route.ts";
import { now } from "./world.ts";

// Salesforce help, "OAuth 2.0 Token Exchange Flow", and what was reported from live orgs. What the answers leave open is
// marked "guess": no source says what Salesforce answers there.

/** What lets an app exchange tokens. */
export interface TokenExchangeApp {
  /** API name of the app, which its handlers are told. */
  readonly developerName: string;
  /** `isTokenExchangeEnabled` of its global OAuth settings. */
  readonly enabled: boolean;
  /** `isTokenExchangeFlowEnabled` of its OAuth policies. */
  readonly enabledInPolicies: boolean;
  /** `isSecretRequiredForTokenExchange` of its global OAuth settings. */
  readonly secretRequired: boolean;
  readonly handlers: readonly TokenExchangeHandler[];
}

/** A token exchange handler that is enabled for an app. */
export interface TokenExchangeHandler {
  readonly name: string;
  readonly isDefault: boolean;
  /** Of the handler itself. */
  readonly enabled: boolean;
  /** Token types that it supports, as they end: `jwt`. */
  readonly tokenTypes: readonly string[];
  /** Username that the Apex class runs as. */
  readonly runAs: string;
  /** The Apex class. */
  validate(incoming: IncomingToken): HandlerAnswer;
}

/** What a handler gets. */
export interface IncomingToken {
  readonly token: string;
  readonly appDeveloperName: string;
  readonly org: Org;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Whom a token logs in; or what the client is told, and what the debug log says. */
export type HandlerAnswer =
  | { readonly user: User | undefined; readonly message?: undefined; readonly because?: undefined }
  | { readonly user?: undefined; readonly message: string | undefined; readonly because: string };

/** Answers a request that has everything in order. */
type Grant = (accepted: Accepted, call: Call) => Answer;

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";
const TOKEN_TYPES = ["jwt", "id_token", "access_token", "refresh_token", "saml2"];
const REQUIRED = ["grant_type", "subject_token", "subject_token_type", "client_id"];
const OPTIONAL = ["client_secret", "scope", "token_handler"];
const LONGEST_TOKEN = 10_000;

/** Whether a request is one of this flow. */
export function isTokenExchange({ request }: Call): boolean {
  return request.form["grant_type"] === GRANT_TYPE;
}

/**
 * Answers a token exchange.
 *
 * @param grant makes the answer with a token
 */
export function exchangeToken(call: Call, grant: Grant): Answer {
  const refused = refuseForm(call) ?? refuseApp(call);
  if (refused) return refused;
  const { app, exchange, org } = appOf(call);
  const handler = app && exchange && handlerOf(call, exchange);
  if (!app || !exchange || !org || !handler) {
    return oauthError(
      "invalid_request",
      "token handler not found",
      "no handler of the app has this name or is its default",
    );
  }
  const answer = runHandler(handler, exchange, org, call);
  if ("status" in answer) return answer;
  if (!app.approves(answer.username)) {
    return oauthError("invalid_grant", "user hasn't approved this consumer", "the app is not for this user");
  }
  const also = [...(call.tokens.also ?? []), "signature" as const, "issued_at" as const];
  const fields = { instance_url: `${org.instanceUrl}/`, ...call.tokens.fields };
  return grant({ app, org, user: answer }, { ...call, tokens: { ...call.tokens, also, fields } });
}

function refuseForm({ request }: Call): Answer | undefined {
  const { form } = request;
  if (request.method !== "POST") return oauthError("invalid_request", "must use HTTP POST", request.method);
  if (request.query !== "") return oauthError("invalid_request", "invalid request", "something is in the query string");
  const names = [...new URLSearchParams(request.rawBody).keys()];
  const unknown = names.filter(
    (name, index) => ![...REQUIRED, ...OPTIONAL].includes(name) || names.indexOf(name) < index,
  );
  const missing = REQUIRED.filter((name) => (form[name] ?? "") === "");
  if (unknown.length + missing.length > 0) {
    return oauthError("invalid_request", "invalid request", `too much: ${unknown.join()}; missing: ${missing.join()}`);
  }
  // Guess: the documentation spells one of these in capitals, the clients that work write lower case.
  if (!TOKEN_TYPES.includes(tokenTypeOf(form))) {
    return oauthError("invalid_request", "invalid subject_token_type", form["subject_token_type"] ?? "");
  }
  const tooLong = (form["subject_token"] ?? "").length > LONGEST_TOKEN;
  return tooLong ? oauthError("invalid_grant", "invalid subject token", "the token is too long") : undefined;
}

function refuseApp(call: Call): Answer | undefined {
  const { app, exchange, org } = appOf(call);
  if (!app) return oauthError("invalid_client_id", "client identifier invalid", "client_id is no app's consumer key");
  // Guess: no live report is about the generic login hosts.
  if (!org)
    return oauthError("invalid_grant", "request not supported on this domain", "only My Domains and sites exchange");
  if (!app.isIn(org)) return oauthError("invalid_client_id", "client identifier invalid", "the app is in another org");
  if (!exchange?.enabled) {
    return oauthError("unsupported_grant_type", "grant type not supported", "the app doesn't have the flow");
  }
  if (!exchange.enabledInPolicies) {
    // The error code wasn't recorded where this text was seen.
    return oauthError(
      "invalid_request",
      "app not enabled for token exchange",
      "the app's policies don't have the flow",
    );
  }
  const hasSecret = (call.request.form["client_secret"] ?? "") !== "";
  return exchange.secretRequired && !hasSecret
    ? oauthError("invalid_client", "invalid client credentials", "the app requires its secret")
    : undefined;
}

function handlerOf({ request }: Call, { handlers }: TokenExchangeApp): TokenExchangeHandler | undefined {
  const name = request.form["token_handler"];
  return handlers.find(
    (handler) => handler.enabled && (name === undefined ? handler.isDefault : handler.name === name),
  );
}

function runHandler(
  handler: TokenExchangeHandler,
  { developerName }: TokenExchangeApp,
  org: Org,
  { request, world }: Call,
): User | Answer {
  const failed = (because: string, message = "token handler validation failed") =>
    oauthError("invalid_request", message, because);
  // Guess: the two answers before the class runs.
  if (!handler.tokenTypes.includes(tokenTypeOf(request.form)))
    return failed("the handler doesn't support the token type");
  if (!org.users.some(({ username, active }) => active && username === handler.runAs))
    return failed("no active user to run as");
  const seconds = Math.floor(now(world) / 1000);
  const token = request.form["subject_token"] ?? "";
  const answer = handler.validate({ token, appDeveloperName: developerName, org, now: seconds });
  if (answer.because !== undefined) return failed(answer.because, answer.message);
  // One guide says so of no user; that it holds for an inactive one is a guess.
  return answer.user?.active ? answer.user : oauthError("invalid_grant", "invalid user", "the handler gave no user");
}

function appOf({ request, world, place }: Call): {
  readonly app: App | undefined;
  readonly exchange: TokenExchangeApp | undefined;
  readonly org: Org | undefined;
} {
  const app = world.apps.get(request.form["client_id"] ?? "");
  return { app, exchange: app?.tokenExchange, org: place.org };
}

function tokenTypeOf(form: Readonly<Record<string, string>>): string {
  const type = form["subject_token_type"] ?? "";
  return type.startsWith(TOKEN_TYPE) ? type.slice(TOKEN_TYPE.length) : "";
}
