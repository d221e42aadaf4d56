// Starts an embedded Salesforce for later steps of a workflow that use the action by `uses: ./`. It sets what they require as
// outputs, and exits after the given time: node tools/serve-fake.ts [seconds]

import { type ChildProcess, fork } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { githubRunner } from "../src/lib/runner.ts";
import type { Login } from "./background.ts";

const BACKGROUND = fileURLToPath(new URL("background.ts", import.meta.url));
/** Longer than the jobs of this repository take. */
const LIFETIME_SECONDS = "900";

/** Resolves when the background process listens. */
function loginOf(background: ChildProcess): Promise<Login> {
  return new Promise((resolve, reject) => {
    background.once("message", (login) => resolve(login as Login));
    background.once("error", reject);
    background.once("exit", (code) => reject(new Error(`the embedded Salesforce ended at once, with ${code}`)));
  });
}

const workflow = githubRunner(process.env);
// The runner waits until all pipes of a step are closed, so the background process must not inherit one.
const background = fork(BACKGROUND, [process.argv[2] ?? LIFETIME_SECONDS], {
  detached: true,
  stdio: ["ignore", "ignore", "ignore", "ipc"],
});
try {
  const login = await loginOf(background);
  const pidFile = join(process.env["RUNNER_TEMP"] ?? tmpdir(), "embedded-salesforce.pid");
  await writeFile(pidFile, `${background.pid}\n`);
  workflow.mask(login.private_key);
  for (const [name, value] of Object.entries({ ...login, pid_file: pidFile })) workflow.output(name, value);
  console.log(`An embedded Salesforce answers as ${login.login_url}, by the proxy ${login.https_proxy}.`);
  background.disconnect();
  background.unref();
} catch (error) {
  background.kill();
  throw error;
}
