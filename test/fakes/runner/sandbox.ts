import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FILE_COMMANDS, type FileCommand } from "./file-commands.ts";

/** The folders of one job, which no other job uses. */
export interface Sandbox {
  readonly home: string;
  readonly workspace: string;
  readonly temp: string;
  /** Makes the empty files for outputs, variables and state, anew for each step. */
  readonly fileCommands: (step: string) => Promise<Readonly<Record<FileCommand, string>>>;
  readonly remove: () => Promise<void>;
}

/** Content of the files that the workspace begins with, by path. */
export type WorkspaceFiles = Readonly<Record<string, string | Buffer>>;

/** Makes the folders. The workspace is empty, as before a checkout, but for these files. */
export async function createSandbox(files: WorkspaceFiles = {}): Promise<Sandbox> {
  // On macOS the folder for temporary files is a link, and processes would see another path than their caller.
  const root = await realpath(await mkdtemp(join(tmpdir(), "step-")));
  const [home, workspace, temp] = [join(root, "home"), join(root, "workspace"), join(root, "temp")] as const;
  for (const folder of [home, workspace, temp]) await mkdir(folder);
  for (const [path, content] of Object.entries(files)) await write(join(workspace, path), content);
  return {
    home,
    workspace,
    temp,
    fileCommands: (step) => createFileCommands(join(temp, "_runner_file_commands"), step),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function createFileCommands(folder: string, step: string): Promise<Record<FileCommand, string>> {
  const names = Object.keys(FILE_COMMANDS) as FileCommand[];
  const paths = names.map((name) => [name, join(folder, `${name}_${step}`)] as const);
  for (const [, path] of paths) await write(path, "");
  return Object.fromEntries(paths) as Record<FileCommand, string>;
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
