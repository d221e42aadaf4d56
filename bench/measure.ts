import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A command to measure: a Node process from start to exit. */
export interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What its output file or its log has to contain, so that a run that failed isn't timed. */
  readonly proof?: RegExp;
}

/** The resources that one process used. */
export interface Usage {
  readonly peakMib: number;
  /** User and system time of all threads. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

const USAGE_PROBE = fileURLToPath(new URL("usage.cjs", import.meta.url));

/** Runs a subject once, from start to exit. @returns milliseconds */
export async function timeOnce(subject: Subject): Promise<number> {
  return inFolder((folder) => run(subject, folder));
}

/** Runs a subject once with a probe, which takes a little time itself. */
export async function usageOnce(subject: Subject): Promise<Usage> {
  return inFolder(async (folder) => {
    const file = join(folder, "usage");
    const args = ["--require", USAGE_PROBE, ...subject.args];
    const wallMs = await run({ ...subject, args, env: { ...subject.env, BENCH_USAGE: file } }, folder);
    const { peakKib, cpuUs } = JSON.parse(await readFile(file, "utf8")) as { peakKib: number; cpuUs: number };
    return { peakMib: peakKib / 1024, cpuMs: cpuUs / 1000, wallMs };
  });
}

/** Returns the median. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

async function run({ name, args, env, proof }: Subject, folder: string): Promise<number> {
  const files = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV"].map((file) => [file, join(folder, file)] as const);
  await Promise.all(files.map(([, path]) => writeFile(path, "")));
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    env: { HOME: folder, USERPROFILE: folder, ...env, ...Object.fromEntries(files) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { code, printed } = await end(child);
  const took = performance.now() - start;
  const said = printed + (await readFile(join(folder, "GITHUB_OUTPUT"), "utf8"));
  if (code !== 0 || (proof && !proof.test(said))) throw new Error(`${name} did not work: ${printed}`);
  return took;
}

/** Reads both streams as the runner does: a full pipe would stop the process. */
async function end(child: ChildProcess): Promise<{ code: number | null; printed: string }> {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, printed: Buffer.concat(chunks).toString("utf8") };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
