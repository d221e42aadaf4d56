import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { type LoginOptions, login, startTestEnvironment, testKey } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };

const key = await testKey();
const bench = await startTestEnvironment({ key });
after(() => bench.close());
/** A Salesforce that nobody may ask anything. */
const untouched = await startTestEnvironment({ key });
after(() => untouched.close());

/** Fails unless the step fails with one annotation, before anybody is asked. @returns the annotation's message */
async function refused(options: LoginOptions): Promise<string> {
  const message = onlyError(await login(untouched, options));
  assert.match(message, /^Salesforce was not asked: (?:one input needs|\d+ inputs need) a change\.$/m);
  assert.deepEqual(untouched.salesforce.connects, []);
  return message;
}

describe("problems with several inputs", () => {
  test("are told in one annotation, each by the input's name", async () => {
    const message = await refused({
      with: {
        consumer_key: "3MVG9 with spaces",
        username: "deploy",
        private_key: "salesforce.key",
        login_url: "https://acme",
        audience: "login.salesforce.com",
        certificate: "none",
        certificate_warning_days: "a month",
        expected_org_id: "00D",
        export_environment_variables: "yes",
        revoke_token: "1",
        write_job_summary: "on",
        timeout_seconds: "601",
      },
      public: ["salesforce.key"],
    });
    assert.match(message, /^Salesforce was not asked: 12 inputs need a change\.\n\n/);
    const named = [...message.matchAll(/^([a-z_]+): /gm)].map(([, name]) => name);
    assert.deepEqual(named.toSorted(), [
      "audience",
      "certificate",
      "certificate_warning_days",
      "consumer_key",
      "expected_org_id",
      "export_environment_variables",
      "login_url",
      "private_key",
      "revoke_token",
      "timeout_seconds",
      "username",
      "write_job_summary",
    ]);
    assert.equal(new Set(linkedCodes(message)).size, 9);
  });

  test("that have the same cause share its explanation", async () => {
    const message = await refused({ with: { consumer_key: "", username: "", private_key: "" } });
    assert.deepEqual(linkedCodes(message), ["input-blank"]);
    assert.match(
      message,
      /^consumer_key: it is blank\.\nusername: it is blank\.\nprivate_key: private_key and private_key_file are both blank\.$/m,
    );
    for (const reason of [
      /doesn't exist is silently blank/,
      /environment:/,
      /fork or for Dependabot/,
      /secrets: inherit/,
    ]) {
      assert.match(message, reason);
    }
  });

  test("don't hide the certificate that isn't the key's", async () => {
    const { certificatePem } = await clientKey();
    const message = await refused({ with: { username: "", certificate: certificatePem } });
    assert.deepEqual(linkedCodes(message), ["input-blank", "certificate-key-mismatch"]);
  });
});

describe("an input that can't be used fails the step before any request", SIDE_BY_SIDE, () => {
  /** What is changed of inputs that work, the failure's code, and how its line begins. */
  const UNUSABLE: readonly (readonly [with_: LoginOptions["with"] & object, code: string, line: RegExp])[] = [
    [{ consumer_key: undefined }, "input-blank", /^consumer_key: it is blank\./m],
    [{ consumer_key: "" }, "input-blank", /^consumer_key: it is blank\./m],
    [{ consumer_key: " \n\t" }, "input-blank", /^consumer_key: it is blank\./m],
    [{ consumer_key: "3MVG9\u200babc" }, "consumer-key-malformed", /^consumer_key: .*invisible character/m],
    [{ consumer_key: "${{ secrets.KEY }}" }, "consumer-key-malformed", /^consumer_key: .*did not replace/m],
    [{ username: undefined }, "input-blank", /^username: it is blank\./m],
    [{ username: "   " }, "input-blank", /^username: it is blank\./m],
    [{ username: "deploy.acme.example" }, "username-malformed", /^username: .*one @ in it/m],
    [{ username: "deploy@acme.example\n::error::x" }, "username-malformed", /^username: it has white space/m],
    [{ private_key: undefined }, "input-blank", /^private_key: private_key and private_key_file are both blank\./m],
    [{ private_key: " \r\n " }, "input-blank", /^private_key: private_key and private_key_file are both blank\./m],
    [{ private_key_file: "salesforce.key" }, "private-key-given-twice", /^private_key: .*both set/m],
    [{ login_url: "" }, "login-url-blank", /^login_url: it was passed, but is blank/m],
    [{ login_url: " \t" }, "login-url-blank", /^login_url: it was passed, but is blank/m],
    [{ audience: "acme" }, "audience-not-https-url", /^audience: /m],
    [{ audience: "https://deploy@login.salesforce.com" }, "audience-user-info", /^audience: /m],
    [{ expected_org_id: "00Dxx0000001gPLEAA" }, "org-id-checksum", /^expected_org_id: .*wrong check sum/m],
    [{ expected_org_id: "005xx000001SwiU" }, "org-id-prefix", /^expected_org_id: /m],
    [{ expected_org_id: "acme" }, "org-id-malformed", /^expected_org_id: /m],
    [{ certificate_warning_days: "-1" }, "input-not-a-number", /^certificate_warning_days: .* from 0 to 3650/m],
    [{ certificate_warning_days: "3651" }, "input-not-a-number", /^certificate_warning_days: .* from 0 to 3650/m],
    [{ timeout_seconds: "0" }, "input-not-a-number", /^timeout_seconds: .* from 1 to 600/m],
    [{ timeout_seconds: "1e2" }, "input-not-a-number", /^timeout_seconds: .* from 1 to 600/m],
    [{ timeout_seconds: "60.5" }, "input-not-a-number", /^timeout_seconds: .* from 1 to 600/m],
    [{ timeout_seconds: "60s" }, "input-not-a-number", /^timeout_seconds: .* from 1 to 600/m],
    [{ revoke_token: "tRuE" }, "input-not-a-boolean", /^revoke_token: it is neither true nor false/m],
    [{ export_environment_variables: "no" }, "input-not-a-boolean", /^export_environment_variables: /m],
    [{ write_job_summary: "0" }, "input-not-a-boolean", /^write_job_summary: /m],
  ];
  for (const [inputs, code, line] of UNUSABLE) {
    test(
      JSON.stringify(inputs, (_, value) => value ?? "(left out)"),
      async () => {
        const message = await refused({ with: inputs });
        assert.deepEqual(linkedCodes(message), [code]);
        assert.match(message, line);
      },
    );
  }
});

describe("optional inputs", () => {
  test("that are passed blank count as not passed", async () => {
    const blank = ["private_key_file", "private_key_passphrase", "audience", "certificate", "expected_org_id"];
    const withDefault = [
      "certificate_warning_days",
      "export_environment_variables",
      "revoke_token",
      "write_job_summary",
      "timeout_seconds",
    ];
    const inputs = Object.fromEntries([...blank, ...withDefault].map((name, index) => [name, index % 2 ? "" : " \n"]));
    const result = await login(bench, { with: inputs });
    assertMinted(result);
    const { env, state, summary } = result;
    assert.deepEqual({ env, state, summary }, { env: {}, state: {}, summary: "" });
  });

  test("may have white space around what they say", async () => {
    const { consumer_key, username, login_url } = bench.inputs;
    const inputs = {
      consumer_key: ` ${consumer_key}\n`,
      username: `\t${username} `,
      login_url: ` ${login_url} \n`,
      export_environment_variables: " true\n",
      timeout_seconds: " 30 ",
      expected_org_id: ` ${bench.salesforce.org.orgId}\n`,
    };
    const result = await login(bench, { with: inputs });
    assertMinted(result);
    assert.equal(result.env["SF_ORG_INSTANCE_URL"], bench.salesforce.org.instanceUrl);
  });
});

describe("private_key_file", SIDE_BY_SIDE, () => {
  const fromFile = (path: string, options: LoginOptions = {}): LoginOptions => ({
    ...options,
    with: { private_key: undefined, private_key_file: path },
  });

  for (const path of ["salesforce.key", "./keys/deploy key.pem", "keys/../salesforce.key"]) {
    test(`${path} is read from the workspace`, async () => {
      const workspaceFiles = { "salesforce.key": key.privateKeyPem, "keys/deploy key.pem": key.privateKeyPem };
      assertMinted(await login(bench, fromFile(path, { workspaceFiles })));
    });
  }

  test("may be absolute", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "key-"));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "salesforce.key"), key.privateKeyPem);
    assertMinted(await login(bench, fromFile(join(folder, "salesforce.key"))));
  });

  const UNREADABLE: Readonly<Record<string, readonly [path: string, line: RegExp]>> = {
    "that doesn't exist": ["absent.key", /^private_key_file: there is no such file\.\n.*starts at the workspace/m],
    "below a file": ["a-file/salesforce.key", /^private_key_file: there is no such file\./m],
    "that is a folder": ["a-folder", /^private_key_file: it is not a file\./m],
    "that is far too large": ["large", /^private_key_file: the file is larger than 64 KiB\./m],
  };
  const workspaceFiles = {
    "a-file": "x",
    "a-folder/salesforce.key": key.privateKeyPem,
    large: key.privateKeyPem + " ".repeat(65_536),
  };
  for (const [what, [path, line]] of Object.entries(UNREADABLE)) {
    test(`${what} can't be read`, async () => {
      const message = await refused(fromFile(path, { workspaceFiles }));
      assert.deepEqual(linkedCodes(message), ["private-key-file-unreadable"]);
      assert.match(message, line);
    });
  }

  test("that holds the key itself is told so, and hidden from here on", async () => {
    const result = await login(untouched, { ...fromFile(key.privateKeyPem), header: false });
    assert.deepEqual(linkedCodes(onlyError(result)), ["private-key-file-is-a-key"]);
    assert.ok(result.masks.includes(key.privateKeyPem.trim()));
    assert.deepEqual(untouched.salesforce.connects, []);
  });

  test("and private_key are one too many", async () => {
    const message = await refused({
      with: { private_key_file: "salesforce.key" },
      workspaceFiles: { "salesforce.key": key.privateKeyPem },
    });
    assert.deepEqual(linkedCodes(message), ["private-key-given-twice"]);
  });
});

test("an input that the action doesn't have is the runner's to warn of, and harms nothing", async () => {
  const result: StepResult = await login(bench, { with: { client_id: "3MVG9" } });
  assert.equal(result.conclusion, "success");
  assert.deepEqual(
    result.annotations.map(({ message }) => message.slice(0, 32)),
    ["Unexpected input(s) 'client_id',"],
  );
});
