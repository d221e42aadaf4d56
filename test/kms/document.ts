import { parse } from "yaml";
import { readDocument } from "../docs/markdown.ts";
import type { WorkflowStep } from "../fakes/runner/workflow.ts";

const document = readDocument("docs/kms.md");

/** The text of a section, from its heading to the next heading of any level. */
function section(heading: string): string {
  const text = document.split(new RegExp(`^#+ ${heading}\n`, "m"))[1];
  if (text === undefined) throw new Error(`docs/kms.md has no section ${heading}`);
  return text.split(/^#+ /m)[0] ?? "";
}

function blocks(heading: string, language: string): string[] {
  const found = [...section(heading).matchAll(new RegExp(`^( *)\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\``, "gm"))];
  return found.map(([, margin = "", code = ""]) => code.replaceAll(new RegExp(`^${margin}`, "gm"), ""));
}

/** Returns the steps that sign, as the section of a service prints them, and after them the login. */
export function stepsFor(service: string): WorkflowStep[] {
  const yaml = [...blocks(service, "yaml"), ...blocks("Add the steps", "yaml")];
  return yaml.flatMap((block) => parse(block) as WorkflowStep[]);
}

/** Returns the command in the row of a service, in the first table of a section. */
export function commandFor(service: string, heading: string): string {
  const [command] = commandsFor(service, heading);
  if (command === undefined) throw new Error(`${heading} has no command for ${service}`);
  return command;
}

function commandsFor(service: string, heading: string): string[] {
  const rows = [...section(heading).matchAll(/^ *\| (.+?) \| `(.+)` \|$/gm)].filter(([, name]) => name === service);
  return rows.map(([, , command = ""]) => command.replaceAll("\\|", "|"));
}

/**
 * Returns the script that makes `salesforce.crt` with a key that signs only: the tables' commands for one service, and the
 * commands that are the same for all.
 */
export function certificateScript(service: string): string {
  const [readPublicKey, sign] = commandsFor(service, "The KMS signs it");
  const [draft, join] = blocks("The KMS signs it", "sh");
  if (!readPublicKey || !sign || !draft || !join) throw new Error("the four steps are not where they were");
  return ["set -euo pipefail", readPublicKey, draft, sign, join].join("\n");
}
