import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, describe, type TestContext, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { faults } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, loginWithFaults, ownHost, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, onlyCode, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
const HOST = "acme.my.salesforce.com";
const imported = (name: string) => ({ NODE_OPTIONS: `--import=${new URL(name, import.meta.url).href}` });
const CREDENTIALS = { username: "build bot", password: "p@ss:w/ör#d+%41&1234567890" };
/** On Windows, one variable has both spellings. */
const CASE_MATTERS = { skip: process.platform === "win32" };

const environment = await startTestEnvironment();
const guarded = await startTestEnvironment({ key: environment, proxyCredentials: CREDENTIALS });
after(() => Promise.all([environment.close(), guarded.close()]));
const { salesforce } = environment;
const proxyPort = Number(new URL(salesforce.env.https_proxy).port);

/** Environment of a process whose lookups of host names get these answers, so that no test uses the real network. */
const lookups = (...answers: readonly string[]) => ({ ...imported("name-service.ts"), LOOKUPS: answers.join(" ") });

/** With debug logging, which says more, and with a search for the password. */
function withPassword(password: string, change: (proxy: URL) => void = () => {}): LoginOptions {
  const proxy = new URL(guarded.salesforce.env.https_proxy);
  proxy.password = encodeURIComponent(password);
  change(proxy);
  const secret = [password, `${CREDENTIALS.username}:${password}`].map((value) => ({ name: "password", value }));
  return { debug: true, header: false, secret, env: { https_proxy: proxy.href } };
}

/** Passes connections on to the embedded proxy. */
async function forward(
  t: TestContext,
  host: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<number> {
  const sockets: Socket[] = [];
  const pass = (client: Socket) => {
    const target = connect(proxyPort, "127.0.0.1");
    sockets.push(client, target);
    for (const socket of [client, target]) socket.on("error", () => {});
    client.pipe(target).pipe(client);
  };
  const server = tls ? createTlsServer(tls, pass) : createServer(pass);
  server.listen(0, host);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("a login through a proxy", SIDE_BY_SIDE, () => {
  test("sends the user name and password of https_proxy, also in a retry", async () => {
    const options = { ...withPassword(CREDENTIALS.password), faults: [faults.refuseConnect(503)] };
    const { result, connects } = await loginWithFaults(guarded, options);
    assertLoggedIn(result);
    assert.equal(connects.length, 2);
  });

  test("fails at once if the proxy rejects the password", async () => {
    const result = await login(guarded, withPassword(`${CREDENTIALS.password}!`));
    assert.equal(onlyCode(result), "proxy-authentication");
    assert.match(onlyError(result), /407/);
  });

  test("names a proxy that can't be reached without its password", async () => {
    const options = withPassword(CREDENTIALS.password, (proxy) => {
      proxy.host = "127.0.0.1:1";
    });
    const result = await login(guarded, { ...options, with: { timeout_seconds: "1" } });
    assert.equal(onlyCode(result), "proxy-unreachable");
  });

  test("fails at once if the proxy refuses the host", async () => {
    const { result, connects } = await loginWithFaults(environment, { always: faults.refuseConnect(403) });
    assert.equal(onlyCode(result), "proxy-refused");
    assert.equal(connects.length, 1);
  });

  test("uses the proxy of HTTPS_PROXY if https_proxy isn't set", CASE_MATTERS, async () => {
    const { https_proxy } = salesforce.env;
    const env = { https_proxy: "", HTTPS_PROXY: https_proxy, no_proxy: `x${HOST}`, ...lookups("ENOTFOUND") };
    const before = salesforce.connects.length;
    assertLoggedIn(await login(environment, { env }));
    assert.ok(salesforce.connects.length > before);
  });

  test("connects to a proxy by its IPv6 address", async (t) => {
    const port = await forward(t, "::1").catch(() => undefined);
    if (port === undefined) return t.skip("this machine has no IPv6");
    assertLoggedIn(await login(environment, { env: { https_proxy: `http://[::1]:${port}` } }));
  });

  test("connects to a proxy by TLS if its certificate is trusted", async (t) => {
    const port = await forward(t, "127.0.0.1", await salesforce.certificateFor("proxy.example"));
    const env = { https_proxy: `https://proxy.example:${port}`, ...lookups("127.0.0.1") };
    assertLoggedIn(await login(environment, { env }));
  });
});

describe("a login with a misspelled proxy address", SIDE_BY_SIDE, () => {
  const SECRET = "hunter2hunter2";
  const ADDRESSES: Readonly<Record<string, readonly [address: string, says: RegExp]>> = {
    "https:// for a plain proxy": [`https://127.0.0.1:${proxyPort}`, /Write http:\/\/ in https_proxy/],
    "DOMAIN\\USER": [`http://ACME\\${SECRET}:x@127.0.0.1:${proxyPort}`, /contains a backslash.*%5C/s],
    "# in the password": [`http://user:12#${SECRET}@127.0.0.1:${proxyPort}`, /contains \/, \? or #.*%23/s],
    "/ in the password": [`http://user:12/${SECRET}@127.0.0.1:${proxyPort}`, /contains \/, \? or #.*%2F/s],
    "? in the password": [`http://user:12?${SECRET}@127.0.0.1:${proxyPort}`, /contains \/, \? or #.*%3F/s],
    "% in the password": [`http://user:${SECRET}%@127.0.0.1:${proxyPort}`, /contains a % .*%25/s],
    "a no-break space at the end": [`http://${SECRET}@127.0.0.1:${proxyPort}\u00a0`, /invisible character/],
    "quotation marks": [`"http://${SECRET}@127.0.0.1:${proxyPort}"`, /has quotation marks/],
    "no scheme": [`proxy.example:${proxyPort}`, /doesn't begin with http:\/\//],
    SOCKS: [`socks5://${SECRET}@127.0.0.1:${proxyPort}`, /another scheme/],
    "a secret that doesn't exist": ["***", /isn't the address of a proxy/],
  };
  for (const [what, [https_proxy, says]] of Object.entries(ADDRESSES)) {
    test(`fails at once and doesn't repeat the address: ${what}`, async () => {
      const before = salesforce.requests.length;
      const secret = [{ name: "password", value: SECRET }];
      const env = { https_proxy, ...lookups("ENOTFOUND") };
      const result = await login(environment, { env, secret, header: false, debug: true });
      assert.equal(onlyCode(result), "proxy-malformed");
      assert.match(onlyError(result), says);
      assert.doesNotMatch(result.log, /Next attempt/);
      assert.equal(salesforce.requests.length, before);
    });
  }

  test("fails at once and names HTTPS_PROXY", CASE_MATTERS, async () => {
    const env = { https_proxy: "", HTTPS_PROXY: `proxy.example:${proxyPort}`, ...lookups("127.0.0.1") };
    const result = await login(environment, { env });
    assert.equal(onlyCode(result), "proxy-malformed");
    assert.match(onlyError(result), /^The proxy address in HTTPS_PROXY isn't valid\./);
  });
});

describe("a login on a distant network", SIDE_BY_SIDE, () => {
  const far = (ms: number) => ({ ...imported("far-network.ts"), FAR_MS: String(ms) });

  test("connects directly although an address takes 600 ms and IPv6 has no route", async () => {
    const host = `${ownHost()}:${salesforce.port}`;
    const { result } = await loginWithFaults(environment, { host, env: { no_proxy: "*", ...far(600) } });
    assertLoggedIn(result);
    assert.doesNotMatch(result.log, /Next attempt/);
  });

  test("connects through a proxy although an address takes 600 ms and IPv6 has no route", async () => {
    const env = { https_proxy: `http://proxy.example:${proxyPort}`, ...far(600) };
    const { result } = await loginWithFaults(environment, { env });
    assertLoggedIn(result);
    assert.doesNotMatch(result.log, /Next attempt/);
  });

  test("says that the connection didn't open if no address answers", async () => {
    const host = `${ownHost()}:${salesforce.port}`;
    const inputs = { timeout_seconds: "1" };
    const { result } = await loginWithFaults(environment, {
      host,
      env: { no_proxy: "*", ...far(60_000) },
      with: inputs,
    });
    assert.match(onlyError(result), /^No answer in time: the connection didn't open\./);
  });
});

describe("a login without an answer", SIDE_BY_SIDE, () => {
  const STAGES = {
    "the proxy took the connection, but didn't answer": faults.silentProxy(),
    "the connection opened, but the TLS handshake wasn't completed": faults.silentTls(),
    "the connection opened and the request was sent, but no complete response came": faults.silence(),
  };
  for (const [said, always] of Object.entries(STAGES)) {
    test(`says that ${said}`, async () => {
      const { result } = await loginWithFaults(environment, { always, with: { timeout_seconds: "3" } });
      assert.ok(onlyError(result).startsWith(`No answer in time: ${said}. `), result.log);
    });
  }
});
