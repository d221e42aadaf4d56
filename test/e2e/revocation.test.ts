import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import type { TokenOptions } from "../fakes/salesforce/token-options.ts";
import { type LoginJobOptions, loginJob, ownHost, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, assertWarnings, onlyCode, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, certificatePem } = environment;

/** What a job did that logs in as an app and at a host of its own, so that it shares its session with no other job. */
interface RevokingJob {
  readonly main: StepResult;
  readonly post: StepResult;
  readonly host: string;
  /** As saved for the post step. */
  readonly token: string;
}

/** A job with `revoke_token`, the fault that its revocation meets, and what its token looks like. */
async function revokingJob({
  fault,
  tokens,
  with: changed = {},
  ...options
}: LoginJobOptions & { readonly fault?: Fault; readonly tokens?: TokenOptions } = {}): Promise<RevokingJob> {
  const host = ownHost();
  const login_url = `https://${host}`;
  salesforce.serve(host, { org: salesforce.org });
  if (fault) salesforce.misbehave(fault, { host, route: "revoke", times: "always" });
  const { consumerKey } = salesforce.register({
    certificate: certificatePem,
    tokens: tokens ?? { fields: { instance_url: login_url } },
  });
  const inputs = { consumer_key: consumerKey, login_url, revoke_token: "true", ...changed };
  const job = await loginJob(environment, { ...options, with: inputs });
  return { ...job, host, token: job.main.state["revoke_access_token"] ?? "" };
}

/** Where every write fails, as on a pipe whose reader is gone or a full disk. */
const FULL = "/dev/full";

describe("revoke_token", SIDE_BY_SIDE, () => {
  test("revokes the token although the log can't be written", { skip: !existsSync(FULL) }, async () => {
    const { main } = await revokingJob({
      between: async ({ state }) => {
        const saved = Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]);
        const log = openSync(FULL, "w");
        const post = spawn(process.execPath, [new URL("../../dist/post.js", import.meta.url).pathname], {
          stdio: ["ignore", log, "ignore"],
          env: { ...salesforce.env, ...Object.fromEntries(saved) },
        });
        const [exitCode] = await once(post, "exit");
        closeSync(log);
        assert.equal(exitCode, 0);
        assert.ok(!salesforce.isLive(state["revoke_access_token"] ?? ""));
      },
    });
    assertLoggedIn(main);
  });

  test("revokes the token when the job ends with one POST to the org, and not before", async () => {
    let wasLive = false;
    const between = (main: StepResult) => {
      wasLive = salesforce.isLive(main.outputs["access_token"] ?? "");
    };
    const { main, post, host, token } = await revokingJob({ between, debug: true });
    assertLoggedIn(main);
    assert.deepEqual(main.state, {
      revoke_access_token: main.outputs["access_token"],
      revoke_instance_url: `https://${host}`,
    });
    assert.deepEqual([wasLive, salesforce.isLive(token)], [true, false]);
    const { conclusion, stdout, stderr } = post;
    assert.deepEqual([conclusion, stderr], ["success", ""]);
    assert.match(stdout, new RegExp(`^::add-mask::${token}\\n[^:\\n].*\\n$`), "a mask and one line");
    const requests = salesforce.requests.filter((seen) => seen.host === host && seen.route === "revoke");
    assert.deepEqual(
      requests.map(({ method, query, form }) => ({ method, query, form })),
      [{ method: "POST", query: "", form: { token } }],
    );
  });

  test("also revokes a token that the step refused because of its org", async () => {
    const { main, post, token } = await revokingJob({ with: { expected_org_id: salesforce.orgs.other.orgId } });
    assert.equal(onlyCode(main), "org-mismatch");
    assert.match(token, /^00D/);
    assert.ok(!salesforce.isLive(token));
    assertWarnings(post, []);
  });

  test("also revokes a token whose response the step refused, at the host that granted it", async () => {
    const tokens = { fields: { instance_url: "http://acme.my.salesforce.com" } };
    const { main, token, host } = await revokingJob({ tokens });
    assert.equal(onlyCode(main), "token-answer-malformed");
    assert.equal(main.state["revoke_instance_url"], `https://${host}`);
    assert.ok(!salesforce.isLive(token));
  });

  test("saves nothing if no token was granted", async () => {
    const { main, post } = await revokingJob({ with: { username: "unknown@acme.example" } });
    onlyError(main);
    assertNothingSaved({ main, post });
  });

  test("saves nothing if it isn't passed, and the token stays valid", async () => {
    const { main, post } = await revokingJob({ with: { revoke_token: undefined } });
    assertLoggedIn(main);
    assertNothingSaved({ main, post });
    assert.ok(salesforce.isLive(main.outputs["access_token"] ?? ""));
  });
});

function assertNothingSaved({ main, post }: { main: StepResult; post: StepResult }): void {
  assert.deepEqual(main.state, {});
  const { conclusion, stdout, stderr } = post;
  assert.deepEqual({ conclusion, stdout, stderr }, { conclusion: "success", stdout: "", stderr: "" });
}

describe("a revocation that fails leaves the job successful, with one warning that says why", SIDE_BY_SIDE, () => {
  const ELSEWHERE = "globex.my.salesforce.com";
  /** What the revocation meets, and what the warning must say of it. */
  const FAILING: Readonly<Record<string, readonly [fault: Fault, says: RegExp]>> = {
    "on silence, within its time": [faults.silence(), /\b9(?:\.0)? s\b|no answer/],
    "on a lost connection": [faults.resetBeforeAnswer(), /connection/],
    "on an error whose text contains commands": [
      faults.refusal("unsupported_token_type\n::error::x ##[add-path]/tmp", "::stop-commands::x"),
      /400.*unsupported_token_type/,
    ],
    "on a redirect, which isn't followed": [
      faults.redirect(307, `https://${ELSEWHERE}/services/oauth2/revoke`),
      /\b307\b/,
    ],
  };
  for (const [when, [fault, says]] of Object.entries(FAILING)) {
    test(when, async () => {
      const { main, post, token } = await revokingJob({ fault, timeoutMs: 30_000 });
      assertLoggedIn(main);
      assert.deepEqual([post.conclusion, post.stderr], ["success", ""]);
      assertWarnings(post, [says]);
      assert.deepEqual(post.commands, ["add-mask", "warning"]);
      assert.ok(salesforce.isLive(token));
      assert.ok(salesforce.connects.every(({ host }) => host !== ELSEWHERE));
    });
  }

  test("on a token that was revoked already", async () => {
    const between = (main: StepResult) => salesforce.endSession(main.outputs["access_token"] ?? "");
    const { post } = await revokingJob({ between });
    assert.equal(post.conclusion, "success");
    assertWarnings(post, [/400.*invalid_token/]);
  });
});
