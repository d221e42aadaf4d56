import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const CHECK = fileURLToPath(new URL("../../tools/check-machine.cjs", import.meta.url));

function checkMachine({
  node = process.versions.node,
  env = {},
}: {
  node?: string;
  env?: Record<string, string>;
} = {}) {
  const script = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${node}" } });
    require(${JSON.stringify(CHECK)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--eval", script], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("prints nothing on a machine that has everything", () => {
  assert.deepEqual(checkMachine(), { status: 0, stdout: "", stderr: "" });
});

test("fails on Node 20 and says how to get Node 24", () => {
  const { status, stderr } = checkMachine({ node: "20.19.0" });
  assert.equal(status, 1);
  assert.match(stderr, /^This command requires Node 24, and found Node 20\.19\.0\.\n/);
  assert.match(stderr, /\nFix: Run `npm ci --ignore-scripts=false --include=dev` .+\.\n$/);
});

test("fails if the temporary folder doesn't exist, and names it and its variable", () => {
  const variable = process.platform === "win32" ? "TEMP" : "TMPDIR";
  const missing = fileURLToPath(new URL("missing", import.meta.url));
  const { status, stderr } = checkMachine({ env: { TEMP: missing, TMP: missing, TMPDIR: missing } });
  assert.equal(status, 1);
  assert.ok(stderr.includes(`can't write to ${missing} (ENOENT).\nFix: Set ${variable} `), stderr);
});
