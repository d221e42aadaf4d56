import { explain } from "./diagnosis/explain.ts";
import { describeJob, loginRule } from "./diagnosis/job-claims.ts";
import { type Inputs, readInputs } from "./inputs/inputs.ts";
import { rawInputs } from "./inputs/raw-inputs.ts";
import { secretsOfInputs } from "./inputs/reader.ts";
import { ActionError, type Cause } from "./lib/action-error.ts";
import type { Clock } from "./lib/clock.ts";
import type { HttpGet, HttpPost } from "./lib/http.ts";
import type { Runner, RunnerFile } from "./lib/runner.ts";
import { sameId } from "./lib/salesforce-id.ts";
import { setOutputs } from "./outputs.ts";
import { loginSummary } from "./summary.ts";
import { type AccessToken, checkToken, type ExpectedHosts, revocable, secretsOf } from "./token/access-token.ts";
import { tokenExchange } from "./token/exchange.ts";
import { givenAssertion, jwtBearer } from "./token/grants.ts";
import { oidcEndpoint } from "./token/oidc.ts";
import { requestToken, type TokenResult } from "./token/request.ts";
import { saveForRevocation } from "./token/revocation.ts";

/** What the step needs from outside, so that tests can bring their own. */
export interface Dependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly runner: Runner;
  /** Returns the bytes of a regular file. */
  readonly readFile: (path: string, maxBytes: number) => Buffer;
  readonly httpPost: HttpPost;
  readonly httpGet: HttpGet;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * The main step: inputs -> what is sent -> token endpoint -> checks -> outputs.
 *
 * @throws ActionError with what to do, or any other error, which is a bug
 */
export async function login(deps: Dependencies): Promise<void> {
  const { env, runner, clock, readFile } = deps;
  const raw = rawInputs(env);
  secretsOfInputs(raw).forEach(runner.mask);
  const inputs = readInputs(raw, { env, readFile, mask: runner.mask, now: new Date(clock.now()) });
  inputs.notices.forEach(runner.info);
  inputs.warnings.forEach(runner.warning);
  runner.requireFiles(filesToWrite(inputs));

  const result = await requestToken(tokenRequest(inputs, deps), deps);
  if (result.kind === "failed") {
    if (inputs.keyless) logLoginRule(result, deps);
    throw explain({ result, inputs, now: new Date(clock.now()) });
  }
  secretsOf(result.fields).forEach(runner.mask);
  const hosts = expectedHosts(inputs);
  // A token that a check refuses exists, too, and is to be revoked: it is saved before the checks.
  const saved = inputs.revokeToken ? revocable(result.fields, hosts) : undefined;
  const notSaved = saved && (await saveForRevocation(saved, deps));
  const token = checkToken(result.fields, hosts);
  checkOrg(token, inputs);
  if (notSaved) throw notSaved;

  const certificateExpiresAt = inputs.certificate?.notAfter.toISOString() ?? "";
  setOutputs({ ...inputs, token, certificateExpiresAt, runner });
  const user = nameUser(inputs, token, result);
  if (inputs.writeJobSummary) runner.addSummary(loginSummary(user, token, certificateExpiresAt));
  runner.info(`Logged in to ${token.instanceUrl} as ${user}.`);
}

function filesToWrite({ revokeToken, exportEnvironmentVariables }: Inputs): RunnerFile[] {
  return [
    "GITHUB_OUTPUT",
    ...(revokeToken ? (["GITHUB_STATE"] as const) : []),
    ...(exportEnvironmentVariables ? (["GITHUB_ENV"] as const) : []),
  ];
}

/** The rule chose a keyless job's user, whose ID alone came back. */
function nameUser({ keyless, username }: Inputs, { userId }: AccessToken, { claims = {} }: TokenResult): string {
  return keyless ? `user ${userId || "(unknown ID)"}, job of ${describeJob({ ...claims })}` : username;
}

/** Salesforce refused the job: an administrator can review this rule and deploy it. */
function logLoginRule({ claims, response }: Extract<TokenResult, { kind: "failed" }>, { runner }: Dependencies): void {
  if (claims === undefined || response.kind !== "error") return;
  runner.info(`A login rule for this job, to review and deploy as customMetadata/GitHub_Login_Rule.NAME.md-meta.xml:`);
  for (const line of loginRule({ ...claims }).split("\n")) runner.info(line);
}

function tokenRequest(
  { loginUrl, audience, fallbackAudience, timeoutSeconds, keyless, assertion, ...key }: Inputs,
  deps: Dependencies,
) {
  const { env, runner } = deps;
  const { consumerKey } = key;
  return {
    tokenEndpoint: loginUrl.tokenEndpoint,
    grants: keyless
      ? tokenExchange({ consumerKey, ...keyless, endpoint: oidcEndpoint(env) }, { ...deps, mask: runner.mask })
      : assertion
        ? givenAssertion(assertion)
        : jwtBearer(key),
    signing: { audience, fallbackAudience, skewMs: undefined },
    timeoutSeconds,
  };
}

function expectedHosts({ loginUrl: { url, isMyDomain, isSalesforce } }: Inputs): ExpectedHosts {
  return { loginOrigin: new URL(url).origin, isInstance: isMyDomain, isSalesforce };
}

function checkOrg({ orgId, instanceUrl }: AccessToken, { expectedOrgId, username, keyless }: Inputs): void {
  if (expectedOrgId === undefined || (orgId !== "" && sameId(orgId, expectedOrgId))) return;
  const isNamed = orgId !== "";
  throw new ActionError({
    code: "org-mismatch",
    headline: isNamed
      ? `The token is for org ${orgId}, but expected_org_id is ${expectedOrgId}. No outputs were set.`
      : "Salesforce didn't name the token's org, so it can't be compared with expected_org_id. No outputs were set.",
    context: [keyless ? `Org at ${instanceUrl}` : `User ${username} at ${instanceUrl}`],
    causes: isNamed ? otherOrg(expectedOrgId) : ORG_NOT_NAMED,
  });
}

const ORG_NOT_NAMED: readonly Cause[] = [
  {
    cause: "The app issues JWT-based access tokens, and not every one names its org.",
    fix: "Setup > External Client App Manager > your app > Settings > Edit > OAuth Settings > Security: clear “Issue JSON Web Token (JWT)-based access tokens for named users”. Or remove expected_org_id from the step.",
  },
];

function otherOrg(expectedOrgId: string): readonly Cause[] {
  return [
    {
      cause: "login_url or username belongs to another org than you intend.",
      fix: `Set login_url to the My Domain of org ${expectedOrgId} (Setup > My Domain > Current My Domain URL), and username to a user of that org.`,
    },
    {
      cause: "The org is the right one, but its ID changed: a refreshed sandbox has a new ID.",
      fix: "Set expected_org_id to Setup > Company Information > Salesforce.com Organization ID.",
    },
  ];
}
