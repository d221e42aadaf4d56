import { explain } from "./diagnosis/explain.ts";
import { rawInputs, readInputs, secretsOfInputs } from "./inputs/inputs.ts";
import { ActionError } from "./lib/action-error.ts";
import type { Clock } from "./lib/clock.ts";
import type { HttpPost } from "./lib/http.ts";
import type { Runner } from "./lib/runner.ts";
import { sameId } from "./lib/salesforce-id.ts";
import { setOutputs } from "./outputs.ts";
import { loginSummary } from "./summary.ts";
import { checkToken, revocable, secretsOf } from "./token/access-token.ts";
import { requestToken } from "./token/request.ts";
import { saveForRevocation } from "./token/saved-token.ts";

/** What the step needs of the world. */
export interface Dependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly runner: Runner;
  readonly readFile: (path: string, maxBytes: number) => Buffer;
  readonly httpPost: HttpPost;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The whole step: inputs, key, assertion, token endpoint, hand-over.
 *
 * @throws Failure with what to do, or an error that is a defect
 */
export async function login(deps: Dependencies): Promise<void> {
  const { env, runner, clock, readFile } = deps;
  const raw = rawInputs(env);
  secretsOfInputs(raw).forEach(runner.mask);
  const inputs = readInputs(raw, { env, readFile, mask: runner.mask, now: new Date(clock.now()) });
  inputs.warnings.forEach(runner.warning);

  const result = await requestToken({ ...inputs, tokenEndpoint: inputs.loginUrl.tokenEndpoint }, deps);
  if (result.outcome.kind !== "granted") {
    throw explain({ result, inputs }, new Date(clock.now()));
  }
  const { fields } = result.outcome;
  secretsOf(fields).forEach(runner.mask);
  try {
    const token = checkToken(fields, inputs.loginUrl.isMyDomain ? inputs.loginUrl.url : undefined);
    checkOrg(token.orgId, inputs.expectedOrgId);
    const certificateExpiresAt = inputs.certificate?.notAfter.toISOString() ?? "";
    setOutputs({ ...inputs, token, certificateExpiresAt, runner });
    runner.info(`Logged in to ${token.instanceUrl} as ${inputs.username}.`);
    if (inputs.writeJobSummary) runner.addSummary(loginSummary(inputs.username, token, certificateExpiresAt));
  } finally {
    // A token that a check refuses exists all the same, and ends with the job if that was asked for.
    const kept = inputs.revokeToken && revocable(fields, inputs.loginUrl.url);
    if (kept) saveForRevocation(kept, runner);
  }
}

function checkOrg(orgId: string, expected: string | undefined): void {
  if (expected === undefined || (orgId !== "" && sameId(orgId, expected))) return;
  const found = orgId === "" ? "an org that Salesforce did not name" : `org ${orgId}`;
  throw new ActionError({
    code: "org-mismatch",
    message: `The token is for ${found}, but expected_org_id is ${expected}. Nothing was handed over.`,
    steps: [
      "Check which org login_url and username belong to: Setup → Company Information → Salesforce.com Organization ID.",
      "If the org is the right one (a refreshed sandbox has a new id), change expected_org_id.",
    ],
  });
}
