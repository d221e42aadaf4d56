import type { Clock } from "./clock.ts";
import type { Answer, PostForm } from "./form-post.ts";
import type { Revocable } from "./kept-token.ts";
import type { Workflow } from "./workflow.ts";

/** The post step ends within ten seconds, node's own start and end included. */
const REVOCATION_MS = 9000;

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
    .then(refusal, fault);
  if (problem === undefined) workflow.info("The access token was revoked.");
  else {
    workflow.warning(
      `The access token could not be revoked: ${problem}. It ends with its session (Setup → Session Management lists and removes it).`,
    );
  }
}

async function fault(error: unknown): Promise<string> {
  const { networkFault } = await import(/* webpackChunkName: "failure" */ "./network-fault.ts");
  return networkFault(error).reason;
}

async function refusal({ status, body }: Answer): Promise<string | undefined> {
  if (status === 200) return undefined;
  const { quote } = await import(/* webpackChunkName: "failure" */ "./remote-text.ts");
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
