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

describe("masks", () => {
  const { stdout } = step(`
    for (const secret of ["one", "first\\nsecond\\r\\n  third\\rfourth\\n", "50% off", "", " \\n\\t", "  padded "]) {
      runner.mask(secret);
      runner.info("--");
    }
  `);
  const groups = stdout
    .join("\n")
    .split("--")
    .map((group) => group.trim().split("\n"));
  const expected: readonly (readonly [what: string, commands: readonly string[]])[] = [
    ["hide a value", ["::add-mask::one"]],
    [
      "hide a value of several lines as a whole and line by line",
      [
        "::add-mask::first%0Asecond%0D%0A  third%0Dfourth",
        "::add-mask::first",
        "::add-mask::second",
        "::add-mask::third",
        "::add-mask::fourth",
      ],
    ],
    ["are escaped", ["::add-mask::50%25 off"]],
    ["are never blank: empty", [""]],
    ["are never blank: white space", [""]],
    ["leave out white space around, which may get lost in a log", ["::add-mask::padded"]],
  ];
  for (const [index, [what, commands]] of expected.entries()) {
    test(what, () => assert.deepEqual(groups[index], commands));
  }
});

test("messages are commands that hold them as data, and a plain line as it is", () => {
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

test("a plain line holds no command that the runner would carry out in the middle of it", () => {
  const { stdout } = step('runner.info("as ##[add-mask]me@example.com, ###[error]x");');
  assert.equal(stdout.length, 1);
  assert.ok(!stdout[0]?.includes("##["), stdout[0]);
  assert.match(stdout[0] ?? "", /me@example\.com/);
});

test("values go into the runner's files, and not a word of them to the log", () => {
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

describe("without the runner's file", () => {
  const calls: readonly (readonly [file: string, call: string])[] = [
    ["GITHUB_OUTPUT", 'runner.output("access_token", "secret-value")'],
    ["GITHUB_ENV", 'runner.exportVariable("SF_ACCESS_TOKEN", "secret-value")'],
    ["GITHUB_STATE", 'runner.saveState("revoke_access_token", "secret-value")'],
  ];
  for (const [file, call] of calls) {
    test(`${file} nothing is handed over, and the value is not printed instead`, () => {
      const script = `try { ${call}; } catch (error) { console.log(error.message); }`;
      const { stdout, stderr, files } = step(script, { without: [file] });
      assert.equal(stdout.length, 1);
      assert.match(stdout[0] ?? "", new RegExp(`^${file} is not set`));
      assert.ok(!JSON.stringify([stdout, stderr, files]).includes("secret-value"));
    });
  }

  test("GITHUB_STEP_SUMMARY the step goes on with a warning", () => {
    const { status, stdout } = step('await runner.addSummary("x"); runner.info("goes on");', {
      without: ["GITHUB_STEP_SUMMARY"],
    });
    assert.equal(status, 0);
    assert.match(stdout[0] ?? "", /^::warning title=Salesforce JWT Auth::The job summary could not be written/);
    assert.equal(stdout[1], "goes on");
  });

  test("but only its name, the step goes on with a warning, and makes none that the runner won't read", () => {
    const path = join(folder, "no-summary");
    const { stdout } = step(
      `process.env.GITHUB_STEP_SUMMARY = ${JSON.stringify(path)};
       githubRunner(process.env).addSummary("x");`,
    );
    assert.match(stdout[0] ?? "", /^::warning title=Salesforce JWT Auth::The job summary could not be written/);
    assert.ok(!existsSync(path));
  });
});
