import { type Answer, oauthError } from "./answer.ts";
import type { App } from "./apps.ts";
import { type Assertion, isSignedBy } from "./assertion.ts";
import { audiencesAt, type Place } from "./hosts.ts";
import type { Org, User } from "./orgs.ts";
import { now, type World } from "./world.ts";

/** Where an assertion came in, and from whom. */
export interface Circumstances {
  readonly world: World;
  readonly place: Place;
  readonly host: string;
  readonly userAgent: string;
}

/** Whom an assertion logs in. */
export interface Accepted {
  readonly app: App;
  readonly org: Org;
  readonly user: User;
}

type Check = (assertion: Assertion, circumstances: Circumstances) => Answer | undefined;

/** A check, and where it is written that Salesforce makes it. */
export interface AssertionRule {
  readonly requires: string;
  readonly source: string;
  /** @returns the refusal where an assertion doesn't pass */
  readonly refuse: Check;
}

/** Which others there are that Salesforce takes is unproven. Clients send these. */
const HEADER_PARAMETERS = ["alg", "typ", "kid", "x5t"];
/** Salesforce documents three minutes. The walk-through and go-salesforce send five, so that much is taken. */
const FARTHEST_EXPIRY_SECONDS = 300;
/** Seconds are below this for the next thousand years, milliseconds above since 1971. */
const SURELY_MILLISECONDS = 1e11;
const HELP = 'Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration"';

/** In this order; the first refusal is the answer. Which check Salesforce makes first is unproven. */
export const ASSERTION_RULES: readonly AssertionRule[] = [
  {
    requires: "alg RS256, no header parameters but those that clients send, and no crit",
    source: `${HELP} for alg; RFC 7515 §4.1.11 for crit; typ: PyJWT and golang-jwt; kid and x5t: signers by certificate`,
    refuse: checkHeader,
  },
  {
    requires: "iss is the consumer key of an app that is in the org, and that the host finds",
    source: `${HELP}; the generic hosts and app_not_found: reports since Spring '26`,
    refuse: checkIssuer,
  },
  {
    requires: "a signature of the app's certificate",
    source: `${HELP}; RFC 7523 §3, item 9`,
    refuse: checkSignature,
  },
  {
    requires: "exp in whole seconds, a number or a string of digits, in the future, and at most five minutes ahead",
    source: `${HELP}, which prints a string; simple-salesforce and go-salesforce send one. RFC 7523 §3, item 4`,
    refuse: checkExpiry,
  },
  {
    requires: "aud is one string: the host's origin, the site's URL, or the generic host of the org's kind",
    source: `${HELP}; the origin of a My Domain: Salesforce's JDBC driver and CLI send it. A list as aud: unproven`,
    refuse: checkAudience,
  },
  {
    requires: "a jti that the app hasn't sent before, where there is one",
    source: HELP,
    refuse: checkRepetition,
  },
  {
    requires: "sub (or prn, its old name) is the username of an active user in the org who may use the app",
    source: `${HELP}; without regard to case, as Salesforce compares usernames. That prn wins over sub is unproven`,
    refuse: checkSubject,
  },
];

/**
 * Checks an assertion as Salesforce does (RFC 7523 §3).
 *
 * @returns whom it logs in, or the refusal
 */
export function checkAssertion(assertion: Assertion, circumstances: Circumstances): Accepted | Answer {
  for (const { refuse } of ASSERTION_RULES) {
    const refusal = refuse(assertion, circumstances);
    if (refusal) return refusal;
  }
  const accepted = { app: appOf(assertion, circumstances), ...subjectOf(assertion, circumstances) };
  const { app, org, user } = accepted;
  if (!app || !org || !user) throw new Error("an assertion without app, org or user passed all checks");
  rememberId(assertion, circumstances);
  return { app, org, user };
}

function checkHeader({ header }: Assertion): Answer | undefined {
  if (header["alg"] !== "RS256") return invalidAssertion(`alg is ${JSON.stringify(header["alg"])}, not RS256`);
  const unknown = Object.keys(header).filter((name) => !HEADER_PARAMETERS.includes(name));
  if (unknown.length > 0) return invalidAssertion(`header has ${unknown.join(", ")}`);
  if ("typ" in header && header["typ"] !== "JWT") return invalidAssertion("typ is not JWT");
  return undefined;
}

function checkIssuer(assertion: Assertion, circumstances: Circumstances): Answer | undefined {
  const app = appOf(assertion, circumstances);
  if (!app) return oauthError("invalid_client_id", "client identifier invalid", "iss is no app's consumer key");
  const { org } = circumstances.place;
  if (app.myDomainOnly && org === undefined) return appNotFound("only its My Domain finds this app");
  if (orgsOf(circumstances).some((candidate) => app.isIn(candidate))) return undefined;
  if (org) return appNotFound("the app is in another org");
  return oauthError("invalid_client_id", "client identifier invalid", "no org of this login host has the app");
}

function checkSignature(assertion: Assertion, circumstances: Circumstances): Answer | undefined {
  const publicKey = appOf(assertion, circumstances)?.publicKey;
  if (!publicKey) return invalidAssertion("the app has no certificate");
  return isSignedBy(assertion, publicKey) ? undefined : invalidAssertion("the signature does not verify");
}

function checkExpiry(assertion: Assertion, circumstances: Circumstances): Answer | undefined {
  const exp = numberOf(assertion.claims["exp"]);
  if (!Number.isSafeInteger(exp)) return invalidAssertion("exp is not a whole number");
  const lenient = appOf(assertion, circumstances)?.takesMilliseconds(circumstances.userAgent) ?? false;
  const seconds = lenient && exp > SURELY_MILLISECONDS ? exp / 1000 : exp;
  const ahead = seconds - now(circumstances.world) / 1000;
  if (ahead <= 0) return oauthError("invalid_grant", "expired authorization code", `exp was ${-ahead} s ago`);
  return ahead > FARTHEST_EXPIRY_SECONDS ? invalidAssertion(`exp is ${ahead} s ahead`) : undefined;
}

/** The number that a claim is, or that its digits say. */
function numberOf(claim: unknown): number {
  if (typeof claim === "string") return /^\d{1,15}$/.test(claim) ? Number(claim) : Number.NaN;
  return typeof claim === "number" ? claim : Number.NaN;
}

function checkAudience({ claims }: Assertion, { place, host }: Circumstances): Answer | undefined {
  const { aud } = claims;
  const audiences = audiencesAt(place, host);
  if (typeof aud === "string" && audiences.includes(aud)) return undefined;
  const because = `aud is ${JSON.stringify(aud)}, not ${audiences.join(" or ")}`;
  return oauthError("invalid_grant", "audience is invalid", because);
}

/** Salesforce takes an assertion with an id once, and one without as often as it comes. */
function checkRepetition(assertion: Assertion, { world }: Circumstances): Answer | undefined {
  return world.usedIds.has(idOf(assertion)) ? invalidAssertion("jti was used before") : undefined;
}

function checkSubject(assertion: Assertion, circumstances: Circumstances): Answer | undefined {
  const { org, user } = subjectOf(assertion, circumstances);
  if (!org || !user) return notApproved("sub is no username of the org");
  if (!user.active) return oauthError("invalid_grant", "inactive user", "sub is deactivated or frozen");
  const app = appOf(assertion, circumstances);
  return app?.isIn(org) && app.approves(user.username) ? undefined : notApproved("the app is not for this user");
}

function appOf({ claims }: Assertion, { world }: Circumstances): App | undefined {
  return typeof claims["iss"] === "string" ? world.apps.get(claims["iss"]) : undefined;
}

/** `prn` is the old name of `sub`, and wins over it. */
function subjectOf({ claims }: Assertion, circumstances: Circumstances): Partial<Pick<Accepted, "org" | "user">> {
  const claim = claims["prn"] ?? claims["sub"];
  const username = typeof claim === "string" ? claim.toLowerCase() : undefined;
  for (const org of orgsOf(circumstances)) {
    const user = org.users.find((candidate) => candidate.username.toLowerCase() === username);
    if (user) return { org, user };
  }
  return {};
}

/** A generic login host serves all orgs of its kind, any other host its own. */
function orgsOf({ world, place }: Circumstances): readonly Org[] {
  if (place.org) return [place.org];
  return Object.values(world.orgs).filter(({ isSandbox }) => isSandbox === place.isSandbox);
}

function rememberId(assertion: Assertion, { world }: Circumstances): void {
  if (assertion.claims["jti"] !== undefined) world.usedIds.add(idOf(assertion));
}

function idOf({ claims }: Assertion): string {
  return JSON.stringify([claims["iss"], claims["jti"]]);
}

function invalidAssertion(because: string): Answer {
  return oauthError("invalid_grant", "invalid assertion", because);
}

function notApproved(because: string): Answer {
  return oauthError("invalid_grant", "user hasn't approved this consumer", because);
}

function appNotFound(because: string): Answer {
  return oauthError("app_not_found", "External client app is not installed in this org", because);
}
