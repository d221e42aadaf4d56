import { FILE_COMMANDS, type FileCommand } from "./file-commands.ts";
import type { Sandbox } from "./sandbox.ts";

/** What the variables of a step tell. */
export interface StepSurroundings {
  readonly sandbox: Sandbox;
  readonly fileCommands: Readonly<Record<FileCommand, string>>;
  readonly debug: boolean;
  readonly state: Readonly<Record<string, string>>;
}

/** Taken from this process: without them no program starts on some systems. */
const INHERITED = process.platform === "win32" ? ["PATH", "PATHEXT", "SystemRoot"] : ["PATH"];

/** The variables that the runner sets for an action, but for its inputs. Of this process's own, only what all need. */
export function stepEnvironment({ sandbox, fileCommands, debug, state }: StepSurroundings): Record<string, string> {
  const files = Object.entries(FILE_COMMANDS) as [FileCommand, string][];
  return {
    ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name] ?? ""])),
    ...(process.platform === "win32" ? { USERPROFILE: sandbox.home } : {}),
    HOME: sandbox.home,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: sandbox.workspace,
    RUNNER_TEMP: sandbox.temp,
    ...(debug ? { RUNNER_DEBUG: "1" } : {}),
    ...Object.fromEntries(files.map(([name, variable]) => [variable, fileCommands[name]])),
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
  };
}
