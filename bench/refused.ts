// Measures 256 steps at once on a Salesforce that refuses a third of the requests, is slow for a third, and limits the rest:
// how many steps end how, when, and with how many requests. `npm run bench:refused -- --keep` writes docs/benchmarks.md.
import { startTestEnvironment } from "../test/e2e/login.ts";
import { runStep, type StepResult } from "../test/fakes/runner/step.ts";
import { type Fault, faults } from "../test/fakes/salesforce/index.ts";
import { median } from "./measure.ts";
import { describeMachine, publish, round, table } from "./page.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

/** A matrix has at most 256 jobs (GitHub Actions limits). */
const STEPS = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 256);
/** All steps start at once on this machine's processors, so that each takes long. */
const TIMEOUT_SECONDS = 300;
const SLOW_MS = 5000;
const THIRDS: readonly AnswerFault[] = [
  faults.refusal("invalid_grant", "user hasn't approved this consumer"),
  faults.late(SLOW_MS),
  faults.refusal("invalid_grant", "login rate exceeded"),
] as readonly AnswerFault[];

const environment = await startTestEnvironment();
try {
  environment.salesforce.misbehave(byTurns(), { times: "always" });
  const inputs = { ...environment.inputs, timeout_seconds: String(TIMEOUT_SECONDS) };
  const step = { with: inputs, env: environment.salesforce.env, timeoutMs: TIMEOUT_SECONDS * 1000, header: false };
  const results = await Promise.all(Array.from({ length: STEPS }, () => runStep(step)));
  const heads = ["how steps end", "steps", "first, s", "median, s", "last, s"];
  const rows = [...Map.groupBy(results, endOf)].map(([end, steps]) => rowOf(end, steps));
  const requests = environment.salesforce.requests.length;
  publish(
    "refused",
    `${describeMachine()}. ${STEPS} steps sent ${requests} requests.\n\n${table(heads, rows.toSorted())}`,
  );
} finally {
  await environment.close();
}

/** Requests get the three answers in turn, in the order in which they arrive. */
function byTurns(): AnswerFault {
  const works = faults.withHeaders({});
  let requests = 0;
  return {
    ...works,
    deliver(exchange) {
      const next = THIRDS[requests++ % THIRDS.length] ?? works;
      return next.deliver(exchange, () => next.make(exchange));
    },
  };
}

function endOf({ conclusion, annotations }: StepResult): string {
  return conclusion === "success" ? "a token" : (annotations.at(-1)?.message.split("\n")[0] ?? "no message");
}

function rowOf(end: string, steps: readonly StepResult[]): (string | number)[] {
  const seconds = steps.map(({ durationMs }) => durationMs / 1000);
  return [end, steps.length, round(Math.min(...seconds), 1), round(median(seconds), 1), round(Math.max(...seconds), 1)];
}
