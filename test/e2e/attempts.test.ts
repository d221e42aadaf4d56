import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { login, loginWithFaults, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, linkedCodes, onlyCode, onlyError } from "./outcomes.ts";

const { maintenancePage, refusal, retryAt, status } = faults;
const SIDE_BY_SIDE = { concurrency: 4 };
const MINUTE_MS = 60_000;
/** Node's start and end on a machine that is busy with other tests. */
const MARGIN_MS = 20_000;

const environment = await startTestEnvironment();
after(() => environment.close());

const raw = (...lines: readonly string[]) => faults.garbage([...lines, "", ""].join("\r\n"));
const TOO_MANY_HEADERS = ["HTTP/1.1 200 OK", ...Array.from({ length: 2000 }, (_, index) => `X-${index}: hello`)];
const TWO_LENGTHS = ["HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked"];

describe("a transient error is retried", SIDE_BY_SIDE, () => {
  /** Errors of each stage that a request has, in one login each. */
  const TRANSIENT: Readonly<Record<string, readonly [faults: readonly Fault[], requests: number]>> = {
    "at the proxy and in TLS": [[faults.refuseConnect(503), faults.resetByProxy(), faults.resetInTls()], 1],
    "before the answer and in its body": [[faults.closeBeforeAnswer(), faults.garbage(), faults.cutOffChunks()], 4],
    "in HTTP that can't be read": [[raw(...TOO_MANY_HEADERS), raw(...TWO_LENGTHS), raw("HTTP/1.1 103 Early Hints")], 4],
    "that Salesforce reports": [[status(503), maintenancePage(200), refusal("unknown_error", "retry your request")], 4],
  };
  for (const [where, [transient, expected]] of Object.entries(TRANSIENT)) {
    test(`${where}, and the log says why and when`, async () => {
      const { result, requests, connects } = await loginWithFaults(environment, { faults: transient });
      assertLoggedIn(result);
      assert.equal(connects.length, transient.length + 1);
      assert.equal(requests.length, expected);
      assert.equal(result.log.match(/^Attempt \d/gm)?.length, transient.length);
      assert.equal(result.log.match(/^Attempt \d.*\d s\.$/gm)?.length, transient.length);
    });
  }

  test("after a silence that took a part of the time only", async () => {
    const inputs = { timeout_seconds: "12" };
    const { result, requests } = await loginWithFaults(environment, { faults: [faults.silence()], with: inputs });
    assertLoggedIn(result);
    assert.equal(requests.length, 2);
  });

  for (const [how, fault] of [
    ["in seconds", status(429, { "Retry-After": "1" })] as const,
    ["as a date", retryAt(3)],
  ]) {
    test(`after the wait that Retry-After asks for ${how}`, async () => {
      const { result, requests } = await loginWithFaults(environment, { faults: [fault as Fault] });
      assertLoggedIn(result);
      const [first = 0, second = 0] = requests.map(({ at }) => at);
      // HTTP dates have whole seconds.
      assert.ok(second - first >= 1000, `${second - first} ms`);
    });
  }

  test("unless Retry-After is longer than the time that is left", async () => {
    const always = status(503, { "Retry-After": "3600" });
    const { result, requests } = await loginWithFaults(environment, { always });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["salesforce-unavailable"]);
    assert.match(message, /3600 s/);
    assert.equal(requests.length, 1);
  });
});

describe("timeout_seconds ends the step with one error", SIDE_BY_SIDE, () => {
  /** What never stops; one of each place where a login can wait. */
  const LASTING: Readonly<Record<string, readonly [fault: Fault, seconds: number, code: string]>> = {
    "while a proxy is silent": [faults.silentProxy(), 1, "no-answer-in-time"],
    "while TLS is silent": [faults.silentTls(), 1, "no-answer-in-time"],
    "while a body drips": [faults.drippingBody(20), 3, "no-answer-in-time"],
    "while connections are lost": [faults.resetBeforeAnswer(), 3, "connection-failed"],
    "while Salesforce is overloaded": [status(503), 3, "salesforce-unavailable"],
  };
  for (const [when, [always, seconds, code]] of Object.entries(LASTING)) {
    test(`${when}, and names the budget of ${seconds} s`, async () => {
      const inputs = { timeout_seconds: String(seconds) };
      const timeoutMs = seconds * 1000 + MARGIN_MS;
      const { result } = await loginWithFaults(environment, { always, timeoutMs, with: inputs });
      assert.notEqual(result.signal, "SIGKILL", `it did not end by itself:\n${result.log}`);
      const message = onlyError(result);
      const [found = ""] = linkedCodes(message);
      // The budget can end the last attempt before the fault shows in it.
      assert.ok([code, "no-answer-in-time"].includes(found), found);
      assert.match(message, new RegExp(`\\b${seconds}\\b`));
    });
  }

  test("if Node has nothing left to wait for", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "dead-end-"));
    t.after(() => rm(folder, { recursive: true }));
    const script = join(folder, "dead-end.cjs");
    // Requests that never get an answer, and timers that don't keep the process alive.
    await writeFile(
      script,
      `const request = { on() {}, setTimeout() {}, write() {}, end() {} };
      require("node:https").request = () => request;
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (...timer) => setTimeout(...timer).unref();`,
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` };
    assert.match(onlyError(await login(environment, { env })), /nothing left to wait for/);
  });
});

describe("a runner's clock that is wrong", SIDE_BY_SIDE, () => {
  test("by 10 minutes is corrected for once, with a warning", async (t) => {
    const slow = await startTestEnvironment({ key: environment });
    t.after(() => slow.close());
    slow.salesforce.clock(10 * MINUTE_MS);
    const result = await login(slow);
    assertLoggedIn(result, [/clock.*\b(?:59\d|60\d) s\b.*behind/]);
    const [first = 0, second = 0, ...more] = slow.salesforce.requests.map(({ claims }) => Number(claims?.["exp"]));
    assert.ok(Math.abs(second - first - 600) < 10, "the second assertion is signed on Salesforce's time");
    assert.deepEqual(more, []);
  });

  test("by 30 seconds isn't: an expired assertion fails at once", async () => {
    const expired = refusal("invalid_grant", "expired authorization code");
    const { result, requests } = await loginWithFaults(environment, { always: faults.dated(30_000, expired) });
    assert.equal(onlyCode(result), "assertion-expired");
    assert.equal(requests.length, 1);
  });
});

describe("a canceled step ends at once and sets nothing", SIDE_BY_SIDE, () => {
  const WAITING: Readonly<Record<string, readonly [fault: Fault, signal: "SIGINT" | "SIGTERM", onStdout: RegExp]>> = {
    "while it waits for the next attempt": [status(503, { "Retry-After": "50" }), "SIGINT", /^Attempt 1\b/],
    "while it waits for an answer": [faults.stalledBody(), "SIGTERM", /^::add-mask::eyJ/],
  };
  for (const [when, [always, signal, onStdout]] of Object.entries(WAITING)) {
    test(`${when} (${signal})`, async () => {
      const { result } = await loginWithFaults(environment, { always, cancel: { onStdout, signal } });
      const { conclusion, exitCode, outputs } = result;
      assert.deepEqual(
        { conclusion, signal: result.signal, exitCode, outputs },
        { conclusion: "cancelled", signal, exitCode: null, outputs: {} },
      );
    });
  }
});
