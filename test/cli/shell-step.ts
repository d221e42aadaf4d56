import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { obeyFileCommands, readFileCommands } from "../fakes/runner/file-commands.ts";
import type { Readable } from "../fakes/runner/leaks.ts";
import type { Masker } from "../fakes/runner/masker.ts";
import type { Sandbox } from "../fakes/runner/sandbox.ts";
import { stepEnvironment } from "../fakes/runner/step-environment.ts";
import { StepLog } from "../fakes/runner/step-log.ts";
import { runProcess } from "../fakes/runner/step-process.ts";
import { newRecord } from "../fakes/runner/step-record.ts";
import { readLine } from "../fakes/runner/workflow-commands.ts";

/** What a step with `run:` is given. */
export interface ShellStep {
  readonly sandbox: Sandbox;
  readonly masker: Masker;
  /** Tells the steps of a job apart. */
  readonly id: string;
  readonly script: string;
  /** As the workflow says it; undefined for the default. */
  readonly shell: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** What it did. */
export interface ShellResult extends Readable {
  readonly conclusion: "success" | "failure";
  readonly masks: readonly string[];
}

/** How the runner starts a script, by the shell's name (actions/runner, ScriptHandlerHelpers). */
const SHELLS: Readonly<Record<string, string>> = { default: "set -e", bash: "set -eo pipefail" };
const TIMEOUT_MS = 120_000;

/**
 * Runs a script by bash as GitHub's runner does: in the job's folders, with commands in its output carried out and its
 * log masked.
 *
 * @throws Error for a shell that isn't known here
 */
export async function runShellStep({ sandbox, masker, id, script, shell, env }: ShellStep): Promise<ShellResult> {
  const options = SHELLS[shell ?? "default"];
  if (options === undefined) throw new Error(`no shell ${shell} here`);
  const file = join(sandbox.temp, `${id}.sh`);
  await writeFile(file, `${options}\n${script}`);
  const fileCommands = await sandbox.fileCommands(id);
  const finished = await runProcess({
    node: "bash",
    script: file,
    cwd: sandbox.workspace,
    env: { ...stepEnvironment({ sandbox, fileCommands, debug: false, state: {} }), ...env },
    timeoutMs: TIMEOUT_MS,
    cancel: undefined,
  });
  const step = newRecord(masker, new StepLog(masker, false), false);
  for (const { line } of finished.events) readLine(step, line);
  const files = await readFileCommands(fileCommands);
  obeyFileCommands(step, files);
  return {
    conclusion: finished.exitCode === 0 && !step.failed ? "success" : "failure",
    stdout: finished.stdout,
    stderr: finished.stderr,
    log: step.log.text,
    annotations: step.log.annotations,
    outputs: Object.fromEntries(step.outputs),
    env: Object.fromEntries(step.env),
    state: {},
    path: step.path,
    masks: step.masks,
    summary: step.summary,
    files,
  };
}
