import {
  ADD_SCOPES,
  COMPARE_PAIR,
  COPY_KEY,
  ENABLE_FLOW,
  INSTALL,
  inExternalClientApp,
  LOGIN_HISTORY,
  PRE_AUTHORIZE,
  SET_CLOCK,
  UPLOAD_CERTIFICATE,
  USE_MY_DOMAIN,
  WAIT,
} from "../lib/setup-steps.ts";
import type { ErrorResponse } from "./response.ts";

/** A refusal that is known: how to recognise it, and what to make of it. */
export interface RefusalRule {
  /** Anchor in `docs/troubleshooting.md`. */
  readonly code: string;
  /** Recognises `error: error_description`, both as Salesforce sent them; its texts vary for one cause. */
  readonly match: RegExp;
  /** A clause in our own words. */
  readonly meaning: string;
  /** Most likely first. */
  readonly causes: readonly string[];
  /** What to do, most likely first; External Client App before Connected App. */
  readonly steps: readonly string[];
}

/** Every refusal that is known, the first match wins. Texts: Salesforce help, "OAuth 2.0 Authorization Errors", and reports of users. */
export const REFUSALS = [
  {
    code: "login-rate-exceeded",
    match: /^rate_limit_exceeded:|login rate exceeded/i,
    meaning: "this user has logged in too often",
    causes: ["More than about 3,600 logins of one user in an hour, those of other tools included."],
    steps: [
      "Wait an hour. Asking again sooner only adds to the count.",
      "Log in once a job and hand the token on as an output of the step; give busy pipelines users of their own.",
    ],
  },
  {
    code: "user-has-not-approved",
    match: /(?:hasn\S{0,6}t|has not|not) approved this (?:consumer|app)/i,
    meaning: "the app is not approved for this user",
    causes: [
      "The app lets users approve it themselves, and this user never did: nobody can click Allow in a pipeline.",
      "The app is for approved users only, and none of this user's permission sets or profiles is on it.",
      "The app or its policies were changed in the last minutes.",
      "Another org answered than the one you mean: username and login_url belong to different orgs.",
    ],
    steps: [...PRE_AUTHORIZE, WAIT, USE_MY_DOMAIN, LOGIN_HISTORY],
  },
  {
    code: "user-not-admin-approved",
    match: /^(?:invalid_app_access|OAUTH_APP_ACCESS_DENIED):|not admin approved/i,
    meaning: "the app is for approved users only, and this user is none",
    causes: [
      "None of this user's permission sets or profiles is on the app.",
      "The permission set is on the app, but not assigned to this user, or the assignment has ended.",
      "The policy or the assignment was changed in the last minutes.",
    ],
    steps: [...PRE_AUTHORIZE, WAIT, LOGIN_HISTORY],
  },
  {
    code: "app-not-found",
    match: /^(?:app_not_found|OAUTH_EC_APP_NOT_FOUND):|client app is not installed in this org/i,
    meaning: "the org that was asked has no External Client App with this consumer key",
    causes: [
      "consumer_key belongs to an app in another org.",
      "The sandbox was refreshed: its own apps are gone, and new ones have new keys.",
      "The app was made or changed in the last minutes.",
    ],
    steps: [USE_MY_DOMAIN, ...COPY_KEY, WAIT],
  },
  {
    code: "client-identifier-invalid",
    match: /^invalid_client_id:|client identifier invalid/i,
    meaning: "Salesforce knows no app with this consumer key",
    causes: [
      "consumer_key is mistyped or cut, or is the consumer secret.",
      "login_url is another org's: production in place of a sandbox, or the other way round.",
      "The app was deleted, went away with a sandbox refresh, or was made in the last minutes.",
    ],
    steps: [...COPY_KEY, USE_MY_DOMAIN, WAIT],
  },
  {
    code: "app-not-installed",
    match: /app must be installed into org/i,
    meaning: "the org refuses apps that are not installed in it",
    causes: [
      "The app belongs to another org and is not installed in this one. Salesforce blocks such apps since September 2025.",
      "API Access Control is on, and the app is not on its list.",
    ],
    steps: [
      INSTALL,
      "Better: make an External Client App in this very org, and use its consumer key.",
      "Where API Access Control is on, allow the app there: Setup → API Access Control.",
    ],
  },
  {
    code: "client-credentials-invalid",
    match: /^invalid_client: *$|invalid client credentials/i,
    meaning: "the app's certificate does not belong to this private key",
    causes: [
      "Key and certificate are not a pair: one of them was renewed without the other.",
      "The secret holds the key of another org or app.",
      "consumer_key belongs to another app than the certificate was uploaded to.",
    ],
    steps: [COMPARE_PAIR, ...UPLOAD_CERTIFICATE, WAIT],
  },
  {
    code: "assertion-expired",
    match: /expired authorization code|(?:assertion|token|jwt) (?:is |has )?expired|expired (?:assertion|token|jwt)/i,
    meaning: "the assertion had expired when Salesforce read it",
    causes: ["The runner's clock is behind.", "A proxy holds requests back for minutes."],
    steps: [SET_CLOCK, "On GitHub's own runners, run the job again.", LOGIN_HISTORY],
  },
  {
    code: "assertion-invalid",
    match:
      /invalid (?:jwt )?assertion|assertion (?:is )?(?:invalid|not valid)|invalid signature|signature (?:is )?(?:invalid|(?:verification|validation) failed)/i,
    meaning: "the signature does not fit the certificate on the app",
    causes: [
      "The private key is not the one of the certificate on the app.",
      "The app has no certificate any more: deploying its metadata without the certificate element clears it.",
      "The JWT bearer flow (Connected App: digital signatures) is off.",
      "consumer_key belongs to another app than the certificate was uploaded to.",
    ],
    steps: [COMPARE_PAIR, ...UPLOAD_CERTIFICATE, WAIT, LOGIN_HISTORY],
  },
  {
    code: "audience-refused",
    match: /audience/i,
    meaning: "the audience does not fit the host",
    causes: [
      "A sandbox was addressed as production, or the other way round.",
      "The input audience is set, and not to what this org expects.",
      "login_url is a site, and its path is missing or wrong.",
    ],
    steps: [
      USE_MY_DOMAIN,
      "Leave audience out. If it must be set: https://login.salesforce.com for production, https://test.salesforce.com for a sandbox or scratch org, a site's whole URL.",
      LOGIN_HISTORY,
    ],
  },
  {
    code: "user-inactive",
    match: /^inactive_user:|inactive user|user (?:is )?inactive/i,
    meaning: "this user may not log in",
    causes: [
      "The user is deactivated or frozen.",
      "A sandbox refresh brought the user over from production, where it is inactive.",
    ],
    steps: [
      "Setup → Users → the user: Unfreeze, or Edit → Active.",
      "Check that username is the user that you mean; a sandbox's ends in the sandbox's name.",
      LOGIN_HISTORY,
    ],
  },
  {
    code: "org-inactive",
    match: /^inactive_org:|inactive org|org(?:anization)? (?:is )?inactive/i,
    meaning: "the org is closed",
    causes: [
      "A trial, Developer Edition or scratch org has expired or was deleted.",
      "Salesforce has locked the org.",
      "login_url or username belong to an org that is no more.",
    ],
    steps: [
      "Log in to the org with a browser: it says what is the matter.",
      "Scratch orgs: sf org list shows when each ends. Make a new one and change username and login_url.",
      LOGIN_HISTORY,
    ],
  },
  {
    code: "ip-restricted",
    match: /\bip (?:address )?(?:is )?(?:restricted|not allowed|blocked)|restricted ip\b/i,
    meaning: "the user may not log in from the runner's IP address",
    causes: [
      "The user's profile has login IP ranges, and the runner is outside. This flow obeys them whatever the app's IP relaxation says.",
    ],
    steps: [
      "Setup → Profiles → the user's profile → Login IP Ranges: add the runner's outgoing addresses.",
      "GitHub's own runners change theirs all the time: use a larger or self-hosted runner with a fixed address, or a profile without ranges.",
      LOGIN_HISTORY,
    ],
  },
  {
    code: "no-valid-scopes",
    match: /no valid scopes/i,
    meaning: "the app has no scope that a token could have",
    causes: ["No OAuth scope is selected on the app, or none that this user may have."],
    steps: [...ADD_SCOPES, WAIT, LOGIN_HISTORY],
  },
  {
    code: "domain-not-supported",
    match: /not supported on this domain/i,
    meaning: "this host does not serve the JWT bearer flow",
    causes: ["login_url is not the org's My Domain, and the org wants to be asked there."],
    steps: [USE_MY_DOMAIN, LOGIN_HISTORY],
  },
  {
    code: "refresh-token-scope-required",
    match: /(?:refresh_token|offline_access) scope is required|should be installed and preauthorized/i,
    meaning: "the app lacks a scope that this flow wants, or is not pre-authorized",
    causes: [
      "The app has no refresh_token (offline_access) scope. No refresh token is ever issued, but this flow wants the scope.",
      "Users may approve the app themselves, and this flow wants it pre-authorized.",
    ],
    steps: [...ADD_SCOPES, ...PRE_AUTHORIZE, WAIT],
  },
  {
    code: "scope-not-supported",
    match: /scope parameter not supported/i,
    meaning: "the request had a scope in it, which this flow does not take",
    causes: ["Something between the runner and Salesforce changes requests: this action never sends a scope."],
    steps: ["Ask whoever runs the proxy (https_proxy of the runner) to leave requests to Salesforce as they are."],
  },
  {
    code: "grant-type-not-supported",
    match: /^unsupported_grant_type:|grant type not supported/i,
    meaning: "the app or host does not take the JWT bearer flow",
    causes: [
      "The JWT bearer flow is off for the app.",
      "Something between the runner and Salesforce changes requests: the body arrived in another form.",
    ],
    steps: [...ENABLE_FLOW, USE_MY_DOMAIN, WAIT],
  },
  {
    code: "flow-not-enabled",
    match: /^unauthorized_client:/i,
    meaning: "the app may not use the JWT bearer flow",
    causes: ["The JWT bearer flow is off for the app, or the app has no certificate."],
    steps: [...ENABLE_FLOW, WAIT],
  },
  {
    code: "app-blocked",
    match: /^OAUTH_APP_BLOCKED:|app is blocked|blocked by (?:an )?admin/i,
    meaning: "an administrator has blocked the app",
    causes: ["Somebody clicked Block beside the app: ask why before you undo it."],
    steps: [
      inExternalClientApp("Policies → App Policies: the app must be enabled."),
      "Connected App: Setup → Connected Apps OAuth Usage → Unblock beside the app.",
    ],
  },
  {
    code: "app-not-approved",
    match: /^OAUTH_APPROVAL_ERROR_GENERIC:/i,
    meaning: "the app is not installed or approved in this org",
    causes: [
      "The app belongs to another org and is not installed in this one. Salesforce blocks such apps since September 2025.",
      "The app is installed, but not approved for this user.",
    ],
    steps: [INSTALL, ...PRE_AUTHORIZE, LOGIN_HISTORY],
  },
  {
    code: "salesforce-unavailable",
    match: /^(?:server_error|temporarily_unavailable|unknown_error):|retry your request/i,
    meaning: "Salesforce could not answer just now",
    causes: ["A fault or an overload at Salesforce, or maintenance of the org's instance."],
    steps: [
      "Run the job again in a few minutes.",
      "https://status.salesforce.com tells of maintenance and incidents; the instance stands in Setup → Company Information.",
      "If short faults are frequent, raise timeout_seconds: all attempts share it.",
    ],
  },
  {
    code: "authentication-failure",
    match: /authentication failure/i,
    meaning: "Salesforce did not let this user in, and does not say why",
    causes: [
      "username is not a user of this org; it is a Salesforce username, not an e-mail address.",
      "The user is frozen or locked, outside the profile's login hours, or lacks the API Enabled permission.",
      "The org or the profile demands a high-assurance session, which this flow can't have.",
    ],
    steps: [
      LOGIN_HISTORY,
      "Setup → Users → the user: copy the username, and check Active, Freeze, profile and permission sets.",
      "Setup → Session Settings and the profile's: the session security level at login must not be High Assurance.",
    ],
  },
] as const satisfies readonly RefusalRule[];

/** What stands for every refusal that is not in the catalogue. */
export const UNKNOWN_REFUSAL = {
  code: "unknown-refusal",
  match: /^/,
  meaning: "Salesforce refused for a reason that this action doesn't know",
  causes: [
    "username, consumer_key and login_url belong to different orgs.",
    "The user is not approved for the app, or not active.",
    "The certificate on the app is not the private key's.",
  ],
  steps: [
    LOGIN_HISTORY,
    USE_MY_DOMAIN,
    "Go through the check list: Setup → External Client App Manager (or App Manager) → your app: consumer key, certificate, scopes, permitted users.",
  ],
} as const satisfies RefusalRule;

export type RefusalCode = (typeof REFUSALS)[number]["code"] | typeof UNKNOWN_REFUSAL.code;

/**
 * Finds what a refusal means.
 *
 * @param refused both fields of the answer and its HTTP status
 * @returns an entry for every refusal, {@link UNKNOWN_REFUSAL} at worst
 */
export function matchRefusal({
  error,
  description,
  status,
}: ErrorResponse): RefusalRule & { readonly code: RefusalCode } {
  const known = REFUSALS.find(({ match }) => match.test(`${error}: ${description}`));
  if (known) return known;
  // 429 and 5xx say "not now" even where the words say nothing (RFC 6585 §4, RFC 9110 §15.6).
  const passing = status === 429 || status >= 500;
  return (passing && REFUSALS.find(({ code }) => code === "salesforce-unavailable")) || UNKNOWN_REFUSAL;
}
