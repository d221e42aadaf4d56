import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { runStep } from "../fakes/runner/step.ts";
import { login, startTestEnvironment } from "./login.ts";

const environment = await startTestEnvironment();
after(() => environment.close());

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Copies files and folders, writable also if this repository is read-only. */
async function copyToFolder(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const [from, to] = [join(REPOSITORY, path), join(folder, path)];
    await cp(from, to, { recursive: true, dereference: true });
    const copied = (await stat(to)).isDirectory() ? await readdir(to, { recursive: true }) : [];
    for (const copy of ["", ...copied]) await chmod(join(to, copy), 0o755);
  }
}

/** Writes a script that Node loads before the action. @returns the step's environment that loads it */
async function preload(folder: string, script: string): Promise<{ NODE_OPTIONS: string }> {
  const path = join(folder, "preload.cjs");
  await writeFile(path, script);
  return { NODE_OPTIONS: `--import=${pathToFileURL(path).href}` };
}

describe("an entry point without action.js", () => {
  async function entryPoints(t: TestContext): Promise<string> {
    const folder = await temporaryFolder(t);
    await copyToFolder(folder, ["action.yml", "dist/main.js", "dist/post.js", "dist/package.json"]);
    return folder;
  }
  const oldNode = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } });';

  test("starts a post step that has no saved token", async (t) => {
    const { exitCode, stdout, stderr } = await runStep({ action: await entryPoints(t), entry: "post" });
    assert.deepEqual([exitCode, stdout, stderr], [0, "", ""]);
  });

  test("fails the main step on Node 20 with one line", async (t) => {
    const action = await entryPoints(t);
    const { exitCode, stdout, stderr } = await runStep({ action, env: await preload(action, oldNode) });
    assert.deepEqual([exitCode, stderr], [1, ""]);
    assert.match(stdout, /^::error::This action requires Node 24 or later, .+ with Node 20\.19\.0\. Fix: .+\.\n$/);
  });

  test("warns in the post step on Node 20 that the token wasn't revoked", async (t) => {
    const action = await entryPoints(t);
    const [env, state] = [await preload(action, oldNode), { revoke_access_token: "00D!x" }];
    const { exitCode, stdout, stderr } = await runStep({ action, entry: "post", env, state });
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(
      stdout,
      /^::warning::The access token wasn't revoked: .+ Node 24 or later, .+ with Node 20\.19\.0\.\n$/,
    );
  });
});

describe("a build with a changed package", () => {
  const CLIENT = "node_modules/@actions/http-client/lib/index.js";
  const PACKAGES = ["@actions/core", "@actions/exec", "@actions/http-client", "jose", "tunnel", "undici"];

  /** Three host checks in the HTTP client, called in ways that a bundler can't follow. */
  async function addHostChecks(folder: string): Promise<void> {
    const path = join(folder, CLIENT);
    const source = await readFile(path, "utf8");
    const changed = source
      .replace(/^/, 'import "./check-host.js";\nimport { recordCheck } from "./record-check.js";\n')
      .replace(
        /^export class HttpClient \{$/m,
        `$&
    checkHost() { recordCheck("computed name"); }
    guardHost() { recordCheck("reflection"); }`,
      )
      .replace(
        /^ {4}request\(verb, requestUrl, data, headers\) \{$/m,
        `$&
        this[["check", "Host"].join("")](requestUrl);
        for (const name of Reflect.ownKeys(Object.getPrototypeOf(this))) if (/^guard/.test(name)) this[name](requestUrl);`,
      );
    assert.equal(
      changed.split("\n").length,
      source.split("\n").length + 6,
      "the package has other lines than expected",
    );
    await writeFile(path, changed);
    const [check, record] = [join(path, "../check-host.js"), join(path, "../record-check.js")];
    await writeFile(check, 'import { recordCheck } from "./record-check.js";\nrecordCheck("side effect");\n');
    await writeFile(
      record,
      `import { appendFileSync } from "node:fs";
      export const recordCheck = (name) => appendFileSync(process.env.CHECKS_FILE, name + "\\n");`,
    );
  }

  test("runs host checks called by a computed name, by reflection and by an import for side effects", async (t) => {
    const folder = await temporaryFolder(t);
    const packages = PACKAGES.map((name) => `node_modules/${name}`);
    await copyToFolder(folder, [...packages, "action.yml", "package.json", "scripts", "docs/benchmarks.md"]);
    await mkdir(join(folder, "node_modules/@vercel"));
    await symlink(join(REPOSITORY, "node_modules/@vercel/ncc"), join(folder, "node_modules/@vercel/ncc"), "junction");
    await addHostChecks(folder);
    const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: REPOSITORY });
    await run("node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json", "--outDir", join(folder, "build"));
    await run(join(folder, "scripts/build.mjs"));
    const checks = join(folder, "checks");
    const { conclusion } = await login(environment, { action: folder, env: { CHECKS_FILE: checks } });
    assert.equal(conclusion, "success");
    assert.deepEqual((await readFile(checks, "utf8")).split("\n"), ["side effect", "computed name", "reflection", ""]);
  });
});
