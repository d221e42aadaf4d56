import { systemClock } from "./clock.ts";
import { pastNoProxy, postForm } from "./form-post.ts";
import { rawInputs, wantsSummary } from "./inputs.ts";
import { failureSummary } from "./job-summary.ts";
import { readKeyFile } from "./key-file.ts";
import { mint } from "./mint.ts";
import { docsUrl, report } from "./report.ts";
import { keptForRevocation, revoke } from "./revocation.ts";
import { githubWorkflow } from "./workflow.ts";

const { env } = process;
const workflow = githubWorkflow(env);
const send = pastNoProxy(env["https_proxy"] || env["HTTPS_PROXY"], postForm);

// The proxy client calls the deprecated `Buffer()` for a proxy's password; its warning would only puzzle the log's reader.
process.noDeprecation = true;

/** The step: gets a token and hands it over, or fails with one error. */
export async function main(): Promise<void> {
  try {
    await mint({ env, workflow, readFile: readKeyFile, postForm: send, clock: systemClock, random: Math.random });
  } catch (error) {
    // Not `process.exit()`, which would lose lines that are still on their way through a pipe.
    process.exitCode = 1;
    const message = report(error, docsUrl(env));
    workflow.error(message);
    if (wantsSummary(rawInputs(env))) await workflow.summarise(failureSummary(message));
  }
}

/** The end of the job: revokes what the step kept. */
export async function post(): Promise<void> {
  const kept = keptForRevocation(env);
  if (!kept) return;
  workflow.mask(kept.accessToken);
  await revoke(kept, { postForm: send, clock: systemClock, workflow });
}
