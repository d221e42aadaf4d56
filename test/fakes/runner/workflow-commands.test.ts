import assert from "node:assert/strict";
import test from "node:test";
import { runPrinting, runScript } from "./fixture-action.ts";

test("a mask hides from its line on, on both streams, in annotations and in the summary", async (t) => {
  const { log, annotations, masks, summary, files, withheldJobOutputs } = await runScript(
    t,
    `import { appendFileSync } from "node:fs";
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, "sum k3y-material\\r\\nx\\n");
    appendFileSync(process.env.GITHUB_OUTPUT, "token=k3y-material\\nid=1\\n");
    console.log("before k3y-material\\n::add-mask::k3y-material\\nafter k3y-material");
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.error("err k3y-material");
    console.log("::error title=k3y-material,file=k3y-material::msg k3y-material");`,
  );
  assert.equal(log, "before k3y-material\nafter ***\nerr ***\n##[error]msg ***");
  assert.deepEqual(annotations, [{ type: "error", title: "k3y-material", file: "k3y-material", message: "msg ***" }]);
  assert.deepEqual(masks, ["k3y-material"]);
  assert.equal(summary, "sum ***\r\nx\n");
  assert.equal(files.step_summary, "sum k3y-material\r\nx\n");
  assert.deepEqual(withheldJobOutputs, ["token"]);
});

test("a mask of several lines hides each of them", async (t) => {
  const { log, masks } = await runPrinting(t, "::add-mask::line one%0Aline two\nline two, line one\n");
  assert.equal(log, "***, ***");
  assert.deepEqual(masks, ["line one\nline two"]);
});

test("a mask on stdout doesn't surely come before text on stderr", async (t) => {
  const main = `console.log("::add-mask::k3y-material"); console.error("k3y-material");`;
  const { log, events } = await runScript(t, main, { stderrFirst: true });
  assert.equal(log, "k3y-material");
  assert.equal(events.length, 2);
});

test("understands what the toolkit writes", async (t) => {
  const { outputs, state, env, masks, annotations, summary, commands, conclusion } = await runScript(
    t,
    `import * as core from ${JSON.stringify(import.meta.resolve("@actions/core"))};
    core.setSecret("k3y%material\\nline 2");
    core.setOutput("o", "line 1\\nline 2");
    core.saveState("s", { a: 1 });
    core.exportVariable("E", "100%");
    core.warning("50%:\\nof k3y%material", { title: "a, b: c" });
    await core.summary.addRaw("# Title").write();
    core.setFailed("no");`,
  );
  assert.deepEqual([outputs, state, env], [{ o: "line 1\nline 2" }, { s: '{"a":1}' }, { E: "100%" }]);
  assert.deepEqual(masks, ["k3y%material\nline 2"]);
  assert.deepEqual(annotations, [
    { type: "warning", title: "a, b: c", file: undefined, message: "50%:\nof ***" },
    { type: "error", title: undefined, file: undefined, message: "no" },
  ]);
  assert.deepEqual([summary, conclusion], ["# Title", "failure"]);
  assert.deepEqual(commands, ["add-mask", "warning", "error"]);
});

test("an empty mask is worth a warning, and hides nothing", async (t) => {
  const { annotations, masks, log } = await runPrinting(t, "::add-mask::\n::add-mask:: \na b\n");
  assert.deepEqual(
    annotations.map(({ type }) => type),
    ["warning", "warning"],
  );
  assert.deepEqual(masks, []);
  assert.match(log, /^a b$/m);
});

test("commands of the old style are carried out anywhere in a line, and noted", async (t) => {
  const { log, masks, legacyCommands, commands } = await runPrinting(
    t,
    "said: ##[add-mask]k3y-material\nk3y-material\n",
  );
  assert.equal(log, "***");
  assert.deepEqual(masks, ["k3y-material"]);
  assert.deepEqual(legacyCommands, ["##[add-mask]"]);
  assert.deepEqual(commands, ["add-mask"]);
});

test("a carriage return begins a line, and so a command", async (t) => {
  const { log, commands } = await runPrinting(t, "progress\r::warning::from the middle\r\ndone");
  assert.deepEqual(commands, ["warning"]);
  assert.equal(log, "progress\n##[warning]from the middle\ndone");
});

test("the data of an annotation is not parsed again", async (t) => {
  const { commands, annotations } = await runPrinting(t, "::error::a%0A::add-mask::x%0D##[add-mask]y\n");
  assert.deepEqual(commands, ["error"]);
  assert.equal(annotations[0]?.message, "a\n::add-mask::x\r##[add-mask]y");
});

test("commands that files replaced still work or fail the step, and are noted", async (t) => {
  const { outputs, state, env, path, legacyCommands, conclusion, exitCode, annotations } = await runPrinting(
    t,
    "::set-output name=o::1\n::save-state name=s::2\n::set-env name=E::3\n::add-path::/bin\n",
  );
  assert.deepEqual([outputs, state, env, path], [{ o: "1" }, { s: "2" }, {}, []]);
  assert.deepEqual(legacyCommands, ["set-output", "save-state", "set-env", "add-path"]);
  assert.deepEqual([exitCode, conclusion], [0, "failure"]);
  assert.deepEqual(annotations.filter(({ type }) => type === "warning").length, 2);
});

test("nothing is carried out between stop-commands and its token", async (t) => {
  const { log, masks, commands } = await runPrinting(
    t,
    "::stop-commands::t0ken-of-mine\n::add-mask::aaa\n##[add-mask]bbb\n::t0ken-of-mine::\n::add-mask::ccc\naaa bbb ccc\n",
  );
  assert.deepEqual(masks, ["ccc"]);
  assert.deepEqual(commands, ["stop-commands", "add-mask"]);
  assert.equal(log, "::stop-commands::***\n::add-mask::aaa\n##[add-mask]bbb\n::***::\naaa bbb ***");
});

test("a command's name can't be the token", async (t) => {
  const { conclusion, masks } = await runPrinting(t, "::stop-commands::add-mask\n::add-mask::aaa\n");
  assert.deepEqual([conclusion, masks], ["failure", ["aaa"]]);
});

test("debug lines and outputs are shown if debug logging is on", async (t) => {
  const main = `import { appendFileSync } from "node:fs";
    console.log("::add-mask::k3y-material\\n::debug::one%0Atwo k3y-material\\n::group::title\\n::endgroup::");
    appendFileSync(process.env.GITHUB_OUTPUT, "token=k3y-material\\n");
    appendFileSync(process.env.GITHUB_STATE, "debugging=" + process.env.RUNNER_DEBUG + "\\n");`;
  const quiet = await runScript(t, main);
  assert.equal(quiet.log, "##[group]title\n##[endgroup]");
  const { log } = await runScript(t, main, { debug: true });
  assert.deepEqual(log.split("\n"), [
    "::add-mask::***",
    "##[debug]one",
    "##[debug]two ***",
    "::group::title",
    "##[group]title",
    "::endgroup::",
    "##[endgroup]",
    "##[debug]Set output token = ***",
    "##[debug]Save intra-action state debugging = 1",
  ]);
});

test("echo shows the commands that follow", async (t) => {
  const { log, conclusion } = await runPrinting(t, "::echo::on\n::group::a\n::echo::off\n::group::b\n::echo::maybe\n");
  assert.match(log, /^::group::a\n##\[group\]a\n::echo::off\n##\[group\]b\n##\[error\]/);
  assert.equal(conclusion, "failure");
});

test("messages are cut, and there are ten annotations of a type", async (t) => {
  const errors = Array.from({ length: 12 }, (_, index) => `::error::${index}`).join("\n");
  const { annotations, log } = await runPrinting(t, `${errors}\n::notice::${"x".repeat(5000)}\n::notice::\n`);
  assert.deepEqual(
    annotations.slice(0, -1).map(({ message }) => message),
    [..."0123456789"],
  );
  assert.equal(annotations.at(-1)?.message.length, 4096);
  assert.equal(log.split("\n").length, 13, "the log has them all");
});

test("a file that can't be understood fails the step, and keeps what comes before", async (t) => {
  const { outputs, exitCode, conclusion, annotations } = await runScript(
    t,
    `import { appendFileSync } from "node:fs"; appendFileSync(process.env.GITHUB_OUTPUT, "a=1\\nb<<END\\n2\\n");`,
  );
  assert.deepEqual([outputs, exitCode, conclusion], [{ a: "1" }, 0, "failure"]);
  assert.match(annotations[0]?.message ?? "", /Unable to process file command 'output'/);
  assert.match(annotations[1]?.message ?? "", /Matching delimiter not found 'END'/);
});

test("NODE_OPTIONS is refused, other variables are kept", async (t) => {
  const { env, annotations } = await runScript(
    t,
    `import { appendFileSync } from "node:fs";
    appendFileSync(process.env.GITHUB_ENV, "node_options=--require x\\nNODE_OPTIONS=--require x\\nA=1\\n");`,
  );
  assert.deepEqual(env, { A: "1" });
  assert.deepEqual(
    annotations.map(({ type }) => type),
    ["error", "error"],
  );
});

test("a summary over one mebibyte is not shown, and a file that the action took away is no problem", async (t) => {
  const { summary, annotations, conclusion } = await runScript(
    t,
    `import { rmSync, writeFileSync } from "node:fs";
    writeFileSync(process.env.GITHUB_STEP_SUMMARY, "x".repeat(1024 * 1024 + 1));
    rmSync(process.env.GITHUB_OUTPUT);`,
  );
  assert.deepEqual([summary, conclusion], ["", "success"]);
  assert.match(annotations[0]?.message ?? "", /at most 1024k/);
});
