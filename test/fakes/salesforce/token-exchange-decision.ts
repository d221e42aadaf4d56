/**
 * The decision of setup/keyless's Apex class GitHubLoginDecision in TypeScript, line by line. Both are held to one table
 * of cases (test/unit/keyless/cases.ts). It imports nothing, so that its tests can change a copy of it.
 */

/** What a record of GitHub_Login_Rule__mdt says; a field that is empty there is missing here. */
export interface Rule {
  readonly app?: string | undefined;
  readonly repositoryId?: string | undefined;
  readonly repositoryOwnerId?: string | undefined;
  readonly environment?: string | undefined;
  readonly ref?: string | undefined;
  readonly jobWorkflowRef?: string | undefined;
  readonly username?: string | undefined;
  readonly active?: boolean | undefined;
}

/** What the org knows without the token. */
export interface Context {
  /** API name of the app that the token was sent to. */
  readonly app: string;
  /** The My Domain of the org. */
  readonly audience: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** A username, or why the login is refused. */
export type Decision =
  | { readonly username: string; readonly reason?: undefined }
  | { readonly username?: undefined; readonly reason: string };

/** Texts and whole numbers by name; other values are undefined. */
type Claims = ReadonlyMap<string, string | number | undefined>;

/** A check that a rule has to pass, and the text if no rule passes it. */
interface RuleCheck {
  passes(rule: Rule, claims: Claims, context: Context): boolean;
  reason(claims: Claims): string;
}

export const ISSUER = "https://token.actions.githubusercontent.com";
const SKEW = 60;
const LONGEST_VALUE = 100;
const ALLOWED_EVENTS = ["push", "schedule", "workflow_dispatch", "release"];
const REFUSED_EVENTS = ["pull_request", "pull_request_target", "workflow_run"];

/** In this order. */
const RULE_CHECKS: readonly RuleCheck[] = [
  {
    passes: (rule, _, { app }) => equal(rule.app, app),
    reason: () => "no login rule is for this app",
  },
  {
    passes: (rule, claims) => equal(rule.repositoryId, claims.get("repository_id")),
    reason: (claims) => `no login rule is for repository_id ${show(claims.get("repository_id"))}`,
  },
  {
    passes: (rule, claims) => equal(rule.repositoryOwnerId, claims.get("repository_owner_id")),
    reason: (claims) =>
      `the login rule is for another owner than repository_owner_id ${show(claims.get("repository_owner_id"))}`,
  },
  {
    passes: (rule) => isText(rule.username) && isText(rule.environment) !== isText(rule.ref),
    reason: () => "the login rule needs a username and exactly one of environment and ref",
  },
  {
    passes: (rule) => rule.active === true,
    reason: () => "the login rule is not active",
  },
  {
    passes: (rule, claims) => equal(rule.environment, claims.get("environment")) || equal(rule.ref, claims.get("ref")),
    reason: (claims) =>
      `no login rule is for environment ${show(claims.get("environment"))} or ref ${show(claims.get("ref"))}`,
  },
  {
    passes: allowsWorkflow,
    reason: (claims) => `the login rule does not allow job_workflow_ref ${show(claims.get("job_workflow_ref"))}`,
  },
];

/** Whether the header of a token is one that GitHub writes: RS256, with the ID of a key, and no name twice. */
export function isGitHubHeader(header: string): boolean {
  const fields = readObject(header);
  return fields !== undefined && fields.get("alg") === "RS256" && isText(fields.get("kid"));
}

/**
 * Decides which user a job logs in as.
 *
 * @param payload the second part of a token whose signature was verified, decoded
 */
export function decide(payload: string, rules: readonly Rule[], context: Context): Decision {
  const claims = readObject(payload);
  if (!claims) return { reason: "the claims are not a JSON object with each name once" };
  const reason = checkToken(claims, context);
  return reason === undefined ? decideByRules(claims, rules, context) : { reason };
}

function checkToken(claims: Claims, { audience, now }: Context): string | undefined {
  if (!equal(ISSUER, claims.get("iss"))) return `iss is ${show(claims.get("iss"))}, not GitHub.com`;
  if (!equal(audience, claims.get("aud"))) return `aud is ${show(claims.get("aud"))}, and this org is ${audience}`;
  const expires = claims.get("exp");
  if (typeof expires !== "number" || now >= expires + SKEW) return "the token has expired, or has no time of expiry";
  const begins = claims.get("nbf");
  if (typeof begins !== "number" || now < begins - SKEW) {
    return "the token is not valid yet, or does not say from when on it is";
  }
  return undefined;
}

function decideByRules(claims: Claims, rules: readonly Rule[], context: Context): Decision {
  if (rules.length === 0) return { reason: "this org has no login rule" };
  let left = rules;
  for (const { passes, reason } of RULE_CHECKS) {
    left = left.filter((rule) => passes(rule, claims, context));
    if (left.length === 0) return { reason: reason(claims) };
  }
  const reason = checkEvent(claims.get("event_name"));
  if (reason !== undefined) return { reason };
  const [username = "", ...others] = new Set(left.map((rule) => rule.username));
  if (others.length > 0) return { reason: "several rules fit this job, and they name different users" };
  return { username };
}

function allowsWorkflow(rule: Rule, claims: Claims): boolean {
  const workflow = claims.get("job_workflow_ref");
  if (isText(rule.jobWorkflowRef)) return equal(rule.jobWorkflowRef, workflow);
  if (!claims.has("job_workflow_ref")) return true;
  const repository = claims.get("repository");
  return isText(workflow) && isText(repository) && workflow.startsWith(`${repository}/`);
}

function checkEvent(event: string | number | undefined): string | undefined {
  if (REFUSED_EVENTS.some((name) => equal(name, event))) return `event_name ${show(event)} is always refused`;
  if (ALLOWED_EVENTS.some((name) => equal(name, event))) return undefined;
  return `event_name ${show(event)} is not one of ${ALLOWED_EVENTS.join(", ")}`;
}

function readObject(text: string): Claims | undefined {
  const value = parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  const names = namesIn(text);
  if (new Set(names).size < names.length) return undefined;
  return new Map(Object.entries(value).map(([name, field]) => [name, readValue(field)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of an object as often as they stand in its text: JSON.parse keeps the last of each. */
function namesIn(json: string): string[] {
  let depth = 0;
  const names: string[] = [];
  for (const [token, name] of json.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (name !== undefined && depth === 1) names.push(JSON.parse(name));
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
  }
  return names;
}

function readValue(value: unknown): string | number | undefined {
  return typeof value === "string" || Number.isSafeInteger(value) ? (value as string | number) : undefined;
}

function equal(expected: string | undefined, value: unknown): boolean {
  return isText(expected) && expected === value;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function show(value: unknown): string {
  if (typeof value !== "string") return "(missing)";
  const shown = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}...` : value;
  return `"${shown}"`;
}
