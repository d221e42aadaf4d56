import { explain } from "./diagnosis/explain.ts";
import { type Inputs, rawInputs, readInputs, secretsOfInputs } from "./inputs/inputs.ts";
import { ActionError, type Cause } from "./lib/action-error.ts";
import type { Clock } from "./lib/clock.ts";
import type { HttpPost } from "./lib/http.ts";
import type { Runner, RunnerFile } from "./lib/runner.ts";
import { sameId } from "./lib/salesforce-id.ts";
import { setOutputs } from "./outputs.ts";
import { loginSummary } from "./summary.ts";
import { type AccessToken, checkToken, type ExpectedHosts, revocable, secretsOf } from "./token/access-token.ts";
import { givenAssertion, jwtBearer } from "./token/grants.ts";
import { requestToken } from "./token/request.ts";
import { saveForRevocation } from "./token/revocation.ts";

/** What the step needs from outside, so that tests can bring their own. */
export interface Dependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly runner: Runner;
  /** Returns the bytes of a regular file. */
  readonly readFile: (path: string, maxBytes: number) => Buffer;
  readonly httpPost: HttpPost;
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

  const result = await requestToken(tokenRequest(inputs), deps);
  if (result.kind === "failed") throw explain({ result, inputs, now: new Date(clock.now()) });
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
  if (inputs.writeJobSummary) runner.addSummary(loginSummary(inputs.username, token, certificateExpiresAt));
  runner.info(`Logged in to ${token.instanceUrl} as ${inputs.username}.`);
}

function filesToWrite({ revokeToken, exportEnvironmentVariables }: Inputs): RunnerFile[] {
  return [
    "GITHUB_OUTPUT",
    ...(revokeToken ? (["GITHUB_STATE"] as const) : []),
    ...(exportEnvironmentVariables ? (["GITHUB_ENV"] as const) : []),
  ];
}

function tokenRequest({ loginUrl, audience, fallbackAudience, timeoutSeconds, assertion, ...key }: Inputs) {
  return {
    tokenEndpoint: loginUrl.tokenEndpoint,
    grants: assertion ? givenAssertion(assertion) : jwtBearer(key),
    signing: { audience, fallbackAudience, skewMs: undefined },
    timeoutSeconds,
  };
}

function expectedHosts({ loginUrl: { url, isMyDomain, isSalesforce } }: Inputs): ExpectedHosts {
  return { loginOrigin: new URL(url).origin, isInstance: isMyDomain, isSalesforce };
}

function checkOrg({ orgId, instanceUrl }: AccessToken, { expectedOrgId, username }: Inputs): void {
  if (expectedOrgId === undefined || (orgId !== "" && sameId(orgId, expectedOrgId))) return;
  const isNamed = orgId !== "";
  throw new ActionError({
    code: "org-mismatch",
    headline: isNamed
      ? `The token is for org ${orgId}, but expected_org_id is ${expectedOrgId}. No outputs were set.`
      : "Salesforce didn't name the token's org, so it can't be compared with expected_org_id. No outputs were set.",
    context: [`User ${username} at ${instanceUrl}`],
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
