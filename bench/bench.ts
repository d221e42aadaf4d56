// Measures one login beside a bare script and the Salesforce CLI. `npm run bench -- --keep` writes the table to docs/benchmarks.md.
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { networkOf } from "../test/cli/environment.ts";
import { startTestEnvironment } from "../test/e2e/login.ts";
import { inputVariables } from "../test/fakes/runner/inputs.ts";
import { CLI_ROUTES } from "../test/fakes/salesforce/cli-routes.ts";
import { median, type Subject, timeOnce, type Usage, usageOnce } from "./measure.ts";
import { describeMachine, KEEP, publish, round, table } from "./page.ts";

const ROUNDS = 25;
/** The CLI takes seconds, and processor time and memory vary little between runs. */
const FEW_ROUNDS = 5;
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const CLI = at("test/cli/node_modules/@salesforce/cli/bin/run.js");

interface Measurement {
  readonly subject: Subject;
  readonly timesMs: number[];
  readonly usages: Usage[];
  /** Requests to Salesforce in one run. */
  readonly requests: number;
}

if (KEEP && !existsSync(CLI)) throw new Error("--keep requires the Salesforce CLI: run npm ci --prefix test/cli first");
const environment = await startTestEnvironment({ routes: CLI_ROUTES });
try {
  const env = { ...environment.salesforce.env, ...inputVariables(new Map(Object.entries(environment.inputs))) };
  const proof = /access_token/;
  const [main, baseline, post, nothing] = (await measure(
    [
      { name: "main step", args: [at("dist/main.js")], env, proof },
      { name: "bare script, the same request", args: [at("bench/baseline.cjs")], env, proof },
      { name: "post step, nothing to revoke", args: [at("dist/post.js")], env: {} },
      { name: "node -e 0", args: ["-e", "0"], env: {} },
    ],
    ROUNDS,
  )) as [Measurement, Measurement, Measurement, Measurement];
  const [cli] = existsSync(CLI) ? await measure([cliLogin()], FEW_ROUNDS) : [];

  const rows = [main, baseline, post, nothing, ...(cli ? [cli] : [])].map((one) => rowOf(one, [baseline, nothing]));
  const heads = [
    "process, from start to exit",
    "median ms",
    "x bare script",
    "x node -e 0",
    "processor ms",
    "peak MiB",
    "requests",
  ];
  const bothMs = median(main.timesMs.map((time, index) => time + (post.timesMs[index] ?? Number.NaN)));
  const rounds = `${ROUNDS} rounds, in turn${cli ? `; the CLI ${FEW_ROUNDS} times` : ""}`;
  publish(
    "login",
    `${describeMachine()}; ${rounds}.\n\n${table(heads, rows)}\n\nMain and post step together: ${round(bothMs, 1)} ms.`,
  );
} finally {
  await environment.close();
}

/** Measures in turn, so that a machine whose speed changes affects all subjects alike. */
async function measure(subjects: readonly Subject[], rounds: number): Promise<Measurement[]> {
  const results: Measurement[] = [];
  for (const subject of subjects) {
    const before = environment.salesforce.requests.length;
    await timeOnce(subject);
    const requests = environment.salesforce.requests.length - before;
    results.push({ subject, timesMs: [], usages: [], requests });
  }
  for (let done = 0; done < rounds; done++) {
    for (const { subject, timesMs } of results) timesMs.push(await timeOnce(subject));
  }
  for (let done = 0; done < FEW_ROUNDS; done++) {
    for (const { subject, usages } of results) usages.push(await usageOnce(subject));
  }
  return results;
}

function rowOf({ subject, timesMs, usages, requests }: Measurement, others: readonly Measurement[]) {
  return [
    subject.name,
    round(median(timesMs), 1),
    ...others.map((other) => round(ratio(timesMs, other.timesMs), 2)),
    round(median(usages.map(({ cpuMs }) => cpuMs))),
    round(median(usages.map(({ peakMib }) => peakMib)), 1),
    requests,
  ];
}

/** Returns the median of the ratios round by round, which the machine's speed affects least. */
function ratio(timesMs: readonly number[], others: readonly number[]): number {
  if (timesMs.length !== others.length) return median(timesMs) / median(others);
  return median(timesMs.map((time, index) => time / (others[index] ?? Number.NaN)));
}

/** A login by the CLI, which is installed already, with a key file. */
function cliLogin(): Subject {
  const { salesforce, inputs, privateKeyPem, certificatePem } = environment;
  const { consumer_key = "", username = "", login_url = "" } = inputs;
  // The CLI sends `exp` in milliseconds, which Salesforce accepts.
  salesforce.register({ consumerKey: consumer_key, certificate: certificatePem, lenientExpiry: true });
  const keyFile = join(dirname(salesforce.env.NODE_EXTRA_CA_CERTS), "server.key");
  writeFileSync(keyFile, privateKeyPem);
  const login = ["org", "login", "jwt", "--client-id", consumer_key, "--jwt-key-file", keyFile];
  const args = [CLI, ...login, "--username", username, "--instance-url", login_url];
  return { name: "sf org login jwt", args, env: networkOf(salesforce), proof: /Successfully authorized/ };
}
