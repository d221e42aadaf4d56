import { errorMessage, troubleshootingUrl } from "./diagnosis/message.ts";
import { wantsSummary } from "./inputs/inputs.ts";
import { readRegularFile } from "./inputs/key-file.ts";
import { rawInputs } from "./inputs/raw-inputs.ts";
import { systemClock } from "./lib/clock.ts";
import { httpGet, httpPost, ignoreTlsSwitch } from "./lib/http.ts";
import { requireReadableProxy } from "./lib/proxy.ts";
import { githubRunner } from "./lib/runner.ts";
import { type Dependencies, login } from "./login.ts";
import { failureSummary } from "./summary.ts";
import { revoke, savedToken } from "./token/revocation.ts";

const { env } = process;
const runner = githubRunner(env);
const deps: Dependencies = {
  env,
  runner,
  readFile: readRegularFile,
  httpPost: ignoreTlsSwitch(env, runner.warning, requireReadableProxy(env, httpPost)),
  httpGet: ignoreTlsSwitch(env, runner.warning, requireReadableProxy(env, httpGet)),
  clock: systemClock,
  random: Math.random,
};

// The proxy client calls the deprecated `Buffer()` for a proxy's password; readers of the log can't do anything about it.
process.noDeprecation = true;

// Node can't end a name lookup, and waits for it before the process ends. A name server that doesn't answer holds glibc up
// for 15 to 30 s by default; with this (resolv.conf(5)) for 4 to 10 s.
env["RES_OPTIONS"] ??= "timeout:2 attempts:2";

/** The main step: gets a token and sets the outputs, or fails with one error annotation. */
export async function main(): Promise<void> {
  // Node exits with 0 when nothing is left to wait for, also in the middle of a login: success is stated explicitly.
  process.exitCode = 1;
  process.once("beforeExit", failWithoutResult);
  try {
    await login(deps);
    process.exitCode = 0;
  } catch (error) {
    fail(error);
  }
  process.off("beforeExit", failWithoutResult);
  exit();
}

/** The post step: revokes the token that the main step saved. Never fails the job, whose work is done. */
export async function post(): Promise<void> {
  const saved = savedToken(env);
  if (!saved) return;
  // If the log can't be written, the token is still revoked. The main step fails then: nothing that it gets could be masked.
  process.stdout.on("error", () => {});
  runner.mask(saved.accessToken);
  try {
    await revoke(saved, deps);
  } catch (error) {
    runner.warning(errorMessage(error, troubleshootingUrl(env)));
  }
  exit();
}

function fail(error: unknown): void {
  const message = errorMessage(error, troubleshootingUrl(env));
  runner.error(message);
  if (wantsSummary(rawInputs(env))) runner.addSummary(failureSummary(message));
}

function failWithoutResult(): void {
  fail(new Error("there was nothing left to wait for, and no result"));
  exit();
}

/**
 * Exits when stdout is flushed, which a plain `process.exit()` doesn't wait for. A natural exit takes longer: Node first
 * waits for connections to close.
 */
function exit(): void {
  process.stdout.write("", () => process.exit());
}
