import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, loginWithFaults, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, onlyCode, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
const HOST = "acme.my.salesforce.com";
const NAME_SERVICE = new URL("name-service.ts", import.meta.url).href;
const CREDENTIALS = { username: "build bot", password: "p@ss:w/ör#d+%41&1234567890" };

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce } = environment;

/** Environment of a process whose lookups of host names get these answers, so that no test uses the real network. */
const lookups = (...answers: readonly string[]) => ({
  NODE_OPTIONS: `--import=${NAME_SERVICE}`,
  LOOKUPS: answers.join(" "),
});

describe("a proxy", SIDE_BY_SIDE, async () => {
  const guarded = await startTestEnvironment({ key: environment, proxyCredentials: CREDENTIALS });
  after(() => guarded.close());

  /** With debug logging, which says more, and with a search for the password. */
  function withPassword(password: string, change: (proxy: URL) => void = () => {}): LoginOptions {
    const proxy = new URL(guarded.salesforce.env.https_proxy);
    proxy.password = encodeURIComponent(password);
    change(proxy);
    const secret = [password, `${CREDENTIALS.username}:${password}`].map((value) => ({ name: "password", value }));
    return { debug: true, header: false, secret, env: { https_proxy: proxy.href } };
  }

  test("gets the name and password of https_proxy, also when it is asked again", async () => {
    const transient = [faults.refuseConnect(503)];
    const options = { ...withPassword(CREDENTIALS.password), faults: transient };
    const { result, connects } = await loginWithFaults(guarded, options);
    assertLoggedIn(result);
    assert.equal(connects.length, 2);
  });

  test("that rejects the password fails the step at once", async () => {
    const result = await login(guarded, withPassword(`${CREDENTIALS.password}!`));
    assert.equal(onlyCode(result), "proxy-authentication");
    assert.match(onlyError(result), /407/);
  });

  test("that can't be reached is named without its password", async () => {
    const options = withPassword(CREDENTIALS.password, (proxy) => {
      proxy.host = "127.0.0.1:1";
    });
    const result = await login(guarded, { ...options, with: { timeout_seconds: "1" } });
    assert.equal(onlyCode(result), "proxy-unreachable");
  });

  test("with an address that isn't a URL fails the step without its password, and without a request", async () => {
    const https_proxy = `http://${CREDENTIALS.username}:${CREDENTIALS.password}@127.0.0.1:1`;
    const result = await login(guarded, {
      ...withPassword(CREDENTIALS.password),
      env: { https_proxy, ...lookups("ENOTFOUND") },
    });
    onlyCode(result);
  });

  test("that refuses the host fails the step at once", async () => {
    const { result, connects } = await loginWithFaults(environment, { always: faults.refuseConnect(403) });
    assert.equal(onlyCode(result), "proxy-refused");
    assert.equal(connects.length, 1);
  });

  // On Windows, one variable has both spellings.
  test("is used if only HTTPS_PROXY is set", { skip: process.platform === "win32" }, async () => {
    const { https_proxy } = salesforce.env;
    const env = { https_proxy: "", HTTPS_PROXY: https_proxy, no_proxy: `x${HOST}`, ...lookups("ENOTFOUND") };
    const before = salesforce.connects.length;
    assertLoggedIn(await login(environment, { env }));
    assert.ok(salesforce.connects.length > before);
  });
});

describe("without a proxy", SIDE_BY_SIDE, () => {
  /** The embedded Salesforce's own port, at the address that the lookup of its host gives. */
  async function loginDirectly(answers: readonly string[], transient: readonly Fault[] = []) {
    const host = `${HOST}:${salesforce.port}`;
    const env = { no_proxy: ".my.salesforce.com", ...lookups(...answers) };
    const inputs = { timeout_seconds: "20" };
    return loginWithFaults(environment, { host, faults: transient, env, with: inputs });
  }

  test("a login retries a failed lookup and a lost connection, and never asks the proxy", async () => {
    const { result, requests, connects } = await loginDirectly(["EAI_AGAIN", "127.0.0.1"], [faults.cutOffBody()]);
    assertLoggedIn(result);
    assert.deepEqual([requests.length, connects.length], [2, 0]);
  });

  test("an unknown host fails the step at once", async () => {
    const { result } = await loginDirectly(["ENOTFOUND"]);
    assert.equal(onlyCode(result), "host-unknown");
    assert.ok(onlyError(result).includes(HOST));
  });
});

describe("a server whose certificate can't be verified gets no request", SIDE_BY_SIDE, () => {
  const FLAWS = {
    "unknown-authority": "tls-untrusted",
    "wrong-name": "tls-wrong-name",
    expired: "tls-expired",
  } as const;
  for (const [flaw, code] of Object.entries(FLAWS)) {
    test(`fails the step at once: ${flaw}`, async () => {
      const always = faults.badCertificate(flaw as keyof typeof FLAWS);
      const { result, requests, connects } = await loginWithFaults(environment, { always });
      assert.equal(onlyCode(result), code);
      assert.deepEqual([requests.length, connects.length], [0, 1]);
    });
  }

  test("fails the step at once if NODE_EXTRA_CA_CERTS doesn't name its authority, and the message names the variable", async () => {
    const result = await login(environment, { env: { NODE_EXTRA_CA_CERTS: "" } });
    assert.equal(onlyCode(result), "tls-untrusted");
    assert.match(onlyError(result), /NODE_EXTRA_CA_CERTS/);
  });
});
