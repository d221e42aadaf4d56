import { claimsOf, DEPLOY_JOB } from "../../fakes/github-oidc/claims.ts";
import type { Context, Rule } from "../../fakes/salesforce/token-exchange-decision.ts";

/** One row: the claims of a token, the rules of the org, and what comes of them. */
export interface Case {
  readonly title: string;
  /** The decoded claims, as text: a name can be in it twice. */
  readonly payload: string;
  readonly rules: readonly Rule[];
  readonly context: Context;
  readonly username?: string;
  readonly reason?: string;
}

/** What a row changes in the job that may log in. */
interface Change {
  /** Undefined takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Changes the text of the claims. */
  readonly text?: (payload: string) => string;
  readonly rules?: readonly Rule[];
  readonly app?: string;
}

const NOW = 1_790_000_000;
const ORG = "https://acme.my.salesforce.com";
const USER = "deploy@acme.example";
const OURS = "acme/crm/.github/workflows/deploy.yml@refs/heads/main";
const SHARED = "acme/workflows/.github/workflows/deploy.yml@refs/heads/main";
const PULL = "refs/pull/7/merge";
/** What the decision reads, and the names that an attacker would like it to read. */
const SHOWN = "iss sub aud exp nbf iat repository repository_id repository_owner_id environment ref event_name".split(
  " ",
);

const IN_ENVIRONMENT: Rule = {
  app: "GitHub_Keyless",
  repositoryId: DEPLOY_JOB.repositoryId,
  repositoryOwnerId: DEPLOY_JOB.repositoryOwnerId,
  environment: "production",
  username: USER,
  active: true,
};
const ON_MAIN: Rule = { ...IN_ENVIRONMENT, environment: undefined, ref: "refs/heads/main" };
const WITH_WORKFLOW: Rule = { ...IN_ENVIRONMENT, jobWorkflowRef: SHARED };
const OTHER: Rule = { ...IN_ENVIRONMENT, repositoryId: "700000001", username: "other@acme.example" };

const TEMPLATE = claimsOf(DEPLOY_JOB, { audience: ORG, now: NOW, jti: "0c1e2b8e" });
const CLAIMS: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...SHOWN, "job_workflow_ref"].map((name) => [name, TEMPLATE[name]]),
);
const IMMUTABLE = claimsOf({ ...DEPLOY_JOB, subjectFormat: "immutable" }, { audience: ORG, now: NOW, jti: "0c1e2b8e" });

function row(title: string, { claims = {}, text = (same) => same, rules = [IN_ENVIRONMENT], app }: Change): Case {
  const context = { app: app ?? "GitHub_Keyless", audience: ORG, now: NOW };
  return { title, payload: text(JSON.stringify({ ...CLAIMS, ...claims })), rules, context };
}

function allow(title: string, change: Change = {}, username = USER): Case {
  return { ...row(title, change), username };
}

function refuse(title: string, reason: string, change: Change): Case {
  return { ...row(title, change), reason };
}

const NOT_JSON = "the claims are not a JSON object with each name once";
const EXPIRED = "the token has expired, or has no time of expiry";
const NOT_YET = "the token is not valid yet, or does not say from when on it is";
const INCOMPLETE = "the login rule needs a username and exactly one of environment and ref";
const EVENTS = "is not one of push, schedule, workflow_dispatch, release";

const issuer = (value: string) => `iss is ${value}, not GitHub.com`;
const otherAudience = (value: string) => `aud is ${value}, and this org is ${ORG}`;
const noRepository = (value: string) => `no login rule is for repository_id ${value}`;
const otherOwner = (value: string) => `the login rule is for another owner than repository_owner_id ${value}`;
const noPlace = (environment: string, ref: string) => `no login rule is for environment ${environment} or ref ${ref}`;
const workflow = (value: string) => `the login rule does not allow job_workflow_ref ${value}`;

const noEnvironment = { environment: undefined, sub: "repo:acme/crm:ref:refs/heads/main" };
/** Puts another value of a claim before the one that is there. */
const before = (name: string, value: string) => (payload: string) => payload.replace("{", `{"${name}":"${value}",`);
const after = (name: string, value: string) => (payload: string) => payload.replace(/}$/, `,"${name}":"${value}"}`);

const LOGINS: readonly Case[] = [
  allow("a job in the environment of the rule logs in"),
  allow("a subject with IDs makes no difference", { claims: { sub: IMMUTABLE["sub"] } }),
  allow("a subject from a template makes no difference", { claims: { sub: "job_workflow_ref:octo" } }),
  allow("all claims that GitHub sends are taken", { claims: TEMPLATE }),
  allow("a claim that is not known makes no difference", { claims: { repo_property_team: "crm" } }),
  allow("a claim with parts makes no difference", { claims: { extra: { aud: "a", list: [{ iss: "b" }] } } }),
  allow("a job on the ref of the rule logs in", { claims: noEnvironment, rules: [ON_MAIN] }),
  allow("a rule for a ref fits a job in an environment", { rules: [ON_MAIN] }),
  allow("a rule for a tag fits a release", {
    claims: { ref: "refs/tags/v1.2.0", event_name: "release" },
    rules: [{ ...ON_MAIN, ref: "refs/tags/v1.2.0" }],
  }),
  allow("our repository under another name logs in", {
    claims: { repository: "acme/sales", job_workflow_ref: OURS.replace("crm", "sales") },
  }),
  allow("a schedule may log in", { claims: { event_name: "schedule" } }),
  allow("a manual start may log in", { claims: { event_name: "workflow_dispatch" } }),
  allow("a workflow of the repository itself needs no rule for it", { claims: { job_workflow_ref: OURS } }),
  allow("a token without job_workflow_ref needs no rule for it", { claims: { job_workflow_ref: undefined } }),
  allow("the reusable workflow of the rule logs in", { claims: { job_workflow_ref: SHARED }, rules: [WITH_WORKFLOW] }),
  allow("a token is taken 59 seconds after it expired", { claims: { exp: NOW - 59 } }),
  allow("a token is taken 60 seconds before it is valid", { claims: { nbf: NOW + 60 } }),
  allow("the rule of another repository makes no difference", { rules: [OTHER, IN_ENVIRONMENT] }),
  allow("an inactive rule for another user makes no difference", {
    rules: [IN_ENVIRONMENT, { ...IN_ENVIRONMENT, username: "other@acme.example", active: false }],
  }),
  allow("two rules for one user are one", { rules: [IN_ENVIRONMENT, ON_MAIN] }),
  allow(
    "each repository has its own user",
    { claims: { repository_id: "700000001" }, rules: [IN_ENVIRONMENT, OTHER] },
    "other@acme.example",
  ),
];

const TOKENS: readonly Case[] = [
  refuse("no claims at all are refused", NOT_JSON, { text: () => "" }),
  refuse("claims that are cut off are refused", NOT_JSON, { text: (payload) => payload.slice(0, -1) }),
  refuse("claims with something after them are refused", NOT_JSON, { text: (payload) => `${payload}{}` }),
  refuse("a list of claims is refused", NOT_JSON, { text: (payload) => `[${payload}]` }),
  refuse("a repository_id before ours is refused", NOT_JSON, { text: before("repository_id", "999") }),
  refuse("a repository_id after another one is refused", NOT_JSON, {
    claims: { repository_id: "999" },
    text: after("repository_id", "712345678"),
  }),
  refuse("a second environment is refused", NOT_JSON, { text: after("environment", "production") }),
  refuse("a second audience in an escaped spelling is refused", NOT_JSON, { text: after("\\u0061ud", ORG) }),
  refuse("another issuer is refused", issuer('"https://token.actions.example.com"'), {
    claims: { iss: "https://token.actions.example.com" },
  }),
  refuse("the issuer of an enterprise is refused", issuer(`"${TEMPLATE["iss"]}/acme"`), {
    claims: { iss: `${TEMPLATE["iss"]}/acme` },
  }),
  refuse("the issuer with a slash is refused", issuer(`"${TEMPLATE["iss"]}/"`), {
    claims: { iss: `${TEMPLATE["iss"]}/` },
  }),
  refuse("the issuer in capitals is refused", issuer('"HTTPS://TOKEN.ACTIONS.GITHUBUSERCONTENT.COM"'), {
    claims: { iss: "HTTPS://TOKEN.ACTIONS.GITHUBUSERCONTENT.COM" },
  }),
  refuse("a token without an issuer is refused", issuer("(missing)"), { claims: { iss: undefined } }),
  refuse("GitHub's default audience is refused", otherAudience('"https://github.com/acme"'), {
    claims: { aud: "https://github.com/acme" },
  }),
  refuse("the audience of another service is refused", otherAudience('"sts.amazonaws.com"'), {
    claims: { aud: "sts.amazonaws.com" },
  }),
  refuse("a token for the sandbox is refused", otherAudience('"https://acme--uat.sandbox.my.salesforce.com"'), {
    claims: { aud: "https://acme--uat.sandbox.my.salesforce.com" },
  }),
  refuse("the audience in capitals is refused", otherAudience('"https://ACME.my.salesforce.com"'), {
    claims: { aud: "https://ACME.my.salesforce.com" },
  }),
  refuse("the audience with a path is refused", otherAudience(`"${ORG}/"`), { claims: { aud: `${ORG}/` } }),
  refuse("a list of audiences is refused", otherAudience("(missing)"), { claims: { aud: [ORG] } }),
  refuse("a token without an audience is refused", otherAudience("(missing)"), { claims: { aud: undefined } }),
  refuse("a token that expired 60 seconds ago is refused", EXPIRED, { claims: { exp: NOW - 60 } }),
  refuse("a token that expired a day ago is refused", EXPIRED, { claims: { exp: NOW - 86_400 } }),
  refuse("a token without exp is refused", EXPIRED, { claims: { exp: undefined } }),
  refuse("exp as text is refused", EXPIRED, { claims: { exp: String(NOW + 300) } }),
  refuse("exp with a fraction is refused", EXPIRED, { claims: { exp: NOW + 300.5 } }),
  refuse("a token that is valid in 61 seconds is refused", NOT_YET, { claims: { nbf: NOW + 61 } }),
  refuse("a token without nbf is refused", NOT_YET, { claims: { nbf: undefined } }),
  refuse("nbf as text is refused", NOT_YET, { claims: { nbf: String(NOW) } }),
];

const PLACES: readonly Case[] = [
  refuse("an org without rules refuses", "this org has no login rule", { rules: [] }),
  refuse("a rule for another app is refused", "no login rule is for this app", { app: "Other_App" }),
  refuse("a rule for the app in capitals is refused", "no login rule is for this app", { app: "GITHUB_KEYLESS" }),
  refuse("a rule without an app is refused", "no login rule is for this app", {
    rules: [{ ...IN_ENVIRONMENT, app: undefined }],
  }),
  refuse("another repository is refused", noRepository('"999"'), {
    claims: { repository: "mallory/crm", repository_id: "999", repository_owner_id: "666" },
  }),
  refuse("a repository with our name and another ID is refused", noRepository('"999"'), {
    claims: { repository_id: "999" },
  }),
  refuse("our environment's name in another repository is refused", noRepository('"700000002"'), {
    claims: { repository: "acme/play", repository_id: "700000002", sub: "repo:acme/play:environment:production" },
  }),
  refuse("a subject that names our repository doesn't help", noRepository('"999"'), {
    claims: { repository_id: "999", sub: "repo:acme/crm:environment:production" },
  }),
  refuse("a repository ID that begins like ours is refused", noRepository('"7123456789"'), {
    claims: { repository_id: "7123456789" },
  }),
  refuse("a repository ID as a number is refused", noRepository("(missing)"), { claims: { repository_id: 712345678 } }),
  refuse("a token without a repository ID is refused", noRepository("(missing)"), {
    claims: { repository_id: undefined },
    rules: [{ ...IN_ENVIRONMENT, repositoryId: undefined }],
  }),
  refuse("an empty repository ID is refused", noRepository('""'), {
    claims: { repository_id: "" },
    rules: [{ ...IN_ENVIRONMENT, repositoryId: "" }],
  }),
  refuse("a claim with the name in capitals is not that claim", noRepository("(missing)"), {
    claims: { repository_id: undefined, Repository_Id: "712345678" },
  }),
  refuse("our repository under another owner is refused", otherOwner('"666"'), {
    claims: { repository_owner_id: "666" },
  }),
  refuse("our repository, renamed and transferred, is refused", otherOwner('"666"'), {
    claims: { repository: "mallory/loot", repository_owner_id: "666", job_workflow_ref: undefined },
  }),
  refuse("a token without an owner ID is refused", otherOwner("(missing)"), {
    claims: { repository_owner_id: undefined },
  }),
  refuse("a rule without an owner ID is refused", otherOwner('"1234567"'), {
    rules: [{ ...IN_ENVIRONMENT, repositoryOwnerId: undefined }],
  }),
  refuse("a rule without a username is refused", INCOMPLETE, { rules: [{ ...IN_ENVIRONMENT, username: undefined }] }),
  refuse("a rule with a blank username is refused", INCOMPLETE, { rules: [{ ...IN_ENVIRONMENT, username: " " }] }),
  refuse("a rule for an environment and a ref is refused", INCOMPLETE, {
    rules: [{ ...IN_ENVIRONMENT, ref: "refs/heads/main" }],
  }),
  refuse("a rule for neither environment nor ref is refused", INCOMPLETE, {
    claims: { environment: undefined, ref: undefined },
    rules: [{ ...IN_ENVIRONMENT, environment: undefined }],
  }),
  refuse("an inactive rule is refused", "the login rule is not active", {
    rules: [{ ...IN_ENVIRONMENT, active: false }],
  }),
  refuse("a rule that doesn't say whether it is active is refused", "the login rule is not active", {
    rules: [{ ...IN_ENVIRONMENT, active: undefined }],
  }),
  refuse("another environment is refused", noPlace('"staging"', '"refs/heads/main"'), {
    claims: { environment: "staging" },
  }),
  refuse("the environment in other capitals is refused", noPlace('"Production"', '"refs/heads/main"'), {
    claims: { environment: "Production" },
  }),
  refuse("an environment with a space after it is refused", noPlace('"production "', '"refs/heads/main"'), {
    claims: { environment: "production " },
  }),
  refuse("a job without an environment is refused", noPlace("(missing)", '"refs/heads/main"'), {
    claims: noEnvironment,
  }),
  refuse("an environment in the subject alone is refused", noPlace("(missing)", '"refs/heads/main"'), {
    claims: { environment: undefined },
  }),
  refuse("an environment is no pattern", noPlace('"production"', '"refs/heads/main"'), {
    rules: [{ ...IN_ENVIRONMENT, environment: "*" }],
  }),
  refuse("another branch is refused", noPlace("(missing)", '"refs/heads/topic"'), {
    claims: { ...noEnvironment, ref: "refs/heads/topic" },
    rules: [ON_MAIN],
  }),
  refuse("the branch in other capitals is refused", noPlace("(missing)", '"refs/heads/Main"'), {
    claims: { ...noEnvironment, ref: "refs/heads/Main" },
    rules: [ON_MAIN],
  }),
  refuse("a tag with the name of the branch is refused", noPlace("(missing)", '"refs/tags/main"'), {
    claims: { ...noEnvironment, ref: "refs/tags/main" },
    rules: [ON_MAIN],
  }),
  refuse("an environment with the name of the ref is refused", noPlace('"refs/heads/main"', '"refs/heads/topic"'), {
    claims: { environment: "refs/heads/main", ref: "refs/heads/topic" },
    rules: [ON_MAIN],
  }),
  refuse("a value of 101 characters is shown in part", noPlace(`"${"e".repeat(100)}..."`, '"refs/heads/main"'), {
    claims: { environment: "e".repeat(101) },
  }),
];

const WORKFLOWS: readonly Case[] = [
  refuse(
    "a reusable workflow of somebody else is refused",
    workflow('"mallory/x/.github/workflows/x.yml@refs/heads/main"'),
    {
      claims: { job_workflow_ref: "mallory/x/.github/workflows/x.yml@refs/heads/main" },
    },
  ),
  refuse(
    "a workflow of a repository whose name begins like ours is refused",
    workflow('"acme/crm2/.github/workflows/x.yml@a"'),
    {
      claims: { job_workflow_ref: "acme/crm2/.github/workflows/x.yml@a" },
    },
  ),
  refuse("a reusable workflow without a rule for it is refused", workflow(`"${SHARED}"`), {
    claims: { job_workflow_ref: SHARED },
  }),
  refuse("another workflow than the rule's is refused", workflow(`"${OURS}"`), {
    claims: { job_workflow_ref: OURS },
    rules: [WITH_WORKFLOW],
  }),
  refuse("the rule's workflow at another branch is refused", workflow(`"${SHARED.replace("main", "topic")}"`), {
    claims: { job_workflow_ref: SHARED.replace("main", "topic") },
    rules: [WITH_WORKFLOW],
  }),
  refuse("the rule's workflow in other capitals is refused", workflow(`"${SHARED.replace("acme", "Acme")}"`), {
    claims: { job_workflow_ref: SHARED.replace("acme", "Acme") },
    rules: [WITH_WORKFLOW],
  }),
  refuse("a rule with a workflow refuses a token without one", workflow("(missing)"), {
    claims: { job_workflow_ref: undefined },
    rules: [WITH_WORKFLOW],
  }),
  refuse("a workflow that is no text is refused", workflow("(missing)"), { claims: { job_workflow_ref: [OURS] } }),
  refuse("a token without the repository's name is refused", workflow(`"${OURS}"`), {
    claims: { job_workflow_ref: OURS, repository: undefined },
  }),
  refuse("a blank name of the repository is refused", workflow('"/.github/workflows/x.yml@a"'), {
    claims: { job_workflow_ref: "/.github/workflows/x.yml@a", repository: "" },
  }),
  refuse("pull_request is refused in the right environment", 'event_name "pull_request" is always refused', {
    claims: { event_name: "pull_request", ref: PULL },
  }),
  refuse("pull_request is refused where a rule names its ref", 'event_name "pull_request" is always refused', {
    claims: { ...noEnvironment, event_name: "pull_request", ref: PULL },
    rules: [{ ...ON_MAIN, ref: PULL }],
  }),
  refuse("pull_request_target is refused on the right branch", 'event_name "pull_request_target" is always refused', {
    claims: { ...noEnvironment, event_name: "pull_request_target" },
    rules: [ON_MAIN],
  }),
  refuse("workflow_run is refused on the right branch", 'event_name "workflow_run" is always refused', {
    claims: { event_name: "workflow_run" },
  }),
  refuse("issue_comment is refused", `event_name "issue_comment" ${EVENTS}`, {
    claims: { event_name: "issue_comment" },
  }),
  refuse("push in capitals is refused", `event_name "PUSH" ${EVENTS}`, { claims: { event_name: "PUSH" } }),
  refuse("a token without an event is refused", `event_name (missing) ${EVENTS}`, {
    claims: { event_name: undefined },
  }),
  refuse(
    "rules that fit and name different users are refused",
    "several rules fit this job, and they name different users",
    {
      rules: [IN_ENVIRONMENT, { ...ON_MAIN, username: "other@acme.example" }],
    },
  ),
  refuse("three rules of which two agree are refused", "several rules fit this job, and they name different users", {
    rules: [{ ...ON_MAIN, username: "other@acme.example" }, IN_ENVIRONMENT, ON_MAIN],
  }),
];

/** Claims and rules in, user or reason out. The Apex test class has the same rows. */
export const CASES: readonly Case[] = [...LOGINS, ...TOKENS, ...PLACES, ...WORKFLOWS];

/** Headers of tokens, and whether one of GitHub's can be meant. */
export const HEADERS: readonly (readonly [title: string, header: string, accepted: boolean])[] = [
  ["GitHub's header is taken", '{"typ":"JWT","alg":"RS256","x5t":"x","kid":"k1"}', true],
  ["an unsigned token is refused", '{"typ":"JWT","alg":"none","kid":"k1"}', false],
  ["HS256, for which the public key would be the secret, is refused", '{"alg":"HS256","kid":"k1"}', false],
  ["RS512 is refused", '{"alg":"RS512","kid":"k1"}', false],
  ["the algorithm in other capitals is refused", '{"alg":"rs256","kid":"k1"}', false],
  ["a header without an algorithm is refused", '{"kid":"k1"}', false],
  ["a header with two algorithms is refused", '{"alg":"none","alg":"RS256","kid":"k1"}', false],
  ["a header without the ID of a key is refused", '{"alg":"RS256"}', false],
  ["a header with a blank ID of a key is refused", '{"alg":"RS256","kid":""}', false],
  ["a header that is no JSON is refused", "alg=RS256", false],
];
