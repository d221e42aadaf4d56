// One login, measured against what it can't be faster than. `npm run bench -- --keep` puts the tables into docs/benchmarks.md.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { networkOf } from "../test/cli/environment.ts";
import { startTestEnvironment } from "../test/e2e/login.ts";
import { inputVariables } from "../test/fakes/runner/inputs.ts";
import { CLI_ROUTES } from "../test/fakes/salesforce/cli-routes.ts";
import { median, type Subject, timeOnce, type Usage, usageOnce } from "./measure.ts";
import { circumstances, KEEP, publish, round, table } from "./page.ts";
import { yearOf } from "./year.ts";

const PAIRS = 25;
/** The command line takes seconds, and memory hardly differs from run to run. */
const FEW = 5;
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CLI = at("test/cli/node_modules/@salesforce/cli/bin/run.js");

interface Measured {
  readonly subject: Subject;
  readonly timesMs: number[];
  readonly usages: Usage[];
  /** That one run made of Salesforce, whatever their kind. */
  readonly requests: number;
}

if (KEEP && !existsSync(CLI))
  throw new Error("to keep what is measured takes the command line: npm ci --prefix test/cli");
const folder = mkdtempSync(join(tmpdir(), "packages-"));
// In a process of its own: on Linux the peak memory of this one would count for all that it starts.
execFileSync(process.execPath, [at("bench/bundle-packages.mjs"), folder], { stdio: "pipe" });
const bench = await startTestEnvironment({ routes: CLI_ROUTES });
try {
  const env = { ...bench.salesforce.env, ...inputVariables(new Map(Object.entries(bench.inputs))) };
  const proof = /access_token/;
  const [main, packages, floor, post, nothing] = (await measure(
    [
      { name: "main step", args: [at("dist/main.js")], env, proof },
      { name: "the three packages alone", args: [join(folder, "index.cjs")], env, proof },
      { name: "bare node script, the same request", args: [at("bench/baseline.cjs")], env, proof },
      { name: "post step, nothing to revoke", args: [at("dist/post.js")], env: {} },
      { name: "node -e 0", args: ["-e", "0"], env: {} },
    ],
    PAIRS,
  )) as [Measured, Measured, Measured, Measured, Measured];
  const [cli] = existsSync(CLI) ? await measure([commandLine()], FEW) : [];

  const rows = [main, packages, floor, post, nothing, ...(cli ? [cli] : [])].map((one) => rowOf(one, [floor, nothing]));
  const heads = ["process, from start to exit", "median ms", "x bare script", "x node -e 0", "peak MiB", "requests"];
  const bothMs = median(main.timesMs.map((time, index) => time + (post.timesMs[index] ?? Number.NaN)));
  const rounds = `${PAIRS} rounds, one of each in turn${cli ? `; the command line ${FEW} times` : ""}`;
  const together = `Main and post step together: ${round(bothMs, 1)} ms.`;
  publish("login", `${circumstances()}; ${rounds}.\n\n${table(heads, rows)}\n\n${together}`);
  const archive = execFileSync("git", ["archive", "HEAD"], { cwd: at("."), maxBuffer: 2 ** 28 });
  publish("bytes", bytes(archive));
  if (cli) {
    const costs = { stepMs: bothMs, cliMs: median(cli.timesMs), cliRequests: cli.requests };
    publish("year", yearOf({ ...costs, actionBytes: archive.length }));
  }
} finally {
  await bench.close();
  rmSync(folder, { recursive: true });
}

/** Interleaved, so that a machine that slows down or speeds up does so for all of them. */
async function measure(subjects: readonly Subject[], rounds: number): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const subject of subjects) {
    const before = bench.salesforce.requests.length;
    await timeOnce(subject);
    results.push({ subject, timesMs: [], usages: [], requests: bench.salesforce.requests.length - before });
  }
  for (let done = 0; done < rounds; done++) {
    for (const { subject, timesMs } of results) timesMs.push(await timeOnce(subject));
  }
  for (let done = 0; done < FEW; done++) {
    for (const { subject, usages } of results) usages.push(await usageOnce(subject));
  }
  return results;
}

function rowOf({ subject, timesMs, usages, requests }: Measured, others: readonly Measured[]): (string | number)[] {
  const peakMib = median(usages.map((usage) => usage.peakMib));
  return [
    subject.name,
    round(median(timesMs), 1),
    ...others.map((other) => round(ratio(timesMs, other.timesMs), 2)),
    round(peakMib, 1),
    requests,
  ];
}

/** Of what ran in the same rounds, the median of the ratios round by round, which holds when the machine's speed drifts. */
function ratio(timesMs: readonly number[], others: readonly number[]): number {
  if (timesMs.length !== others.length) return median(timesMs) / median(others);
  return median(timesMs.map((time, index) => time / (others[index] ?? Number.NaN)));
}

/** What a step without this action does, where the command line is installed already: a key file, and its own login. */
function commandLine(): Subject {
  const { salesforce, inputs, privateKeyPem, certificatePem } = bench;
  const { consumer_key = "", username = "", login_url = "" } = inputs;
  // It says when its assertion ends in milliseconds, and Salesforce lets it.
  salesforce.register({ consumerKey: consumer_key, certificate: certificatePem, lenientExpiry: true });
  const keyFile = join(dirname(salesforce.env.NODE_EXTRA_CA_CERTS), "server.key");
  writeFileSync(keyFile, privateKeyPem);
  const login = ["org", "login", "jwt", "--client-id", consumer_key, "--jwt-key-file", keyFile];
  const args = [CLI, ...login, "--username", username, "--instance-url", login_url];
  return { name: "sf org login jwt", args, env: networkOf(salesforce), proof: /Successfully authorized/ };
}

function bytes(archive: Buffer): string {
  const files = readdirSync(at("dist")).map((name) => [`dist/${name}`, statSync(at(`dist/${name}`)).size] as const);
  return table(
    ["what", "bytes"],
    [
      ...files,
      ["all of dist", files.reduce((sum, [, size]) => sum + size, 0)],
      ["the tarball that the runner downloads", gzipSync(archive, { level: 9 }).length],
    ],
  );
}
