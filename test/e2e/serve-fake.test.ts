import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseKeyValues } from "../fakes/runner/key-values.ts";
import { runStep } from "../fakes/runner/step.ts";

const SERVE = fileURLToPath(new URL("../../tools/serve-fake.ts", import.meta.url));
const LIMIT = { timeout: 60_000 };
/** Of the script, which only starts what goes on. */
const TIMEOUT = 30_000;

let folder: string;
const started: number[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-"));
});
after(async () => {
  for (const pid of started.filter(isAlive)) process.kill(pid);
  await rm(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Runs the script as a step, and gives what it leaves behind. */
async function serve(seconds: string) {
  const output = join(folder, "output");
  await writeFile(output, "");
  const env = { ...process.env, GITHUB_OUTPUT: output, RUNNER_TEMP: folder };
  const { stdout } = await promisify(execFile)(process.execPath, [SERVE, seconds], { env, timeout: TIMEOUT });
  const outputs = Object.fromEntries(parseKeyValues(await readFile(output, "utf8")).pairs);
  const pid = Number(await readFile(outputs["pid_file"] ?? "", "utf8"));
  started.push(pid);
  return { stdout, outputs, pid };
}

describe("tools/serve-fake.ts", LIMIT, () => {
  test("serves later steps after the script has ended", async () => {
    const { outputs, pid } = await serve("600");
    assert.ok(isAlive(pid));
    const { https_proxy = "", ca_file = "", org_id = "", pid_file: _, ...inputs } = outputs;
    const step = await runStep({
      with: { ...inputs, expected_org_id: org_id },
      env: { https_proxy, NODE_EXTRA_CA_CERTS: ca_file },
      secrets: [inputs["private_key"] ?? ""],
    });
    assert.equal(step.conclusion, "success", step.log);
  });

  test("masks every line of the key before it prints anything else", async () => {
    const { stdout, outputs } = await serve("600");
    const lines = stdout.trim().split("\n");
    const plain = lines.filter((line) => !line.startsWith("::add-mask::"));
    assert.deepEqual(plain, lines.slice(-plain.length));
    assert.equal(plain.length, 1);
    const keyLines = outputs["private_key"]?.trim().split("\n") ?? [];
    assert.ok(keyLines.length > 20);
    for (const line of keyLines) assert.ok(stdout.includes(`::add-mask::${line}\n`) && !plain.join().includes(line));
  });

  test("ends after the seconds that it is given", async () => {
    const { pid } = await serve("1");
    while (isAlive(pid)) await sleep(100);
  });

  test("ends its server if GITHUB_OUTPUT is not set", async () => {
    const env = { ...process.env, GITHUB_OUTPUT: undefined, RUNNER_TEMP: folder };
    const run = promisify(execFile)(process.execPath, [SERVE, "600"], { env, timeout: TIMEOUT });
    await assert.rejects(run, /GITHUB_OUTPUT\b/);
    const pid = Number(await readFile(join(folder, "embedded-salesforce.pid"), "utf8"));
    while (isAlive(pid)) await sleep(100);
  });
});
