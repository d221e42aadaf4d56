import type { Cause } from "../lib/action-error.ts";
import {
  ADD_SCOPES,
  ASSIGN_PERMISSION_SET,
  BY_SCRIPT,
  COMPARE_PAIR,
  COPY_KEY,
  ENABLE_APP,
  ENABLE_FLOW,
  INSTALL_APP,
  LOGIN_HISTORY,
  MY_DOMAIN,
  NEW_PAIR,
  PRE_AUTHORIZE,
  SELECT_PERMISSION_SET,
  SET_CLOCK,
  UPLOAD_CERTIFICATE,
  USE_MY_DOMAIN,
  WAIT,
} from "../lib/setup-steps.ts";

/** Something that a run itself shows, and that rules a likely cause out. */
export type Fact =
  | "signed on Salesforce's time"
  | "key matches certificate"
  | "audience not set"
  | "My Domain"
  | "not a site"
  | "not a sandbox"
  | "longest attempts"
  | "External Client App";

/** A likely cause; it isn't shown in a run that shows the fact. */
export interface RefusalCause extends Cause {
  readonly unless?: Fact;
}

/** What a failed attempt means, and what follows from it: the retry loop and the message both read this row. */
export interface FailureRule {
  /** Anchor in `docs/troubleshooting.md`. */
  readonly code: string;
  /** The first line of the message: a sentence of at most 120 characters. */
  readonly headline: string;
  /** At most four, the most likely first. */
  readonly causes: readonly RefusalCause[];
  /** Whether the same request, signed again, can succeed within the budget. */
  readonly retry?: boolean;
  /** What the next assertion can be adjusted to. */
  readonly adjust?: "clock" | "audience";
}

/** A refusal that is known. */
export interface RefusalRule extends FailureRule {
  /** Matches `error: error_description`, both as Salesforce sent them; its texts vary for one cause. */
  readonly match: RegExp;
}

const NOT_LIVE_YET: Cause = {
  cause: "The app, its policies, or the assignment were changed within the last minutes.",
  fix: WAIT,
};
const OTHER_ORG: RefusalCause = {
  cause: "Another org answered: login_url and the app belong to different orgs.",
  fix: USE_MY_DOMAIN,
};
const SEE_LOGIN_HISTORY: Cause = {
  cause: "Salesforce may have recorded another reason in the org.",
  fix: LOGIN_HISTORY,
};
const REQUEST_CHANGED: Cause = {
  cause: "A proxy between the runner and Salesforce changes requests.",
  fix: "Ask the operator of the proxy (https_proxy of the runner) not to modify requests to Salesforce.",
};
const NOT_INSTALLED: Cause = {
  cause:
    "The app belongs to another org and isn't installed here. Salesforce has blocked such apps since September 2025.",
  fix: `Create an External Client App in this org ${BY_SCRIPT} and use its consumer key.`,
};

/** What a 429, a 5xx, or Salesforce's own "retry" means, with or without a page in the body. */
export const UNAVAILABLE: FailureRule = {
  code: "salesforce-unavailable",
  headline: "Salesforce is temporarily unavailable. Nothing is wrong with your configuration. Run the job again later.",
  causes: [
    {
      cause: "Salesforce is overloaded, is under maintenance, or had an internal error.",
      fix: "Wait until https://status.salesforce.com shows the org's instance as available (Setup > Company Information > Instance), then run the job again.",
    },
    {
      cause: "The outage is longer than timeout_seconds, which is the limit for all attempts together.",
      fix: "Increase timeout_seconds, to 600 at most.",
    },
  ],
  retry: true,
};

/**
 * Every refusal that is known; the first match wins. Texts: Salesforce help, "OAuth 2.0 Authorization Errors"; Salesforce's
 * SDKs; reports of users.
 */
export const REFUSALS = [
  {
    code: "login-rate-exceeded",
    match: /^rate_limit_exceeded:|login rate exceeded/i,
    headline: "The user reached Salesforce's limit of logins per hour. Wait an hour, then run the job again.",
    causes: [
      {
        cause: "The user logged in more than 3,600 times within an hour, logins by other tools included.",
        fix: "Wait an hour, then run the job again: earlier attempts count toward the limit.",
      },
      {
        cause: "Many jobs share this user.",
        fix: "Log in once per job, pass the output access_token to the later steps, and give busy pipelines dedicated users.",
      },
    ],
  },
  {
    code: "user-has-not-approved",
    match: /(?:hasn\S{0,8}t|not) approved this (?:consumer|app)/i,
    headline:
      "The user isn't preauthorized for the app in this org. Check the app's Policies and the user's permission sets.",
    causes: [
      {
        cause:
          "The app's policies don't select a permission set of the user, or don't set Permitted Users to admin approved.",
        fix: PRE_AUTHORIZE,
      },
      {
        cause: "The permission set that the app's policies list isn't assigned to the user, or the assignment expired.",
        fix: ASSIGN_PERMISSION_SET,
      },
      NOT_LIVE_YET,
      OTHER_ORG,
    ],
  },
  {
    code: "user-not-admin-approved",
    match: /^(?:invalid_app_access|OAUTH(?:_EC)?_APP_ACCESS_DENIED):|not admin approved/i,
    headline: "The user isn't approved for the app. Select one of the user's permission sets in the app's Policies.",
    causes: [
      {
        cause: "The app's policies don't select one of the user's permission sets, or the user's profile.",
        fix: SELECT_PERMISSION_SET,
      },
      {
        cause: "The permission set that the app's policies list isn't assigned to the user, or the assignment expired.",
        fix: ASSIGN_PERMISSION_SET,
      },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "app-not-found",
    match: /^(?:app_not_found|OAUTH_EC_APP_NOT_FOUND):|client app is not installed in this org/i,
    headline:
      "Salesforce didn't find the External Client App. Check that login_url and consumer_key belong to the same org.",
    causes: [
      { cause: "consumer_key belongs to an app in another org.", fix: COPY_KEY },
      {
        cause: "The sandbox was refreshed, which removed its apps.",
        fix: `Create the app in the sandbox again ${BY_SCRIPT}, and store the new consumer key.`,
        unless: "not a sandbox",
      },
      { cause: "The app was created or changed within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "client-identifier-invalid",
    match: /^invalid_client_id:|client identifier invalid/i,
    headline:
      "Salesforce doesn't know an app with this consumer key. Check the key, and that login_url is its org's address.",
    causes: [
      { cause: "consumer_key is mistyped or cut off, or it is the consumer secret.", fix: COPY_KEY },
      {
        cause: "login_url is the address of another org, for example production instead of a sandbox.",
        fix: USE_MY_DOMAIN,
      },
      {
        cause: "The app was deleted, or a sandbox refresh removed it.",
        fix: `Create the app in this org again ${BY_SCRIPT}, and store the new consumer key.`,
      },
      { cause: "The app was created within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "app-not-installed",
    match: /app must be installed into org/i,
    headline:
      "The app isn't installed in this org, so the org rejects it. Create an app in the org, or install this one.",
    causes: [
      NOT_INSTALLED,
      {
        cause: "The app is a Connected App that isn't installed in this org.",
        fix: INSTALL_APP,
        unless: "External Client App",
      },
      {
        cause: "API Access Control is on, which allows only apps with admin-approved users.",
        fix: PRE_AUTHORIZE,
      },
    ],
  },
  {
    code: "client-credentials-invalid",
    match: /^invalid_client: *$|invalid client credentials/i,
    headline:
      "The private key doesn't match the certificate on the app. Upload its certificate, or store the app's key.",
    causes: [
      { cause: "The app has another certificate than the private key's.", fix: UPLOAD_CERTIFICATE },
      {
        cause: "The key and the certificate aren't a pair: only one of them was renewed.",
        fix: COMPARE_PAIR,
        unless: "key matches certificate",
      },
      { cause: "consumer_key belongs to another app than the one with the certificate.", fix: COPY_KEY },
      { cause: "The certificate was uploaded within the last minutes.", fix: WAIT },
    ],
  },
  {
    code: "assertion-expired",
    match: /expired authorization code|(?:assertion|token|jwt) (?:is |has )?expired|expired (?:assertion|token|jwt)/i,
    headline:
      "The assertion had expired when Salesforce received it. Check the runner's clock, or what delays its requests.",
    causes: [
      { cause: "The runner's clock is wrong.", fix: SET_CLOCK, unless: "signed on Salesforce's time" },
      {
        cause: "A proxy delays requests by minutes.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to queue requests to Salesforce.",
      },
      SEE_LOGIN_HISTORY,
    ],
    adjust: "clock",
  },
  {
    code: "assertion-invalid",
    match:
      /invalid (?:jwt )?assertion|assertion (?:is )?(?:invalid|not valid)|invalid signature|signature (?:is )?(?:invalid|(?:verification|validation) failed)/i,
    headline: "Salesforce can't verify the signature. Compare the private key with the certificate on the app.",
    causes: [
      {
        cause: "The private key isn't the key of the certificate on the app.",
        fix: NEW_PAIR,
        unless: "key matches certificate",
      },
      {
        cause: "The app lost its certificate: deploying its metadata without the certificate element clears it.",
        fix: UPLOAD_CERTIFICATE,
      },
      { cause: "The JWT bearer flow is turned off for the app.", fix: ENABLE_FLOW },
      { cause: "consumer_key belongs to another app than the one with the certificate.", fix: COPY_KEY },
    ],
  },
  {
    code: "audience-refused",
    match: /audience/i,
    headline:
      "Salesforce rejected the audience of the assertion. Check login_url, and remove the input audience if it is set.",
    causes: [
      {
        cause: "The input audience isn't the one that this org expects.",
        fix: "Remove the input audience from the step.",
        unless: "audience not set",
      },
      {
        cause: "login_url is the address of another kind of org, for example production instead of a sandbox.",
        fix: USE_MY_DOMAIN,
        unless: "My Domain",
      },
      {
        cause: "The path of the site in login_url is missing or wrong.",
        fix: "Set login_url to the site's whole URL: Setup > Digital Experiences > All Sites.",
        unless: "not a site",
      },
      SEE_LOGIN_HISTORY,
    ],
    adjust: "audience",
  },
  {
    code: "user-inactive",
    match: /^inactive_user:|inactive user|user (?:is )?inactive/i,
    headline: "The user is deactivated or frozen in this org. Activate or unfreeze it in Setup > Users.",
    causes: [
      {
        cause: "An administrator or an automation deactivated or froze the user.",
        fix: "Setup > Users > the user: click Unfreeze, or Edit and select Active.",
      },
      {
        cause: "A sandbox refresh copied the user from production, where it is inactive.",
        fix: "Activate the user in the sandbox: Setup > Users > the user > Edit > Active.",
        unless: "not a sandbox",
      },
      {
        cause: "username is another user than you intend.",
        fix: "Copy the username from Setup > Users. A sandbox user's name ends in the sandbox's name.",
      },
    ],
  },
  {
    code: "user-locked-out",
    match: /user is locked\b/i,
    headline: "The user is locked out. Unlock it in Setup > Users.",
    causes: [
      {
        cause: "Too many failed password logins, by a person or another tool, locked the user.",
        fix: "Setup > Users > the user: click Unlock. Then find the failing logins in Setup > Login History.",
      },
    ],
  },
  {
    code: "password-expired",
    match: /password (?:has )?expired/i,
    headline:
      "The user's password has expired, and the org blocks its logins. Select “Password Never Expires” for the user.",
    causes: [
      {
        cause: "The password policy of the user's profile applies to this user.",
        fix: "Setup > Permission Sets > a permission set of the user > System Permissions > Edit: select “Password Never Expires”. If that isn't enough, Setup > Users: select the user and click Reset Password.",
      },
    ],
  },
  {
    code: "org-inactive",
    match: /^inactive_org:|inactive org|org(?:anization)? (?:is )?inactive/i,
    headline: "The org is closed or locked. Log in to it with a browser to see the reason.",
    causes: [
      {
        cause: "A trial, Developer Edition, or scratch org expired or was deleted.",
        fix: "Create a new org (sf org list shows when scratch orgs expire), and change username and login_url.",
      },
      {
        cause: "Salesforce locked the org.",
        fix: "Log in to the org with a browser: the login page shows the reason.",
      },
      { cause: "login_url or username belong to another org than you intend.", fix: USE_MY_DOMAIN },
    ],
  },
  {
    code: "ip-or-login-hours",
    match: /ip restricted or invalid login hours/i,
    headline:
      "The profile's login IP ranges or login hours don't allow this login. Compare them with Setup > Login History.",
    causes: [
      {
        cause: "The runner's IP address is outside the profile's login IP ranges.",
        fix: "Copy the Source IP of this login from Setup > Login History. If the runner's address is static, add it: Setup > Profiles > the user's profile > Login IP Ranges.",
      },
      {
        cause: "The login was outside the profile's login hours.",
        fix: "Setup > Profiles > the user's profile > Login Hours: include the hours of your schedule, or clear all times.",
      },
    ],
  },
  {
    code: "login-hours",
    match: /invalid login hours|outside (?:of )?(?:the )?login hours/i,
    headline: "The login was outside the login hours of the user's profile. Change them in Setup > Profiles.",
    causes: [
      {
        cause: "The profile restricts login hours, in the org's time zone.",
        fix: "Setup > Profiles > the user's profile > Login Hours: include the hours of your schedule, or clear all times.",
      },
    ],
  },
  {
    code: "ip-restricted",
    match: /\bip (?:address )?(?:is )?(?:restricted|not allowed|blocked)|restricted ip\b/i,
    headline:
      "The profile's login IP ranges don't include the runner's IP address. Add it if it is static, or change the runner.",
    causes: [
      {
        cause:
          "The user's profile has login IP ranges. This flow always enforces them, whatever the app's IP relaxation setting says.",
        fix: "Copy the Source IP of this login from Setup > Login History. If the runner's address is static, add it: Setup > Profiles > the user's profile > Login IP Ranges.",
      },
      {
        cause: "GitHub-hosted runners have changing addresses.",
        fix: "Use a larger runner or a self-hosted runner with a static IP address, or give the user a profile without login IP ranges.",
      },
    ],
  },
  {
    code: "no-valid-scopes",
    match: /no valid scopes/i,
    headline:
      "The app doesn't have an OAuth scope that this user may use. Add the scopes api and refresh_token to the app.",
    causes: [{ cause: "No OAuth scope is selected on the app.", fix: ADD_SCOPES }, NOT_LIVE_YET, SEE_LOGIN_HISTORY],
  },
  {
    code: "domain-not-supported",
    match: /not supported on this domain/i,
    headline: "This host doesn't support the JWT bearer flow. Set login_url to the org's My Domain.",
    causes: [{ cause: "login_url isn't the org's My Domain.", fix: USE_MY_DOMAIN }, SEE_LOGIN_HISTORY],
  },
  {
    code: "refresh-token-scope-required",
    match: /(?:refresh_token|offline_access) scope is required|should be installed and preauthorized/i,
    headline:
      "The app lacks the refresh_token scope, or the user isn't preauthorized. Check the app's Settings and Policies.",
    causes: [
      {
        cause: "The app lacks the scope refresh_token (offline_access), which this flow requires.",
        fix: ADD_SCOPES,
      },
      { cause: "The app lets users authorize it themselves; this flow requires preauthorization.", fix: PRE_AUTHORIZE },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "scope-not-supported",
    match: /scope parameter not supported/i,
    headline: "Salesforce received a scope parameter, which this action doesn't send. Check the runner's proxy.",
    causes: [REQUEST_CHANGED],
  },
  {
    code: "grant-type-not-supported",
    match: /^unsupported_grant_type:|grant type not supported/i,
    headline:
      "The app or the host doesn't support the JWT bearer flow. Turn the flow on for the app, and check login_url.",
    causes: [
      { cause: "The JWT bearer flow is turned off for the app.", fix: ENABLE_FLOW },
      { cause: "login_url isn't the org's My Domain.", fix: USE_MY_DOMAIN, unless: "My Domain" },
      NOT_LIVE_YET,
      REQUEST_CHANGED,
    ],
  },
  {
    code: "flow-not-enabled",
    match: /^unauthorized_client:/i,
    headline: "The app may not use the JWT bearer flow. Turn the flow on for the app, and check its certificate.",
    causes: [
      { cause: "The JWT bearer flow is turned off for the app, or the app has no certificate.", fix: ENABLE_FLOW },
      NOT_LIVE_YET,
    ],
  },
  {
    code: "dpop-required",
    match: /^(?:invalid_dpop_proof|use_dpop_nonce):|\bdpop\b/i,
    headline: "The app requires DPoP, which this action doesn't support. Turn the requirement off, or use another app.",
    causes: [
      {
        cause: "“Require DPoP” is selected for the app, so it issues only tokens that are bound to a key (RFC 9449).",
        fix: "Turn off the DPoP requirement in the app's OAuth settings, or create a dedicated app for this pipeline.",
      },
    ],
  },
  {
    code: "app-blocked",
    match: /^OAUTH(?:_EC)?_APP_BLOCKED:|app is blocked|blocked by (?:an )?admin/i,
    headline: "An administrator blocked or disabled the app. Ask for the reason, then unblock or enable it.",
    causes: [
      {
        cause: "The External Client App is disabled.",
        fix: ENABLE_APP,
      },
      {
        cause: "The Connected App is blocked.",
        fix: "Ask your administrators for the reason, then Setup > Connected Apps OAuth Usage: click Unblock beside the app.",
        unless: "External Client App",
      },
    ],
  },
  {
    code: "app-not-approved",
    match: /^OAUTH(?:_EC)?_APPROVAL_ERROR_GENERIC:/i,
    headline:
      "The app isn't installed or approved in this org. Create an app in the org, or install and approve this one.",
    causes: [
      NOT_INSTALLED,
      {
        cause: "The app is a Connected App that isn't installed in this org.",
        fix: INSTALL_APP,
        unless: "External Client App",
      },
      { cause: "The app is installed, but the user isn't preauthorized.", fix: PRE_AUTHORIZE },
      SEE_LOGIN_HISTORY,
    ],
  },
  {
    // Salesforce's own words for a transient error, whatever the status (Salesforce help, "OAuth 2.0 Error Codes").
    ...UNAVAILABLE,
    code: "salesforce-unavailable",
    match: /^(?:server_error|temporarily_unavailable):|retry your request/i,
  },
  {
    code: "salesforce-unknown-error",
    match: /^unknown_error:/i,
    headline:
      "Salesforce failed with an unknown error. Run the job again once, then open a case with Salesforce Support.",
    causes: [
      {
        cause: "Salesforce had an internal error that this login causes.",
        fix: "Run the job again once. If it fails again, open a case with Salesforce Support and give it the time of this login.",
      },
      SEE_LOGIN_HISTORY,
    ],
  },
  {
    code: "authentication-failure",
    match: /authentication failure/i,
    headline: "Salesforce rejected the login without giving a reason. See the user in Setup > Login History.",
    causes: [
      { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
      {
        cause: "username isn't the username of a user in this org. It isn't the email address.",
        fix: "Copy the username from Setup > Users. A sandbox user's name ends in the sandbox's name.",
      },
      {
        cause: "The user is frozen, or lacks the permission API Enabled.",
        fix: "Setup > Users > the user: click Unfreeze if it is shown, and assign a permission set with API Enabled.",
      },
      {
        cause:
          "The user's profile or the app's policies require a high-assurance session, which this flow can't provide.",
        fix: "Setup > Profiles > the user's profile > Session Settings: set “Session Security Level Required at Login” to another value than High Assurance. Check the app's Policies for the same.",
      },
    ],
  },
] as const satisfies readonly RefusalRule[];

/** What applies to every refusal that isn't known. */
export const UNKNOWN_REFUSAL = {
  code: "unknown-refusal",
  headline: "Salesforce rejected the login for a reason that this action doesn't know. See Setup > Login History.",
  causes: [
    { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
    {
      cause: "username, consumer_key, and login_url belong to different orgs.",
      fix: `Check all three in one org: Setup > Users, the app's consumer key, and ${MY_DOMAIN}.`,
    },
    {
      cause: "This refusal is missing in this action.",
      fix: "Open an issue with the template “Unknown refusal” and the line above that begins with “Salesforce answered”.",
    },
  ],
} as const satisfies FailureRule;

export type RefusalCode = (typeof REFUSALS)[number]["code"] | typeof UNKNOWN_REFUSAL.code;

/** The refusals of one kind of grant. */
export interface Refusals {
  /** The first match wins. */
  readonly known: readonly RefusalRule[];
  readonly unknown: FailureRule;
}

export const JWT_BEARER_REFUSALS: Refusals = { known: REFUSALS, unknown: UNKNOWN_REFUSAL };

/**
 * Finds the rule for Salesforce's own words.
 *
 * @param error the `error` field of the response
 * @param description the `error_description` field, empty if it is missing
 * @returns undefined if the words aren't known
 */
export function matchRefusal(
  error: string,
  description: string,
  known: readonly RefusalRule[] = REFUSALS,
): RefusalRule | undefined {
  return known.find(({ match }) => match.test(`${error}: ${description}`));
}
