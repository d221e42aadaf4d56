import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { faults } from "../fakes/salesforce/index.ts";
import { type LoginOptions, login, loginJob, startTestEnvironment } from "./login.ts";
import { linkedCodes, onlyError } from "./outcomes.ts";

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce } = environment;
const folder = mkdtempSync(join(tmpdir(), "runner-files-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true }));
const imported = (name: string) => ({ NODE_OPTIONS: `--import=${new URL(name, import.meta.url).href}` });
const UNIX = { skip: process.platform === "win32" };

/** The files that a run writes, with the inputs that make it write them. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GITHUB_OUTPUT: {},
  GITHUB_STATE: { revoke_token: "true" },
  GITHUB_ENV: { export_environment_variables: "true" },
};

/** What is wrong with a file, and what the message must say. */
const UNUSABLE: Readonly<Record<string, { make: (path: string) => unknown; says: RegExp; options?: LoginOptions }>> = {
  "belongs to another user": {
    make: (path) => writeFileSync(path, "", { mode: 0o444 }),
    says: /\(EACCES\).*belong to another user.*container\.options: --user/s,
    // That user can't read the embedded Salesforce's CA, and needs it for nothing.
    options: { env: { ...imported("other-user.ts"), NODE_EXTRA_CA_CERTS: "" } },
  },
  "doesn't exist": { make: () => {}, says: /\(ENOENT\).*isn't mounted/s },
  "is a folder": { make: (path) => mkdirSync(path), says: /\(it isn't a regular file\)/ },
  "is a FIFO": { make: (path) => execFileSync("mkfifo", [path]), says: /\(it isn't a regular file\)/ },
};

let count = 0;
const ownPath = () => join(folder, `file-${count++}`);

/** The runner's files where every user can write them. */
function usableFiles(): Record<string, string> {
  const paths = Object.keys(NEEDED).map((variable) => [variable, ownPath()] as const);
  for (const [, path] of paths) {
    writeFileSync(path, "");
    chmodSync(path, 0o666);
  }
  return Object.fromEntries(paths);
}

/** Runs a login that must fail before anything is sent. @returns the message */
async function failBeforeRequest(options: LoginOptions, code: string): Promise<string> {
  const connects = salesforce.connects.length;
  const minted = salesforce.minted.length;
  const result = await login(environment, { timeoutMs: 20_000, ...options });
  const message = onlyError(result);
  assert.deepEqual(linkedCodes(message), [code]);
  assert.equal(salesforce.connects.length, connects, "Salesforce was asked");
  assert.equal(salesforce.minted.length, minted);
  return message;
}

describe("a login whose files can't be written", () => {
  for (const [variable, inputs] of Object.entries(NEEDED)) {
    for (const [what, { make, says, options }] of Object.entries(UNUSABLE)) {
      test(`requests no token if the file of ${variable} ${what}`, UNIX, async () => {
        const path = ownPath();
        make(path);
        const env = { ...options?.env, ...usableFiles(), [variable]: path };
        const message = await failBeforeRequest({ with: inputs, env }, "runner-file-unusable");
        assert.match(message, new RegExp(`^The runner's file ${variable} can't be written`));
        assert.match(message, says);
      });
    }

    test(`requests no token if ${variable} isn't set`, async () => {
      const message = await failBeforeRequest({ with: inputs, env: { [variable]: "" } }, "not-a-step");
      assert.match(message, new RegExp(`^${variable} isn't set`));
    });
  }
});

test("a login ignores files that it doesn't write", async () => {
  const result = await login(environment, { env: { GITHUB_STATE: "", GITHUB_ENV: join(folder, "none") } });
  assert.equal(result.conclusion, "success", result.log);
});

describe("a login with a full disk", () => {
  const ALL = { revoke_token: "true", export_environment_variables: "true" };

  for (const [variable, writes] of [
    ["GITHUB_OUTPUT", 0],
    ["GITHUB_OUTPUT", 5],
    ["GITHUB_ENV", 0],
    ["GITHUB_ENV", 1],
  ] as const) {
    test(`sets nothing if ${variable} can't be written after ${writes} writes, and revokes the token at the end of the job`, async () => {
      const env = { ...imported("full-disk.ts"), FULL: variable, FULL_AFTER: String(writes) };
      const { main, post } = await loginJob(environment, { with: ALL, env });
      const message = onlyError({ ...main, state: {} });
      assert.deepEqual(linkedCodes(message), ["runner-file-unusable"]);
      assert.match(message, new RegExp(`^The runner's file ${variable} can't be written \\(ENOSPC\\)`));
      assert.match(message, /No outputs and no environment variables were set\./);
      assert.deepEqual([main.files.output, main.files.env], ["", ""]);
      assert.match(post.log, /The access token was revoked\./);
      assert.ok(!salesforce.isLive(main.state["revoke_access_token"] ?? ""));
    });
  }

  for (const writes of [0, 1]) {
    test(`revokes a token at once that can't be saved for the post step after ${writes} writes`, async () => {
      const env = { ...imported("full-disk.ts"), FULL: "GITHUB_STATE", FULL_AFTER: String(writes) };
      const { main, post } = await loginJob(environment, { with: ALL, env });
      assert.match(onlyError(main), /^The runner's file GITHUB_STATE can't be written \(ENOSPC\)/);
      assert.match(main.log, /^The access token was revoked\.$/m);
      assert.deepEqual(main.state, {});
      assert.equal(post.stdout, "");
      assert.ok(!salesforce.isLive(salesforce.minted.at(-1) ?? ""));
    });
  }

  test("warns of a token that can be neither saved nor revoked", async () => {
    salesforce.misbehave(faults.status(500), { route: "revoke" });
    const env = { ...imported("full-disk.ts"), FULL: "GITHUB_STATE" };
    const result = await login(environment, { with: { revoke_token: "true" }, env });
    assert.deepEqual(
      result.annotations.map(({ type }) => type),
      ["warning", "error"],
    );
    assert.match(result.annotations[0]?.message ?? "", /couldn't be revoked: Salesforce answered HTTP 500/);
    assert.match(result.annotations[1]?.message ?? "", /GITHUB_STATE can't be written/);
  });

  test("succeeds with a warning if the job summary can't be written", async () => {
    const env = { ...imported("full-disk.ts"), FULL: "GITHUB_STEP_SUMMARY" };
    const result = await login(environment, { with: { write_job_summary: "true" }, env });
    assert.equal(result.conclusion, "success");
    assert.match(result.annotations[0]?.message ?? "", /The job summary couldn't be written/);
  });
});
