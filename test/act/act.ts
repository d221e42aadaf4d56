import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const ACT = join(HERE, "bin", "act");
/** What workflows use the action as; act takes it from a folder. */
export const ACTION = "your-org/salesforce-jwt-auth@v1";
/** A workflow that isn't done by then hangs. */
const TIMEOUT_MS = 120_000;
const BUILD_TIMEOUT_MS = 600_000;

/** Why these tests are skipped, or false. */
export const SKIP = buildAct();

/** Builds act from the modules that go.mod and go.sum pin; without Go there is nothing to run. */
function buildAct(): string | false {
  const build = ["build", "-o", ACT, "github.com/nektos/act"];
  const { status, stderr } = spawnSync("go", build, { cwd: HERE, encoding: "utf8", timeout: BUILD_TIMEOUT_MS });
  if (status === 0) return false;
  const reason = `act can't be built with Go: ${stderr?.trim().split("\n").at(-1) ?? "go isn't installed"}`;
  if (process.env["REQUIRE_ALL_CHECKS"] === "true") throw new Error(reason);
  return reason;
}

export interface WorkflowStep {
  readonly [key: string]: unknown;
}

export interface ActRun {
  readonly exitCode: number | null;
  /** Everything that act printed, masked by act. */
  readonly log: string;
  /** What steps wrote to files of the folder `$OUT`, by name. */
  readonly out: Readonly<Record<string, string>>;
}

/**
 * A folder with the action as a runner downloads it: what `git archive` packs. ACTION_FOLDER names another one, to see these
 * tests fail.
 */
export async function packedAction(): Promise<string> {
  if (process.env["ACTION_FOLDER"]) return process.env["ACTION_FOLDER"];
  const folder = await mkdtemp(join(tmpdir(), "act-action-"));
  const archive = execFileSync("git", ["archive", "--format=tar", "HEAD"], { cwd: REPOSITORY, maxBuffer: 2 ** 28 });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  return folder;
}

export interface ActOptions {
  /** Folder of the action, which workflows use as {@link ACTION}. */
  readonly action: string;
  readonly steps: readonly WorkflowStep[];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly verbose?: boolean;
}

/** Runs a workflow of one job with act in host mode: on this machine, without a container. */
export async function runWorkflow({ action, steps, env, secrets = {}, verbose = false }: ActOptions): Promise<ActRun> {
  const folder = await mkdtemp(join(tmpdir(), "act-workspace-"));
  const home = await mkdtemp(join(tmpdir(), "act-home-"));
  try {
    await mkdir(join(folder, ".github", "workflows"), { recursive: true });
    const outFolder = join(folder, "out");
    await mkdir(outFolder);
    const job = { "runs-on": "ubuntu-latest", env: { OUT: outFolder }, steps };
    const workflow = { on: "push", jobs: { login: job } };
    await writeFile(join(folder, ".github", "workflows", "login.yml"), stringify(workflow));
    execFileSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: folder });
    const secretFile = join(home, "secrets.yml");
    await writeFile(secretFile, stringify(secrets), { mode: 0o600 });
    const run = await spawnAct({ folder, action, secretFile, home, env, verbose });
    const names = await readdir(outFolder);
    const texts = await Promise.all(names.map((name) => readFile(join(outFolder, name), "utf8")));
    return { ...run, out: Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""])) };
  } finally {
    for (const each of [folder, home]) await rm(each, { recursive: true, force: true });
  }
}

function spawnAct(options: {
  readonly folder: string;
  readonly action: string;
  readonly secretFile: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly verbose: boolean;
}): Promise<{ exitCode: number | null; log: string }> {
  const { folder, action, secretFile, home, env, verbose } = options;
  const variables = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const args = ["push", "-P", "ubuntu-latest=-self-hosted", "--local-repository", `${ACTION}=${action}`];
  args.push("--secret-file", secretFile, ...variables);
  if (verbose) args.push("--verbose");
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(ACT, args, {
    cwd: folder,
    env: { PATH: path, HOME: home, XDG_CACHE_HOME: join(home, "cache"), XDG_CONFIG_HOME: join(home, "config") },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, log }));
  });
}
