import { execFile, spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What `test/kms/install-tools` installs. */
const INSTALLED = fileURLToPath(new URL(".venv/bin", import.meta.url));
/** Where Debian, Ubuntu, and Homebrew install SoftHSM's library. */
const SOFTHSM_MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];
const TIMEOUT_MS = 60_000;

/** PATH with the tools of this folder first. */
export const PATH = [INSTALLED, process.env["PATH"] ?? ""].join(delimiter);
/** SoftHSM's library, if it is installed. */
export const SOFTHSM_MODULE = SOFTHSM_MODULES.find((path) => existsSync(path));

/**
 * Says why tests are to be skipped.
 *
 * @param programs that the tests run
 * @param options.required whether they must run with REQUIRE_ALL_CHECKS=true, which makes a skip an error
 * @returns false if all programs can be run
 */
export function missing(programs: readonly string[], { required }: { required: boolean }): string | false {
  const absent = programs.filter((program) => !canRun(program));
  if (absent.length === 0) return false;
  const reason = `not installed: ${absent.join(", ")}`;
  if (required && process.env["REQUIRE_ALL_CHECKS"] === "true") throw new Error(reason);
  return reason;
}

function canRun(program: string): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a script by bash in a folder, and returns what it printed, without whitespace at both ends. */
export async function runScript(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const options = { cwd, env: { PATH, HOME: cwd, ...env }, timeout: TIMEOUT_MS };
  const { stdout } = await promisify(execFile)("bash", ["-c", `set -euo pipefail\n${script}`], options);
  return stdout.trim();
}

/** Makes a folder for temporary files. */
export async function createFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "kms-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A program of its own that listens on loopback. */
export interface LocalService {
  /** Without a slash at the end. */
  readonly url: string;
  readonly close: () => void;
}

/** Starts moto's server, a local AWS, on a free port. */
export function startMoto(): Promise<LocalService> {
  const server = spawn("moto_server", ["--host", "127.0.0.1", "--port", "0"], {
    env: { PATH },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const close = () => void server.kill();
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => fail("said no address in time"), TIMEOUT_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      close();
      reject(new Error(`moto_server ${reason}: ${said}`));
    };
    server.once("error", ({ message }) => fail(message));
    server.once("exit", () => fail("ended"));
    server.stderr.on("data", (text) => {
      said += text;
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      server.removeAllListeners("exit");
      resolve({ url, close });
    });
  });
}
