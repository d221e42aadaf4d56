import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { CertificateFlaw } from "./authority.ts";
import { ask, type ClientAnswer } from "./client.ts";
import { CLOSED_PROXY } from "./connection-faults.ts";
import { type Fault, faults, startSalesforce } from "./index.ts";
import { goodLogin, logIn, type Setup, send, setUp } from "./login.ts";

const LIMIT = { timeout: 20_000 };
let setup: Setup;

before(async () => {
  setup = await setUp();
});
afterEach(() => setup.salesforce.behave());
after(() => setup.salesforce.close());

function post(signal?: AbortSignal): Promise<ClientAnswer> {
  const { url, method } = goodLogin(setup);
  return ask(setup.salesforce, { url, method, ...(signal && { signal }) });
}

function get(url: string): Promise<ClientAnswer> {
  return ask(setup.salesforce, { url });
}

const ANSWERS: readonly [
  fault: Fault & { stage: "answer" },
  status: number,
  body: RegExp,
  header?: [string, RegExp],
][] = [
  [faults.status(503, { "Retry-After": "2" }), 503, /^$/, ["retry-after", /^2$/]],
  [faults.status(429), 429, /^$/],
  [faults.retryAt(30), 503, /^$/, ["retry-after", /^\w{3}, \d\d .* GMT$/]],
  [
    faults.refusal("invalid_grant", "ip restricted"),
    400,
    /^{"error":"invalid_grant","error_description":"ip restricted"}$/,
  ],
  [
    faults.refusal("server_error", undefined, { status: 500 }),
    500,
    /^{"error":"server_error"}$/,
    ["content-type", /json/],
  ],
  [faults.maintenancePage(), 503, /^<!DOCTYPE html>/, ["content-type", /html/]],
  [faults.brokenJson(), 200, /^{"access_token":"00D$/],
  [faults.jsonAnswer(200, ["list"]), 200, /^\["list"\]$/],
  [faults.redirect(307, "https://other.example/"), 307, /^$/, ["location", /^https:\/\/other\.example\/$/]],
  [faults.largeBody(100, "abc"), 200, /^(abc){34}$/],
  [
    faults.answer({ status: 418, body: "tea", headers: { "Content-Type": "text/tea" } }),
    418,
    /^tea$/,
    ["content-type", /^text\/tea$/],
  ],
  [faults.dated(3_600_000, faults.status(500)), 500, /^$/],
  [faults.withHeaders({ "Content-Type": "text/plain" }), 400, /must use|grant type/, ["content-type", /^text\/plain$/]],
  [faults.late(20, faults.status(504)), 504, /^$/],
];
for (const [fault, status, body, [name, value] = ["date", /GMT$/]] of ANSWERS) {
  test(`a fault answers: ${fault.name}, ${body}`, LIMIT, async () => {
    setup.salesforce.misbehave(fault);
    const answer = await post();
    assert.equal(answer.status, status);
    assert.match(answer.body, body);
    assert.match(String(answer.headers[name]), value);
    const { answeredWith, status: recorded } = setup.salesforce.requests.at(-1) ?? {};
    assert.deepEqual([answeredWith, recorded], [fault.name, status]);
  });
}

/** What a client makes of a connection that fails: its error's code, or its words. */
const FAILURES: readonly [fault: Fault, error: RegExp][] = [
  [faults.resetBeforeAnswer(), /ECONNRESET.*read/],
  [faults.resetAfterMint(), /ECONNRESET.*read/],
  [faults.closeBeforeAnswer(), /ECONNRESET.*socket hang up/],
  [faults.cutOffBody(), /ECONNRESET.*aborted/],
  [faults.cutOffChunks(), /ECONNRESET.*aborted/],
  [faults.garbage(), /HPE_INVALID/],
  [faults.refuseConnect(403), /proxy answered 403/],
  [faults.refuseConnect(407), /proxy answered 407/],
  [faults.refuseConnect(504), /proxy answered 504/],
  [faults.resetByProxy(), /ECONNRESET.*read/],
  [faults.closeByProxy(), /ECONNRESET.*socket hang up/],
  [faults.garbageFromProxy(), /HPE_INVALID/],
  [faults.resetInTls(), /ECONNRESET.*read/],
  [faults.closeInTls(), /ECONNRESET.*before secure TLS connection/],
  [faults.plainTextInTls(), /ERR_SSL/],
];
for (const [fault, error] of FAILURES) {
  test(`a fault fails: ${fault.name}`, LIMIT, async () => {
    setup.salesforce.misbehave(fault);
    await assert.rejects(post(), (thrown: NodeJS.ErrnoException) => error.test(`${thrown.code} ${thrown.message}`));
    assert.deepEqual(setup.salesforce.pendingFaults(), []);
    const [record] =
      fault.stage === "answer" ? setup.salesforce.requests.slice(-1) : setup.salesforce.connects.slice(-1);
    assert.equal(record?.answeredWith, fault.name);
  });
}

const CERTIFICATES: Readonly<Record<CertificateFlaw, string>> = {
  expired: "CERT_HAS_EXPIRED",
  "not-yet-valid": "CERT_NOT_YET_VALID",
  "wrong-name": "ERR_TLS_CERT_ALTNAME_INVALID",
  "unknown-authority": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "self-signed": "DEPTH_ZERO_SELF_SIGNED_CERT",
};
for (const [flaw, code] of Object.entries(CERTIFICATES)) {
  test(`a certificate that is ${flaw} is refused once, and the next one is good`, LIMIT, async () => {
    setup.salesforce.misbehave(faults.badCertificate(flaw as CertificateFlaw));
    await assert.rejects(post(), { code });
    const { status } = await logIn(setup);
    assert.equal(status, 200);
  });
}

const SILENT: readonly Fault[] = [
  faults.silence(),
  faults.late(60_000),
  faults.silentProxy(),
  faults.silentTls(),
  faults.stalledBody(),
  faults.drippingBody(5),
  faults.endlessBody(),
];
for (const fault of SILENT) {
  test(`a client has to leave by itself: ${fault.name}`, LIMIT, async () => {
    const { requests, connects } = setup.salesforce;
    const records = fault.stage === "answer" ? requests : connects;
    const known = records.length;
    setup.salesforce.misbehave(fault);
    const leaving = new AbortController();
    const left = assert.rejects(post(leaving.signal), () => leaving.signal.aborted);
    await until(() => records.length > known && records.at(-1)?.answeredWith === fault.name);
    await sleep(50);
    leaving.abort();
    await left;
    assert.equal((await logIn(setup)).status, 200);
  });
}

for (const fault of [faults.endlessBody("x"), faults.drippingBody(5), faults.late(60_000)]) {
  test(`nothing goes on when the client has left: ${fault.name}`, LIMIT, async () => {
    let begun = false;
    let ended = false;
    const deliver: typeof fault.deliver = async (...exchange) => {
      begun = true;
      await fault.deliver(...exchange);
      ended = true;
    };
    setup.salesforce.misbehave({ ...fault, deliver });
    const leaving = new AbortController();
    const left = assert.rejects(post(leaving.signal));
    await until(() => begun);
    await sleep(50);
    assert.equal(ended, false);
    leaving.abort();
    await left;
    await until(() => ended);
  });
}

test("an answer can be dated an hour ahead", LIMIT, async () => {
  setup.salesforce.misbehave(faults.dated(3_600_000));
  const { headers } = await post();
  assert.ok(Math.abs(Date.parse(headers.date ?? "") - Date.now() - 3_600_000) < 60_000);
});

test("a large body is more than 1 MiB", LIMIT, async () => {
  setup.salesforce.misbehave(faults.largeBody());
  const { body } = await post();
  assert.ok(body.length >= 1.5 * 1024 * 1024);
});

test("a token that the client never hears of is minted, and is good", LIMIT, async () => {
  setup.salesforce.reuseSessions(false);
  setup.salesforce.misbehave(faults.resetAfterMint());
  const before = setup.salesforce.minted.length;
  await assert.rejects(logIn(setup));
  setup.salesforce.reuseSessions(true);
  const [lost, ...more] = setup.salesforce.minted.slice(before);
  assert.deepEqual([setup.salesforce.isLive(lost ?? ""), more], [true, []]);
});

test("a reset before the answer mints nothing", LIMIT, async () => {
  setup.salesforce.misbehave(faults.resetBeforeAnswer());
  const before = setup.salesforce.minted.length;
  await assert.rejects(logIn(setup));
  assert.equal(setup.salesforce.minted.length, before);
});

test("a grant can have other fields, lack some, and have a token of any shape, which is live", LIMIT, async () => {
  const access_token = "00D \u0007::add-mask::x";
  setup.salesforce.misbehave(faults.grantWith({ fields: { access_token, id: undefined, instance_url: "ftp://x" } }));
  const { status, fields } = await logIn(setup);
  const expected = { access_token, scope: "api", instance_url: "ftp://x", token_type: "Bearer" };
  assert.deepEqual([status, fields], [200, expected]);
  assert.deepEqual([setup.salesforce.minted.at(-1), setup.salesforce.isLive(access_token)], [access_token, true]);
});

test("a grant can be of the JWT format for once", LIMIT, async () => {
  setup.salesforce.misbehave(faults.grantWith({ format: "jwt", also: ["expires_in"] }));
  const [first, second] = [await logIn(setup), await logIn(setup)];
  assert.deepEqual([first.fields["token_format"], first.fields["expires_in"]], ["jwt", 7200]);
  assert.deepEqual([second.fields["token_format"], second.status], [undefined, 200]);
});

test("faults come one a request, in their order, at whatever stage", LIMIT, async () => {
  const queue = [faults.status(503), faults.refuseConnect(502), faults.resetInTls(), faults.status(500)];
  for (const fault of queue) setup.salesforce.misbehave(fault);
  const outcomes = [];
  for (let count = 0; count <= queue.length; count += 1) {
    const outcome = await send(setup.salesforce, goodLogin(setup)).catch((error) => error);
    outcomes.push(outcome.status ?? outcome.code ?? outcome.message);
  }
  assert.deepEqual(outcomes, [503, "the proxy answered 502", "ECONNRESET", 500, 200]);
});

test(
  "a fault comes as often as it is told to, a sticky one until all behave, after the counted ones",
  LIMIT,
  async () => {
    setup.salesforce.misbehave(faults.status(500), { times: "always" });
    setup.salesforce.misbehave(faults.status(503), { times: 2 });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await post()).status);
    assert.deepEqual(statuses, [503, 503, 500, 500]);
    setup.salesforce.behave();
    const { status } = await logIn(setup);
    assert.equal(status, 200);
  },
);

test("a fault for one route or host leaves the others alone", LIMIT, async () => {
  const { salesforce } = setup;
  salesforce.misbehave(faults.status(503), { route: "userinfo" });
  salesforce.misbehave(faults.status(500), { host: "login.salesforce.com" });
  salesforce.misbehave(faults.refuseConnect(503), { host: "globex.my.salesforce.com" });
  assert.equal((await logIn(setup)).status, 200);
  assert.deepEqual(salesforce.pendingFaults(), ["HTTP 503", "HTTP 500", "proxy: 503"]);
  assert.equal((await get("https://acme.my.salesforce.com/services/oauth2/userinfo")).status, 503);
  assert.equal((await get("https://login.salesforce.com/services/oauth2/token")).status, 500);
  await assert.rejects(get("https://globex.my.salesforce.com/services/data"), /proxy answered 503/);
  assert.deepEqual(salesforce.pendingFaults(), []);
});

test("a connection to a port without a proxy is refused", LIMIT, async () => {
  const env = { ...setup.salesforce.env, https_proxy: CLOSED_PROXY };
  const { url } = goodLogin(setup);
  await assert.rejects(ask({ ...setup.salesforce, env }, { url }), { code: "ECONNREFUSED" });
});

test("closing ends what hangs at once", LIMIT, async () => {
  const salesforce = await startSalesforce();
  const url = "https://login.salesforce.com/services/oauth2/token";
  salesforce.misbehave(faults.silentProxy());
  const inProxy = assert.rejects(ask(salesforce, { url }), { code: "ECONNRESET" });
  await until(() => salesforce.connects.length === 1);
  salesforce.misbehave(faults.silentTls());
  const inTls = assert.rejects(ask(salesforce, { url }), { code: "ECONNRESET" });
  await until(() => salesforce.connects.length === 2);
  salesforce.misbehave(faults.silence());
  const inAnswer = assert.rejects(ask(salesforce, { url }), { code: "ECONNRESET" });
  await until(() => salesforce.requests[0]?.answeredWith === "silence");
  await salesforce.close();
  await Promise.all([inProxy, inTls, inAnswer]);
  await assert.rejects(access(salesforce.env.NODE_EXTRA_CA_CERTS), { code: "ENOENT" });
});

/** Waits for something that comes soon, if it comes at all. */
async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `it never came to this: ${condition}`);
    await sleep(5);
  }
}
