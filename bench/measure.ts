import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A command to measure: a whole process of node. */
export interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What must stand in the step's output file afterwards, so that nothing is timed that didn't do its work. */
  readonly proof?: RegExp;
}

/** Prints the peak memory of the process that it is loaded into, in kilobytes, to a file. */
const MEMORY_PROBE = `data:text/javascript,import fs from "node:fs";process.on("exit",()=>fs.writeFileSync(process.env.BENCH_MEMORY,String(process.resourceUsage().maxRSS)))`;

/** Runs a subject once, from start to exit, and checks that it did its work. @returns milliseconds */
export async function timeOnce(subject: Subject): Promise<number> {
  return inFolder(async (folder) => {
    const env = await stepFiles(folder, subject.env);
    const start = performance.now();
    const code = await exitOf(spawn(process.execPath, subject.args, { env, stdio: ["ignore", "pipe", "pipe"] }));
    const took = performance.now() - start;
    const output = await readFile(join(folder, "GITHUB_OUTPUT"), "utf8");
    if (code !== 0 || (subject.proof && !subject.proof.test(output))) throw new Error(`${subject.name} did not work`);
    return took;
  });
}

/** Runs a subject once with a probe in it. @returns its peak memory in MiB */
export async function memoryOnce(subject: Subject): Promise<number> {
  return inFolder(async (folder) => {
    const file = join(folder, "memory");
    const env = { ...(await stepFiles(folder, subject.env)), BENCH_MEMORY: file };
    await exitOf(
      spawn(process.execPath, ["--import", MEMORY_PROBE, ...subject.args], { env, stdio: ["ignore", "pipe", "pipe"] }),
    );
    return Number(await readFile(file, "utf8")) / 1024;
  });
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

async function stepFiles(folder: string, env: Subject["env"]): Promise<Record<string, string>> {
  const files = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV"].map((name) => [name, join(folder, name)] as const);
  await Promise.all(files.map(([, path]) => writeFile(path, "")));
  return { ...env, ...Object.fromEntries(files) };
}

/** Reads both streams as the runner does: a full pipe would stop the process. */
function exitOf(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  child.stderr?.resume();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
