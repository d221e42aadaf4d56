import type { Clock } from "../lib/clock.ts";
import type { HttpPost, HttpResponse } from "../lib/http.ts";
import type { Runner } from "../lib/runner.ts";
import { sanitize } from "../lib/sanitize.ts";
import { classifyNetworkError } from "./network-errors.ts";
import type { SavedToken } from "./saved-token.ts";

/** The post step ends within ten seconds, node's own start and end included. */
const REVOCATION_MS = 9000;

/**
 * Revokes a token at its org (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). Never throws for what may go wrong on
 * the way: the job's work is done, and a warning says what is left.
 */
export async function revoke(
  { accessToken, instanceUrl }: SavedToken,
  { httpPost, clock, runner }: { httpPost: HttpPost; clock: Clock; runner: Pick<Runner, "info" | "warning"> },
): Promise<void> {
  const url = `${instanceUrl}/services/oauth2/revoke`;
  const problem = await clock
    .withTimeout(REVOCATION_MS, (signal) => httpPost({ url, form: { token: accessToken }, signal }))
    .then(refusal, fault);
  if (problem === undefined) runner.info("The access token was revoked.");
  else {
    runner.warning(
      `The access token could not be revoked: ${problem}. It ends with its session (Setup → Session Management lists and removes it).`,
    );
  }
}

function fault(error: unknown): string {
  return classifyNetworkError(error).reason;
}

function refusal({ status, body }: HttpResponse): string | undefined {
  if (status === 200) return undefined;
  return `Salesforce answered HTTP ${status} ${sanitize(errorCode(body), 80)}`.trim();
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
