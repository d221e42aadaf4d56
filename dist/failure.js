"use strict";
exports.id = "failure";
exports.ids = ["failure"];
exports.modules = {

/***/ 625:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  diagnose: () => diagnose
});

;// CONCATENATED MODULE: ./src/setup-steps.js
/** A place in the settings of an External Client App. */
const inExternalClientApp = (path) =>
  `External Client App: Setup → External Client App Manager → your app → ${path}`;
/** A place in the settings of a Connected App. */
const inConnectedApp = (path) => `Connected App: Setup → App Manager → your app → ${path}`;
const MY_DOMAIN = "Setup → My Domain → Current My Domain URL";
const USE_MY_DOMAIN = `Set login_url to the org's own address: ${MY_DOMAIN}.`;
const LOGIN_HISTORY = "See what Salesforce noted: Setup → Login History, newest row of this user.";
const WAIT =
  "After a change to the app or its policies wait 10 minutes (now and then 30), then run the job again.";
const SET_CLOCK = "Set the runner's clock by NTP: timedatectl set-ntp true (Linux), w32tm /resync (Windows).";
const PRE_AUTHORIZE = [
  inExternalClientApp(
    "Policies → OAuth Policies → Permitted Users: Admin approved users are pre-authorized. Select a permission set or profile there.",
  ),
  inConnectedApp(
    "Manage → Edit Policies → Permitted Users: Admin approved users are pre-authorized. Then Manage Permission Sets or Manage Profiles.",
  ),
  "Assign the permission set to the user: Setup → Permission Sets → the permission set → Manage Assignments.",
];
const COPY_KEY = [
  inExternalClientApp("Settings → OAuth Settings → Consumer Key and Secret: copy the key with its button."),
  inConnectedApp("View → Manage Consumer Details: copy the key with its button."),
];
const COMPARE_PAIR =
  "Check that they are a pair: openssl pkey -pubout -in salesforce.key and openssl x509 -pubkey -noout -in salesforce.crt print the same.";
const UPLOAD_CERTIFICATE = [
  inExternalClientApp("Settings → OAuth Settings → Flow Enablement → JWT Bearer Flow: upload salesforce.crt."),
  inConnectedApp("Edit → Use digital signatures: upload salesforce.crt."),
];
const ENABLE_FLOW = [
  inExternalClientApp(
    "Settings → OAuth Settings → Flow Enablement: tick JWT Bearer Flow and upload the key's certificate.",
  ),
  inConnectedApp("Edit → Use digital signatures: tick it and upload the key's certificate."),
];
const ADD_SCOPES = [
  inExternalClientApp("Settings → OAuth Settings → OAuth Scopes: add api and refresh_token (offline_access)."),
  inConnectedApp("Edit → Selected OAuth Scopes: add api and refresh_token (offline_access)."),
];
const INSTALL =
  "Setup → Connected Apps OAuth Usage → Install beside the app; then Manage App Policies to let this user in.";

;// CONCATENATED MODULE: ./src/error-catalogue.js

/** Every refusal that is known, the first match wins. Texts: Salesforce help, "OAuth 2.0 Authorization Errors", and reports of users. */
const ERROR_CATALOGUE = [
  {
    code: "login-rate-exceeded",
    match: /^rate_limit_exceeded:|login rate exceeded/i,
    means: "this user has logged in too often",
    causes: ["More than about 3,600 logins of one user in an hour, those of other tools included."],
    steps: [
      "Wait an hour. Asking again sooner only adds to the count.",
      "Log in once a job and hand the token on as an output of the step; give busy pipelines users of their own.",
    ],
  },
  {
    code: "user-has-not-approved",
    match: /(?:hasn\S{0,6}t|has not|not) approved this (?:consumer|app)/i,
    means: "the app is not approved for this user",
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
    means: "the app is for approved users only, and this user is none",
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
    means: "the org that was asked has no External Client App with this consumer key",
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
    means: "Salesforce knows no app with this consumer key",
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
    means: "the org refuses apps that are not installed in it",
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
    means: "the app's certificate does not belong to this private key",
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
    means: "the assertion had expired when Salesforce read it",
    causes: ["The runner's clock is behind.", "A proxy holds requests back for minutes."],
    steps: [SET_CLOCK, "On GitHub's own runners, run the job again.", LOGIN_HISTORY],
  },
  {
    code: "assertion-invalid",
    match:
      /invalid (?:jwt )?assertion|assertion (?:is )?(?:invalid|not valid)|invalid signature|signature (?:is )?(?:invalid|(?:verification|validation) failed)/i,
    means: "the signature does not fit the certificate on the app",
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
    means: "the audience does not fit the host",
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
    means: "this user may not log in",
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
    means: "the org is closed",
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
    means: "the user may not log in from the runner's IP address",
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
    means: "the app has no scope that a token could have",
    causes: ["No OAuth scope is selected on the app, or none that this user may have."],
    steps: [...ADD_SCOPES, WAIT, LOGIN_HISTORY],
  },
  {
    code: "domain-not-supported",
    match: /not supported on this domain/i,
    means: "this host does not serve the JWT bearer flow",
    causes: ["login_url is not the org's My Domain, and the org wants to be asked there."],
    steps: [USE_MY_DOMAIN, LOGIN_HISTORY],
  },
  {
    code: "refresh-token-scope-required",
    match: /(?:refresh_token|offline_access) scope is required|should be installed and preauthorized/i,
    means: "the app lacks a scope that this flow wants, or is not pre-authorized",
    causes: [
      "The app has no refresh_token (offline_access) scope. No refresh token is ever issued, but this flow wants the scope.",
      "Users may approve the app themselves, and this flow wants it pre-authorized.",
    ],
    steps: [...ADD_SCOPES, ...PRE_AUTHORIZE, WAIT],
  },
  {
    code: "scope-not-supported",
    match: /scope parameter not supported/i,
    means: "the request had a scope in it, which this flow does not take",
    causes: ["Something between the runner and Salesforce changes requests: this action never sends a scope."],
    steps: ["Ask whoever runs the proxy (https_proxy of the runner) to leave requests to Salesforce as they are."],
  },
  {
    code: "grant-type-not-supported",
    match: /^unsupported_grant_type:|grant type not supported/i,
    means: "the app or host does not take the JWT bearer flow",
    causes: [
      "The JWT bearer flow is off for the app.",
      "Something between the runner and Salesforce changes requests: the body arrived in another form.",
    ],
    steps: [...ENABLE_FLOW, USE_MY_DOMAIN, WAIT],
  },
  {
    code: "flow-not-enabled",
    match: /^unauthorized_client:/i,
    means: "the app may not use the JWT bearer flow",
    causes: ["The JWT bearer flow is off for the app, or the app has no certificate."],
    steps: [...ENABLE_FLOW, WAIT],
  },
  {
    code: "app-blocked",
    match: /^OAUTH_APP_BLOCKED:|app is blocked|blocked by (?:an )?admin/i,
    means: "an administrator has blocked the app",
    causes: ["Somebody clicked Block beside the app: ask why before you undo it."],
    steps: [
      inExternalClientApp("Policies → App Policies: the app must be enabled."),
      "Connected App: Setup → Connected Apps OAuth Usage → Unblock beside the app.",
    ],
  },
  {
    code: "app-not-approved",
    match: /^OAUTH_APPROVAL_ERROR_GENERIC:/i,
    means: "the app is not installed or approved in this org",
    causes: [
      "The app belongs to another org and is not installed in this one. Salesforce blocks such apps since September 2025.",
      "The app is installed, but not approved for this user.",
    ],
    steps: [INSTALL, ...PRE_AUTHORIZE, LOGIN_HISTORY],
  },
  {
    code: "salesforce-unavailable",
    match: /^(?:server_error|temporarily_unavailable|unknown_error):|retry your request/i,
    means: "Salesforce could not answer just now",
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
    means: "Salesforce did not let this user in, and does not say why",
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
];
/** What stands for every refusal that is not in the catalogue. */
const UNKNOWN_REFUSAL = {
  code: "unknown-refusal",
  match: /^/,
  means: "Salesforce refused for a reason that this action doesn't know",
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
};
/**
 * Finds what a refusal means.
 *
 * @param refused both fields of the answer and its HTTP status
 * @returns an entry for every refusal, {@link UNKNOWN_REFUSAL} at worst
 */
function findEntry({ error, description, status }) {
  const known = ERROR_CATALOGUE.find(({ match }) => match.test(`${error}: ${description}`));
  if (known) return known;
  // 429 and 5xx say "not now" even where the words say nothing (RFC 6585 §4, RFC 9110 §15.6).
  const passing = status === 429 || status >= 500;
  return (passing && ERROR_CATALOGUE.find(({ code }) => code === "salesforce-unavailable")) || UNKNOWN_REFUSAL;
}

// EXTERNAL MODULE: ./src/failure.js
var failure = __webpack_require__(388);
// EXTERNAL MODULE: ./src/remedy.js
var remedy = __webpack_require__(480);
;// CONCATENATED MODULE: ./src/sandbox-username.js
/** Ends of domain names that a sandbox is hardly ever named after. */
const OLD_DOMAINS = new Set(["com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "io", "eu"]);
/** Countries have two letters. So has the most frequent name of a sandbox, and few orgs are in that country. */
const COUNTRY = /^(?!qa$)[a-z]{2}$/;
/** A sandbox's name has up to ten letters and digits (Salesforce help, "Create a Sandbox"). */
const SANDBOX_NAME = /^[a-z\d]{1,10}$/;
/**
 * Guesses which sandbox a username is of: creating one appends `.` and its name to every username, so the name follows
 * on what was the end of a domain. Users made in the sandbox itself may be called anything.
 *
 * @param username in the form of an e-mail address
 * @returns the sandbox's name in lower case, an empty string where there is none, `undefined` where it can't be told
 */
function sandboxOf(username) {
  const labels = username
    .slice(username.lastIndexOf("@") + 1)
    .toLowerCase()
    .split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length <= 2 || isDomainEnd(last)) return "";
  return isDomainEnd(labels.at(-2) ?? "") && SANDBOX_NAME.test(last) ? last : undefined;
}
function isDomainEnd(label) {
  return OLD_DOMAINS.has(label) || COUNTRY.test(label);
}

;// CONCATENATED MODULE: ./src/circumstances.js



const SOON_MS = 30 * 86_400_000;
/** What Salesforce's consumer keys look like so far; nothing documents it. */
const USUAL_KEY = /^3MVG9.{80}$/;
/** My Domain hosts of another kind than plain production and sandboxes (Salesforce help, "Partitioned Domains"). */
const PARTITION = /\.(?:develop|trailblaze|demo|free|patch|scratch|pc-rnd)\./;
const OTHER_ORG = [
  "user-has-not-approved",
  "user-not-admin-approved",
  "app-not-found",
  "client-identifier-invalid",
  "audience-refused",
  "user-inactive",
  "org-inactive",
  "authentication-failure",
  "unknown-refusal",
];
const OTHER_KEY = ["assertion-invalid", "client-credentials-invalid", "unknown-refusal"];
/** The surest come first. */
const CIRCUMSTANCES = [
  {
    behind: ["assertion-expired", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: wrongClock,
  },
  {
    behind: ["audience-refused", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: oddAudience,
  },
  { behind: OTHER_ORG, find: sandboxUserInProduction },
  { behind: OTHER_ORG, find: otherUserInSandbox },
  { behind: ["app-not-found", "client-identifier-invalid", "domain-not-supported"], find: noMyDomain },
  { behind: ["app-not-found", "client-identifier-invalid", "unknown-refusal"], find: oddConsumerKey },
  { behind: OTHER_KEY, find: endingCertificate },
  { behind: ["assertion-invalid", "client-credentials-invalid"], find: pairIsRight },
  { behind: ["audience-refused"], find: bothAudiencesRefused },
];
/**
 * Looks for what this run knows and a catalogue can't.
 *
 * @param code of the refusal
 * @returns the likeliest first; often nothing
 */
function findCircumstances(code, run) {
  return CIRCUMSTANCES.filter(({ behind }) => behind.includes(code))
    .map(({ find }) => find(run))
    .filter((finding) => finding !== undefined);
}
function wrongClock({ exchange: { measuredSkewMs = 0, plan } }) {
  // An assertion that was signed on Salesforce's time can't suffer from the runner's clock.
  if (plan.skewMs !== undefined || Math.abs(measuredSkewMs) <= remedy.TOLERATED_SKEW_MS) return undefined;
  const effect =
    measuredSkewMs > 0 ? "the assertion had run out on arrival" : "the assertion ends too far in the future";
  return {
    cause: `The runner's clock is ${(0,remedy.describeSkew)(measuredSkewMs)}: ${effect}.`,
    steps: [SET_CLOCK],
  };
}
function oddAudience({ inputs: { audience, loginUrl } }) {
  if (audience === loginUrl.audience || audience === loginUrl.fallbackAudience) return undefined;
  return {
    cause: `The input audience is ${audience}, but ${loginUrl.audience} follows from login_url.`,
    steps: ["Remove the input audience from the step."],
  };
}
function sandboxUserInProduction({ inputs: { username, loginUrl } }) {
  const sandbox = sandboxOf(username);
  // In Developer Edition and trial orgs usernames are made up, often with something at their end.
  if (loginUrl.isSandbox !== false || PARTITION.test(loginUrl.host) || !sandbox) return undefined;
  return {
    cause: `The username ends in .${sandbox}, as a sandbox's does, but ${loginUrl.host} is no sandbox's address.`,
    steps: [
      `To log in to the sandbox, set login_url to its own address (${MY_DOMAIN}, in the sandbox) or https://test.salesforce.com. For production, take .${sandbox} off the username.`,
    ],
  };
}
function otherUserInSandbox({ inputs: { username, loginUrl } }) {
  // Usernames of scratch orgs end in @example.com, unless their definition says otherwise, and have no suffix.
  if (loginUrl.isSandbox !== true || PARTITION.test(loginUrl.host) || /@example\.com$/i.test(username))
    return undefined;
  const asked = /--([a-z\d]+)\./.exec(loginUrl.host)?.[1];
  const sandbox = sandboxOf(username);
  if (sandbox === undefined || (sandbox !== "" && (asked === undefined || asked === sandbox))) return undefined;
  const suffix = `.${asked ?? "sandboxname"}`;
  const ending = sandbox === "" ? "has no sandbox's name at its end" : `ends in .${sandbox}`;
  const bare = sandbox === "" ? username : username.slice(0, -sandbox.length - 1);
  return {
    cause: `The username ${ending}, but ${loginUrl.host} is ${asked ? `the sandbox ${asked}` : "for sandboxes"}.`,
    steps: [`Copy the username in the sandbox: Setup → Users. Salesforce appends the sandbox's name: ${bare}${suffix}`],
  };
}
function noMyDomain({ inputs: { loginUrl } }) {
  if (loginUrl.kind !== "login-host" && loginUrl.kind !== "instance") return undefined;
  return {
    cause: `The request went to ${loginUrl.host}. Since Spring '26 External Client Apps may be found only at the org's My Domain.`,
    steps: [USE_MY_DOMAIN],
  };
}
function oddConsumerKey({ inputs: { consumerKey } }) {
  if (USUAL_KEY.test(consumerKey)) return undefined;
  const begins = consumerKey.startsWith("3MVG9") ? "begins" : "does not begin";
  return {
    cause: `consumer_key has ${consumerKey.length} characters and ${begins} with 3MVG9; usual are 85 and a 3MVG9 in front.`,
    steps: COPY_KEY,
  };
}
function endingCertificate({ inputs, exchange, now }) {
  if (!inputs.certificate) return undefined;
  const { expiresAt } = inputs.certificate;
  const leftMs = expiresAt.getTime() - (now.getTime() + (exchange.measuredSkewMs ?? 0));
  if (leftMs > SOON_MS) return undefined;
  const day = expiresAt.toISOString().slice(0, 10);
  return {
    cause:
      leftMs <= 0
        ? `The certificate lapsed on ${day}.`
        : `The certificate ends on ${day}: if the app holds its successor already, the stored key is the old one.`,
    steps: [
      "Make a new pair, upload its certificate to the app, and store the new key and certificate at the same time.",
    ],
  };
}
function pairIsRight({ inputs }) {
  if (!inputs.certificate) return undefined;
  return {
    cause: "The private key fits the input certificate, so the app holds another certificate, or none.",
    steps: UPLOAD_CERTIFICATE,
  };
}
function bothAudiencesRefused({ inputs, exchange: { plan } }) {
  if (plan.audience === inputs.audience) return undefined;
  return {
    cause: `Both audiences that fit login_url were refused: ${inputs.audience} and ${plan.audience}.`,
    steps: [`Check that ${inputs.loginUrl.host} is the org's current address: ${MY_DOMAIN}.`],
  };
}

;// CONCATENATED MODULE: ./src/refusal.js


/**
 * Explains Salesforce's "no": what the catalogue says of it, and before that what this very run shows.
 *
 * @param refused both fields of the answer, made fit to be shown
 * @param run what the action knows besides; neither the key nor an assertion is read
 */
function explainRefusal(refused, run) {
  const entry = findEntry(refused);
  const findings = findCircumstances(entry.code, run);
  const { status, error, description } = refused;
  return {
    code: entry.code,
    what: entry.means,
    answer: `Salesforce answered HTTP ${status}:\n  error: ${error}\n  error_description: ${description || "(none)"}`,
    causes: [...findings.map(({ cause }) => cause), ...entry.causes],
    steps: [...new Set([...findings.flatMap(({ steps }) => steps), ...entry.steps])],
  };
}

;// CONCATENATED MODULE: ./src/diagnosis.js




/**
 * Turns the end of a token request that brought no token into what to do about it.
 *
 * @param now the runner's time
 * @returns the failure to report; nothing in it is secret
 */
function diagnose({ exchange, inputs }, now) {
  const { code, what, answer, causes = [], steps } = explain({ exchange, inputs, now });
  const whom = `${inputs.username} at ${inputs.loginUrl.host} (audience ${exchange.plan.audience})`;
  const verdict = `No token for ${whom}: ${what}.${effort(exchange, inputs)}`;
  return new failure.Failure({ code, message: answer ? `${verdict}\n${answer}` : verdict, causes, steps });
}
function explain(run) {
  const { outcome } = run.exchange;
  switch (outcome.kind) {
    case "refused":
      return explainRefusal(outcome, run);
    case "unusable":
      return explainUnusable(outcome);
    case "unreachable":
      return explainUnreachable(outcome);
    case "granted":
      throw new Error("a granted token is no failure");
  }
}
/** How hard it was tried, where that is news. */
function effort({ attempts, durationMs, outOfTime }, { timeoutSeconds }) {
  const tried = `${attempts === 1 ? "One attempt" : `${attempts} attempts`} in ${(durationMs / 1000).toFixed(1)} s`;
  if (!outOfTime) return attempts === 1 ? "" : ` ${tried}.`;
  const { retryAfterMs } = outOfTime;
  const asked = retryAfterMs > 0 ? ` The server asked for a wait of ${Math.ceil(retryAfterMs / 1000)} s.` : "";
  return ` ${tried}, and no time for another one (timeout_seconds: ${timeoutSeconds}).${asked}`;
}
function explainUnreachable({ code, reason, steps }) {
  return { code, what: reason, steps };
}
/** What each form of an answer that no token endpoint gives comes from. */
const UNUSABLE = {
  redirect: { code: "answer-redirect", steps: [`Set login_url to the address that the org has now: ${MY_DOMAIN}.`] },
  html: {
    code: "answer-html",
    steps: [
      "If it says maintenance, wait: https://status.salesforce.com shows the instance.",
      `Otherwise set login_url to the org's own address: ${MY_DOMAIN}. A site needs its path.`,
    ],
  },
  empty: { code: "answer-unusable", steps: ["Run the job again.", `Check login_url: ${MY_DOMAIN}.`] },
  oversized: {
    code: "answer-unusable",
    steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`],
  },
  json: { code: "answer-unusable", steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`] },
  text: { code: "answer-unusable", steps: [`Check login_url: no token endpoint answers like this (${MY_DOMAIN}).`] },
};
function explainUnusable({ form, status, what, piece }) {
  const { code, causes = [], steps } = meaningOf(form, status);
  if (form === "redirect" && piece !== "") {
    return {
      code,
      what: `the answer was ${what} to ${piece}, and the assertion is sent nowhere but to login_url`,
      steps: [`If ${piece} is your org, set login_url: https://${piece}`, ...steps],
    };
  }
  return { code, what: `the answer was ${what}${piece === "" ? "" : `, "${piece}"`}`, causes, steps };
}
/** 429 and 5xx say "not now" (RFC 6585 §4, RFC 9110 §15.6), and nothing of the address; a page has a title that says more. */
function meaningOf(form, status) {
  const passing = form !== "html" && (status === 429 || status >= 500);
  return passing ? findEntry({ kind: "refused", status, error: "", description: "" }) : UNUSABLE[form];
}


/***/ }),

/***/ 829:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   networkFault: () => networkFault
/* harmony export */ });
/* harmony import */ var clock_js = __webpack_require__(640);
/* harmony import */ var remote_text_js = __webpack_require__(660);
// MODULE: ./src/network-fault.js


const PROXY_STEPS = [
  "Check https_proxy and no_proxy of the runner: the request goes through the proxy that they name.",
];
const TLS_STEPS = [
  "If a proxy of your company opens TLS, save its CA certificate on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
  "Otherwise check login_url: something that is not the expected server answers at this address.",
];
/** First match wins. The texts are those of Node's net, tls and http modules and of the `tunnel` package behind the client's proxies. */
const FAULT_RULES = [
  {
    match: /statusCode=407/,
    code: "proxy-authentication",
    reason: "the proxy wants a name and a password (407)",
    retry: false,
    steps: ["Put them into https_proxy of the runner: http://name:password@host:port, special characters URL-encoded."],
  },
  {
    match: /statusCode=50[234]/,
    code: "proxy-unreachable",
    reason: "the proxy could not reach Salesforce",
    retry: true,
    steps: [...PROXY_STEPS, "Check that login_url is spelt right: a proxy answers like this for an unknown host, too."],
  },
  {
    match: /statusCode=\d+/,
    code: "proxy-refused",
    reason: "the proxy refused to connect to Salesforce",
    retry: false,
    steps: ["Have the host of login_url and the org's My Domain allowed on the proxy, port 443.", ...PROXY_STEPS],
  },
  {
    match: /tunneling socket.*ENOTFOUND|tunneling socket.*ERR_INVALID/,
    code: "proxy-unknown",
    reason: "the proxy's host name is unknown",
    retry: false,
    steps: PROXY_STEPS,
  },
  {
    match: /tunneling socket.*certificate/,
    code: "tls-untrusted",
    reason: "the proxy's certificate is not trusted",
    retry: false,
    steps: [
      "Save the CA certificate of the proxy on the runner and set NODE_EXTRA_CA_CERTS to that file in the step's env.",
      ...PROXY_STEPS,
    ],
  },
  {
    match: /tunneling socket|illegal response body from proxy/,
    code: "proxy-unreachable",
    reason: "the connection to the proxy failed",
    retry: true,
    steps: PROXY_STEPS,
  },
  {
    match: /^ERR_INVALID_URL|URI malformed/,
    code: "proxy-unknown",
    reason: "the proxy's address is not a URL",
    retry: false,
    steps: ["Correct https_proxy of the runner: http://host:port, special characters in a password URL-encoded."],
  },
  {
    match: /^ERR_TLS_CERT_ALTNAME_INVALID/,
    code: "tls-wrong-name",
    reason: "the server's certificate is for another host name",
    retry: false,
    steps: ["Check login_url: use the org's current My Domain name.", ...TLS_STEPS],
  },
  {
    match: /^CERT_HAS_EXPIRED|^CERT_NOT_YET_VALID/,
    code: "tls-expired",
    reason: "the server's certificate is not valid today",
    retry: false,
    steps: ["Check the runner's clock.", ...TLS_STEPS],
  },
  {
    // UNSPECIFIED is what Node calls every verify error of OpenSSL that it has no name for, such as a key that is too weak.
    match:
      /CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY|CRL|ERR_TLS_|^INVALID_(?:CA|PURPOSE) |^PATH_LENGTH_EXCEEDED|^HOSTNAME_MISMATCH|^UNSPECIFIED/,
    code: "tls-untrusted",
    reason: "the server's certificate is not trusted",
    retry: false,
    steps: TLS_STEPS,
  },
  {
    // Not TLS at all, or none that both sides speak. Other handshake faults are a connection's bad luck and fall through.
    match:
      /WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HANDSHAKE_FAILURE|wrong version number|unsupported protocol/i,
    code: "tls-handshake",
    reason: "the TLS handshake failed",
    retry: false,
    steps: ["Check login_url's port and the proxy: no TLS server that this runner can talk to answers there."],
  },
  {
    match: /ENOTFOUND/,
    code: "host-unknown",
    reason: "the host name is unknown",
    retry: false,
    steps: [
      "Check login_url for a typo: the right name stands in Setup → My Domain, as Current My Domain URL.",
      "A sandbox's has two dashes and .sandbox in it: acme--uat.sandbox.my.salesforce.com.",
      "A runner without access to public DNS needs https_proxy.",
    ],
  },
  {
    match: /./s,
    code: "connection-failed",
    reason: "the connection failed",
    retry: true,
    steps: ["Run the job again. If it keeps failing, check that the runner may reach the host on port 443."],
  },
];
/**
 * Names what kept an answer from coming.
 *
 * @param error what `postForm` threw
 */
function networkFault(error) {
  if (error instanceof clock_js.AttemptTimeout) {
    const steps = ["Run the job again. If it keeps failing, check the runner's way to the host, and timeout_seconds."];
    return { code: "no-answer-in-time", reason: error.message, retry: true, steps };
  }
  const { code = "", message = "" } = error;
  const rule = FAULT_RULES.find(({ match }) => match.test(`${code} ${message}`));
  return {
    code: rule.code,
    reason: `${rule.reason} (${(0,remote_text_js.quote)(message || code || "no further word", 120)})`,
    retry: rule.retry,
    steps: rule.steps,
  };
}


/***/ }),

/***/ 567:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  findNextMove: () => findNextMove
});

// EXTERNAL MODULE: ./src/remedy.js
var src_remedy = __webpack_require__(480);
;// CONCATENATED MODULE: ./src/retry.js
/** Request timeout, too early, too many requests; and every 5xx. All else is an answer that stands. */
const TRANSIENT_STATUSES = new Set([408, 425, 429]);
/** Salesforce's own words for "ask again", whatever the status (Salesforce help, "OAuth 2.0 Error Codes"). */
const TRANSIENT_ANSWER = /^(?:server_error|temporarily_unavailable)$|retry your request/im;
/** The login rate limit is counted by the hour: asking again soon only adds to it. */
const LOGIN_RATE = /login rate exceeded|rate_limit_exceeded/i;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8000;
/**
 * Whether the same question, signed afresh, can get another answer.
 *
 * @param answer what the token endpoint said
 */
function isTransient(answer) {
  if (answer.kind === "granted") return false;
  const words = answer.kind === "refused" ? `${answer.error}\n${answer.description}` : answer.piece;
  if (LOGIN_RATE.test(words)) return false;
  if (TRANSIENT_STATUSES.has(answer.status) || isServerError(answer.status)) return true;
  if (answer.kind === "refused") return TRANSIENT_ANSWER.test(words);
  // A maintenance page can come with any status, but a 4xx page says that the address is wrong, and so does a redirect.
  return answer.form === "html" && answer.status < 300;
}
function isServerError(status) {
  return status >= 500 && status < 600;
}
/**
 * How long to wait before the next attempt: exponential backoff with full jitter, and no less than the server asked for.
 *
 * @param attempt number of the attempt that failed, from 1
 * @param retryAfterMs what the server asked for, in milliseconds
 * @param random a number from 0 up to, not including, 1
 * @returns milliseconds
 */
function backoff(attempt, retryAfterMs, random) {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return retryAfterMs + Math.floor(random * ceiling);
}
/**
 * Reads `Retry-After` (RFC 9110 §10.2.3).
 *
 * @param headers of the answer
 * @param now milliseconds since 1970
 * @returns milliseconds from now; 0 without a usable header
 */
function retryAfter(headers, now) {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

;// CONCATENATED MODULE: ./src/next-move.js


/** With less than this left, another attempt would not live to see its answer, and would hide what the last one said. */
const LEAST_LEFT_MS = 400;
/** Decides what follows on an attempt that brought no token: an end, or another attempt, at once where something was set right. */
function findNextMove(attempt, { number, plan, leftMs, random }) {
  const { outcome, headers, runnerTime, salesforceTime } = attempt;
  const remedy = outcome.kind === "refused" ? (0,src_remedy.findRemedy)({ ...attempt, answer: outcome, plan }) : undefined;
  if (remedy && leftMs > LEAST_LEFT_MS) return { move: "mend", remedy };
  if (remedy) return { move: "end", outOfTime: { retryAfterMs: 0 } };
  const transient = outcome.kind === "unreachable" ? outcome.retry : isTransient(outcome);
  if (!transient) return { move: "end", outOfTime: undefined };
  const retryAfterMs = retryAfter(headers, salesforceTime ?? runnerTime);
  if (retryAfterMs + LEAST_LEFT_MS > leftMs) return { move: "end", outOfTime: { retryAfterMs } };
  // However long the backoff, half of what is left stays for asking.
  const waitMs = Math.max(retryAfterMs, Math.min(backoff(number, retryAfterMs, random()), leftMs / 2));
  return { move: "wait", waitMs };
}


/***/ }),

/***/ 480:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   findRemedy: () => findRemedy,
/* harmony export */   TOLERATED_SKEW_MS: () => TOLERATED_SKEW_MS,
/* harmony export */   describeSkew: () => describeSkew
/* harmony export */ });
// MODULE: ./src/remedy.js
/** A smaller difference can't make an assertion of three minutes expire. */
const TOLERATED_SKEW_MS = 60_000;
const EXPIRED =
  /expired authorization code|assertion (?:is |has )?expired|expired assertion|token (?:is |has )?expired/i;
const AUDIENCE = /audience/i;
/**
 * Finds what can be set right from here: a runner's clock that is wrong, or an audience that Salesforce wants
 * spelt the documented way. A plan that has had a remedy doesn't get it again.
 */
function findRemedy(refusal) {
  if (refusal.answer.error.toLowerCase() !== "invalid_grant") return undefined;
  return clockRemedy(refusal) ?? audienceRemedy(refusal);
}
function clockRemedy({ answer, plan, runnerTime, salesforceTime }) {
  if (plan.skewMs !== undefined || salesforceTime === undefined || !EXPIRED.test(answer.description)) return undefined;
  const skewMs = salesforceTime - runnerTime;
  if (Math.abs(skewMs) <= TOLERATED_SKEW_MS) return undefined;
  const because =
    `The runner's clock is ${describeSkew(skewMs)}, so Salesforce took the assertion for expired. ` +
    "It is signed once more on Salesforce's time. Set the runner's clock (NTP): other steps will trip over it, too.";
  return { plan: { ...plan, skewMs }, because, isWarning: true };
}
function audienceRemedy({ answer, plan }) {
  const audience = plan.fallbackAudience;
  if (audience === undefined || !AUDIENCE.test(answer.description)) return undefined;
  const because =
    `Salesforce refused the audience ${plan.audience}; trying ${audience} once. ` +
    `To save this request, set audience: ${audience}`;
  return { plan: { ...plan, audience, fallbackAudience: undefined }, because, isWarning: false };
}
/** A skew in words: `412 s behind Salesforce's`. */
function describeSkew(skewMs) {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return `${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} Salesforce's`;
}


/***/ }),

/***/ 660:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   quote: () => quote
/* harmony export */ });
// MODULE: ./src/remote-text.js
const CUT_BEFORE_CLEANING = 4096;
/** What is taken out of text that a server sent, in this order, and what stands there instead. */
const CLEANING = [
  // Terminal escape sequences (ECMA-48 §5.4) could recolour or overwrite what the log shows.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  [/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*|.)/g, ""],
  // Control, format and separator characters end a line for the runner or hide text from a reader.
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
  // Anything that looks like a credential: a server may send back the assertion that it was sent, and a part of
  // it is not covered by the mask of the whole.
  [/(?=[\w\-+/=.!%~]*\d)(?=[\w\-+/=.!%~]*[a-z])(?=[\w\-+/=.!%~]*[A-Z])[\w\-+/=.!%~]{16,}/g, "[…]"],
  [/[0-9a-fA-F]{32,}/g, "[…]"],
  // The runner acts on `##[command]` anywhere in a line and on `::command::` at its start (actions/runner, ActionCommand).
  [/##\[/g, "# # ["],
  [/::/g, ": :"],
];
/**
 * Makes text from elsewhere fit to be shown: one line without control characters, workflow commands or anything
 * that looks like a credential, cut to `limit` characters.
 *
 * @param text what a server, a proxy or an operating system said
 * @param limit the most characters to show
 */
function quote(text, limit = 300) {
  const clean = CLEANING.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    beginning(text),
  ).trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
/** A word that the cut goes through is left out: what is left of a credential may be too short to look like one. */
function beginning(text) {
  if (text.length <= CUT_BEFORE_CLEANING) return text;
  return text.slice(0, CUT_BEFORE_CLEANING).replace(/[\w\-+/=.!%~]+$/, "…");
}


/***/ }),

/***/ 786:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   docsUrl: () => docsUrl,
/* harmony export */   report: () => report
/* harmony export */ });
/* harmony import */ var failure_js = __webpack_require__(388);
/* harmony import */ var inputs_js = __webpack_require__(670);
/* harmony import */ var remote_text_js = __webpack_require__(660);
// MODULE: ./src/report.js



/** The runner cuts messages at 4,096 characters. */
const LONGEST_MESSAGE = 4000;
/**
 * Writes the message of the one error annotation.
 *
 * @param error whatever ended the step
 * @param docs where the documentation is: see {@link docsUrl}
 * @returns plain text of several lines, at most 4,000 characters
 */
function report(error, docs) {
  if (error instanceof inputs_js.InputsFailure) return describeInputs(error, docs);
  return error instanceof failure_js.Failure ? describeFailure(error, docs) : cut(describeDefect(error), LONGEST_MESSAGE);
}
/**
 * Where this version's documentation is.
 *
 * @param env the step's environment: GitHub names there the action as it was used, but not for `uses: ./`
 * @returns an absolute address, or the path in the repository
 */
function docsUrl(env) {
  const repository = env["GITHUB_ACTION_REPOSITORY"];
  const ref = env["GITHUB_ACTION_REF"];
  const server = env["GITHUB_SERVER_URL"] || "https://github.com";
  return repository && ref ? `${server}/${repository}/blob/${ref}/docs/troubleshooting.md` : "docs/troubleshooting.md";
}
function describeFailure({ message, causes, steps, code }, docs) {
  const sections = [message, section("Likely causes, most likely first:", causes), section("What to do:", steps)];
  const more = `\n\nMore: ${docs}#${code}`;
  return cut(sections.filter((text) => text !== "").join("\n\n"), LONGEST_MESSAGE - more.length) + more;
}
/** Where there are too many problems for one annotation, it is the steps that give way: the links lead to them. */
function describeInputs(failure, docs) {
  const groups = [
    ...Map.groupBy(failure.problems, ({ failure: { code, steps } }) => [code, ...steps].join("\n")).values(),
  ];
  const full = [failure.message, ...groups.map((group) => describeProblems(group, docs, true))].join("\n\n");
  if (full.length <= LONGEST_MESSAGE) return full;
  const brief = groups.map((group) => describeProblems(group, docs, false));
  return cut([failure.message, ...brief].join("\n\n"), LONGEST_MESSAGE);
}
/** Inputs that need the same change, with that change said once. */
function describeProblems(group, docs, withSteps) {
  const [{ code, steps }] = group.map(({ failure }) => failure);
  const problems = group.map(({ input, failure }) => `${input}: ${failure.message}.`);
  return [...problems, ...(withSteps ? list(steps) : []), `  More: ${docs}#${code}`].join("\n");
}
function section(heading, items) {
  return items.length === 0 ? "" : [heading, ...list(items)].join("\n");
}
function list(items) {
  return items.map((item) => `  - ${item}`);
}
/** A cut goes between characters, not through the two halves of one. */
function cut(text, limit) {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
/** A defect's message is nobody's chosen words, so it is shown like text from elsewhere, with all its causes. */
function describeDefect(error) {
  const chain = [];
  for (let link = error; link !== undefined && chain.length < 5; link = link.cause) {
    chain.push((0,remote_text_js.quote)(link instanceof Error ? `${link.name}: ${link.message}` : String(link)));
    if (!(link instanceof Error)) break;
  }
  return `The action failed in a way that it should not: ${chain.join(" ← ")}. Please report this as an issue.`;
}


/***/ }),

/***/ 719:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readTokenAnswer: () => readTokenAnswer
/* harmony export */ });
/* harmony import */ var grant_js = __webpack_require__(44);
/* harmony import */ var remote_text_js = __webpack_require__(660);
// MODULE: ./src/token-response.js


const HTML_PAGE = /^\s*<(?:!--|(?:!doctype|html|head|body)\b)/i;
/**
 * Sorts an answer of the token endpoint.
 *
 * @param answer any status, any body
 */
function readTokenAnswer(answer) {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    const piece = (0,remote_text_js.quote)(newHost(answer.headers.location), 200);
    return { kind: "unusable", status, form: "redirect", what: `a redirect (HTTP ${status})`, piece };
  }
  const grant = (0,grant_js.readGrant)(answer);
  if (grant) return grant;
  const value = answer.oversized ? undefined : (0,grant_js.parseJson)(answer.body);
  if ((0,grant_js.isObject)(value) && typeof value["error"] === "string") {
    const description = value["error_description"];
    return {
      kind: "refused",
      status,
      error: (0,remote_text_js.quote)(value["error"], 100),
      description: typeof description === "string" ? (0,remote_text_js.quote)(description) : "",
    };
  }
  return { kind: "unusable", status, ...describeBody(answer, value) };
}
function describeBody({ status, body, oversized }, value) {
  const answered = `HTTP ${status} with`;
  if (oversized) return { form: "oversized", what: `${answered} more than 1 MiB`, piece: "" };
  if (body.trim() === "") return { form: "empty", what: `${answered} an empty body`, piece: "" };
  if (value !== undefined) {
    // The values of JSON that looks like no token answer are not shown: a token could be among them.
    const names = (0,grant_js.isObject)(value) ? `fields: ${Object.keys(value).slice(0, 12).join(", ") || "none"}` : "";
    const piece = (0,remote_text_js.quote)(names, 160);
    return { form: "json", what: `${answered} JSON that is neither a token nor an error`, piece };
  }
  if (HTML_PAGE.test(body.slice(0, 2048))) {
    return { form: "html", what: `${answered} an HTML page`, piece: (0,remote_text_js.quote)(pageText(body), 160) };
  }
  return { form: "text", what: `${answered} something that is not JSON`, piece: (0,remote_text_js.quote)(body, 160) };
}
function newHost(location) {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : "";
}
function pageText(html) {
  const page = html.slice(0, 8192);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(page)?.[1]?.trim();
  return title || page.replace(/<(?:script|style)\b[^>]*>[^<]*/gi, " ").replace(/<[^>]*>/g, " ");
}


/***/ })

};
;