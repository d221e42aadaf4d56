import { readFileSync, statSync } from "node:fs";
import { type InputError, inputError } from "./errors.ts";

/** A key of 16,384 bits fills 13 KB; certificates beside it add a few. */
const LARGEST_KEY_FILE = 64 * 1024;
/** A longer name in a path is rather a secret in the wrong input. */
const LONGEST_NAME = 40;

const MISSING = "names a file that doesn't exist";
const FOREIGN_FILE: readonly [string, string] = [
  "can't be read by the runner's user",
  "Let the step that writes the file give it to the runner's user: chmod 600, without sudo.",
];
/** Why a file can't be read, by the operating system's code or one of {@link readRegularFile}, and what to do. */
const REASONS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: [MISSING, "Check out or write the file in an earlier step of the same job."],
  ENOTDIR: [MISSING, "Check the path: a part of it is a file, not a folder."],
  EACCES: FOREIGN_FILE,
  EPERM: FOREIGN_FILE,
  NOT_A_FILE: ["isn't the path of a file", "Give the path of the key file itself."],
  TOO_LARGE: ["names a file larger than 64 KiB", "Give the path of the key file itself."],
};

/**
 * Reads a file into memory.
 *
 * @param path absolute, or relative to the current folder, which is the workspace in a step
 * @param maxBytes what is larger is refused
 * @throws an error with a `code`: the operating system's, `NOT_A_FILE` or `TOO_LARGE`
 */
export function readRegularFile(path: string, maxBytes: number): Buffer {
  const facts = statSync(path);
  // Reading a FIFO would never end.
  if (!facts.isFile()) throw Object.assign(new Error("not a file"), { code: "NOT_A_FILE" });
  if (facts.size > maxBytes) throw Object.assign(new Error("too large"), { code: "TOO_LARGE" });
  return readFileSync(path);
}

/**
 * Reads a key file.
 *
 * @param path as the workflow gave it; it is shown only if it looks like a path
 * @throws InputError `private-key-file-unreadable`
 */
export function readKeyFile(
  path: string,
  deps: { readonly env: NodeJS.ProcessEnv; readonly readFile: (path: string, maxBytes: number) => Buffer },
): Buffer {
  try {
    return deps.readFile(path, LARGEST_KEY_FILE);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw unreadable(code, path, deps.env["GITHUB_WORKSPACE"]);
  }
}

function unreadable(systemCode: string, path: string, workspace = ""): InputError {
  const [detail, fix] = REASONS[systemCode] ?? ["names a file that can't be read", "Check the path."];
  const given = looksLikePath(path) ? ` ${path}` : "";
  const start = looksLikePath(workspace) ? `the workspace, ${workspace}` : "the workspace";
  const where = detail === MISSING ? `Check the path${given}. It is relative to ${start}.` : undefined;
  return inputError("private-key-file-unreadable", { detail, fixes: [where, fix] });
}

function looksLikePath(text: string): boolean {
  return /^[\w .~@:/\\-]{1,200}$/.test(text) && text.split(/[/\\]/).every((name) => name.length <= LONGEST_NAME);
}
