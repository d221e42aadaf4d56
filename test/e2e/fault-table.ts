import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import type { Fault, SalesforceOptions } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, startTestEnvironment, type TestEnvironment, testKey } from "./login.ts";
import { assertMinted, assertWarnings, linkedCodes, onlyError } from "./outcomes.ts";

/** What goes wrong in a login, and what must come of it. */
export interface FaultRow {
  /** Each comes once, in this order. */
  readonly faults?: readonly Fault[];
  /** Comes after those, for ever. */
  readonly always?: Fault;
  readonly salesforce?: SalesforceOptions;
  readonly options?: LoginOptions;
  /** Sets up what is no fault of a request. @returns options that are known only now */
  readonly prepare?: (bench: TestEnvironment) => LoginOptions | undefined;
  /** `timeout_seconds`. By default more than any row needs. */
  readonly seconds?: number;
  /** `minted`, or the code of the failure. */
  readonly outcome: string;
  /** As many as the log tells of; `several` where chance and time decide. */
  readonly attempts: number | "several";
  /** How many attempts get to the proxy; all by default. */
  readonly connects?: number;
  /** How many of those get to Salesforce; by default all that meet no fault before. */
  readonly requests?: number;
  /** What the log has to say. */
  readonly says?: readonly RegExp[];
  /** All warnings, in order. */
  readonly warnings?: readonly RegExp[];
  readonly check?: (result: StepResult, bench: TestEnvironment) => void;
}

/** A fault that comes once, and is no matter: the log says why there had to be a second attempt. */
export function heals(fault: Fault, because: RegExp, more: Partial<FaultRow> = {}): FaultRow {
  const says = [new RegExp(`^Attempt 1 failed: ${because.source}`, "m")];
  return { faults: [fault], outcome: "minted", attempts: 2, says, ...more };
}

/** A fault that a second attempt can't mend, so that there is none. */
export function fails(fault: Fault, outcome: string, ...says: readonly RegExp[]): FaultRow {
  return { faults: [fault], outcome, attempts: 1, says };
}

/** Node's start and end on a machine that is busy with other tests. */
const MARGIN_MS = 10_000;
const SIDE_BY_SIDE = { concurrency: 6 };
const ENOUGH_SECONDS = 40;
/** All that the action has to say to the runner. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(["add-mask", "debug", "error", "warning"]);

const key = await testKey();

/** Tests every row by itself, side by side, each with a Salesforce of its own. */
export function testRows(title: string, rows: Readonly<Record<string, FaultRow>>): void {
  describe(title, SIDE_BY_SIDE, () => {
    for (const [when, row] of Object.entries(rows)) {
      test(when, async (t) => {
        const bench = await startTestEnvironment({ key, ...row.salesforce });
        t.after(() => bench.close());
        assertRow(await loginMeetingAll(bench, row), bench, row);
      });
    }
  });
}

async function loginMeetingAll(bench: TestEnvironment, row: FaultRow): Promise<StepResult> {
  const { seconds = ENOUGH_SECONDS, faults = [], always, options = {} } = row;
  for (const fault of faults) bench.salesforce.misbehave(fault);
  if (always) bench.salesforce.misbehave(always, { times: "always" });
  const more = row.prepare?.(bench) ?? {};
  return login(bench, {
    timeoutMs: seconds * 1000 + MARGIN_MS,
    ...options,
    ...more,
    with: { timeout_seconds: String(seconds), ...options.with, ...more.with },
    env: { ...options.env, ...more.env },
  });
}

function assertRow(result: StepResult, bench: TestEnvironment, row: FaultRow): void {
  const { seconds = ENOUGH_SECONDS, outcome, says = [], warnings = [] } = row;
  assert.notEqual(result.signal, "SIGKILL", `it did not end by itself:\n${result.log}`);
  assert.ok(result.durationMs < seconds * 1000 + MARGIN_MS);
  if (outcome === "minted") assertOwnToken(result, bench, warnings);
  else assertFailedWith(outcomes(row), result, warnings);
  assertAttempts(result, bench, row);
  for (const pattern of says) assert.match(result.log, pattern);
  assertOwnCommands(result);
  row.check?.(result, bench);
}

/** Where time decides, the last attempt has so little of it that the fault may not show in it. */
function outcomes({ outcome, attempts }: FaultRow): readonly string[] {
  return attempts === "several" ? [outcome, "no-answer-in-time"] : [outcome];
}

function assertFailedWith(codes: readonly string[], result: StepResult, warnings: readonly RegExp[]): void {
  const [code = "", ...more] = linkedCodes(assertFailed(result, warnings));
  assert.ok(codes.includes(code), `${code}, not ${codes.join(" or ")}:\n${result.log}`);
  assert.deepEqual(more, []);
}

function assertOwnToken(result: StepResult, { salesforce }: TestEnvironment, warnings: readonly RegExp[]): void {
  assertMinted(result, warnings);
  assert.equal(result.outputs["access_token"], salesforce.minted.at(-1));
  assert.ok(salesforce.isLive(result.outputs["access_token"] ?? ""));
}

/** Fails unless there is one error besides these warnings, and nothing was handed over. @returns the error's message */
export function assertFailed(result: StepResult, warnings: readonly RegExp[] = []): string {
  const of = (type: string) => ({ ...result, annotations: result.annotations.filter((one) => one.type === type) });
  assert.equal(result.annotations.length, warnings.length + 1, result.log);
  assertWarnings(of("warning"), warnings);
  assert.deepEqual(result.state, {});
  return onlyError(of("error"));
}

/** Fails where the runner was told anything that is not the action's own. */
export function assertOwnCommands({ commands, legacyCommands }: StepResult): void {
  assert.deepEqual(
    commands.filter((name) => !OWN_COMMANDS.has(name)),
    [],
  );
  assert.deepEqual(legacyCommands, []);
}

/** Every attempt but the last says why it failed and when the next one comes, or what the next one does better. */
function assertAttempts({ log, masks }: StepResult, bench: TestEnvironment, row: FaultRow): void {
  const retries = log.match(/^Attempt \d+ failed: \S.*\. Next attempt in \d+\.\d s\.$/gm)?.length ?? 0;
  const remedies = log.match(/^(##\[warning\])?.*(trying \S+ once|is signed once more)/gm)?.length ?? 0;
  const attempts = retries + remedies + 1;
  if (row.outcome !== "minted" && attempts > 1)
    assert.match(log, new RegExp(`\\b${attempts} attempts in \\d+\\.\\d s`));
  const { connects, requests } = bench.salesforce;
  assertRequests(bench, masks);
  if (row.attempts === "several") {
    assert.ok(attempts >= 2, log);
    assert.ok(connects.length <= (row.connects ?? attempts));
    assert.ok(requests.length <= (row.requests ?? attempts));
  } else {
    assert.equal(attempts, row.attempts, log);
    assert.equal(connects.length, row.connects ?? attempts);
    assert.equal(requests.length, row.requests ?? attempts - early(row));
  }
}

/** How many attempts meet a fault on their way to Salesforce. */
function early({ faults = [] }: FaultRow): number {
  return faults.filter(({ stage }) => stage !== "answer").length;
}

/** The assertion goes to one place, in the body of a POST, and is masked in case that somebody finds a way to show it. */
function assertRequests({ salesforce }: TestEnvironment, masks: readonly string[]): void {
  for (const { method, path, query, headers, form } of salesforce.requests) {
    // A client that leaves in the middle of its request has sent no whole body.
    if (form["assertion"] === undefined) continue;
    assert.deepEqual([method, path, query], ["POST", "/services/oauth2/token", ""]);
    assert.deepEqual(Object.keys(form), ["grant_type", "assertion"]);
    assert.ok(!JSON.stringify(headers).includes(form["assertion"]));
    assert.ok(masks.includes(form["assertion"]));
  }
}
