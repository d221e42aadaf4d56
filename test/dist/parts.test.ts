import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { login, loginJob, startBench } from "./login.ts";
import { onlyError } from "./outcomes.ts";

const bench = await startBench();
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
  test("a login that goes well does without what failures and summaries need", async (t) => {
    const action = await actionWithout(t, "failure.js", "job-summary.js", "post.js");
    const { conclusion, outputs } = await login(bench, { action });
    assert.equal(conclusion, "success");
    assert.match(outputs["access_token"] ?? "", /^00D/);
  });

  test("inputs that can't be used are told without the HTTP client", async (t) => {
    const action = await actionWithout(t, "form-post.js", "job-summary.js");
    assert.match(onlyError(await login(bench, { action, with: { username: "nobody" } })), /^Salesforce was not asked/);
  });

  test("a client that is missing is a defect of the action, and no fault of the network", async (t) => {
    const action = await actionWithout(t, "form-post.js");
    const result = await login(bench, { action });
    assert.match(onlyError(result), /^The action failed in a way that it should not: .*Cannot find module/);
    assert.doesNotMatch(result.log, /Attempt/);
  });

  test("a revocation that works does without what failures need", async (t) => {
    const action = await actionWithout(t, "failure.js", "job-summary.js");
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
