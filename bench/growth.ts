// Measures many steps at once, up to GitHub's largest matrix, on a Salesforce that works and on one where a third of the requests
// fail. Every step has to get its token. `npm run bench:growth -- --keep` writes the table to docs/benchmarks.md.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { startTestEnvironment, type TestEnvironment } from "../test/e2e/login.ts";
import { inputVariables } from "../test/fakes/runner/inputs.ts";
import { type Fault, faults } from "../test/fakes/salesforce/index.ts";
import { median, type Subject, type Usage, usageOnce } from "./measure.ts";
import { describeMachine, publish, round, table } from "./page.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

/** A matrix has at most 256 jobs (GitHub Actions limits). */
const STEPS = [1, 16, 64, 256];
/** All steps start at once on this machine's processors, so that each takes long. */
const TIMEOUT_SECONDS = 600;
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const TRANSIENT_FAULTS: readonly AnswerFault[] = [
  faults.status(503),
  faults.status(429, { "Retry-After": "2" }),
  faults.resetBeforeAnswer(),
];

interface Burst {
  readonly wallMs: number;
  readonly steps: readonly Usage[];
  readonly requests: number;
}

const rows: (string | number)[][] = [];
for (const condition of ["works", "a third fails"] as const) {
  for (const steps of STEPS) rows.push(rowOf(condition, await burst(steps, condition === "a third fails")));
}
const heads = [
  "steps at once",
  "Salesforce",
  "all done, s",
  "median step, s",
  "longest, s",
  "processor ms a step",
  "peak MiB a step",
  "requests",
  "requests a step",
];
const machine = `${describeMachine()}. The embedded Salesforce and its proxy run on the same ${cpus().length} processors.`;
publish("growth", `${machine}\n\n${table(heads, rows)}`);

async function burst(count: number, unsteady: boolean): Promise<Burst> {
  const environment = await startTestEnvironment();
  try {
    if (unsteady) environment.salesforce.misbehave(everyThirdFails(), { times: "always" });
    const begin = performance.now();
    const steps = await Promise.all(Array.from({ length: count }, () => usageOnce(loginAt(environment))));
    return { wallMs: performance.now() - begin, steps, requests: environment.salesforce.requests.length };
  } finally {
    await environment.close();
  }
}

/** Every third request, in the order in which they arrive, gets the next of the transient faults. */
function everyThirdFails(): AnswerFault {
  const works = faults.withHeaders({});
  let requests = 0;
  return {
    ...works,
    deliver(exchange) {
      requests += 1;
      const next = TRANSIENT_FAULTS[(requests / 3) % TRANSIENT_FAULTS.length] ?? works;
      return next.deliver(exchange, () => next.make(exchange));
    },
  };
}

function loginAt({ salesforce, inputs }: TestEnvironment): Subject {
  const given = inputVariables(new Map([...Object.entries(inputs), ["timeout_seconds", String(TIMEOUT_SECONDS)]]));
  return { name: "main step", args: [MAIN], env: { ...salesforce.env, ...given }, proof: /access_token/ };
}

function rowOf(condition: string, { wallMs, steps, requests }: Burst): (string | number)[] {
  const seconds = steps.map(({ wallMs: ms }) => ms / 1000);
  return [
    steps.length,
    condition,
    round(wallMs / 1000, 1),
    round(median(seconds), 2),
    round(Math.max(...seconds), 1),
    round(median(steps.map(({ cpuMs }) => cpuMs))),
    round(median(steps.map(({ peakMib }) => peakMib)), 1),
    requests,
    round(requests / steps.length, 2),
  ];
}
