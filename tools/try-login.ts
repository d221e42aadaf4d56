import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runStep } from "../test/fakes/runner/step.ts";
import { embeddedTarget, keylessTarget, missingVariables, realTarget, type Target } from "./target.ts";

const LATER_STEP = fileURLToPath(new URL("later-step.ts", import.meta.url));

/** Runs the step, prints its log and outputs, and uses the token as a later step would. */
async function show(target: Target): Promise<boolean> {
  console.log(`Salesforce: ${target.name}\n\nThe log, as GitHub shows it:\n`);
  const step = await runStep({ with: target.with, env: target.env, secrets: target.secrets });
  console.log(step.log.replace(/^/gm, "  "));
  if (step.exitCode !== 0) return false;

  console.log("The outputs:\n");
  console.table({ ...step.outputs, access_token: "*** (masked)" });

  const { access_token = "", instance_url = "" } = step.outputs;
  const env = { ...target.env, PATH: process.env["PATH"], ACCESS_TOKEN: access_token, INSTANCE_URL: instance_url };
  const { stdout } = await promisify(execFile)(process.execPath, [LATER_STEP], { env });
  console.log(`A later step asks "SELECT Id, Name, IsSandbox FROM Organization":\n\n  ${stdout.trim()}\n`);
  return true;
}

const isKeyless = process.argv.includes("--keyless");
const missing = isKeyless ? [] : missingVariables(process.env);
if (missing.length > 0) {
  console.error(`To log in to your own org, also set ${missing.join(" and ")}.`);
  process.exitCode = 1;
} else {
  const target = isKeyless ? await keylessTarget() : (realTarget(process.env) ?? (await embeddedTarget()));
  try {
    process.exitCode = (await show(target)) ? 0 : 1;
  } finally {
    await target.close();
  }
}
