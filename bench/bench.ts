// One login, measured against what it can't be faster than. `npm run bench -- --keep` puts the tables into docs/benchmarks.md.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Bench, startBench } from "../test/dist/login.ts";
import { CLI_ROUTES } from "../test/salesforce/cli-routes.ts";
import { networkOf } from "../test/sf/bench.ts";
import { median, type Subject, timeOnce, type Usage, usageOnce } from "./measure.ts";
import { circumstances, publish, round, table } from "./page.ts";
import { yearOf } from "./year.ts";

const PAIRS = 25;
/** The command line takes seconds, and memory hardly differs from run to run. */
const FEW = 5;
const CLI = "test/sf/node_modules/@salesforce/cli/bin/run.js";
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

interface Measured {
  readonly timesMs: readonly number[];
  readonly usages: readonly Usage[];
  /** That one run made of Salesforce, whatever their kind. */
  readonly requests: number;
}

const bench = await startBench({ routes: CLI_ROUTES });
try {
  await report(bench);
} finally {
  await bench.close();
}

async function report(bench: Bench): Promise<void> {
  const { salesforce, inputs } = bench;
  const named = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { ...salesforce.env, ...Object.fromEntries(named) };
  const proof = /access_token/;
  const main: Subject = { name: "main step", args: [at("dist/main.js")], env, proof };
  const floor: Subject = { name: "bare node script, the same request", args: [at("bench/bare-login.cjs")], env, proof };
  const post: Subject = { name: "post step, nothing to revoke", args: [at("dist/post.js")], env: {} };
  const nothing: Subject = { name: "node -e 0", args: ["-e", "0"], env: {} };
  const subjects = [main, floor, post, nothing];
  const cli = existsSync(at(CLI)) ? commandLine(bench) : undefined;

  const results = await measure(subjects, PAIRS, salesforce.requests);
  if (cli)
    for (const [subject, measured] of await measure([cli], FEW, salesforce.requests)) results.set(subject, measured);
  const timesOf = (subject: Subject) => results.get(subject)?.timesMs ?? [];
  /** The median of the ratios round by round, which holds when the machine's speed drifts. */
  const ratio = (subject: Subject, other: Subject) =>
    subject === cli
      ? round(median(timesOf(subject)) / median(timesOf(other)), 1)
      : round(median(timesOf(subject).map((time, index) => time / (timesOf(other)[index] ?? Number.NaN))), 2);
  const rows = [...results].map(([subject, { timesMs, usages, requests }]) => [
    subject.name,
    round(median(timesMs), 1),
    ratio(subject, floor),
    ratio(subject, nothing),
    round(median(usages.map(({ peakMib }) => peakMib)), 1),
    requests,
  ]);
  const both = median(timesOf(main).map((time, index) => time + (timesOf(post)[index] ?? 0)));
  const runs = `${PAIRS} rounds, one after the other in each${cli ? `; the command line ${FEW} times` : ""}`;
  publish(
    "login",
    [
      `${circumstances()}; ${runs}.\n`,
      table(["process, from start to exit", "median ms", "x bare script", "x node -e 0", "peak MiB", "requests"], rows),
      `\nMain and post step together: ${round(both, 1)} ms.`,
    ].join("\n"),
  );
  publish("bytes", bytes());
  if (cli)
    publish(
      "year",
      yearOf({
        stepSeconds: both / 1000,
        cliSeconds: median(timesOf(cli)) / 1000,
        cliRequests: results.get(cli)?.requests ?? 0,
      }),
    );
}

/** Interleaved, so that a machine that slows down or speeds up does so for all of them. */
async function measure(
  subjects: readonly Subject[],
  rounds: number,
  requests: readonly unknown[],
): Promise<Map<Subject, Measured>> {
  const results = new Map(
    subjects.map((subject) => [subject, { timesMs: [] as number[], usages: [] as Usage[], requests: 0 }]),
  );
  for (const [subject, result] of results) {
    const before = requests.length;
    await timeOnce(subject);
    result.requests = requests.length - before;
  }
  for (let done = 0; done < rounds; done++) {
    for (const [subject, result] of results) result.timesMs.push(await timeOnce(subject));
  }
  for (let done = 0; done < FEW; done++) {
    for (const [subject, result] of results) result.usages.push(await usageOnce(subject));
  }
  return results;
}

/** What a step without this action does, where the command line is installed already: a key file, and its own login. */
function commandLine({ salesforce, inputs, privateKeyPem, certificatePem }: Bench): Subject {
  const { consumer_key = "", username = "", login_url = "" } = inputs;
  // It says when its assertion ends in milliseconds, and Salesforce lets it.
  salesforce.register({ consumerKey: consumer_key, certificate: certificatePem, lenientExpiry: true });
  const keyFile = join(dirname(salesforce.env.NODE_EXTRA_CA_CERTS), "server.key");
  writeFileSync(keyFile, privateKeyPem);
  const login = ["org", "login", "jwt", "--client-id", consumer_key, "--jwt-key-file", keyFile];
  const args = [at(CLI), ...login, "--username", username, "--instance-url", login_url];
  return { name: "sf org login jwt", args, env: networkOf(salesforce), proof: /Successfully authorized/ };
}

function bytes(): string {
  const files = readdirSync(at("dist")).map((name) => [`dist/${name}`, statSync(at(`dist/${name}`)).size] as const);
  const archive = execFileSync("git", ["archive", "HEAD"], { cwd: at("."), maxBuffer: 2 ** 28 });
  return table(
    ["what", "bytes"],
    [
      ...files,
      ["all of dist", files.reduce((sum, [, size]) => sum + size, 0)],
      ["the tarball that the runner downloads", gzipSync(archive, { level: 9 }).length],
    ],
  );
}
