import type { Runner } from "../lib/runner.ts";

/** What the end of the job needs to know of its beginning: names of the runner's state. */
const STATE = { accessToken: "revoke_access_token", instanceUrl: "revoke_instance_url" } as const;

/** A token to revoke. */
export interface SavedToken {
  readonly accessToken: string;
  readonly instanceUrl: string;
}

/** Keeps a token for the end of the job. The runner hands state to this action's post step alone. */
export function saveForRevocation({ accessToken, instanceUrl }: SavedToken, runner: Pick<Runner, "saveState">): void {
  runner.saveState(STATE.accessToken, accessToken);
  runner.saveState(STATE.instanceUrl, instanceUrl);
}

/**
 * The token that was kept, if any.
 *
 * @param env the post step's environment
 */
export function savedToken(env: NodeJS.ProcessEnv): SavedToken | undefined {
  const accessToken = env[`STATE_${STATE.accessToken}`];
  const instanceUrl = env[`STATE_${STATE.instanceUrl}`];
  return accessToken && instanceUrl ? { accessToken, instanceUrl } : undefined;
}
