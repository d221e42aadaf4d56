import { LOGIN_HISTORY, MY_DOMAIN, WAIT } from "../lib/setup-steps.ts";
import { type FailureRule, REFUSALS, type RefusalRule } from "./refusals.ts";

const APP = "Setup > External Client App Manager > GitHub_Keyless";
const COMPARE =
  "Compare the claims above with your rule in Setup > Custom Metadata Types > GitHub Login Rule, character by character.";
const DEPLOY_RULE =
  "The log above has a rule for this job. If the job is meant to log in, enter the username and deploy the rule.";
const DEBUG_LOG =
  "Setup > Debug Logs > New: add the user that the handler runs as, run the job again, and read the newest log (docs/keyless.md, “Debug the handler”).";
const ASSIGN =
  "Assign the permission set GitHub_Keyless_Login to the user of the rule: Setup > Users > the user > Permission Set Assignments.";
const RECENT = { cause: "The app or its policies were changed within the last minutes.", fix: WAIT };

/** Refusals that don't depend on how a job proves who it is. */
const SHARED = [
  "login-rate-exceeded",
  "user-inactive",
  "org-inactive",
  "ip-or-login-hours",
  "login-hours",
  "ip-restricted",
  "salesforce-unavailable",
];

/**
 * The refusals of the token exchange flow that are known; the first match wins. The texts after "GitHub login refused:" are
 * those of setup/keyless's Apex classes; the others were reported from live orgs or read in sources of clients.
 */
export const EXCHANGE_REFUSALS: readonly RefusalRule[] = [
  {
    code: "keyless-token-not-verified",
    match: /login refused: the token could not be verified/i,
    headline: "The handler in Salesforce couldn't verify GitHub's token.",
    causes: [
      {
        cause: "The remote site of GitHub's keys is missing or inactive, so Apex can't read them.",
        fix: "Setup > Remote Site Settings: activate GitHub_OIDC (https://token.actions.githubusercontent.com).",
      },
      { cause: "The debug log has the reason, which Salesforce doesn't send.", fix: DEBUG_LOG },
    ],
  },
  {
    code: "keyless-issuer",
    match: /login refused: iss is/i,
    headline: "The handler in Salesforce trusts another GitHub server than the one that runs this job.",
    causes: [
      {
        cause: "GitHub's server or enterprise has an issuer of its own.",
        fix: "Change the issuer in the handler: docs/keyless.md, “Other GitHub servers”.",
      },
    ],
  },
  {
    code: "keyless-audience",
    match: /login refused: aud is/i,
    headline: "GitHub's token was issued for another org than the one that received it.",
    causes: [
      {
        cause: "login_url is the address of another org, or of a site.",
        fix: `Set audience to the org's My Domain: ${MY_DOMAIN}.`,
      },
    ],
  },
  {
    code: "keyless-token-time",
    match: /login refused: the token (?:has expired|is not valid yet)/i,
    headline: "GitHub's token had expired, or wasn't valid yet, when Salesforce received it.",
    causes: [
      { cause: "The request took minutes.", fix: "Run the job again." },
      {
        cause: "A proxy delays requests.",
        fix: "Ask the operator of the proxy (https_proxy of the runner) not to queue requests to Salesforce.",
      },
    ],
  },
  {
    code: "keyless-no-rule",
    match: /login refused: (?:this org has no|no) login rule/i,
    headline: "No login rule in the org is for this job.",
    causes: [
      { cause: "The job's repository, environment, or ref isn't the one of a rule.", fix: COMPARE },
      { cause: "The rule isn't deployed to this org.", fix: DEPLOY_RULE },
    ],
  },
  {
    code: "keyless-owner",
    match: /login refused: the login rule is for another owner/i,
    headline: "The login rule is for another owner of this repository.",
    causes: [
      {
        cause: "The repository was transferred to another owner.",
        fix: "If you know about the transfer, set Repository_Owner_Id__c of the rule to the claim repository_owner_id above.",
      },
    ],
  },
  {
    code: "keyless-rule-unusable",
    match: /login refused: (?:the login rule (?:needs|is not active)|several rules fit)/i,
    headline: "The login rule for this job can't be used.",
    causes: [
      {
        cause: "The text above says what is wrong with the rule.",
        fix: "Correct the record in Setup > Custom Metadata Types > GitHub Login Rule.",
      },
    ],
  },
  {
    code: "keyless-workflow",
    match: /login refused: the login rule does not allow job_workflow_ref/i,
    headline: "The login rule doesn't allow the workflow in which this job is defined.",
    causes: [
      {
        cause: "The job is defined in a reusable workflow that the rule doesn't name.",
        fix: "If you trust this workflow, set Job_Workflow_Ref__c of the rule to the claim job_workflow_ref above.",
      },
    ],
  },
  {
    code: "keyless-event",
    match: /login refused: event_name/i,
    headline: "Jobs of this event can't log in.",
    causes: [
      {
        cause: "Others than the repository's own people can start such jobs.",
        fix: "Log in from a workflow that push, schedule, workflow_dispatch, or release starts.",
      },
    ],
  },
  {
    code: "keyless-no-user",
    match: /login refused: the user of the login rule/i,
    headline: "The user of the login rule doesn't exist in this org, or isn't active.",
    causes: [
      {
        cause: "The rule was copied from production: in a sandbox, usernames end in the sandbox's name.",
        fix: "Set Username__c of the rule to a username from Setup > Users.",
      },
      { cause: "The user is deactivated.", fix: "Setup > Users > the user > Edit > Active." },
    ],
  },
  {
    code: "keyless-handler-not-found",
    match: /token handler not found/i,
    headline: "Salesforce didn't find a token exchange handler for the app.",
    causes: [
      {
        cause: "The handler isn't enabled for this app.",
        fix: "Setup > Token Exchange Handlers > GitHubLoginHandler: click Enable New App and select the app.",
      },
      {
        cause: "token_handler isn't the name of a handler of this app.",
        fix: "Remove token_handler to use the app's default handler.",
      },
    ],
  },
  {
    code: "keyless-handler-failed",
    match: /token handler validation failed|login refused/i,
    headline: "The handler in Salesforce refused this job.",
    causes: [
      { cause: "The debug log has the reason, which Salesforce doesn't send.", fix: DEBUG_LOG },
      { cause: "The job's repository, environment, or ref isn't the one of a rule.", fix: COMPARE },
    ],
  },
  {
    code: "keyless-not-enabled",
    match: /not enabled for token exchange/i,
    headline: "The policies of the app don't allow the token exchange flow.",
    causes: [
      {
        cause: "The flow is on in the app, but not in its policies.",
        fix: `${APP} > Policies: turn on the token exchange flow.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-not-approved",
    match: /approved this (?:consumer|app)|not admin approved|^invalid_app_access:/i,
    headline: "The user of the login rule isn't preauthorized for the app.",
    causes: [
      { cause: "The user doesn't have the permission set of the app.", fix: ASSIGN },
      {
        cause: "The app lets users authorize it themselves. This flow has no screen for that.",
        fix: `${APP} > Policies > Edit: set Permitted Users to “Admin approved users are pre-authorized” and select GitHub_Keyless_Login.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-flow-off",
    match: /^unsupported_grant_type:/i,
    headline: "The token exchange flow is turned off for the app.",
    causes: [
      {
        cause: "consumer_key belongs to an app for another flow.",
        fix: `Copy the key: ${APP} > Settings > OAuth Settings > Consumer Key and Secret.`,
      },
      { cause: "The flow isn't enabled in the app.", fix: `${APP} > Settings: turn on the token exchange flow.` },
      {
        cause: "The org's edition lacks the flow. Enterprise, Performance, Unlimited, and Developer have it.",
        fix: "Log in with a private key: docs/setup.md.",
      },
    ],
  },
  {
    code: "keyless-unknown-app",
    match: /^(?:invalid_client_id|app_not_found):/i,
    headline: "Salesforce doesn't know an app with this consumer key.",
    causes: [
      {
        cause: "consumer_key is mistyped, or belongs to an app in another org.",
        fix: `Copy the key: ${APP} > Settings > OAuth Settings > Consumer Key and Secret.`,
      },
      RECENT,
    ],
  },
  {
    code: "keyless-secret-required",
    match: /^invalid_client:/i,
    headline: "The app requires its consumer secret for this flow.",
    causes: [
      {
        cause: "The app isn't set up as setup/setup.sh --keyless does it.",
        fix: `${APP} > Settings: clear “Require Secret for Token Exchange Flow”.`,
      },
    ],
  },
  ...REFUSALS.filter(({ code }) => SHARED.includes(code)),
];

/** What applies to every refusal of this flow that isn't known. */
export const UNKNOWN_EXCHANGE_REFUSAL: FailureRule = {
  code: "keyless-unknown-refusal",
  headline: "Salesforce rejected the token exchange for a reason that this action doesn't know.",
  causes: [
    { cause: "Salesforce records the reason in the org.", fix: LOGIN_HISTORY },
    { cause: "The debug log of the handler says more.", fix: DEBUG_LOG },
    {
      cause: "This refusal is missing in this action, whose keyless login is a preview.",
      fix: "Open an issue with the template “Unknown refusal” and the line above that begins with “Salesforce answered”.",
    },
  ],
};
