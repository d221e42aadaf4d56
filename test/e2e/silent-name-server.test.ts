import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const NAME_SERVER = "127.1.2.3";
/** Only root may use the port of name servers, and give one process another resolv.conf. */
const canRun =
  process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

test("the post step ends within 10 s if the name server doesn't answer", { skip: !canRun }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "silent-name-server-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${NAME_SERVER}\n`);
  const nameServer = createSocket("udp4");
  t.after(() => nameServer.close());
  await new Promise<void>((resolve) => nameServer.bind(53, NAME_SERVER, resolve));

  const script = 'mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$1" "$2"';
  const post = fileURLToPath(new URL("../../dist/post.js", import.meta.url));
  const state = {
    STATE_revoke_access_token: `00D5e000000AbCd!${"x".repeat(40)}`,
    STATE_revoke_instance_url: "https://acme.my.salesforce.com",
  };
  const step = spawn("unshare", ["--mount", "sh", "-c", script, folder, process.execPath, post], {
    env: { PATH: process.env["PATH"], ...state },
    stdio: ["ignore", "pipe", "inherit"],
    // The runner's view: what is later than this comes too late.
    timeout: 10_000,
  });
  const log = text(step.stdout);
  const [exitCode, signal] = await once(step, "exit");
  assert.deepEqual([exitCode, signal], [0, null], "it was still running after 10 s");
  assert.match(await log, /^::warning .*couldn't be revoked: .*Session Management/m);
});
