import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ActionManifest, readActionManifest } from "./action-manifest.ts";
import { type FileTexts, obeyFileCommands, readFileCommands } from "./file-commands.ts";
import { writeHeader, writePostHeader } from "./header.ts";
import { fillInputs, inputVariables, type StepInputs, warnOfUnknownInputs } from "./inputs.ts";
import { createMasker, type Masker } from "./masker.ts";
import { type OutputEvent, stderrFirst } from "./output-events.ts";
import { createSandbox, type Sandbox, type WorkspaceFiles } from "./sandbox.ts";
import { stepEnvironment } from "./step-environment.ts";
import { type Annotation, StepLog } from "./step-log.ts";
import { type Cancel, type Finished, runProcess } from "./step-process.ts";
import { newRecord, type StepRecord } from "./step-record.ts";
import { readLine } from "./workflow-commands.ts";

/** A step of a workflow that uses the action. */
export interface StepOptions {
  /** Inputs as the workflow gives them. */
  readonly with?: Readonly<Record<string, string>>;
  /**
   * `env:` of the step. It wins over what the runner sets, so that a test can take something away. With
   * GITHUB_ACTION_REPOSITORY and GITHUB_ACTION_REF the action is used by that name, without them as `./`.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Secrets of the repository: masked from the first line. */
  readonly secrets?: readonly string[];
  /** Which of the action's files to start. */
  readonly entry?: "main" | "post";
  /** What the main file saved; the post file gets it as `STATE_…`. */
  readonly state?: Readonly<Record<string, string>>;
  /** The node binary; the one that runs this by default. */
  readonly node?: string;
  /** Whether "Enable debug logging" is on. */
  readonly debug?: boolean;
  readonly workspaceFiles?: WorkspaceFiles;
  /** Milliseconds until the process is killed: a minute by default. */
  readonly timeoutMs?: number;
  readonly cancel?: Cancel;
  /** Folder of the action; this repository by default. */
  readonly action?: string;
  /** Whether the log begins with what the workflow passed to the action; it does by default. */
  readonly header?: boolean;
  /** Takes all of stderr before stdout, which is the worst that the runner's batches can come to. */
  readonly stderrFirst?: boolean;
}

/** What a step did. */
export interface StepResult {
  /** How the runner counts it: by the exit code, and by what it could not do for the step. */
  readonly conclusion: "success" | "failure" | "cancelled";
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** As written. */
  readonly stdout: string;
  /** As written. */
  readonly stderr: string;
  /** Every line of both, in the order in which the runner takes them. */
  readonly events: readonly OutputEvent[];
  /** What a user sees, masked. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  /** Data of the `add-mask` commands. */
  readonly masks: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that GitHub withholds from other jobs, because they contain something masked. */
  readonly withheldJobOutputs: readonly string[];
  /** Variables for later steps. */
  readonly env: Readonly<Record<string, string>>;
  /** What the post file will get. */
  readonly state: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  /** As a user sees it: masked, and empty where it is too large. */
  readonly summary: string;
  /** The files that outputs, state and so on were written to, as written. */
  readonly files: FileTexts;
  /** Names of the workflow commands that the runner carried out, in order. */
  readonly commands: readonly string[];
  /** Those among them that files replaced, and those in the old style (`##[name]`). */
  readonly legacyCommands: readonly string[];
  readonly durationMs: number;
}

/** A job with nothing but the action in it. */
export interface JobOptions extends Omit<StepOptions, "entry" | "state"> {
  /** What happens between the step and the end of the job. */
  readonly between?: (main: StepResult, workspace: string) => unknown;
}

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Runs one file of an action as GitHub's runner does, in folders made for it, which are gone afterwards.
 *
 * @throws Error where the action can't be started at all
 */
export async function runStep(options: StepOptions = {}): Promise<StepResult> {
  return withJob(options, (job) => runInJob(job, options));
}

/** Runs the action's main and post files as one job: one workspace, and masks, state and variables stay. */
export async function runJob(options: JobOptions = {}): Promise<{ main: StepResult; post: StepResult }> {
  return withJob(options, async (job) => {
    const { cancel: _, ...uncancelled } = options;
    const main = await runInJob(job, { ...options, entry: "main" });
    await options.between?.(main, job.sandbox.workspace);
    const env = { ...main.env, ...options.env };
    const post = await runInJob(job, { ...uncancelled, env, state: main.state, entry: "post" });
    return { main, post };
  });
}

/** What the steps of a job share. */
interface Job {
  readonly sandbox: Sandbox;
  readonly masker: Masker;
}

async function withJob<T>(options: StepOptions, work: (job: Job) => Promise<T>): Promise<T> {
  const sandbox = await createSandbox(options.workspaceFiles);
  const masker = createMasker();
  for (const secret of options.secrets ?? []) masker.addSecret(secret);
  try {
    return await work({ sandbox, masker });
  } finally {
    await sandbox.remove();
  }
}

async function runInJob({ sandbox, masker }: Job, options: StepOptions): Promise<StepResult> {
  const { action = REPOSITORY, entry = "main", debug = false } = options;
  const manifest = await readActionManifest(action);
  const script = manifest[entry];
  if (!script) throw new Error(`${action} has no ${entry} file`);
  const inputs = fillInputs(manifest, options.with ?? {});
  const step = newRecord(masker, new StepLog(masker, debug), debug);
  introduce(step, manifest, inputs, options);

  const fileCommands = await sandbox.fileCommands(entry);
  const finished = await runProcess({
    node: options.node ?? process.execPath,
    script: join(action, script),
    cwd: sandbox.workspace,
    env: {
      ...stepEnvironment({ sandbox, fileCommands, debug, state: options.state ?? {} }),
      ...inputVariables(inputs),
      ...options.env,
    },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    cancel: options.cancel,
  });
  const files = await readFileCommands(fileCommands);
  const events = options.stderrFirst ? stderrFirst(finished.events) : finished.events;
  for (const { line } of events) readLine(step, line);
  obeyFileCommands(step, files);
  return resultOf(step, { ...finished, events }, files);
}

function introduce(step: StepRecord, manifest: ActionManifest, inputs: StepInputs, options: StepOptions): void {
  warnOfUnknownInputs(step.log, manifest, Object.keys(options.with ?? {}));
  if (options.header === false) return;
  if (options.entry === "post") writePostHeader(step.log);
  else writeHeader(step.log, inputs, options.env ?? {});
}

function resultOf(step: StepRecord, { cancelled, ...finished }: Finished, files: FileTexts): StepResult {
  const { masker, log, masks, path, summary, commands, legacyCommands } = step;
  const succeeded = finished.exitCode === 0 && !step.failed;
  const withheld = [...step.outputs].filter(([, value]) => masker.mask(value) !== value);
  return {
    ...finished,
    conclusion: cancelled ? "cancelled" : succeeded ? "success" : "failure",
    log: log.text,
    annotations: log.annotations,
    masks,
    outputs: Object.fromEntries(step.outputs),
    withheldJobOutputs: withheld.map(([name]) => name),
    env: Object.fromEntries(step.env),
    state: Object.fromEntries(step.state),
    path,
    summary,
    files,
    commands,
    legacyCommands,
  };
}
