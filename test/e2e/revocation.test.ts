import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runStep, type StepResult } from "../fakes/runner/step.ts";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { type LoginOptions, loginJob, ownHost, startTestEnvironment } from "./login.ts";
import { assertMinted, assertWarnings, linkedCodes, onlyError } from "./outcomes.ts";

const bench = await startTestEnvironment();
after(() => bench.close());
const { salesforce } = bench;

const SIDE_BY_SIDE = { concurrency: 4 };

/** What a job did that logs in as an app and at a host of its own, so that it shares its session with no other. */
interface Job {
  readonly main: StepResult;
  readonly post: StepResult;
  readonly host: string;
  readonly token: string;
}

/** A job that revokes its token at the end, and what its revocation meets. */
async function revokingJob(
  fault?: Fault,
  { with: changed = {}, ...options }: Parameters<typeof loginJob>[1] & LoginOptions = {},
): Promise<Job> {
  const host = ownHost();
  salesforce.serve(host, { org: salesforce.org });
  if (fault) salesforce.misbehave(fault, { host, route: "revoke", times: "always" });
  const { consumerKey } = salesforce.register({
    certificate: bench.certificatePem,
    tokens: { fields: { instance_url: `https://${host}` } },
  });
  const inputs = { consumer_key: consumerKey, login_url: `https://${host}`, revoke_token: "true", ...changed };
  const job = await loginJob(bench, { ...options, with: inputs });
  return { ...job, host, token: job.main.state["revoke_access_token"] ?? "" };
}

describe("revoke_token", SIDE_BY_SIDE, () => {
  test("ends the token when the job ends, with one POST to the org, and not before", async () => {
    let wasLive = false;
    const between = (main: StepResult) => {
      wasLive = salesforce.isLive(main.outputs["access_token"] ?? "");
    };
    const { main, post, host, token } = await revokingJob(undefined, { between });
    assertMinted(main);
    assert.deepEqual(main.state, {
      revoke_access_token: main.outputs["access_token"],
      revoke_instance_url: `https://${host}`,
    });
    assert.ok(wasLive);
    assert.ok(!salesforce.isLive(token));
    assert.equal(post.conclusion, "success");
    assert.equal(post.stdout, `::add-mask::${token}\nThe access token was revoked.\n`);
    assert.equal(post.stderr, "");
    const [request, ...others] = salesforce.requests.filter((seen) => seen.host === host && seen.route === "revoke");
    assert.deepEqual(others, []);
    assert.equal(request?.method, "POST");
    assert.equal(request?.query, "");
    assert.deepEqual(request?.form, { token });
  });

  test("shows no token with debug logging", async () => {
    const { main, post } = await revokingJob(undefined, { debug: true });
    assert.match(main.log, /##\[debug\]Save intra-action state revoke_access_token = \*{3}$/m);
    assert.match(post.log, /The access token was revoked\./);
  });

  test("revokes a JWT-format token as well", async () => {
    const { consumerKey } = salesforce.register({ certificate: bench.certificatePem, tokens: { format: "jwt" } });
    const { post, token } = await revokingJob(undefined, { with: { consumer_key: consumerKey } });
    assert.match(token, /^eyJ/);
    assert.match(post.log, /The access token was revoked\./);
    assert.ok(!salesforce.isLive(token));
  });

  test("also ends a token that the step refused for its org", async () => {
    const { main, post, token } = await revokingJob(undefined, {
      with: { expected_org_id: salesforce.orgs.other.orgId },
    });
    assert.deepEqual(linkedCodes(onlyError(main)), ["org-mismatch"]);
    assert.match(token, /^00D/);
    assert.ok(!salesforce.isLive(token));
    assertWarnings(post, []);
  });

  test("also ends a token whose answer the step refused, at the host that granted it", async () => {
    const { consumerKey } = salesforce.register({
      certificate: bench.certificatePem,
      tokens: { fields: { instance_url: "http://acme.my.salesforce.com" } },
    });
    const { main, token, host } = await revokingJob(undefined, { with: { consumer_key: consumerKey } });
    assert.deepEqual(linkedCodes(onlyError(main)), ["token-answer-malformed"]);
    assert.equal(main.state["revoke_instance_url"], `https://${host}`);
    assert.ok(!salesforce.isLive(token));
  });

  test("does nothing where no token was granted", async () => {
    const { main, post } = await revokingJob(undefined, { with: { username: "nobody@acme.example" } });
    onlyError(main);
    assertSilent({ main, post });
  });

  for (const value of ["false", undefined]) {
    test(`${value ?? "left out"} keeps nothing, and the token goes on living`, async () => {
      const { main, post } = await revokingJob(undefined, { with: { revoke_token: value } });
      assertMinted(main);
      assertSilent({ main, post });
      assert.ok(salesforce.isLive(main.outputs["access_token"] ?? ""));
    });
  }
});

function assertSilent({ main, post }: { main: StepResult; post: StepResult }): void {
  assert.deepEqual(main.state, {});
  const { conclusion, stdout, stderr } = post;
  assert.deepEqual({ conclusion, stdout, stderr }, { conclusion: "success", stdout: "", stderr: "" });
}

test("a job that revokes nothing doesn't even load the action's code at its end", async (t) => {
  const action = await mkdtemp(join(tmpdir(), "action-"));
  t.after(() => rm(action, { recursive: true }));
  const repository = fileURLToPath(new URL("../../", import.meta.url));
  for (const name of ["action.yml", "dist/post.js", "dist/package.json"]) {
    await cp(join(repository, name), join(action, name));
  }
  const { conclusion, stdout, stderr } = await runStep({ action, entry: "post" });
  assert.deepEqual({ conclusion, stdout, stderr }, { conclusion: "success", stdout: "", stderr: "" });
});

describe("a revocation that fails leaves the job green, with one warning that says why", SIDE_BY_SIDE, () => {
  const UNTIL = "\\. It ends with its session \\(Setup → Session Management";
  /** What the revocation meets, and its cause as the warning has it. */
  const FAILING: Readonly<Record<string, readonly [fault: Fault, cause: string]>> = {
    silence: [faults.silence(), "no answer within \\d+\\.\\d s"],
    "HTTP 500": [faults.status(500), "Salesforce answered HTTP 500"],
    "HTTP 503 with a page": [faults.maintenancePage(), "Salesforce answered HTTP 503"],
    "a reset": [faults.resetBeforeAnswer(), "the connection failed \\(.+\\)"],
    "a refusal": [
      faults.refusal("unsupported_token_type", "this token type is not supported"),
      "Salesforce answered HTTP 400 unsupported_token_type",
    ],
    "a refusal that tries to act": [
      faults.refusal("x\n::error::gotcha ##[add-path]/tmp", "::stop-commands::x"),
      "Salesforce answered HTTP 400 x : :error: :gotcha # # \\[add-path\\]/tmp",
    ],
    "a redirect": [
      faults.redirect(307, "https://globex.my.salesforce.com/services/oauth2/revoke"),
      "Salesforce answered HTTP 307",
    ],
  };
  for (const [what, [fault, cause]] of Object.entries(FAILING)) {
    test(`${what}`, async () => {
      const { main, post, token } = await revokingJob(fault, { timeoutMs: 30_000 });
      assertMinted(main);
      assert.equal(post.conclusion, "success");
      assert.equal(post.stderr, "");
      assertWarnings(post, [new RegExp(`^The access token could not be revoked: ${cause}${UNTIL}`)]);
      assert.deepEqual(post.commands, ["add-mask", "warning"]);
      assert.ok(salesforce.isLive(token));
      assert.ok(salesforce.connects.every(({ host }) => host !== "globex.my.salesforce.com"));
    });
  }

  test("a token that has ended already", async () => {
    const between = (main: StepResult) => salesforce.endSession(main.outputs["access_token"] ?? "");
    const { post } = await revokingJob(undefined, { between });
    assert.equal(post.conclusion, "success");
    assertWarnings(post, [/could not be revoked: Salesforce answered HTTP 400 invalid_token\./]);
  });
});
