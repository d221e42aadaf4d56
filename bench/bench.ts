import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { startBench } from "../test/dist/login.ts";
import { median, memoryOnce, type Subject, timeOnce } from "./measure.ts";

const PAIRS = Number(process.argv[2] ?? 25);
const MEMORY_RUNS = 5;
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const bench = await startBench();
const inputs = Object.entries(bench.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
const env = { ...bench.salesforce.env, ...Object.fromEntries(inputs) };
const proof = /access_token/;
const floor: Subject = { name: "bare node script, the same request", args: [at("bench/bare-login.cjs")], env, proof };
const main: Subject = { name: "main step", args: [at("dist/main.js")], env, proof };
const nothing: Subject = { name: "node -e 0", args: ["-e", "0"], env: {} };
const post: Subject = { name: "post step, nothing to revoke", args: [at("dist/post.js")], env: {} };
const subjects = [main, floor, post, nothing];

const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
const memory = new Map(subjects.map((subject) => [subject, [] as number[]]));
try {
  for (const subject of subjects) await timeOnce(subject);
  const before = bench.salesforce.requests.length;
  // Interleaved, so that a machine that slows down or speeds up does so for all of them.
  for (let round = 0; round < PAIRS; round++) {
    for (const subject of subjects) times.get(subject)?.push(await timeOnce(subject));
  }
  const requests = bench.salesforce.requests.length - before;
  for (let round = 0; round < MEMORY_RUNS; round++) {
    for (const subject of subjects) memory.get(subject)?.push(await memoryOnce(subject));
  }
  report(requests);
} finally {
  await bench.close();
}

function report(requests: number): void {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"} x ${cpus().length}, ${PAIRS} rounds\n`,
  );
  console.table(
    Object.fromEntries(
      subjects.map((subject) => [
        subject.name,
        {
          "median ms": round(median(times.get(subject) ?? []), 1),
          "x bare script": ratio(subject, floor),
          "x node -e 0": ratio(subject, nothing),
          "peak MiB": round(median(memory.get(subject) ?? []), 1),
        },
      ]),
    ),
  );
  const both = (times.get(main) ?? []).map((time, round) => time + (times.get(post)?.[round] ?? 0));
  const sizes = readdirSync(at("dist")).map((name) => [name, statSync(at(`dist/${name}`)).size] as const);
  console.table({
    "main + post, median ms": round(median(both), 1),
    "requests a login": requests / (2 * PAIRS),
    "all of dist, bytes": sizes.reduce((sum, [, size]) => sum + size, 0),
    "tarball of the commit, bytes": tarball(),
  });
}

/** The median of the ratios round by round, which holds when the machine's speed drifts. */
function ratio(subject: Subject, other: Subject): number {
  const others = times.get(other) ?? [];
  return round(median((times.get(subject) ?? []).map((time, index) => time / (others[index] ?? Number.NaN))), 2);
}

/** What the runner downloads for every job that uses the action. */
function tarball(): number {
  return gzipSync(execFileSync("git", ["archive", "HEAD"], { cwd: at("."), maxBuffer: 2 ** 28 }), { level: 9 }).length;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
