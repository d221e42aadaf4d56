import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The repository that a workflow checks out: a Salesforce project with one commit on `main`. */
export interface Origin {
  clone(folder: string): Promise<void>;
  /** Subjects of the commits, the newest first. */
  commits(): Promise<string[]>;
  /** Paths of all files at the newest commit. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL("project", import.meta.url));
/** No settings of the machine or its user. */
const SETTINGS = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", PATH: process.env["PATH"] };
const IDENTITY = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"];

/** Makes the repository. */
export async function createOrigin(): Promise<Origin> {
  const root = await mkdtemp(join(tmpdir(), "origin-"));
  const bare = join(root, "origin.git");
  const clone = async (folder: string) => void (await git("clone", "--quiet", bare, folder));
  await git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  const first = join(root, "first");
  await clone(first);
  await cp(PROJECT, first, { recursive: true });
  await git("-C", first, "add", ".");
  await git("-C", first, ...IDENTITY, "commit", "--quiet", "--message", "First classes");
  await git("-C", first, "push", "--quiet", "origin", "HEAD:main");
  return {
    clone,
    commits: () => git("-C", bare, "log", "--format=%s", "main"),
    files: () => git("-C", bare, "ls-tree", "-r", "--name-only", "main"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function git(...words: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", words, { env: SETTINGS, timeout: 30_000 });
  return stdout.trim().split("\n");
}
