import { mkdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("node_modules", import.meta.url));
const INSTALLS = /^npm install (?:--global|--no-save) (@?[^@\s]+)@(\S+)\s*$/;

/** PATH with the pinned command line on it, and with the node that runs this. */
export function pathWithCli(): string {
  return [join(FOLDER, ".bin"), dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
}

/** The version of a package that is installed beside these tests. */
export function pinnedVersion(name: string): string {
  return (createRequire(import.meta.url)(join(FOLDER, name, "package.json")) as { version: string }).version;
}

/**
 * Does what a script of a step would that installs a package and nothing else: links the package that is installed
 * already into the workspace.
 *
 * @returns false for any other script
 * @throws Error if the script requires another version than the one that is tried here
 */
export async function installInstead(script: string, workspace: string): Promise<boolean> {
  const [, name, version] = INSTALLS.exec(script) ?? [];
  if (name === undefined) return false;
  if (version !== pinnedVersion(name))
    throw new Error(`${name}@${version} is not what was tried: ${pinnedVersion(name)}`);
  const link = join(workspace, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(FOLDER, name), link, "dir");
  return true;
}
