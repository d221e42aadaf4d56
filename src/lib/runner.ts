import { appendFileSync, closeSync, constants, openSync, statSync, truncateSync } from "node:fs";
import * as core from "@actions/core";
import { ActionError, type Cause } from "./action-error.ts";

/** A file through which a step passes values to the runner, by the variable that names it. */
export type RunnerFile = "GITHUB_OUTPUT" | "GITHUB_ENV" | "GITHUB_STATE";

/** What a step can tell the runner. Other modules know this interface, not the toolkit. */
export interface Runner {
  /**
   * Hides a value in the log of the job from now on. Takes one line: the runner masks each line of a longer text by
   * itself, so the caller chooses which lines. Drops blank values and values that are masked already.
   */
  mask(secret: string): void;
  debug(message: string): void;
  /** Prints a line of our own words. Remote text goes through `sanitize` first: the runner reads commands in plain lines. */
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /**
   * Fails unless each of these files can be written.
   *
   * @throws ActionError that names the first one that can't
   */
  requireFiles(files: readonly RunnerFile[]): void;
  /** @throws ActionError when the file can't be written; then no output and no variable of this step is set */
  output(name: string, value: string): void;
  /** @throws ActionError when the file can't be written; then no output and no variable of this step is set */
  exportVariable(name: string, value: string): void;
  /** @throws ActionError when the file can't be written; then no output and no variable is set, and nothing is saved */
  saveState(name: string, value: string): void;
  /** Adds Markdown to the job summary. If it can't be written, warns: a summary is no reason to fail a job. */
  addSummary(markdown: string): void;
}

// The runner doesn't mask annotation titles, so there is one title and it contains no value.
const ANNOTATION = { title: "Salesforce JWT Auth" };

/** What this step passes through each file. */
const CONTENT: Readonly<Record<RunnerFile, string>> = {
  GITHUB_OUTPUT: "outputs",
  GITHUB_ENV: "environment variables",
  GITHUB_STATE: "the token to revoke",
};

/** A cause with what to do for the end of the first line. */
interface FileCause extends Cause {
  readonly nextAct: string;
}

const SAME_USER: FileCause = {
  cause:
    "The runner's files belong to another user than the one that runs this step, as in container jobs and on Actions Runner Controller.",
  fix: "Run the job's container as the user of the runner, for example with container.options: --user 1001 (the number that `id -u` prints for the runner's user).",
  nextAct: "Run the container as the runner's user.",
};
const NOT_MOUNTED: FileCause = {
  cause: "The runner's temporary folder isn't mounted where this step runs.",
  fix: "Mount the runner's work folder (_work, with _temp in it) into the container at the same path, as the runner does for container jobs.",
  nextAct: "Mount the runner's work folder.",
};
const OVERWRITTEN: FileCause = {
  cause: "The workflow or an earlier step set the variable to something else.",
  fix: "Remove the variable from env of the workflow, the job and the step: the runner sets it.",
  nextAct: "Remove the variable from env.",
};
const DISK_FULL: FileCause = {
  cause: "The disk with the runner's temporary folder is full, or the user's quota is used up.",
  fix: "Free space on the runner's disk, then run the job again.",
  nextAct: "Free space on the disk.",
};

/** Causes by the code of the system's error. */
const CAUSES: Readonly<Record<string, readonly [FileCause, ...FileCause[]]>> = {
  EACCES: [SAME_USER, OVERWRITTEN],
  EPERM: [SAME_USER, OVERWRITTEN],
  EROFS: [NOT_MOUNTED],
  ENOENT: [NOT_MOUNTED, OVERWRITTEN],
  ENOTDIR: [NOT_MOUNTED, OVERWRITTEN],
  NOT_A_FILE: [OVERWRITTEN],
  ENOSPC: [DISK_FULL],
  EDQUOT: [DISK_FULL],
  EFBIG: [DISK_FULL],
  EIO: [DISK_FULL],
};

/**
 * The job as GitHub's runner offers it to a step.
 *
 * @param env the step's environment, which names the runner's files
 */
export function githubRunner(env: NodeJS.ProcessEnv): Runner {
  const masked = new Set<string>();
  const sizesBefore = new Map<RunnerFile, number>();
  const write = (file: RunnerFile, command: () => void) => writeOrUndo({ env, file, command, sizesBefore });
  return {
    mask: (secret) => {
      // Each mask is a line of a debug log, and a key comes in several forms with the same lines.
      for (const line of secret.split(/[\r\n]+/).map((text) => text.trim())) {
        if (line === "" || masked.has(line)) continue;
        masked.add(line);
        core.setSecret(line);
      }
    },
    debug: core.debug,
    // The runner carries out `##[command]` anywhere in a plain line (actions/runner, ActionCommand).
    info: (message) => core.info(message.replaceAll("##[", "# # [")),
    warning: (message) => core.warning(message, ANNOTATION),
    error: (message) => core.error(message, ANNOTATION),
    requireFiles: (files) => {
      for (const file of files) requireFile(env, file);
    },
    output: (name, value) => write("GITHUB_OUTPUT", () => core.setOutput(name, value)),
    exportVariable: (name, value) => write("GITHUB_ENV", () => core.exportVariable(name, value)),
    saveState: (name, value) => write("GITHUB_STATE", () => core.saveState(name, value)),
    addSummary: (markdown) => {
      try {
        // The toolkit's summary would bring a builder of HTML tables, and load node's file promises in every run.
        const file = env["GITHUB_STEP_SUMMARY"] ?? "";
        requireRegularFile(file);
        appendFileSync(file, markdown);
      } catch {
        core.warning("The job summary couldn't be written: GITHUB_STEP_SUMMARY isn't a writable file.", ANNOTATION);
      }
    },
  };
}

function requireFile(env: NodeJS.ProcessEnv, file: RunnerFile): void {
  const path = env[file];
  if (!path) throw notSet(file);
  try {
    requireRegularFile(path);
  } catch (error) {
    throw unusable(file, error, `No token was requested: the action couldn't pass on ${CONTENT[file]}.`);
  }
}

/**
 * @throws the system's error, or one with the code NOT_A_FILE
 */
function requireRegularFile(path: string): void {
  if (!statSync(path).isFile()) throw Object.assign(new Error("not a regular file"), { code: "NOT_A_FILE" });
  // Permissions don't tell everything: a read-only mount or an access list shows only when the file is opened. Opening
  // a FIFO would wait for a reader forever; if one is put here after the check above, O_NONBLOCK makes it fail.
  closeSync(openSync(path, constants.O_WRONLY | constants.O_APPEND | (constants.O_NONBLOCK ?? 0)));
}

interface Write {
  readonly env: NodeJS.ProcessEnv;
  readonly file: RunnerFile;
  readonly command: () => void;
  /** Bytes in each file before this step wrote to it. */
  readonly sizesBefore: Map<RunnerFile, number>;
}

/**
 * Writes, or leaves nothing of this step behind: the runner also reads the files of a step that failed, and half an
 * entry would be an error of its own.
 */
function writeOrUndo({ env, file, command, sizesBefore }: Write): void {
  const path = env[file];
  // Without its file the toolkit prints the value as an old command on stdout, in clear.
  if (!path) throw notSet(file);
  try {
    if (!sizesBefore.has(file)) sizesBefore.set(file, statSync(path).size);
    command();
  } catch (error) {
    const results: readonly RunnerFile[] = ["GITHUB_OUTPUT", "GITHUB_ENV"];
    // A token that was saved for the post step is to be revoked there, whatever happened to the outputs.
    const files = file === "GITHUB_STATE" ? [...results, file] : results;
    const undone = files.map((written) => undo(env[written], sizesBefore.get(written))).every(Boolean);
    throw unusable(file, error, describeOutcome(file, undone));
  }
}

function undo(path: string | undefined, size: number | undefined): boolean {
  if (!path || size === undefined) return true;
  try {
    truncateSync(path, size);
    return true;
  } catch {
    return false;
  }
}

function describeOutcome(file: RunnerFile, undone: boolean): string {
  const results = undone
    ? "No outputs and no environment variables were set."
    : "Some outputs or environment variables may be set: don't use them.";
  return file === "GITHUB_STATE" ? `The token wasn't saved for the post step. ${results}` : results;
}

function notSet(file: RunnerFile): ActionError {
  return new ActionError({
    code: "not-a-step",
    headline: `${file} isn't set, so the action can't pass on ${CONTENT[file]}. Run it in a step of a workflow.`,
    context: ["No token was requested."],
    causes: [
      {
        cause: "The action doesn't run in a step of a GitHub Actions workflow.",
        fix: "Run the action by uses: in a workflow, or try it out with npm start.",
      },
      {
        cause: "A script or container between the runner and the action doesn't pass the variable on.",
        fix: `Pass ${file} on, and mount the folder of its file.`,
      },
    ],
  });
}

function unusable(file: RunnerFile, error: unknown, outcome: string): ActionError {
  const { code = "", message = "" } = error as NodeJS.ErrnoException;
  const reason = code === "NOT_A_FILE" ? "it isn't a regular file" : code || message;
  const known = CAUSES[code];
  return new ActionError({
    code: "runner-file-unusable",
    headline: `The runner's file ${file} can't be written (${reason}).${known ? ` ${known[0].nextAct}` : ""}`,
    context: [outcome],
    causes: known ?? [SAME_USER, NOT_MOUNTED, DISK_FULL],
    cause: error,
  });
}
