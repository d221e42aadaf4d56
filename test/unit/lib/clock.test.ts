import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { systemClock, TimeoutError } from "../../../src/lib/clock.ts";

const never = new Promise<never>(() => {});

describe("withTimeout", () => {
  test("returns what the work returns", async () => {
    assert.equal(await systemClock.withTimeout(10_000, async () => 42), 42);
  });

  test("throws what the work throws", async () => {
    const error = new Error("of the work");
    await assert.rejects(
      systemClock.withTimeout(10_000, () => Promise.reject(error)),
      error,
    );
    await assert.rejects(
      systemClock.withTimeout(10_000, () => {
        throw error;
      }),
      error,
    );
  });

  test("ends work that never settles, and says how long it had", { timeout: 10_000 }, async () => {
    await assert.rejects(
      systemClock.withTimeout(20, () => never),
      new TimeoutError(20),
    );
  });

  test("aborts the work's signal with the same error when the time is over, and not before", {
    timeout: 10_000,
  }, async () => {
    const before: boolean[] = [];
    const signals: AbortSignal[] = [];
    const error = await systemClock
      .withTimeout(20, (signal) => {
        before.push(signal.aborted);
        signals.push(signal);
        return never;
      })
      .catch((reason: unknown) => reason);
    assert.deepEqual(before, [false]);
    assert.equal(signals[0]?.reason, error);
  });

  test("doesn't abort the signal of work that was done in time", async () => {
    const signals: AbortSignal[] = [];
    await systemClock.withTimeout(20, async (signal) => void signals.push(signal));
    await systemClock.sleep(60);
    assert.equal(signals[0]?.aborted, false);
  });

  test("ignores an error of work that fails after its time", { timeout: 10_000 }, async () => {
    const late = systemClock.withTimeout(20, (signal) => {
      return new Promise((_, reject) => signal.addEventListener("abort", () => setTimeout(reject, 20, "late")));
    });
    await assert.rejects(late, TimeoutError);
    await systemClock.sleep(60);
  });
});

/** Runs a module that knows the clock, and gives what it wrote; a process that ends badly or not at all fails. */
function inProcess(script: string): string {
  const clock = JSON.stringify(new URL("../../../src/lib/clock.ts", import.meta.url).href);
  const source = `import { systemClock } from ${clock};\n${script}`;
  // What node makes of the coverage of several processes depends on their order.
  const env = { ...process.env, NODE_V8_COVERAGE: "" };
  const options = { timeout: 20_000, encoding: "utf8", env } as const;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", source], options);
}

describe("a process", () => {
  test("keeps the process alive until the time is over", () => {
    const output = inProcess(`
      systemClock.withTimeout(300, () => new Promise(() => {})).catch((error) => console.log(error.message));
    `);
    assert.equal(output, "no answer within 0.3 s\n");
  });

  test("lets the process end as soon as the work is done", () => {
    assert.equal(inProcess("console.log(await systemClock.withTimeout(600_000, async () => 'done'));"), "done\n");
  });

  test("keeps the process alive during sleep", () => {
    assert.equal(inProcess("systemClock.sleep(100).then(() => console.log('awake'));"), "awake\n");
  });
});

test("systemClock counts now from 1970, and its monotonic time never goes back", async () => {
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 60_000);
  const start = systemClock.monotonic();
  await systemClock.sleep(5);
  assert.ok(systemClock.monotonic() > start);
});
