import { checkToken, revocable, secretsOf } from "./access-token.ts";
import type { Clock } from "./clock.ts";
import { Failure } from "./failure.ts";
import type { PostForm } from "./form-post.ts";
import { handOver } from "./hand-over.ts";
import { rawInputs, readInputs, secretsOfInputs } from "./inputs.ts";
import { loginSummary } from "./job-summary.ts";
import { keepForRevocation } from "./kept-token.ts";
import { sameId } from "./org-id.ts";
import { requestToken } from "./token-endpoint.ts";
import type { Workflow } from "./workflow.ts";

/** What the step needs of the world. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly workflow: Workflow;
  readonly readFile: (path: string) => Buffer;
  readonly postForm: PostForm;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The whole step: inputs, key, assertion, token endpoint, hand-over.
 *
 * @throws Failure with what to do, or an error that is a defect
 */
export async function mint(world: World): Promise<void> {
  const { env, workflow, clock, readFile } = world;
  const raw = rawInputs(env);
  secretsOfInputs(raw).forEach(workflow.mask);
  const inputs = readInputs(raw, { readFile, mask: workflow.mask, now: new Date(clock.now()) });
  inputs.warnings.forEach(workflow.warning);

  const exchange = await requestToken({ ...inputs, tokenEndpoint: inputs.loginUrl.tokenEndpoint }, world);
  if (exchange.outcome.kind !== "granted") {
    const { diagnose } = await import(/* webpackChunkName: "failure" */ "./diagnosis.ts");
    throw diagnose({ exchange, inputs }, new Date(clock.now()));
  }
  const { fields } = exchange.outcome;
  secretsOf(fields).forEach(workflow.mask);
  try {
    const token = checkToken(fields, inputs.loginUrl.isMyDomain ? inputs.loginUrl.url : undefined);
    checkOrg(token.orgId, inputs.expectedOrgId);
    const certificateExpiresAt = inputs.certificate?.expiresAt.toISOString() ?? "";
    handOver({ ...inputs, token, certificateExpiresAt, workflow });
    workflow.info(`Logged in to ${token.instanceUrl} as ${inputs.username}.`);
    if (inputs.writeJobSummary) workflow.summarise(loginSummary(inputs.username, token, certificateExpiresAt));
  } finally {
    // A token that a check refuses exists all the same, and ends with the job if that was asked for.
    const kept = inputs.revokeToken && revocable(fields, inputs.loginUrl.url);
    if (kept) keepForRevocation(kept, workflow);
  }
}

function checkOrg(orgId: string, expected: string | undefined): void {
  if (expected === undefined || (orgId !== "" && sameId(orgId, expected))) return;
  const found = orgId === "" ? "an org that Salesforce did not name" : `org ${orgId}`;
  throw new Failure({
    code: "org-mismatch",
    message: `The token is for ${found}, but expected_org_id is ${expected}. Nothing was handed over.`,
    steps: [
      "Check which org login_url and username belong to: Setup → Company Information → Salesforce.com Organization ID.",
      "If the org is the right one (a refreshed sandbox has a new id), change expected_org_id.",
    ],
  });
}
