import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { login, loginJob, startTestEnvironment } from "./login.ts";
import { onlyError } from "./outcomes.ts";

const bench = await startTestEnvironment();
after(() => bench.close());

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(REPOSITORY, "dist");

/** The action, but for some files of its bundle. */
async function actionWithout(t: TestContext, ...missing: readonly string[]): Promise<string> {
  const action = await mkdtemp(join(tmpdir(), "action-"));
  t.after(() => rm(action, { recursive: true }));
  await cp(join(REPOSITORY, "action.yml"), join(action, "action.yml"));
  await cp(DIST, join(action, "dist"), { recursive: true });
  for (const name of missing) await rm(join(action, "dist", name));
  return action;
}

describe("what is loaded late is loaded by those alone who need it:", () => {
  test("a login that goes well does without what failures need", async (t) => {
    const action = await actionWithout(t, "failure.js", "post.js");
    const { conclusion, outputs } = await login(bench, { action, with: { write_job_summary: "true" } });
    assert.equal(conclusion, "success");
    assert.match(outputs["access_token"] ?? "", /^00D/);
  });

  test("inputs that can't be used are told without node's HTTP", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "loaded-"));
    t.after(() => rm(folder, { recursive: true }));
    const [script, list] = [join(folder, "list.cjs"), join(folder, "list")] as const;
    await writeFile(
      script,
      `const { appendFileSync } = require("node:fs");
      const { Module } = require("node:module");
      const load = Module._load;
      Module._load = function (name, ...rest) {
        appendFileSync(${JSON.stringify(list)}, name + "\\n");
        return load.call(this, name, ...rest);
      };`,
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` };
    assert.match(onlyError(await login(bench, { env, with: { username: "nobody" } })), /^Salesforce was not asked/);
    assert.doesNotMatch(await readFile(list, "utf8"), /^https?$/m);
    await login(bench, { env });
    assert.match(await readFile(list, "utf8"), /^https$/m, "where Salesforce is asked, it is loaded");
  });

  test("a revocation that works does without what failures need", async (t) => {
    const action = await actionWithout(t, "failure.js");
    const { post } = await loginJob(bench, { action, with: { revoke_token: "true" } });
    assert.deepEqual([post.conclusion, post.annotations], ["success", []]);
    assert.match(post.log, /The access token was revoked\./);
  });
});

describe("the bundle", () => {
  test("is small", async () => {
    const sizes = await Promise.all((await readdir(DIST)).map(async (name) => (await stat(join(DIST, name))).size));
    const size = sizes.reduce((sum, each) => sum + each, 0);
    assert.ok(size < 220_000, `${size} bytes`);
  });

  test("calls everything by the name that it has in the sources", async () => {
    for (const name of (await readdir(DIST)).filter((file) => file.endsWith(".js"))) {
      const text = await readFile(join(DIST, name), "utf8");
      assert.doesNotMatch(text, /\/\* \.?\w+ \*\/ ?\.\w|WEBPACK_IMPORTED|\/\* (?:binding|reexport) \*\//, name);
    }
  });
});

test("a login that nothing could ever end fails with a message", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "dead-end-"));
  t.after(() => rm(folder, { recursive: true }));
  const script = join(folder, "dead-end.cjs");
  // Requests that never get anywhere, and timers that keep nothing alive: node has nothing to wait for.
  await writeFile(
    script,
    `const request = { on() {}, setTimeout() {}, write() {}, end() {} };
    require("node:https").request = () => request;
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (...timer) => setTimeout(...timer).unref();`,
  );
  const { exitCode, outputs, ...result } = await login(bench, {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` },
  });
  assert.deepEqual([exitCode, outputs], [1, {}]);
  assert.match(onlyError({ exitCode, outputs, ...result }), /nothing left to wait for.*Please report this as an issue/);
});
