import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import test from "node:test";
import { fixtureAction, runScript } from "./fixture-action.ts";
import { runJob, runStep } from "./step.ts";

/** A script that sets its output `seen` to an object. */
const showing = (expression: string) => `
  import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
  appendFileSync(process.env.GITHUB_OUTPUT, "seen=" + JSON.stringify(${expression}) + "\\n");`;

test("an action gets its inputs, defaults included, and nothing of this process's environment", async (t) => {
  process.env["RUNNER_TEST_STRAY"] = "x";
  t.after(() => delete process.env["RUNNER_TEST_STRAY"]);
  const inputs = { one: "default 1", two: "default 2", "With space": "default 3", none: undefined, Four: "default 4" };
  const action = await fixtureAction(t, { main: showing("process.env"), inputs });
  const { outputs } = await runStep({
    action,
    with: { ONE: "given", two: "", four: "given" },
    env: { https_proxy: "http://p" },
  });
  const env = JSON.parse(outputs["seen"] ?? "");
  assert.equal(env.INPUT_ONE, "given");
  assert.equal(env.INPUT_TWO, "", "passed blank, it stays blank");
  assert.equal(env.INPUT_WITH_SPACE, "default 3");
  assert.equal(env.INPUT_FOUR, "given");
  assert.equal(env.INPUT_NONE, "", "the runner sets a variable for every input");
  assert.equal(env.https_proxy, "http://p");
  assert.equal(env.GITHUB_ACTIONS, "true");
  assert.equal(env.CI, "true");
  assert.equal(env.RUNNER_DEBUG, undefined);
  assert.equal(env.RUNNER_TEST_STRAY, undefined);
  assert.notEqual(env.HOME, process.env["HOME"]);
});

test("the step's env wins over what the runner sets", async (t) => {
  const { stdout } = await runScript(t, "console.log(JSON.stringify(process.env.GITHUB_OUTPUT))", {
    env: { GITHUB_OUTPUT: "" },
  });
  assert.equal(stdout.trim(), '""');
});

test("the workspace is the working directory, holds the given files alone, and is gone afterwards", async (t) => {
  const main = showing(
    "[process.cwd(), process.env.GITHUB_WORKSPACE, readdirSync('.'), readFileSync('keys/a', 'utf8')]",
  );
  const { outputs } = await runScript(t, main, { workspaceFiles: { "keys/a": Buffer.from("content") } });
  const [cwd, workspace, files, content] = JSON.parse(outputs["seen"] ?? "");
  assert.equal(cwd, workspace);
  assert.deepEqual(files, ["keys"]);
  assert.equal(content, "content");
  assert.ok(!existsSync(dirname(cwd)));
});

test("stdin is at its end", async (t) => {
  const { outputs } = await runScript(t, showing("readFileSync(0, 'utf8')"));
  assert.equal(outputs["seen"], '""');
});

test("exit code, streams and files count, also after a failure", async (t) => {
  const { exitCode, conclusion, stdout, stderr, outputs, state, env, path, summary } = await runScript(
    t,
    `import { appendFileSync } from "node:fs";
    const write = (name, text) => appendFileSync(process.env["GITHUB_" + name], text);
    write("OUTPUT", "o<<END\\nline 1\\nline 2\\nEND\\n");
    write("STATE", "s=1\\n");
    write("ENV", "E=1\\n");
    write("PATH", "/opt/bin\\n");
    write("STEP_SUMMARY", "# Title\\n");
    console.log("out");
    console.error("err");
    process.exitCode = 3;`,
  );
  assert.deepEqual([exitCode, conclusion, stdout, stderr], [3, "failure", "out\n", "err\n"]);
  assert.deepEqual(outputs, { o: "line 1\nline 2" });
  assert.deepEqual(state, { s: "1" });
  assert.deepEqual(env, { E: "1" });
  assert.deepEqual(path, ["/opt/bin"]);
  assert.equal(summary, "# Title\n");
});

test("an action that does nothing succeeds without outputs", async (t) => {
  const { exitCode, conclusion, outputs, log } = await runScript(t, "");
  assert.deepEqual([exitCode, conclusion, outputs, log], [0, "success", {}, ""]);
});

test("the header shows what was passed, masked as far as it is a secret", async (t) => {
  const action = await fixtureAction(t, { main: "console.log('k3y-material')", inputs: { a: "1", b: undefined } });
  const { log } = await runStep({
    action,
    with: { key: "k3y-material\nsecond line", name: "visible" },
    env: { https_proxy: "http://p", GITHUB_ACTION_REPOSITORY: "o/r", GITHUB_ACTION_REF: "v1" },
    secrets: ["k3y-material\nsecond line"],
  });
  assert.deepEqual(log.split("\n"), [
    "##[warning]Unexpected input(s) 'key', 'name', valid inputs are ['a', 'b']",
    "##[group]Run o/r@v1",
    "with:",
    "  key: ***",
    "  name: visible",
    "  a: 1",
    "env:",
    "  https_proxy: http://p",
    "##[endgroup]",
    "***",
  ]);
});

test("a secret that the runner doesn't know is in the header, whatever the action masks", async (t) => {
  const action = await fixtureAction(t, { main: "console.log('::add-mask::k3y-material')", inputs: { key: "" } });
  const { log } = await runStep({ action, with: { key: "k3y-material" } });
  assert.match(log, /^ {2}key: k3y-material$/m);
});

test("a process that doesn't end is killed", { timeout: 20_000 }, async (t) => {
  const { exitCode, signal, conclusion } = await runScript(t, "setInterval(() => {}, 1000)", { timeoutMs: 200 });
  assert.deepEqual([exitCode, signal, conclusion], [null, "SIGKILL", "failure"]);
});

const unix = { skip: process.platform === "win32" && "no signals there", timeout: 20_000 };

test("a cancelled step gets SIGINT and may clean up", unix, async (t) => {
  const main = `process.on("SIGINT", () => { console.log("cleaned up"); process.exit(4); });
    setInterval(() => {}, 1000);
    console.log("ready");`;
  const { exitCode, conclusion, log } = await runScript(t, main, { cancel: { onStdout: /^ready$/ } });
  assert.deepEqual([exitCode, conclusion, log], [4, "cancelled", "ready\ncleaned up"]);
});

test("who ignores SIGINT gets SIGTERM, who ignores both is killed", unix, async (t) => {
  const main = `for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => console.log(name));
    setInterval(() => {}, 1000);
    console.log("ready");`;
  const { signal, log } = await runScript(t, main, { cancel: { onStdout: /^ready$/, timeScale: 0.1 } });
  assert.deepEqual([signal, log], ["SIGKILL", "ready\nSIGINT\nSIGTERM"]);
});

test("a step is cancelled after a time, but not when it has ended by then", unix, async (t) => {
  const waiting = await runScript(t, "setInterval(() => {}, 1000)", { cancel: { afterMs: 300 } });
  assert.deepEqual([waiting.signal, waiting.conclusion], ["SIGINT", "cancelled"]);
  const quick = await runScript(t, "", { cancel: { afterMs: 15_000 } });
  assert.deepEqual([quick.exitCode, quick.conclusion], [0, "success"]);
});

test("an action that can't be started is an error of the test", async (t) => {
  await assert.rejects(runScript(t, "", { node: "/nowhere/node" }), { code: "ENOENT" });
  await assert.rejects(runScript(t, "", { entry: "post" }), /has no post file/);
});

test("a job passes state, variables and masks to the post file, in the same workspace", async (t) => {
  const action = await fixtureAction(t, {
    main: `import { appendFileSync, writeFileSync } from "node:fs";
      appendFileSync(process.env.GITHUB_STATE, "token=k3y-material\\n");
      appendFileSync(process.env.GITHUB_ENV, "EXPORTED=1\\n");
      writeFileSync("left", "x");
      console.log("::add-mask::k3y-material");
      process.exitCode = 1;`,
    post: `import { existsSync } from "node:fs";
      console.log([process.env.STATE_token, process.env.EXPORTED, process.env.INPUT_A, existsSync("left")].join());
      console.log("STATE_token length " + process.env.STATE_token.length);`,
    inputs: { a: "default" },
  });
  const seen: unknown[] = [];
  const { main, post } = await runJob({ action, between: (result) => seen.push(result.conclusion) });
  assert.equal(main.exitCode, 1);
  assert.deepEqual(seen, ["failure"]);
  assert.equal(post.log, "Post job cleanup.\n***,1,default,true\nSTATE_token length 12");
  assert.deepEqual(post.masks, []);
});

test("a cancelled job still has its post file run to the end", unix, async (t) => {
  const action = await fixtureAction(t, {
    main: `console.log("ready"); setInterval(() => {}, 1000);`,
    post: `console.log("ready"); setTimeout(() => console.log("cleaned up"), 200);`,
  });
  const { main, post } = await runJob({ action, cancel: { onStdout: /^ready$/ } });
  assert.equal(main.conclusion, "cancelled");
  assert.deepEqual([post.conclusion, post.stdout], ["success", "ready\ncleaned up\n"]);
});

test("a main file sees no state, and a post file gets it as given", async (t) => {
  const action = await fixtureAction(t, { main: "", post: "console.log(process.env.STATE_a)" });
  const { stdout } = await runStep({ action, entry: "post", state: { a: "1" } });
  assert.equal(stdout, "1\n");
});
