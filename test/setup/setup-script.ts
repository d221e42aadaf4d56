import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const SETUP = fileURLToPath(new URL("../../setup/", import.meta.url));

/** The reason why the script can't run here, or `false` if it can. */
export const CANNOT_RUN: string | false =
  process.platform === "win32"
    ? "the script is for bash; docs/setup.md has the steps for PowerShell"
    : spawnSync("bash", ["-c", "command -v openssl"]).status === 0
      ? false
      : "bash or openssl is missing";

/** One run of the script, as a user sees it. */
export interface ScriptRun {
  readonly status: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

/**
 * Runs `setup/setup.sh` for the org `acme` and the user `deploy@acme.example`.
 *
 * @param args.out the folder for the files that the script creates
 * @param args.answers to its questions, in order
 */
export async function runScript(args: {
  readonly env: NodeJS.ProcessEnv;
  readonly out: string;
  readonly answers: readonly string[];
  readonly options?: readonly string[];
}): Promise<ScriptRun> {
  const { env, out, answers, options = [] } = args;
  const required = ["--target-org", "acme", "--username", "deploy@acme.example", "--contact-email", "it@acme.example"];
  const script = spawn("bash", [join(SETUP, "setup.sh"), ...required, "--out", out, ...options], {
    env,
    signal: AbortSignal.timeout(120_000),
  });
  // If the script stops before it reads, writing to it fails.
  script.stdin.on("error", () => {});
  script.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
  const closed = new Promise<number | null>((resolve, reject) => {
    script.once("error", reject);
    script.once("close", resolve);
  });
  const [stdout, stderr, status] = await Promise.all([script.stdout.toArray(), script.stderr.toArray(), closed]);
  return { status, output: Buffer.concat([...stdout, ...stderr]).toString("utf8") };
}
