// The action as a third-party runner runs it: act (github.com/nektos/act) in host mode. act differs from GitHub's runner by its own
// faults: it masks a multi-line value only as a whole, passes masked values on as job outputs, and `act --json` prints them in
// clear. So nothing here relies on these three.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { after, describe, test } from "node:test";
import { startTestEnvironment } from "../e2e/login.ts";
import { faults } from "../fakes/salesforce/index.ts";
import { ACTION, type ActRun, packedAction, runWorkflow, SKIP, type WorkflowStep } from "./act.ts";

const environment = await startTestEnvironment();
const { salesforce, privateKeyPem, certificatePem, consumerKey } = environment;
const action = SKIP ? "" : await packedAction();
after(() => environment.close());

const KEY = createPrivateKey(privateKeyPem);
const PASSPHRASE = "correct horse battery";
const SECRETS = {
  KEY: privateKeyPem,
  KEY_ONE_LINE: privateKeyPem.trim().replaceAll("\n", " "),
  KEY_ESCAPED: privateKeyPem.trim().replaceAll("\n", "\\n"),
  KEY_BASE64: Buffer.from(privateKeyPem).toString("base64"),
  KEY_DER: KEY.export({ type: "pkcs8", format: "der" }).toString("base64"),
  KEY_PKCS1: KEY.export({ type: "pkcs1", format: "pem" }).toString(),
  KEY_ENCRYPTED: KEY.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE }).toString(),
  PASSPHRASE,
};
const LOGIN = { consumer_key: consumerKey, username: salesforce.org.username, login_url: salesforce.org.instanceUrl };

function uses(inputs: Readonly<Record<string, string>>, step: WorkflowStep = {}): WorkflowStep {
  return { uses: ACTION, with: { ...LOGIN, ...inputs }, ...step };
}

/** Runs a workflow and fails if a part of a secret can be read in its log. */
async function run(steps: readonly WorkflowStep[], options: { readonly verbose?: boolean } = {}): Promise<ActRun> {
  const minted = salesforce.minted.length;
  const requests = salesforce.requests.length;
  const result = await runWorkflow({ action, steps, env: salesforce.env, secrets: SECRETS, ...options });
  const lines = Object.values(SECRETS)
    .flatMap((secret) => secret.split("\n"))
    .filter((line) => /^[\w+/=-]{20,}$/.test(line));
  const tokens = salesforce.minted.slice(minted).flatMap((token) => [token, token.slice(token.indexOf("!") + 1)]);
  const assertions = salesforce.requests.slice(requests).flatMap(({ form }) => form["assertion"] ?? []);
  for (const secret of [...lines, PASSPHRASE, ...tokens, ...assertions]) {
    assert.ok(!result.log.includes(secret), `the log shows a secret of ${secret.length} characters`);
  }
  return result;
}

const errorsOf = (log: string) => log.split("\n").filter((line) => /::error|❗/.test(line));

describe("run by act", { skip: SKIP }, () => {
  test("sets outputs, variables, and summary with every option, and revokes the token at the end", async () => {
    const { exitCode, log, out } = await run([
      uses(
        {
          private_key: "${{ secrets.KEY_ENCRYPTED }}",
          private_key_passphrase: "${{ secrets.PASSPHRASE }}",
          certificate: certificatePem,
          certificate_warning_days: "0",
          expected_org_id: salesforce.org.orgId,
          export_environment_variables: "true",
          revoke_token: "true",
          write_job_summary: "true",
          timeout_seconds: "30",
        },
        { id: "login" },
      ),
      {
        run: 'printf "%s" "$TOKEN" > "$OUT/token"; printf "%s" "$URL" > "$OUT/url"; printf "%s" "$FORMAT" > "$OUT/format"',
        env: {
          TOKEN: "${{ steps.login.outputs.access_token }}",
          URL: "${{ steps.login.outputs.instance_url }}",
          FORMAT: "${{ steps.login.outputs.token_format }}",
        },
      },
      {
        run: 'printf "%s" "$SF_ACCESS_TOKEN" > "$OUT/exported"; printf "%s" "$SF_ORG_INSTANCE_URL" > "$OUT/exported-url"',
      },
      { run: 'echo "$SF_ACCESS_TOKEN"; echo "token: ${{ steps.login.outputs.access_token }}"' },
    ]);
    assert.equal(exitCode, 0, log);
    const token = salesforce.minted.at(-1) ?? "";
    assert.deepEqual([out["token"], out["exported"]], [token, token]);
    assert.deepEqual([out["url"], out["exported-url"]], [salesforce.org.instanceUrl, salesforce.org.instanceUrl]);
    assert.equal(out["format"], "opaque");
    assert.match(log, /Logged in to /);
    assert.equal(salesforce.isLive(token), false, "the post step revokes the token");
  });

  test("revokes the token although a later step failed", async () => {
    const { exitCode } = await run([
      uses({ private_key: "${{ secrets.KEY }}", revoke_token: "true" }),
      { run: "exit 3" },
    ]);
    assert.equal(exitCode, 1);
    assert.equal(salesforce.isLive(salesforce.minted.at(-1) ?? ""), false);
  });

  test("leaves the token alive without revoke_token", async () => {
    const { exitCode } = await run([uses({ private_key: "${{ secrets.KEY }}" })]);
    assert.equal(exitCode, 0);
    assert.equal(salesforce.isLive(salesforce.minted.at(-1) ?? ""), true);
  });

  test("accepts every form of a key that a secret can have", async () => {
    const names = ["KEY", "KEY_ONE_LINE", "KEY_ESCAPED", "KEY_BASE64", "KEY_DER", "KEY_PKCS1"];
    const before = salesforce.minted.length;
    const { exitCode, log } = await run([
      ...names.map((name) => uses({ private_key: `\${{ secrets.${name} }}` }, { name })),
      { run: "printf '%s' \"$KEY\" > key.pem", env: { KEY: "${{ secrets.KEY }}" } },
      uses({ private_key_file: "key.pem" }),
    ]);
    assert.equal(exitCode, 0, log);
    assert.equal(salesforce.minted.length - before, names.length + 1);
  });

  test("fails with one error for each refusal, invalid input, and network error", async () => {
    salesforce.misbehave(faults.refusal("invalid_grant", "user hasn't approved this consumer"));
    const { exitCode, log, out } = await run([
      uses({ private_key: "${{ secrets.KEY }}" }, { id: "refused", "continue-on-error": true }),
      uses({ private_key: "not a key" }, { id: "invalid", "continue-on-error": true }),
      uses(
        { private_key: "${{ secrets.KEY }}" },
        { id: "proxy", "continue-on-error": true, env: { https_proxy: "http://user#name@proxy:1" } },
      ),
      {
        run: 'printf "%s" "$CONCLUSIONS" > "$OUT/conclusions"',
        env: {
          CONCLUSIONS:
            "${{ steps.refused.outcome }} ${{ steps.invalid.outcome }} ${{ steps.proxy.outcome }} [${{ steps.refused.outputs.access_token }}]",
        },
      },
    ]);
    assert.equal(exitCode, 0, log);
    assert.equal(out["conclusions"], "failure failure failure []");
    assert.equal(errorsOf(log).length, 3, errorsOf(log).join("\n"));
    assert.match(log, /The user isn't preauthorized for the app/);
  });

  test("prints no secret with debug logging, and masks each line of the key", async () => {
    const { exitCode, log } = await run(
      [
        uses({ private_key: "${{ secrets.KEY_BASE64 }}", revoke_token: "true" }),
        { run: 'printf "%s" "$KEY" | base64 --decode', env: { KEY: "${{ secrets.KEY_BASE64 }}" } },
      ],
      { verbose: true },
    );
    assert.equal(exitCode, 0, log.slice(-2000));
    assert.match(log, /Attempt 1: POST/, "debug lines are shown");
  });
});
