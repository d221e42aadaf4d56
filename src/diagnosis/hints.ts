import { COPY_KEY, MY_DOMAIN, SET_CLOCK, UPLOAD_CERTIFICATE, USE_MY_DOMAIN } from "../lib/setup-steps.ts";
import { describeSkew, TOLERATED_SKEW_MS } from "../token/adjustment.ts";
import type { RefusalCode } from "../token/refusals.ts";
import type { FailedRequest } from "./failed-request.ts";
import { sandboxOf } from "./sandbox-username.ts";

/** A likely cause that this very run shows, and what to do about it. */
export interface Hint {
  readonly cause: string;
  readonly steps: readonly string[];
}

/** Something to look for in a run. */
interface HintRule {
  /** The refusals that it can stand behind. */
  readonly appliesTo: readonly RefusalCode[];
  readonly find: (run: FailedRequest) => Hint | undefined;
}

const SOON_MS = 30 * 86_400_000;
/** What Salesforce's consumer keys look like so far; nothing documents it. */
const USUAL_KEY = /^3MVG9.{80}$/;
/** My Domain hosts of another kind than plain production and sandboxes (Salesforce help, "Partitioned Domains"). */
const PARTITION = /\.(?:develop|trailblaze|demo|free|patch|scratch|pc-rnd)\./;

const OTHER_ORG: readonly RefusalCode[] = [
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
const OTHER_KEY: readonly RefusalCode[] = ["assertion-invalid", "client-credentials-invalid", "unknown-refusal"];

/** The surest come first. */
const HINT_RULES: readonly HintRule[] = [
  {
    appliesTo: ["assertion-expired", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: wrongClock,
  },
  {
    appliesTo: ["audience-refused", "assertion-invalid", "authentication-failure", "unknown-refusal"],
    find: oddAudience,
  },
  { appliesTo: OTHER_ORG, find: sandboxUserInProduction },
  { appliesTo: OTHER_ORG, find: otherUserInSandbox },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "domain-not-supported"], find: noMyDomain },
  { appliesTo: ["app-not-found", "client-identifier-invalid", "unknown-refusal"], find: oddConsumerKey },
  { appliesTo: OTHER_KEY, find: endingCertificate },
  { appliesTo: ["assertion-invalid", "client-credentials-invalid"], find: pairIsRight },
  { appliesTo: ["audience-refused"], find: bothAudiencesRefused },
];

/**
 * Looks for what this run knows and a catalogue can't.
 *
 * @param code of the refusal
 * @returns the likeliest first; often nothing
 */
export function findHints(code: RefusalCode, run: FailedRequest): Hint[] {
  return HINT_RULES.filter(({ appliesTo }) => appliesTo.includes(code))
    .map(({ find }) => find(run))
    .filter((finding) => finding !== undefined);
}

function wrongClock({ result: { measuredSkewMs = 0, signing } }: FailedRequest): Hint | undefined {
  // An assertion that was signed on Salesforce's time can't suffer from the runner's clock.
  if (signing.skewMs !== undefined || Math.abs(measuredSkewMs) <= TOLERATED_SKEW_MS) return undefined;
  const effect =
    measuredSkewMs > 0 ? "the assertion had run out on arrival" : "the assertion ends too far in the future";
  return {
    cause: `The runner's clock is ${describeSkew(measuredSkewMs)}: ${effect}.`,
    steps: [SET_CLOCK],
  };
}

function oddAudience({ inputs: { audience, loginUrl } }: FailedRequest): Hint | undefined {
  if (audience === loginUrl.audience || audience === loginUrl.fallbackAudience) return undefined;
  return {
    cause: `The input audience is ${audience}, but ${loginUrl.audience} follows from login_url.`,
    steps: ["Remove the input audience from the step."],
  };
}

function sandboxUserInProduction({ inputs: { username, loginUrl } }: FailedRequest): Hint | undefined {
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

function otherUserInSandbox({ inputs: { username, loginUrl } }: FailedRequest): Hint | undefined {
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

function noMyDomain({ inputs: { loginUrl } }: FailedRequest): Hint | undefined {
  if (loginUrl.kind !== "login-host" && loginUrl.kind !== "instance") return undefined;
  return {
    cause: `The request went to ${loginUrl.host}. Since Spring '26 External Client Apps may be found only at the org's My Domain.`,
    steps: [USE_MY_DOMAIN],
  };
}

function oddConsumerKey({ inputs: { consumerKey } }: FailedRequest): Hint | undefined {
  if (USUAL_KEY.test(consumerKey)) return undefined;
  const begins = consumerKey.startsWith("3MVG9") ? "begins" : "does not begin";
  return {
    cause: `consumer_key has ${consumerKey.length} characters and ${begins} with 3MVG9; usual are 85 and a 3MVG9 in front.`,
    steps: COPY_KEY,
  };
}

function endingCertificate({ inputs, result, now }: FailedRequest): Hint | undefined {
  if (!inputs.certificate) return undefined;
  const { notAfter } = inputs.certificate;
  const leftMs = notAfter.getTime() - (now.getTime() + (result.measuredSkewMs ?? 0));
  if (leftMs > SOON_MS) return undefined;
  const day = notAfter.toISOString().slice(0, 10);
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

function pairIsRight({ inputs }: FailedRequest): Hint | undefined {
  if (!inputs.certificate) return undefined;
  return {
    cause: "The private key fits the input certificate, so the app holds another certificate, or none.",
    steps: UPLOAD_CERTIFICATE,
  };
}

function bothAudiencesRefused({ inputs, result: { signing } }: FailedRequest): Hint | undefined {
  if (signing.audience === inputs.audience) return undefined;
  return {
    cause: `Both audiences that fit login_url were refused: ${inputs.audience} and ${signing.audience}.`,
    steps: [`Check that ${inputs.loginUrl.host} is the org's current address: ${MY_DOMAIN}.`],
  };
}
