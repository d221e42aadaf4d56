import type { Clock } from "./clock.ts";
import type { Answer, PostForm } from "./form-post.ts";
import { networkFault } from "./network-fault.ts";
import { quote } from "./remote-text.ts";
import type { Workflow } from "./workflow.ts";

/** The post step ends within ten seconds, node's own start and end included. */
const REVOCATION_MS = 9000;

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

/**
 * Revokes a token at its org (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). Never throws for what may go wrong on
 * the way: the job's work is done, and a warning says what is left.
 */
export async function revoke(
  { accessToken, instanceUrl }: Revocable,
  { postForm, clock, workflow }: { postForm: PostForm; clock: Clock; workflow: Pick<Workflow, "info" | "warning"> },
): Promise<void> {
  const url = `${instanceUrl}/services/oauth2/revoke`;
  const problem = await clock
    .within(REVOCATION_MS, (signal) => postForm({ url, form: { token: accessToken }, signal }))
    .then(refusal, (error: unknown) => networkFault(error).reason);
  if (problem === undefined) workflow.info("The access token was revoked.");
  else {
    workflow.warning(
      `The access token could not be revoked: ${problem}. It ends with its session (Setup → Session Management lists and removes it).`,
    );
  }
}

function refusal({ status, body }: Answer): string | undefined {
  if (status === 200) return undefined;
  return `Salesforce answered HTTP ${status} ${quote(errorCode(body), 80)}`.trim();
}

/** Salesforce has been seen to answer here in JSON and as a form. */
function errorCode(body: string): string {
  try {
    const error = (JSON.parse(body) as { error?: unknown } | null)?.error;
    return typeof error === "string" ? error : "";
  } catch {
    return new URLSearchParams(body.slice(0, 2000)).get("error") ?? "";
  }
}
