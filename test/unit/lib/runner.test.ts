import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { EOL, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

const FILES = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"] as const;

const folder = mkdtempSync(join(tmpdir(), "workflow-"));
after(() => rmSync(folder, { recursive: true }));

interface Step {
  readonly status: number | null;
  readonly stdout: readonly string[];
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a script that knows `runner`, in a process of its own, as the runner would start a step. */
function step(script: string, { without = [] }: { without?: readonly string[] } = {}): Step {
  const home = mkdtempSync(join(folder, "step-"));
  const paths = FILES.map((name) => [name, join(home, name)] as const);
  for (const [, path] of paths) writeFileSync(path, "");
  const env = Object.fromEntries(paths.filter(([name]) => !without.includes(name)));
  const module = JSON.stringify(new URL("../../../src/lib/runner.ts", import.meta.url).href);
  const source = `
    import { githubRunner } from ${module};
    const runner = githubRunner(process.env);
    ${script}
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    env: { PATH: process.env["PATH"], SystemRoot: process.env["SystemRoot"], ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  const files = Object.fromEntries(paths.map(([name, path]) => [name, readFileSync(path, "utf8")]));
  return { status, stdout: stdout.split(EOL).slice(0, -1), stderr, files };
}

/** What a runner's file command file says: `NAME<<delimiter`, the value, the delimiter. */
function entries(text: string): Record<string, string> {
  const found = text.matchAll(/^(\S+)<<(\S+)\r?\n([\s\S]*?)\r?\n\2\r?$/gm);
  return Object.fromEntries([...found].map(([, name = "", , value = ""]) => [name, value]));
}

describe("mask", () => {
  const masks: readonly (readonly [what: string, secrets: readonly string[], commands: readonly string[]])[] = [
    ["hides a value", ["one"], ["::add-mask::one"]],
    ["is escaped", ["50% off"], ["::add-mask::50%25 off"]],
    ["isn't repeated", ["twice", "once", "twice", " twice"], ["::add-mask::twice", "::add-mask::once"]],
    ["is never blank", ["", " \n\t", "\r\n"], []],
    ["leaves out whitespace around, which may get lost in a log", ["  padded "], ["::add-mask::padded"]],
    [
      "of several lines is one of each line and none of the whole",
      ["first\nsecond\r\n  third\rfirst\n"],
      ["::add-mask::first", "::add-mask::second", "::add-mask::third"],
    ],
  ];
  for (const [what, secrets, commands] of masks) {
    test(what, () => {
      const { stdout } = step(`for (const secret of ${JSON.stringify(secrets)}) runner.mask(secret);`);
      assert.deepEqual(stdout, commands);
    });
  }
});

test("prints messages as data of commands, and a plain line as it is", () => {
  const { stdout, stderr } = step(`
    runner.debug("d\\n::error::x");
    runner.info("plain");
    runner.warning("w\\r\\nx");
    runner.error("e: 100%");
  `);
  assert.deepEqual(stdout, [
    "::debug::d%0A::error::x",
    "plain",
    "::warning title=Salesforce JWT Auth::w%0D%0Ax",
    "::error title=Salesforce JWT Auth::e: 100%25",
  ]);
  assert.equal(stderr, "");
});

test("disarms a command in the middle of a plain line", () => {
  const { stdout } = step('runner.info("as ##[add-mask]me@example.com, ###[error]x");');
  assert.equal(stdout.length, 1);
  assert.ok(!stdout[0]?.includes("##["), stdout[0]);
  assert.match(stdout[0] ?? "", /me@example\.com/);
});

test("writes values to the runner's files, and nothing to the log", () => {
  const { stdout, stderr, files } = step(`
    runner.output("access_token", "secret%0A!value");
    runner.output("scope", "");
    runner.exportVariable("SF_ACCESS_TOKEN", "secret\\nof two lines");
    runner.saveState("revoke_access_token", "secret");
    await runner.addSummary("### Done\\n");
  `);
  assert.deepEqual({ stdout, stderr }, { stdout: [], stderr: "" });
  assert.deepEqual(entries(files["GITHUB_OUTPUT"] ?? ""), { access_token: "secret%0A!value", scope: "" });
  assert.deepEqual(entries(files["GITHUB_ENV"] ?? ""), { SF_ACCESS_TOKEN: "secret\nof two lines" });
  assert.deepEqual(entries(files["GITHUB_STATE"] ?? ""), { revoke_access_token: "secret" });
  assert.equal(files["GITHUB_STEP_SUMMARY"]?.trimEnd(), "### Done");
});

const ALL = '["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV"]';
/** Prints what a call throws, on one line. */
const attempt = (call: string) =>
  `try { ${call}; } catch ({ code, message, context, causes }) { console.log(JSON.stringify({ code, message, context, causes })); }`;

describe("requireFiles", () => {
  test("accepts files that can be written, and leaves them empty", () => {
    const { status, stdout, files } = step(`runner.requireFiles(${ALL});`);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: [] });
    assert.deepEqual(Object.values(files), ["", "", "", ""]);
  });

  test("names a file whose variable isn't set", () => {
    const { stdout } = step(attempt(`runner.requireFiles(${ALL})`), { without: ["GITHUB_STATE"] });
    assert.match(stdout.join(), /"not-a-step".*GITHUB_STATE isn't set.*uses:/);
  });

  test("ignores files that it isn't asked about", () => {
    assert.deepEqual(step('runner.requireFiles(["GITHUB_OUTPUT"]);', { without: ["GITHUB_STATE"] }).stdout, []);
  });

  const unusable: readonly (readonly [what: string, prepare: string, says: RegExp, cure: RegExp])[] = [
    ["a folder", "fs.mkdirSync(path)", /it isn't a regular file/, /Remove the variable from env/],
    ["a device", 'path = "/dev/full"', /it isn't a regular file/, /Remove the variable from env/],
    ["a FIFO", 'spawnSync("mkfifo", [path])', /it isn't a regular file/, /Remove the variable from env/],
    ["a file that doesn't exist", "", /ENOENT/, /Mount the runner's work folder/],
    ["a path through a file", 'fs.writeFileSync(path, ""); path += "/x"', /ENOTDIR/, /Mount the runner's work folder/],
    [
      "a file of another user",
      'fs.writeFileSync(path, "", { mode: 0o444 }); fs.chmodSync(folder, 0o755); process.getuid() === 0 && process.setuid(65534)',
      /EACCES/,
      /container\.options: --user/,
    ],
  ];
  for (const [what, prepare, says, cure] of unusable) {
    test(`refuses ${what}`, { skip: process.platform === "win32" }, () => {
      const { status, stdout } = step(`
        import fs from "node:fs";
        import { spawnSync } from "node:child_process";
        const folder = fs.mkdtempSync("${folder}/odd-");
        fs.chmodSync("${folder}", 0o755);
        let path = folder + "/file";
        ${prepare};
        process.env.GITHUB_STATE = path;
        ${attempt('runner.requireFiles(["GITHUB_STATE"])')}
      `);
      assert.equal(status, 0);
      const [{ code, message, context, causes } = assert.fail()] = stdout.map((line) => JSON.parse(line));
      assert.equal(code, "runner-file-unusable");
      assert.match(message, /^The runner's file GITHUB_STATE can't be written \(.*\)\. (?:Run|Mount|Remove) .*\.$/);
      assert.match(context.join(), /^No token was requested: /);
      assert.match(message, says);
      assert.ok(message.length <= 120 && !JSON.stringify([message, context, causes]).includes(folder));
      assert.match(JSON.stringify(causes), cure);
    });
  }

  test("names an error of the system that has no causes of its own", () => {
    const { stdout } = step(`
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      fs.openSync = () => { throw Object.assign(new Error("odd"), { code: "EODD" }); };
      syncBuiltinESMExports();
      ${attempt(`runner.requireFiles(${ALL})`)}
    `);
    assert.match(stdout.join(), /GITHUB_OUTPUT can't be written \(EODD\)/);
  });
});

/** From the second write to a file on, half of what is written gets to the disk. */
const FULL_DISK = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { appendFileSync } = fs;
  const written = new Set();
  fs.appendFileSync = (path, text) => {
    if (!written.has(path)) return void written.add(path) ?? appendFileSync(path, text);
    appendFileSync(path, text.slice(0, text.length / 2));
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  syncBuiltinESMExports();
`;

describe("a write to a full disk", () => {
  test("removes all outputs and variables of the step, and says so", () => {
    const { stdout, files } = step(`
      ${FULL_DISK}
      runner.saveState("revoke_access_token", "secret-value");
      runner.output("access_token", "secret-value");
      runner.exportVariable("SF_ACCESS_TOKEN", "secret-value");
      ${attempt('runner.exportVariable("SF_ORG_INSTANCE_URL", "secret-value")')}
    `);
    assert.match(
      stdout.join(),
      /GITHUB_ENV can't be written \(ENOSPC\)\..*"No outputs and no environment variables were set\./,
    );
    assert.match(stdout.join(), /disk.* is full/);
    assert.doesNotMatch(stdout.join(), /secret-value/);
    assert.deepEqual([files["GITHUB_OUTPUT"], files["GITHUB_ENV"]], ["", ""]);
    assert.deepEqual(entries(files["GITHUB_STATE"] ?? ""), { revoke_access_token: "secret-value" });
  });

  test("keeps what the files contained before the step wrote to them", () => {
    const { files } = step(`
      fs.writeFileSync(process.env.GITHUB_OUTPUT, "before=1\\n");
      ${FULL_DISK}
      runner.output("a", "1");
      ${attempt('runner.output("b", "2")')}
    `);
    assert.equal(files["GITHUB_OUTPUT"], "before=1\n");
  });

  test("removes the state that it belongs to, and says that the token wasn't saved", () => {
    const { stdout, files } = step(`
      ${FULL_DISK}
      runner.saveState("revoke_access_token", "secret-value");
      ${attempt('runner.saveState("revoke_instance_url", "https://acme.example")')}
    `);
    assert.match(
      stdout.join(),
      /GITHUB_STATE can't be written \(ENOSPC\)\..*"The token wasn't saved for the post step\. No outputs/,
    );
    assert.equal(files["GITHUB_STATE"], "");
  });

  test("doesn't promise that nothing was set if it can't be undone", () => {
    const { stdout } = step(`
      ${FULL_DISK}
      fs.truncateSync = () => assert.fail();
      syncBuiltinESMExports();
      runner.output("a", "1");
      ${attempt('runner.output("b", "2")')}
    `);
    assert.match(stdout.join(), /Some outputs or environment variables may be set: don't use them\./);
  });
});

describe("without the runner's file", () => {
  const calls: readonly (readonly [file: string, call: string])[] = [
    ["GITHUB_OUTPUT", 'runner.output("access_token", "secret-value")'],
    ["GITHUB_ENV", 'runner.exportVariable("SF_ACCESS_TOKEN", "secret-value")'],
    ["GITHUB_STATE", 'runner.saveState("revoke_access_token", "secret-value")'],
  ];
  for (const [file, call] of calls) {
    test(`throws if ${file} isn't set, and doesn't print the value`, () => {
      const script = `try { ${call}; } catch (error) { console.log(error.message); }`;
      const { stdout, stderr, files } = step(script, { without: [file] });
      assert.equal(stdout.length, 1);
      assert.match(stdout[0] ?? "", new RegExp(`^${file} isn't set`));
      assert.ok(!JSON.stringify([stdout, stderr, files]).includes("secret-value"));
    });
  }

  test("warns if GITHUB_STEP_SUMMARY isn't set, and goes on", () => {
    const { status, stdout } = step('await runner.addSummary("x"); runner.info("goes on");', {
      without: ["GITHUB_STEP_SUMMARY"],
    });
    assert.equal(status, 0);
    assert.match(stdout[0] ?? "", /^::warning title=Salesforce JWT Auth::The job summary couldn't be written/);
    assert.equal(stdout[1], "goes on");
  });

  test("warns if GITHUB_STEP_SUMMARY is a FIFO, and doesn't wait for a reader", {
    skip: process.platform === "win32",
  }, () => {
    const path = join(folder, "summary-fifo");
    spawnSync("mkfifo", [path]);
    const { stdout } = step(
      `process.env.GITHUB_STEP_SUMMARY = ${JSON.stringify(path)}; githubRunner(process.env).addSummary("x");`,
    );
    assert.match(stdout[0] ?? "", /The job summary couldn't be written/);
  });

  test("warns if the file of GITHUB_STEP_SUMMARY doesn't exist, and doesn't create it", () => {
    const path = join(folder, "no-summary");
    const { stdout } = step(
      `process.env.GITHUB_STEP_SUMMARY = ${JSON.stringify(path)};
       githubRunner(process.env).addSummary("x");`,
    );
    assert.match(stdout[0] ?? "", /^::warning title=Salesforce JWT Auth::The job summary couldn't be written/);
    assert.ok(!existsSync(path));
  });
});
