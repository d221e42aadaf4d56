import type { Workflow } from "./workflow.ts";

/** What the end of the job needs to know of its beginning: names of the runner's state. */
const STATE = { accessToken: "revoke_access_token", instanceUrl: "revoke_instance_url" } as const;

/** A token to revoke. */
export interface Revocable {
  readonly accessToken: string;
  readonly instanceUrl: string;
}

/** Keeps a token for the end of the job. The runner hands state to this action's post step alone. */
export function keepForRevocation(
  { accessToken, instanceUrl }: Revocable,
  workflow: Pick<Workflow, "saveState">,
): void {
  workflow.saveState(STATE.accessToken, accessToken);
  workflow.saveState(STATE.instanceUrl, instanceUrl);
}

/**
 * The token that was kept, if any.
 *
 * @param env the post step's environment
 */
export function keptForRevocation(env: NodeJS.ProcessEnv): Revocable | undefined {
  const accessToken = env[`STATE_${STATE.accessToken}`];
  const instanceUrl = env[`STATE_${STATE.instanceUrl}`];
  return accessToken && instanceUrl ? { accessToken, instanceUrl } : undefined;
}
