// Runs before the programs in tools, test and bench, on whatever Node there is: says what this machine lacks, and how to fix it.
const { accessSync, constants } = require("node:fs");
const { tmpdir } = require("node:os");

/** The first Node that runs TypeScript and is supported by these programs. */
const OLDEST_NODE = 24;

function findProblem() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    return [
      `This command requires Node ${OLDEST_NODE}, and found Node ${process.versions.node}.`,
      "`npm ci` installs Node 24 by the install script of the package `node`. This machine doesn't run install scripts, or doesn't",
      "install development packages.",
      "Fix: Run `npm ci --ignore-scripts=false --include=dev` in this folder, or install Node 24 yourself.",
    ].join("\n");
  }
  try {
    accessSync(tmpdir(), constants.W_OK | constants.X_OK);
  } catch ({ code }) {
    return [
      `This command requires a temporary folder, and can't write to ${tmpdir()} (${code}).`,
      `Fix: Set ${process.platform === "win32" ? "TEMP" : "TMPDIR"} to a folder that exists and that you can write to.`,
    ].join("\n");
  }
}

const problem = findProblem();
if (problem) {
  console.error(problem);
  process.exitCode = 1;
}
