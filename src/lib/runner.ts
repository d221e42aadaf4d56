import { accessSync, appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { ActionError } from "./action-error.ts";

/** What a step can tell the workflow that it runs in. The rooms know this, not the toolkit. */
export interface Runner {
  /** Hides a value in the log of the whole job from here on: as a whole and line by line. */
  mask(secret: string): void;
  debug(message: string): void;
  /** A line of our own words. Text from elsewhere goes through `quote` first: the runner reads commands in plain lines. */
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  output(name: string, value: string): void;
  exportVariable(name: string, value: string): void;
  saveState(name: string, value: string): void;
  /** Adds Markdown to the job summary. Where that can't be, it warns: a summary is no reason to fail a deploy. */
  addSummary(markdown: string): void;
}

// The runner doesn't mask annotation titles, so there is one title and it holds nothing.
const ANNOTATION = { title: "Salesforce JWT Auth" };

/**
 * The workflow as GitHub's runner offers it to a step.
 *
 * @param env the step's environment, which names the runner's files
 */
export function githubRunner(env: NodeJS.ProcessEnv): Runner {
  const masked = new Set<string>();
  return {
    mask: (secret) => {
      // Each mask is a line of a debug log, and a key comes by in several forms with the same lines.
      for (const value of linesAndWhole(secret)) {
        if (masked.has(value)) continue;
        masked.add(value);
        core.setSecret(value);
      }
    },
    debug: core.debug,
    // The runner carries out `##[command]` wherever it stands in a plain line (actions/runner, ActionCommand).
    info: (message) => core.info(message.replaceAll("##[", "# # [")),
    warning: (message) => core.warning(message, ANNOTATION),
    error: (message) => core.error(message, ANNOTATION),
    output: (name, value) => withFile(env, "GITHUB_OUTPUT", () => core.setOutput(name, value)),
    exportVariable: (name, value) => withFile(env, "GITHUB_ENV", () => core.exportVariable(name, value)),
    saveState: (name, value) => withFile(env, "GITHUB_STATE", () => core.saveState(name, value)),
    addSummary: (markdown) => {
      try {
        // The toolkit's summary would bring a builder of HTML tables, and load node's file promises in every run.
        const file = env["GITHUB_STEP_SUMMARY"] ?? "";
        // A file that is not there yet is none that the runner will read.
        accessSync(file);
        appendFileSync(file, markdown);
      } catch {
        core.warning(
          "The job summary could not be written: GITHUB_STEP_SUMMARY names no file that this step may write.",
          ANNOTATION,
        );
      }
    },
  };
}

/** GitHub's runner masks each line of a multi-line mask by itself; other runners need to be told. Blank masks are errors. */
function linesAndWhole(secret: string): Set<string> {
  const values = [secret, ...secret.split(/[\r\n]+/)].map((value) => value.trim());
  return new Set(values.filter((value) => value !== ""));
}

/** Without its file the toolkit prints the value as an old command on stdout, where it would stand in clear. */
function withFile(env: NodeJS.ProcessEnv, variable: string, write: () => void): void {
  if (!env[variable]) {
    throw new ActionError({
      code: "not-a-step",
      headline: `${variable} is not set: the action isn't running in a GitHub Actions step. No outputs were set.`,
      causes: [{ fix: "Run the action by uses: in a workflow, or try it out with npm start." }],
    });
  }
  write();
}
