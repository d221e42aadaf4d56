import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { faults } from "../fakes/salesforce/index.ts";
import { assertFailed, assertOwnCommands, type FaultRow, fails, testRows } from "./fault-table.ts";
import { login, startTestEnvironment, type TestEnvironment } from "./login.ts";
import { linkedCodes } from "./outcomes.ts";

const { maintenancePage, refusal, status } = faults;
const EXPIRED = refusal("invalid_grant", "expired authorization code");
const WRONG_AUDIENCE = refusal("invalid_grant", "audience is invalid");
const MINUTES = 60_000;
const HOURS = 60 * MINUTES;

const clockIs = (offset: number) => ({ prepare: ({ salesforce }: TestEnvironment) => void salesforce.clock(offset) });

/** The skew is measured to the second, and the way to Salesforce and back counts. */
const BY_TEN_MINUTES = "(59\\d|60\\d) s";
const BY_TWO_HOURS = "(719\\d|720\\d) s";

function signedAgain(offset: number, skew: string): FaultRow {
  return {
    ...clockIs(offset),
    outcome: "minted",
    attempts: 2,
    warnings: [new RegExp(`clock is ${skew} .*signed once more on Salesforce's time.*NTP`)],
    check: (_, { salesforce }) => {
      const [first = 0, second = 0] = salesforce.requests.map(({ claims }) => Number(claims?.["exp"]));
      assert.ok(Math.abs(second - first - offset / 1000) < 10, "the second is signed on Salesforce's time");
    },
  };
}

testRows("a wrong clock:", {
  "10 minutes behind": signedAgain(10 * MINUTES, `${BY_TEN_MINUTES} behind`),
  "2 hours behind": signedAgain(2 * HOURS, `${BY_TWO_HOURS} behind`),
  "10 minutes ahead, where Salesforce calls that expired": {
    ...signedAgain(-10 * MINUTES, `${BY_TEN_MINUTES} ahead`),
    faults: [EXPIRED],
  },
  "2 hours ahead, where Salesforce calls that expired": {
    ...signedAgain(-2 * HOURS, `${BY_TWO_HOURS} ahead`),
    faults: [EXPIRED],
  },
  "2 hours ahead, where Salesforce calls that invalid": {
    ...clockIs(-2 * HOURS),
    outcome: "assertion-invalid",
    attempts: 1,
    says: [new RegExp(`most likely first:\n  - The runner's clock is ${BY_TWO_HOURS} ahead of Salesforce's`)],
  },
  "30 seconds behind": { ...clockIs(30_000), outcome: "minted", attempts: 1 },
  "30 seconds ahead": { ...clockIs(-30_000), outcome: "minted", attempts: 1 },
  "30 seconds behind, where Salesforce calls that expired": {
    ...clockIs(30_000),
    faults: [EXPIRED],
    outcome: "assertion-expired",
    attempts: 1,
  },
  "not wrong, where Salesforce calls the assertion expired": fails(EXPIRED, "assertion-expired"),
  "2 hours behind, and still expired when signed again": {
    ...clockIs(2 * HOURS),
    always: EXPIRED,
    outcome: "assertion-expired",
    attempts: 2,
    warnings: [new RegExp(`clock is ${BY_TWO_HOURS} behind`)],
  },
  "2 hours behind, on a server that does not say what time it is": {
    always: faults.withHeaders({ Date: "today" }, EXPIRED),
    outcome: "assertion-expired",
    attempts: 1,
  },
  "2 hours behind, with a fault in between": {
    ...signedAgain(2 * HOURS, `${BY_TWO_HOURS} behind`),
    faults: [EXPIRED, status(503)],
    attempts: 3,
    check: (_, { salesforce }) => {
      const [first = 0, ...later] = salesforce.requests.map(({ claims }) => Number(claims?.["exp"]));
      for (const exp of later) assert.ok(exp - first > 7000, "all later ones are signed on Salesforce's time");
    },
  },
});

const audiencesOf = ({ salesforce }: TestEnvironment) => salesforce.requests.map(({ claims }) => claims?.["aud"]);
const OWN = "https://acme.my.salesforce.com";
const SANDBOX = "https://acme--uat.sandbox.my.salesforce.com";

testRows("an audience that is refused:", {
  once: {
    faults: [WRONG_AUDIENCE],
    outcome: "minted",
    attempts: 2,
    says: [/refused the audience https:\/\/acme\.my\.salesforce\.com; trying https:\/\/login\.salesforce\.com once/],
    check: (_, bench) => assert.deepEqual(audiencesOf(bench), [OWN, "https://login.salesforce.com"]),
  },
  "once, in a sandbox": {
    prepare: ({ salesforce }) => ({ with: { login_url: SANDBOX, username: salesforce.orgs.uat.username } }),
    faults: [refusal("invalid_grant", "Audience validation failed")],
    outcome: "minted",
    attempts: 2,
    check: (_, bench) => assert.deepEqual(audiencesOf(bench), [SANDBOX, "https://test.salesforce.com"]),
  },
  twice: {
    always: WRONG_AUDIENCE,
    outcome: "audience-refused",
    attempts: 2,
    says: [/Both audiences that fit login_url were refused/],
  },
  "where the step chose it": {
    ...fails(WRONG_AUDIENCE, "audience-refused"),
    options: { with: { audience: "https://login.salesforce.com" } },
  },
  "at the generic host": {
    ...fails(WRONG_AUDIENCE, "audience-refused"),
    options: { with: { login_url: "https://login.salesforce.com" } },
  },
  "at a site": {
    ...fails(WRONG_AUDIENCE, "audience-refused"),
    options: { with: { login_url: "https://acme.force.com" } },
  },
  "and then the clock": {
    ...clockIs(10 * MINUTES),
    faults: [WRONG_AUDIENCE],
    outcome: "minted",
    attempts: 3,
    warnings: [new RegExp(`clock is ${BY_TEN_MINUTES} behind`)],
    check: (_, bench) => {
      const fallback = "https://login.salesforce.com";
      assert.deepEqual(audiencesOf(bench), [OWN, fallback, fallback]);
    },
  },
});

function endsIn(seconds: number, always: NonNullable<FaultRow["always"]>, row: Partial<FaultRow> = {}): FaultRow {
  const tried = new RegExp(
    `(One attempt|\\d+ attempts) in \\d+\\.\\d s, and no time for another one \\(timeout_seconds: ${seconds}\\)`,
  );
  return { always, seconds, outcome: "no-answer-in-time", attempts: "several", says: [tried], ...row };
}

testRows("it ends, whatever stays:", {
  "a silent proxy": endsIn(3, faults.silentProxy()),
  "silence in the TLS handshake": endsIn(3, faults.silentTls()),
  "silence before the headers": endsIn(3, faults.silence()),
  "silence in the body": endsIn(3, faults.stalledBody()),
  "a body that drips": endsIn(3, faults.drippingBody(20)),
  "answers that are always too late": endsIn(3, faults.late(30_000)),
  "lost connections": endsIn(3, faults.resetBeforeAnswer(), { outcome: "connection-failed" }),
  "lost tunnels": endsIn(3, faults.resetInTls(), { outcome: "connection-failed" }),
  "an overload": endsIn(3, status(503), { outcome: "salesforce-unavailable" }),
  "an overload that has much to say": endsIn(3, faults.largeBody(undefined, undefined, 503), {
    outcome: "salesforce-unavailable",
  }),
  "a maintenance": endsIn(3, maintenancePage(), { outcome: "answer-html" }),
  server_error: endsIn(3, refusal("server_error"), { outcome: "salesforce-unavailable" }),
});

describe("withTimeout one second there is time for one attempt, or for two:", { concurrency: 4 }, () => {
  for (const silence of [faults.silentProxy(), faults.silentTls(), faults.silence(), faults.drippingBody(20)]) {
    test(silence.name, async (t) => {
      const bench = await startTestEnvironment();
      t.after(() => bench.close());
      bench.salesforce.misbehave(silence, { times: "always" });
      const result = await login(bench, { with: { timeout_seconds: "1" }, timeoutMs: 15_000 });
      assert.deepEqual(linkedCodes(assertFailed(result)), ["no-answer-in-time"]);
      assert.match(
        result.log,
        /(One attempt|\d attempts) in \d\.\d s, and no time for another one \(timeout_seconds: 1\)/,
      );
    });
  }
});

describe("a cancelled step ends at once, and hands nothing over:", { concurrency: 4 }, () => {
  const STATES: Readonly<Record<string, readonly [fault: NonNullable<FaultRow["always"]>, state: RegExp]>> = {
    "while it waits for its next attempt": [status(503, { "Retry-After": "50" }), /^Attempt 1 failed/],
    "in a proxy's silence": [faults.silentProxy(), /^::add-mask::eyJ/],
    "in TLS": [faults.silentTls(), /^::add-mask::eyJ/],
    "in the body": [faults.stalledBody(), /^::add-mask::eyJ/],
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const [when, [fault, onStdout]] of Object.entries(STATES)) {
      test(`${signal} ${when}`, async (t) => {
        const bench = await startTestEnvironment();
        t.after(() => bench.close());
        bench.salesforce.misbehave(fault, { times: "always" });
        const result = await login(bench, { cancel: { onStdout, signal }, with: { timeout_seconds: "60" } });
        assert.deepEqual(
          { conclusion: result.conclusion, signal: result.signal, exitCode: result.exitCode, outputs: result.outputs },
          { conclusion: "cancelled", signal, exitCode: null, outputs: {} },
        );
        assert.ok(result.durationMs < 30_000);
        assertOwnCommands(result);
      });
    }
  }
});

test("of a body without an end, hardly more than 1 MiB is taken", async (t) => {
  const bench = await startTestEnvironment();
  t.after(() => bench.close());
  const endless = faults.endlessBody();
  const sent = new Promise<number>((resolve) => {
    const deliver: typeof endless.deliver = async (exchange, make) => {
      await endless.deliver(exchange, make);
      resolve(exchange.message.socket.bytesWritten);
    };
    bench.salesforce.misbehave({ ...endless, deliver });
  });
  await login(bench);
  // What is on its way when the client leaves stands in buffers of the system, of TLS and of the proxy.
  assert.ok((await sent) < 16 * 1024 * 1024);
});
