// Measures an installation of the Salesforce CLI with an empty cache: its time and its size on the disk. With `--keep`, the result
// goes to docs/benchmarks.md. The time depends on the network.
import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMachine, publish, round, table } from "./page.ts";

const { devDependencies } = JSON.parse(readFileSync(new URL("../test/cli/package.json", import.meta.url), "utf8")) as {
  devDependencies: Readonly<Record<string, string>>;
};
const cli = `@salesforce/cli@${devDependencies["@salesforce/cli"]}`;
const folder = mkdtempSync(join(tmpdir(), "cli-"));
try {
  const begin = performance.now();
  const args = ["install", "--prefix", folder, "--cache", join(folder, "cache"), "--no-audit", "--no-fund", cli];
  execFileSync("npm", args, {
    cwd: folder,
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "inherit"],
  });
  const seconds = (performance.now() - begin) / 1000;
  const megabytes = bytesIn(join(folder, "node_modules")) / 1e6;
  const result = table(
    ["installation", "seconds", "MB on disk"],
    [[`npm install ${cli}`, round(seconds), round(megabytes)]],
  );
  publish("install", `${describeMachine()}.\n\n${result}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bytesIn(path: string): number {
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return entries.reduce((sum, entry) => sum + onDisk(join(path, entry)), 0);
}

/** Blocks of 512 bytes (POSIX). Windows doesn't count them. */
function onDisk(path: string): number {
  const { blocks, size } = lstatSync(path);
  return blocks ? blocks * 512 : size;
}
