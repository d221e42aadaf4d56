import { systemClock } from "./clock.ts";
import type { PostForm } from "./form-post.ts";
import { rawInputs, wantsSummary } from "./inputs.ts";
import { failureSummary } from "./job-summary.ts";
import { keptForRevocation } from "./kept-token.ts";
import { readKeyFile } from "./key-file.ts";
import { mint } from "./mint.ts";
import { revoke } from "./revocation.ts";
import { githubWorkflow } from "./workflow.ts";

const { env } = process;
const workflow = githubWorkflow(env);

/** In the same file, but not run before it is asked for: with it come node's HTTP and TLS. */
const loadClient = () => import(/* webpackMode: "eager" */ "./form-post.ts");
const send: PostForm = async (post) => {
  const { pastNoProxy, postForm } = await loadClient();
  return pastNoProxy(env["https_proxy"] || env["HTTPS_PROXY"], postForm)(post);
};

// The proxy client calls the deprecated `Buffer()` for a proxy's password; its warning would only puzzle the log's reader.
process.noDeprecation = true;

/** The step: gets a token and hands it over, or fails with one error. */
export async function main(): Promise<void> {
  // Node ends with 0 when there is nothing left to wait for, also in the middle of a login: success has to be said.
  process.exitCode = 1;
  process.once("beforeExit", endWithoutOutcome);
  // The event loop comes round for the first time while another thread signs the assertion: time to load the client.
  const loading = setImmediate(loadClient);
  try {
    await mint({ env, workflow, readFile: readKeyFile, postForm: send, clock: systemClock, random: Math.random });
    process.exitCode = 0;
  } catch (error) {
    await fail(error);
  }
  process.off("beforeExit", endWithoutOutcome);
  // Inputs that can't be used end the step before the client is needed.
  clearImmediate(loading);
  end();
}

/** The end of the job: revokes what the step kept. */
export async function post(): Promise<void> {
  const kept = keptForRevocation(env);
  if (!kept) return;
  workflow.mask(kept.accessToken);
  await revoke(kept, { postForm: send, clock: systemClock, workflow });
  end();
}

async function fail(error: unknown): Promise<void> {
  const { docsUrl, report } = await import(/* webpackChunkName: "failure" */ "./report.ts");
  const message = report(error, docsUrl(env));
  workflow.error(message);
  if (wantsSummary(rawInputs(env))) workflow.summarise(failureSummary(message));
}

async function endWithoutOutcome(): Promise<void> {
  await fail(new Error("there was nothing left to wait for, and no outcome"));
  end();
}

/**
 * Ends the process when the last line has left it, which a plain `process.exit()` doesn't wait for. Leaving the end to node
 * takes longer: it waits for connections to close, and takes its heap apart.
 */
function end(): void {
  process.stdout.write("", () => process.exit());
}
