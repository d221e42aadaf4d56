// Runs the README's commands on machines that aren't like a developer's, each in its own clone of HEAD:
//   npm run test:machines                      npm ci && npm start
//   npm run test:machines -- --all             npm ci && npm start && npm test
//   npm run test:machines -- "C locale" umask   only the machines whose names contain one of these texts

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Machine {
  readonly name: string;
  /** Variables of all commands. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of the commands after the installation, which needs the network. */
  readonly laterEnv?: Readonly<Record<string, string>>;
  readonly install?: string;
  readonly umask?: string;
  /** The folder of the clone. */
  readonly folder?: string;
  /** Runs as another user if this program runs as root. */
  readonly unprivileged?: boolean;
  readonly readOnly?: boolean;
  /** What the machine has to say, instead of running the command. */
  readonly refuses?: RegExp;
}

const DEAD_PROXY = "http://127.0.0.1:9";
const PROXY_VARIABLES = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
const systemNode = Number.parseInt(execFileSync("node", ["--version"], withoutOurNode()).toString().slice(1), 10);

const MACHINES: readonly Machine[] = [
  { name: "unprivileged user", unprivileged: true },
  { name: "umask 077", umask: "077" },
  { name: "path with spaces and non-ASCII letters", folder: "Ünïcode & größe, 設定" },
  { name: "Turkish locale", env: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" } },
  { name: "C locale", env: { LANG: "C", LC_ALL: "C" } },
  { name: "time zone Pacific/Kiritimati", env: { TZ: "Pacific/Kiritimati" } },
  { name: "dead proxies", laterEnv: Object.fromEntries(PROXY_VARIABLES.map((name) => [name, DEAD_PROXY])) },
  { name: "read-only checkout", unprivileged: true, readOnly: true },
  {
    name: "CI variables",
    laterEnv: {
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_OUTPUT: "/nonexistent/output",
      GITHUB_STATE: "/nonexistent/state",
      GITHUB_ENV: "/nonexistent/env",
      GITHUB_STEP_SUMMARY: "/nonexistent/summary",
      GITHUB_ACTION_REPOSITORY: "octo-org/octo-action",
      GITHUB_ACTION_REF: "v9",
      RUNNER_DEBUG: "1",
      RUNNER_TEMP: "/nonexistent",
      INPUT_USERNAME: "someone@acme.example",
      STATE_revoke_access_token: "00D!x",
      FORCE_COLOR: "1",
    },
  },
  { name: "NODE_ENV=production", env: { NODE_ENV: "production" } },
  { name: "npm install after npm ci", install: "npm ci && npm install" },
  {
    name: "no install scripts",
    env: { npm_config_ignore_scripts: "true" },
    ...(systemNode < 24 && { refuses: /requires Node 24, and found Node [\d.]+\.\n.*\n?.*\nFix: Run `npm ci / }),
  },
  {
    name: "TMPDIR that doesn't exist",
    laterEnv: { TMPDIR: "/nonexistent/tmp" },
    refuses: /can't write to \/nonexistent\/tmp \(ENOENT\)\.\nFix: Set TMPDIR /,
  },
];

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const commands = args.includes("--all") ? ["npm start", "npm test"] : ["npm start"];
const texts = args.filter((text) => text !== "--all");
const registry = execFileSync("npm", ["config", "get", "registry"], withoutOurNode()).toString().trim();
const isRoot = process.getuid?.() === 0;

for (const machine of MACHINES.filter(({ name }) => texts.length === 0 || texts.some((text) => name.includes(text)))) {
  const begin = performance.now();
  const problem = runOn(machine);
  console.log(`${problem ? "FAILED" : "ok    "} ${machine.name} (${Math.round((performance.now() - begin) / 1000)} s)`);
  if (!problem) continue;
  console.log(problem.replace(/^/gm, "    "));
  process.exitCode = 1;
}

type Shell = (command: string, env?: NodeJS.ProcessEnv) => { status: number | null; printed: string };

/** @returns what failed; undefined if nothing did */
function runOn(machine: Machine): string | undefined {
  const home = mkdtempSync(join(tmpdir(), "machine-"));
  const folder = join(home, machine.folder ?? "clone");
  const sh = shellOf(machine, home, folder);
  try {
    mkdirSync(folder);
    execFileSync("git", ["clone", "--quiet", REPOSITORY, folder]);
    if (machine.unprivileged && isRoot) execFileSync("chown", ["-R", `${idOfOther("-u")}:${idOfOther("-g")}`, home]);
    const installed = sh(machine.install ?? "npm ci");
    if (installed.status !== 0) return `npm ci failed:\n${lastLines(installed.printed)}`;
    if (machine.readOnly) sh("chmod -R a-w .");
    return firstProblem(machine, sh);
  } finally {
    if (machine.readOnly) sh("chmod -R u+w .");
    rmSync(home, { recursive: true, force: true });
  }
}

function shellOf(machine: Machine, home: string, folder: string): Shell {
  const asOther = machine.unprivileged === true && isRoot;
  const user = asOther ? { uid: idOfOther("-u"), gid: idOfOther("-g") } : {};
  // That user can't read the home folder of root, and gets another one with its own npm cache.
  const base = { ...withoutOurNode().env, npm_config_registry: registry, ...(asOther && { HOME: home }) };
  return (command, env = {}) => {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", `umask ${machine.umask ?? "022"}; ${command}`], {
      cwd: folder,
      env: { ...base, ...machine.env, ...env },
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      ...user,
    });
    return { status, printed: stdout + stderr };
  };
}

function firstProblem({ laterEnv, refuses }: Machine, sh: Shell): string | undefined {
  for (const command of commands) {
    const { status, printed } = sh(command, laterEnv);
    const fits = refuses ? status !== 0 && refuses.test(printed) : status === 0;
    if (!fits) return `${command} ended with ${status}:\n${lastLines(printed)}`;
  }
  if (refuses) return undefined;
  const [actual, expected] = [sh("node_modules/.bin/node --version").printed.trim(), process.version];
  return actual === expected ? undefined : `node is ${actual}, not ${expected}`;
}

/** The environment without what `npm run` adds: its variables, and the Node of this repository on the PATH. */
function withoutOurNode(): { env: NodeJS.ProcessEnv } {
  const variables = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE$/i.test(name));
  const path = process.env["PATH"]?.split(delimiter).filter((folder) => !/node_modules|node-gyp-bin/.test(folder));
  return { env: { ...Object.fromEntries(variables), PATH: path?.join(delimiter) } };
}

/** @returns the number of the user or group of an account that every Unix has */
function idOfOther(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "nobody"]).toString());
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-60).join("\n");
}
