import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, describe, type TestContext, test } from "node:test";
import { createServer as createTlsServer, type SecureVersion } from "node:tls";
import type { StepResult } from "../fakes/runner/step.ts";
import { type CertificateFlaw, createAuthority } from "../fakes/salesforce/authority.ts";
import { faults } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, loginJob, ownHost, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, linkedCodes } from "./outcomes.ts";

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce } = environment;
const NAME_SERVICE = new URL("name-service.ts", import.meta.url).href;
const SIDE_BY_SIDE = { concurrency: 4 };

/** The switch in the forms in which people set it, and nothing that Node would say about it. */
const SWITCHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "NODE_TLS_REJECT_UNAUTHORIZED=0": { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  "NODE_TLS_REJECT_UNAUTHORIZED=0 and NODE_NO_WARNINGS=1": { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" },
};
const NO_EFFECT = /^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this action/;

/** Each host shows a certificate that doesn't verify, by the code of the error that it must be. */
const FLAWS: readonly (readonly [flaw: CertificateFlaw, code: string])[] = [
  ["self-signed", "tls-untrusted"],
  ["unknown-authority", "tls-untrusted"],
  ["wrong-name", "tls-wrong-name"],
  ["expired", "tls-expired"],
];

/** An org's host of its own, reached through the proxy or directly. */
function at(way: "through the proxy" | "directly"): {
  readonly host: string;
  /** Without the port, as TLS knows it. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const name = ownHost();
  const host = way === "directly" ? `${name}:${salesforce.port}` : name;
  salesforce.serve(host, { org: salesforce.org });
  if (way === "through the proxy") return { host, name, env: {} };
  return { host, name, env: { no_proxy: name, NODE_OPTIONS: `--import=${NAME_SERVICE}`, LOOKUPS: "127.0.0.1" } };
}

/** Logs in where the token is never granted. */
async function assertRefused(code: string, host: string, options: LoginOptions): Promise<void> {
  const result = await login(environment, {
    ...options,
    with: { login_url: `https://${host}`, timeout_seconds: "10" },
  });
  assert.equal(result.conclusion, "failure");
  assert.equal(result.stderr, "");
  const [warning, error, ...others] = result.annotations;
  assert.deepEqual(others, []);
  assert.match(warning?.message ?? "", NO_EFFECT);
  assert.deepEqual(linkedCodes(error?.message ?? ""), [code]);
  assert.deepEqual(
    salesforce.requests.filter((request) => request.host === host),
    [],
    "nothing was sent",
  );
}

for (const [what, env] of Object.entries(SWITCHES)) {
  describe(`a login with ${what}`, SIDE_BY_SIDE, () => {
    for (const way of ["through the proxy", "directly"] as const) {
      for (const [flaw, code] of FLAWS) {
        test(`sends nothing ${way} to a host with a certificate that is ${flaw}, with ${what}`, async () => {
          const { host, name, env: wayEnv } = at(way);
          salesforce.misbehave(faults.badCertificate(flaw), { host: name, times: "always" });
          await assertRefused(code, host, { env: { ...wayEnv, ...env } });
        });
      }
    }
  });
}

test("NODE_TLS_REJECT_UNAUTHORIZED=0 is one warning in a login that succeeds, and not a word on stderr", async () => {
  const result = await login(environment, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  assertLoggedIn(result, [NO_EFFECT]);
});

for (const value of ["1", ""]) {
  test(`NODE_TLS_REJECT_UNAUTHORIZED=${value} is no reason to warn`, async () => {
    assertLoggedIn(await login(environment, { env: { NODE_TLS_REJECT_UNAUTHORIZED: value } }));
  });
}

describe("the post step with NODE_TLS_REJECT_UNAUTHORIZED=0", SIDE_BY_SIDE, () => {
  for (const way of ["through the proxy", "directly"] as const) {
    test(`sends no token ${way} to a host with a self-signed certificate`, async () => {
      const { host, name, env } = at(way);
      const { consumerKey } = salesforce.register({
        certificate: environment.certificatePem,
        tokens: { fields: { instance_url: `https://${host}` } },
      });
      const { main, post } = await loginJob(environment, {
        with: { consumer_key: consumerKey, login_url: `https://${host}`, revoke_token: "true" },
        env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
        between: () => salesforce.misbehave(faults.badCertificate("self-signed"), { host: name, times: "always" }),
      });
      assertLoggedIn(main, [NO_EFFECT]);
      assert.equal(post.conclusion, "success");
      assert.equal(post.stderr, "");
      const [noEffect, failed, ...others] = post.annotations;
      assert.deepEqual(others, []);
      assert.match(noEffect?.message ?? "", NO_EFFECT);
      assert.match(failed?.message ?? "", /couldn't be revoked: the server's TLS certificate isn't trusted/);
      assert.ok(salesforce.isLive(main.outputs["access_token"] ?? ""));
      assert.ok(salesforce.requests.every((request) => request.host !== host || request.route !== "revoke"));
    });
  }
});

/** A proxy that is reached by TLS, in front of the embedded one. Its certificate is good for `localhost` by default. */
async function startTlsProxy(
  t: TestContext,
  flaw?: CertificateFlaw,
): Promise<{ url: string; ca: string; heard: Buffer[] }> {
  const authority = await createAuthority();
  const heard: Buffer[] = [];
  const sockets: Socket[] = [];
  const target = Number(new URL(salesforce.env.https_proxy).port);
  const server = createTlsServer(await authority.certificateFor("localhost", flaw), (client) => {
    const inner = connect(target, "127.0.0.1");
    sockets.push(client, inner);
    for (const socket of [client, inner]) socket.on("error", () => {});
    client.on("data", (data) => heard.push(data));
    client.pipe(inner).pipe(client);
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, ca: authority.certificatePem, heard };
}

describe("a login through a proxy that is reached by TLS", SIDE_BY_SIDE, () => {
  for (const flaw of [undefined, "wrong-name", "self-signed"] as const) {
    test(`tells the proxy nothing if its certificate is ${flaw ?? "of an unknown authority"}, with NODE_TLS_REJECT_UNAUTHORIZED=0`, async (t) => {
      const proxy = await startTlsProxy(t, flaw);
      await assertRefused("proxy-untrusted", ownHost(), {
        env: { https_proxy: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      });
      assert.deepEqual(proxy.heard, []);
    });
  }
});

/** Logs in, with options for Node, at a server that supports no version of TLS after `maxVersion`. */
async function loginWithOldTls(t: TestContext, maxVersion: SecureVersion, nodeOptions: string): Promise<StepResult> {
  const authority = await createAuthority();
  const name = ownHost();
  const server = createHttpsServer(
    { ...(await authority.certificateFor(name)), maxVersion, minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" },
    (_, response) => response.end("{}"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return login(environment, {
    with: { login_url: `https://${name}:${(server.address() as AddressInfo).port}`, timeout_seconds: "10" },
    env: { no_proxy: name, LOOKUPS: "127.0.0.1", NODE_OPTIONS: `--import=${NAME_SERVICE} ${nodeOptions}` },
  });
}

test("NODE_OPTIONS doesn't lower the version of TLS below 1.2", async (t) => {
  const result = await loginWithOldTls(t, "TLSv1.1", "--tls-min-v1.0 --tls-cipher-list=ALL:@SECLEVEL=0");
  assert.deepEqual(linkedCodes(result.annotations[0]?.message ?? ""), ["tls-handshake"]);
});

test("NODE_OPTIONS can raise the version of TLS to 1.3", async (t) => {
  const result = await loginWithOldTls(t, "TLSv1.2", "--tls-min-v1.3");
  assert.deepEqual(linkedCodes(result.annotations[0]?.message ?? ""), ["tls-handshake"]);
});
