// Many steps at once, up to GitHub's largest matrix, on a Salesforce that is well and on one where a third of the answers
// fail. Every step has to get its token. `npm run bench:growth -- --keep` puts the tables into docs/benchmarks.md.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { startTestEnvironment, type TestEnvironment } from "../test/e2e/login.ts";
import { inputVariables } from "../test/fakes/runner/inputs.ts";
import { median, type Subject, type Usage, usageOnce } from "./measure.ts";
import { circumstances, publish, round, table } from "./page.ts";
import { unsteady } from "./unsteady.ts";

/** A matrix makes at most 256 jobs of a workflow run. */
const STEPS = [1, 16, 64, 256];
/** All begin at once, whatever the number of processors, and so each of them takes long. */
const TIMEOUT_SECONDS = 600;
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Burst {
  readonly wallMs: number;
  readonly steps: readonly Usage[];
  readonly requests: number;
}

const rows: (string | number)[][] = [];
for (const health of ["well", "a third fails"] as const) {
  for (const steps of STEPS) rows.push(rowOf(health, await burst(steps, health === "well" ? 0 : 2 * steps)));
}
publish(
  "growth",
  [
    `${circumstances()}. The embedded Salesforce and its proxy run on the same ${cpus().length} processors.\n`,
    table(
      [
        "steps at once",
        "Salesforce",
        "all done, s",
        "median step, s",
        "longest, s",
        "processor ms a step",
        "peak MiB a step",
        "requests",
        "requests a step",
      ],
      rows,
    ),
  ].join("\n"),
);

async function burst(count: number, mostFaults: number): Promise<Burst> {
  const bench = await startTestEnvironment();
  try {
    if (mostFaults > 0) bench.salesforce.misbehave(unsteady(mostFaults), { times: "always" });
    const begin = performance.now();
    const steps = await Promise.all(Array.from({ length: count }, () => usageOnce(loginAt(bench))));
    return { wallMs: performance.now() - begin, steps, requests: bench.salesforce.requests.length };
  } finally {
    await bench.close();
  }
}

function loginAt({ salesforce, inputs }: TestEnvironment): Subject {
  const given = inputVariables(new Map([...Object.entries(inputs), ["timeout_seconds", String(TIMEOUT_SECONDS)]]));
  return { name: "main step", args: [MAIN], env: { ...salesforce.env, ...given }, proof: /access_token/ };
}

function rowOf(health: string, { wallMs, steps, requests }: Burst): (string | number)[] {
  const seconds = steps.map(({ wallMs: ms }) => ms / 1000);
  return [
    steps.length,
    health,
    round(wallMs / 1000, 1),
    round(median(seconds), 2),
    round(Math.max(...seconds), 1),
    round(median(steps.map(({ cpuMs }) => cpuMs))),
    round(median(steps.map(({ peakMib }) => peakMib)), 1),
    requests,
    round(requests / steps.length, 2),
  ];
}
