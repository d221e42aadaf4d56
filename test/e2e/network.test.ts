import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { login, loginWithFaults, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, assertWarnings, onlyCode, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
const HOST = "acme.my.salesforce.com";
const NAME_SERVICE = new URL("name-service.ts", import.meta.url).href;

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce } = environment;

/** Environment of a process whose lookups of host names get these answers, so that no test uses the real network. */
const lookups = (...answers: readonly string[]) => ({
  NODE_OPTIONS: `--import=${NAME_SERVICE}`,
  LOOKUPS: answers.join(" "),
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

describe("a defect of the HTTP client", SIDE_BY_SIDE, () => {
  const env = { NODE_OPTIONS: `--import=${new URL("broken-client.ts", import.meta.url).href}` };

  test("fails the step at once as a defect, and isn't retried as a network error", async () => {
    const result = await login(environment, { env });
    assert.match(onlyError(result), /TypeError: Cannot read properties of undefined/);
    assert.doesNotMatch(result.log, /Next attempt/);
  });

  test("is a warning in the post step, and doesn't fail the job", async () => {
    const state = { revoke_access_token: "00D000000000001!secret", revoke_instance_url: `https://${HOST}` };
    const { conclusion, annotations, stderr } = await login(environment, { entry: "post", state, env });
    assert.deepEqual({ conclusion, stderr }, { conclusion: "success", stderr: "" });
    assertWarnings({ annotations }, [/TypeError: Cannot read properties of undefined/]);
  });
});

describe("the post step", SIDE_BY_SIDE, () => {
  const accessToken = "00D000000000001!secret";
  const CASES: Readonly<Record<string, readonly [instanceUrl: string, env: Record<string, string>, says: RegExp]>> = {
    "if its address isn't https": [`http://${HOST}`, {}, /isn't https:\/\/ and a host name/],
    "if its address has a path": [`https://${HOST}/x`, {}, /isn't https:\/\/ and a host name/],
    "if its address is missing": ["", {}, /isn't https:\/\/ and a host name/],
    "if the proxy address isn't valid": [
      `https://${HOST}`,
      { https_proxy: "proxy.example:3128", ...lookups("127.0.0.1") },
      /the proxy address in https_proxy isn't valid/,
    ],
  };
  for (const [when, [instanceUrl, env, says]] of Object.entries(CASES)) {
    test(`sends the token nowhere and warns ${when}`, async () => {
      const state = { revoke_access_token: accessToken, revoke_instance_url: instanceUrl };
      const { conclusion, annotations, stderr } = await login(environment, { entry: "post", state, env });
      assert.deepEqual({ conclusion, stderr }, { conclusion: "success", stderr: "" });
      assertWarnings({ annotations }, [says]);
      assert.ok(salesforce.requests.every(({ form }) => form["token"] !== accessToken));
    });
  }
});
