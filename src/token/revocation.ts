import type { Clock } from "../lib/clock.ts";
import type { HttpPost, HttpResponse } from "../lib/http.ts";
import type { Runner } from "../lib/runner.ts";
import { classifyNetworkError } from "./network-errors.ts";

/** The post step ends within ten seconds, the start and end of Node included. */
const REVOCATION_MS = 9000;

/** Names of the runner's state, which passes the token to the post step. */
const STATE = { accessToken: "revoke_access_token", instanceUrl: "revoke_instance_url" } as const;

/** An https origin of a host name, to which a path is appended as it is: no path, no user name, no IP address. */
const HTTPS_ORIGIN = /^https:\/\/(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*(?::\d{1,5})?$/;

/** An error code (RFC 6749 §5.2, RFC 7009 §2.2.1). Other text isn't shown: it could be a piece of the token, which still works. */
const ERROR_CODE = /^[a-z_]{1,40}(?=\s|$)/;

/** A token to revoke. */
export interface SavedToken {
  readonly accessToken: string;
  /** The origin of the org that issued it. */
  readonly instanceUrl: string;
}

/** What a revocation needs. */
export interface RevocationDependencies {
  readonly httpPost: HttpPost;
  readonly clock: Clock;
  readonly runner: Pick<Runner, "info" | "warning" | "saveState">;
}

/**
 * Saves a token for the post step; the runner passes state to this action's post step only. If that fails, revokes the
 * token at once, since the post step won't.
 *
 * @returns why the token couldn't be saved; undefined if it was
 */
export async function saveForRevocation(token: SavedToken, deps: RevocationDependencies): Promise<Error | undefined> {
  try {
    deps.runner.saveState(STATE.accessToken, token.accessToken);
    deps.runner.saveState(STATE.instanceUrl, token.instanceUrl);
    return undefined;
  } catch (error) {
    await revoke(token, deps);
    return error as Error;
  }
}

/**
 * Returns the token that was saved, if any. Its address is unchecked: see {@link revoke}.
 *
 * @param env the post step's environment
 */
export function savedToken(env: NodeJS.ProcessEnv): SavedToken | undefined {
  const accessToken = env[`STATE_${STATE.accessToken}`];
  return accessToken ? { accessToken, instanceUrl: env[`STATE_${STATE.instanceUrl}`] ?? "" } : undefined;
}

/**
 * Revokes a token at its org (RFC 7009; Salesforce help, "Revoke OAuth Tokens"). What goes wrong becomes a warning: the
 * job's work is done.
 *
 * @throws only a defect
 */
export async function revoke(
  { accessToken, instanceUrl }: SavedToken,
  { httpPost, clock, runner }: Omit<RevocationDependencies, "runner"> & { runner: Pick<Runner, "info" | "warning"> },
): Promise<void> {
  const url = `${instanceUrl}/services/oauth2/revoke`;
  const problem =
    HTTPS_ORIGIN.test(instanceUrl) && URL.canParse(url)
      ? await clock
          .withTimeout(REVOCATION_MS, (signal) => httpPost({ url, form: { token: accessToken }, signal }))
          .then(refusal, (error: unknown) => classifyNetworkError(error).reason)
      : "the address that was saved with it isn't https:// and a host name, so it was sent nowhere";
  if (problem === undefined) runner.info("The access token was revoked.");
  else {
    runner.warning(
      `The access token couldn't be revoked: ${problem}. It is valid until its session ends. To end it now, remove the session in Setup > Session Management.`,
    );
  }
}

function refusal({ status, body }: HttpResponse): string | undefined {
  if (status === 200) return undefined;
  const [code = ""] = ERROR_CODE.exec(errorCode(body)) ?? [];
  return `Salesforce answered HTTP ${status} ${code}`.trim();
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
