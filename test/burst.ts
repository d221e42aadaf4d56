// GitHub's largest matrix at once, on a Salesforce that is not quite up to it: every step has to get its token all the same.

import { type Bench, startBench } from "./dist/login.ts";
import { runStep, type StepResult } from "./runner/step.ts";
import { type Fault, faults } from "./salesforce/index.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

/** A matrix makes at most so many jobs of a workflow run. */
const STEPS = 256;
const SEED = 20_260_601;
const SHARE = 1 / 3;
/** Chance has its limits, too: from then on Salesforce behaves. */
const MOST_FAULTS = 2 * STEPS;
/** All steps begin at once, whatever the number of processors, and so each of them takes long. */
const TIMEOUT_SECONDS = 600;

const FAULTS: readonly AnswerFault[] = [
  faults.status(503),
  faults.status(429, { "Retry-After": "2" }),
  faults.resetBeforeAnswer(),
];

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Answers as any of the faults for its share of the requests, and else as Salesforce would. */
function unsteady(random: () => number): AnswerFault {
  const honest = faults.withHeaders({});
  let left = MOST_FAULTS;
  const draw = (): AnswerFault => {
    if (left === 0 || random() >= SHARE) return honest;
    left -= 1;
    return FAULTS[Math.floor(random() * FAULTS.length)] ?? honest;
  };
  return {
    ...honest,
    deliver(exchange) {
      const drawn = draw();
      return drawn.deliver(exchange, () => drawn.make(exchange));
    },
  };
}

/** One step with all that a step has, but without the search for leaks: tests do that, for every kind of fault. */
function start({ inputs, salesforce, privateKeyPem }: Bench): Promise<StepResult> {
  return runStep({
    with: { ...inputs, timeout_seconds: String(TIMEOUT_SECONDS) },
    env: salesforce.env,
    secrets: [privateKeyPem],
    timeoutMs: (TIMEOUT_SECONDS + 60) * 1000,
  });
}

/** Why attempts failed, those that another one followed. */
function faultsOf({ log }: StepResult): string[] {
  return [...log.matchAll(/^Attempt \d+ failed: (.*)\. Next attempt/gm)].map(([, because = ""]) => because);
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const groups = Map.groupBy(items, key);
  return Object.fromEntries([...groups].sort().map(([name, group]) => [name, group.length]));
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

function report(bench: Bench, steps: readonly StepResult[], wallMs: number): boolean {
  const minted = steps.filter(
    ({ exitCode, outputs }) => exitCode === 0 && bench.salesforce.isLive(outputs["access_token"] ?? ""),
  );
  const longest = Math.max(...steps.map(({ durationMs }) => durationMs));
  console.table({
    minted: `${minted.length} of ${steps.length}`,
    "requests that reached Salesforce": bench.salesforce.requests.length,
    "wall time": seconds(wallMs),
    "longest step": seconds(longest),
  });
  console.table({ "steps by attempts": countBy(steps, (step) => String(faultsOf(step).length + 1)) });
  const because = countBy(steps.flatMap(faultsOf), (reason) => reason);
  console.table(Object.entries(because).map(([reason, attempts]) => ({ attempts, "failed, because": reason })));
  for (const { log } of steps.filter((step) => !minted.includes(step)).slice(0, 3)) console.log(log);
  return minted.length === steps.length;
}

const bench = await startBench();
try {
  bench.salesforce.misbehave(unsteady(randomFrom(SEED)), { times: "always" });
  const begin = performance.now();
  const steps = await Promise.all(Array.from({ length: STEPS }, () => start(bench)));
  process.exitCode = report(bench, steps, performance.now() - begin) ? 0 : 1;
} finally {
  await bench.close();
}
