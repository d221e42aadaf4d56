import type { Inputs } from "../inputs/inputs.ts";
import type { Cause } from "../lib/action-error.ts";
import { COPY_KEY, MY_DOMAIN, SET_CLOCK, UPLOAD_CERTIFICATE, USE_MY_DOMAIN } from "../lib/setup-steps.ts";
import type { RefusalCode } from "../token/refusals.ts";
import type { FailedResult } from "../token/request.ts";
import { describeSkew, MAX_SKEW_MS, TOLERATED_SKEW_MS } from "../token/retry.ts";

/** What an explanation is made from: how the token request failed, and what was asked. */
export interface FailedRequest {
  readonly result: FailedResult;
  readonly inputs: Inputs;
  /** The runner's time. */
  readonly now: Date;
}

/** A likely cause that this very run shows. */
export interface Hint extends Required<Cause> {
  /** Whether a likely cause of the refusal has to come before it. */
  readonly neverFirst?: boolean;
  /** What to do, for the end of the message's first line. Left out if what the rule says there fits as well. */
  readonly nextAct?: string;
}

/** Something to look for in a run. */
interface HintRule {
  /** The failures that it can cause. */
  readonly appliesTo: readonly string[];
  readonly find: (run: FailedRequest) => Hint | undefined;
}

const CHECK_CLOCK = "Check the runner's clock.";
const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;
/** What Salesforce's consumer keys look like so far; nothing documents it. */
const USUAL_KEY = /^3MVG9.{80}$/;
/** My Domain hosts other than plain production and sandboxes (Salesforce help, "Partitioned Domains"). */
const PARTITION = /\.(?:develop|trailblaze|demo|free|patch|scratch|pc-rnd)\./;
/**
 * Creating a sandbox appends `.` and its name, up to ten letters and digits, to every username (Salesforce help, "Create a
 * Sandbox"), so the name follows on what was the end of a domain. Two letters are a country, but for `qa`.
 */
const SANDBOX_USERNAME = /@.+\.(?:com|net|org|edu|gov|[a-z]{2})\.(qa|(?!com$)[a-z\d]{3,10})$/i;

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
] satisfies RefusalCode[];

/** The surest come first. */
const HINT_RULES: readonly HintRule[] = [
  {
    appliesTo: ["assertion-expired", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: wrongClock,
  },
  {
    appliesTo: ["audience-refused", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: unusualAudience,
  },
  { appliesTo: ["assertion-expired", "audience-refused", "assertion-invalid"], find: signedEarlier },
  { appliesTo: OTHER_ORG, find: sandboxUserInProduction },
  { appliesTo: OTHER_ORG, find: otherUserInSandbox },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "domain-not-supported"], find: genericLoginHost },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "unknown-refusal"], find: unusualConsumerKey },
  { appliesTo: ["assertion-invalid", "client-credentials-invalid"], find: keyMatchesCertificate },
  { appliesTo: ["audience-refused"], find: bothAudiencesRejected },
  { appliesTo: ["answer-redirect"], find: newAddress },
  { appliesTo: ["assertion-invalid", "client-credentials-invalid", "unknown-refusal"], find: expiringCertificate },
];

/**
 * Finds what this run shows and a table of refusals can't know.
 *
 * @param code of the failure
 * @returns the surest first; often nothing
 */
export function findHints(code: string, run: FailedRequest): Hint[] {
  return HINT_RULES.filter(({ appliesTo }) => appliesTo.includes(code))
    .map(({ find }) => find(run))
    .filter((hint) => hint !== undefined);
}

function wrongClock({ result: { measuredSkewMs = 0, signing } }: FailedRequest): Hint | undefined {
  // An assertion that was signed on Salesforce's time can't suffer from the runner's clock.
  if (signing.skewMs !== undefined || Math.abs(measuredSkewMs) <= TOLERATED_SKEW_MS) return undefined;
  if (Math.abs(measuredSkewMs) > MAX_SKEW_MS) {
    return {
      cause: `The Date header of the response is ${Math.round(Math.abs(measuredSkewMs) / DAY_MS)} days away from the runner's clock. The action doesn't sign for a date that far away.`,
      fix: "Check the runner's clock first. If it is right, check that login_url and the proxy are Salesforce's and yours.",
      nextAct: CHECK_CLOCK,
    };
  }
  const effect = measuredSkewMs > 0 ? "the assertion had expired on arrival" : "the assertion expires too late";
  return {
    cause: `The runner's clock is ${describeSkew(measuredSkewMs)}: ${effect}.`,
    fix: SET_CLOCK,
    nextAct: CHECK_CLOCK,
  };
}

/** What only the step that signed can change. */
function signedEarlier({ inputs, result }: FailedRequest): Hint | undefined {
  const { assertion, audience, certificate, loginUrl } = inputs;
  const { code } = result.response.rule;
  if (!assertion || (code === "assertion-invalid" && certificate)) return undefined;
  const aud = (audience === loginUrl.audience && loginUrl.fallbackAudience) || loginUrl.audience;
  const fixes: Readonly<Record<string, string>> = {
    "assertion-expired": "set exp to the present time in seconds plus 180, directly before this step",
    "audience-refused": `set aud to ${aud}`,
    "assertion-invalid": "use the app's key and RS256. If you set certificate, the action names the mistake",
  };
  return {
    cause: "The action can't change a signed assertion.",
    fix: `In the signing step, ${fixes[code]}.`,
    nextAct: "Correct the step that signs.",
  };
}

function unusualAudience({ inputs }: FailedRequest): Hint | undefined {
  const { audience, loginUrl } = inputs;
  if (inputs.assertion) return undefined;
  if (audience === loginUrl.audience || audience === loginUrl.fallbackAudience) return undefined;
  return {
    cause: `The input audience is ${audience}, but login_url stands for ${loginUrl.audience}.`,
    fix: "Remove the input audience from the step.",
  };
}

function sandboxUserInProduction({ inputs: { username, loginUrl } }: FailedRequest): Hint | undefined {
  const sandbox = sandboxOf(username);
  // In Developer Edition and trial orgs usernames are made up, often with a suffix.
  if (loginUrl.isSandbox !== false || PARTITION.test(loginUrl.host) || !sandbox) return undefined;
  const myDomain = /^([a-z\d-]+)\.my\.salesforce\.com$/.exec(loginUrl.host)?.[1];
  const address = myDomain
    ? `https://${myDomain}--${sandbox}.sandbox.my.salesforce.com`
    : `${MY_DOMAIN}, in the sandbox`;
  return {
    cause: `The username ends in .${sandbox} like a sandbox user's, but ${loginUrl.host} is a production address.`,
    fix: `If this is a sandbox, set login_url to its My Domain (${address}). If it is production, remove .${sandbox} from username.`,
    nextAct: "Check login_url and username.",
  };
}

function otherUserInSandbox({ inputs: { username, loginUrl } }: FailedRequest): Hint | undefined {
  // Usernames of scratch orgs end in @example.com, unless their definition says otherwise, and have no suffix.
  if (loginUrl.isSandbox !== true || PARTITION.test(loginUrl.host) || /@example\.com$/i.test(username))
    return undefined;
  const asked = /--([a-z\d]+)\./.exec(loginUrl.host)?.[1];
  const found = sandboxOf(username);
  if (found !== undefined && (asked === undefined || asked === found)) return undefined;
  if (asked !== undefined && username.toLowerCase().endsWith(`.${asked}`)) return undefined;
  const bare = found === undefined ? username : username.slice(0, -found.length - 1);
  return {
    cause: `${loginUrl.host} is ${asked ? `the sandbox ${asked}` : "for sandboxes"}, but the username ${found ? `ends in .${found}` : "doesn't end in a sandbox's name"}.`,
    fix: `Copy the username in the sandbox: Setup > Users. Unless the user was created there, it is ${bare}.${asked ?? "SANDBOX_NAME"}.`,
  };
}

/** @returns the sandbox's name in lower case, undefined if the username doesn't show one */
function sandboxOf(username: string): string | undefined {
  return SANDBOX_USERNAME.exec(username)?.[1]?.toLowerCase();
}

function genericLoginHost({ inputs: { loginUrl } }: FailedRequest): Hint | undefined {
  if (loginUrl.kind !== "login-host" && loginUrl.kind !== "instance") return undefined;
  return {
    cause: `The request went to ${loginUrl.host}, which is reported not to find External Client Apps since Spring '26.`,
    fix: USE_MY_DOMAIN,
    nextAct: "Set login_url to the org's My Domain.",
  };
}

function unusualConsumerKey({ inputs: { consumerKey } }: FailedRequest): Hint | undefined {
  if (USUAL_KEY.test(consumerKey)) return undefined;
  const begins = consumerKey.startsWith("3MVG9") ? "begins" : "doesn't begin";
  return {
    cause: `consumer_key has ${consumerKey.length} characters and ${begins} with 3MVG9. Consumer keys typically have 85 and begin with 3MVG9.`,
    fix: COPY_KEY,
    nextAct: "Check consumer_key.",
  };
}

function keyMatchesCertificate({ inputs }: FailedRequest): Hint | undefined {
  if (!inputs.certificate) return undefined;
  return {
    cause: "The private key matches the input certificate, so the app has another certificate or none.",
    fix: UPLOAD_CERTIFICATE,
    nextAct: "Check that the app has the input certificate.",
  };
}

/** Told as a fact and never first: Salesforce is reported to go on accepting an expired certificate. */
function expiringCertificate({ inputs, result, now }: FailedRequest): Hint | undefined {
  if (!inputs.certificate) return undefined;
  const { notAfter } = inputs.certificate;
  const leftMs = notAfter.getTime() - (now.getTime() + (result.measuredSkewMs ?? 0));
  if (leftMs > SOON_MS) return undefined;
  return {
    cause: `The input certificate ${leftMs <= 0 ? "expired" : "expires"} on ${notAfter.toISOString().slice(0, 10)}: the app may have its successor already.`,
    fix: "Store the key and the certificate that belong to the one on the app, or create a new pair and upload its certificate.",
    neverFirst: true,
  };
}

function bothAudiencesRejected({ inputs, result: { signing } }: FailedRequest): Hint | undefined {
  if (signing.audience === inputs.audience) return undefined;
  return {
    cause: `Salesforce rejected both audiences that belong to login_url: ${inputs.audience} and ${signing.audience}.`,
    fix: `Check that ${inputs.loginUrl.host} is the org's current address: ${MY_DOMAIN}.`,
    nextAct: "Check that login_url is the org's current My Domain.",
  };
}

function newAddress({ inputs: { loginUrl }, result: { response } }: FailedRequest): Hint | undefined {
  if (response.kind !== "invalid" || !/\.my\.salesforce\.com$/.test(response.excerpt)) return undefined;
  // A redirect to a login page of the same host isn't a move.
  if (response.excerpt === loginUrl.host) return undefined;
  return {
    cause: `The org seems to have moved to ${response.excerpt}.`,
    fix: `If that is your org, set login_url to https://${response.excerpt}.`,
  };
}
