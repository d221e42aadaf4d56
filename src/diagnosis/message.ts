import { type InputIssue, InputsError } from "../inputs/inputs.ts";
import { ActionError } from "../lib/action-error.ts";
import { sanitize } from "../lib/sanitize.ts";

/** The runner cuts messages at 4,096 characters. */
const LONGEST_MESSAGE = 4000;

/**
 * Writes the message of the one error annotation.
 *
 * @param error whatever ended the step
 * @param docs where the documentation is: see {@link troubleshootingUrl}
 * @returns plain text of several lines, at most 4,000 characters
 */
export function errorMessage(error: unknown, docs: string): string {
  if (error instanceof InputsError) return describeInputs(error, docs);
  return error instanceof ActionError ? describeFailure(error, docs) : cut(describeUnexpected(error), LONGEST_MESSAGE);
}

/**
 * Where this version's documentation is.
 *
 * @param env the step's environment: GitHub names there the action as it was used, but not for `uses: ./`
 * @returns an absolute address, or the path in the repository
 */
export function troubleshootingUrl(env: NodeJS.ProcessEnv): string {
  const repository = env["GITHUB_ACTION_REPOSITORY"];
  const ref = env["GITHUB_ACTION_REF"];
  const server = env["GITHUB_SERVER_URL"] || "https://github.com";
  return repository && ref ? `${server}/${repository}/blob/${ref}/docs/troubleshooting.md` : "docs/troubleshooting.md";
}

function describeFailure({ message, causes, steps, code }: ActionError, docs: string): string {
  const sections = [message, section("Likely causes, most likely first:", causes), section("What to do:", steps)];
  const more = `\n\nMore: ${docs}#${code}`;
  return cut(sections.filter((text) => text !== "").join("\n\n"), LONGEST_MESSAGE - more.length) + more;
}

/** Where there are too many problems for one annotation, it is the steps that give way: the links lead to them. */
function describeInputs(failure: InputsError, docs: string): string {
  const groups = [...Map.groupBy(failure.issues, ({ code, fixes }) => [code, ...fixes].join("\n")).values()];
  const full = [failure.message, ...groups.map((group) => describeProblems(group, docs, true))].join("\n\n");
  if (full.length <= LONGEST_MESSAGE) return full;
  const brief = groups.map((group) => describeProblems(group, docs, false));
  return cut([failure.message, ...brief].join("\n\n"), LONGEST_MESSAGE);
}

/** Inputs that need the same change, with that change said once. */
function describeProblems(group: readonly InputIssue[], docs: string, withSteps: boolean): string {
  const [{ code, fixes }] = group as [InputIssue];
  const problems = group.map(({ input, message }) => `${input} ${message}.`);
  return [...problems, ...(withSteps ? list(fixes) : []), `  More: ${docs}#${code}`].join("\n");
}

function section(heading: string, items: readonly string[]): string {
  return items.length === 0 ? "" : [heading, ...list(items)].join("\n");
}

function list(items: readonly string[]): string[] {
  return items.map((item) => `  - ${item}`);
}

/** A cut goes between characters, not through the two halves of one. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A defect's message is nobody's chosen words, so it is shown like text from elsewhere, with all its causes. */
function describeUnexpected(error: unknown): string {
  const chain: string[] = [];
  for (let link: unknown = error; link !== undefined && chain.length < 5; link = (link as Error).cause) {
    chain.push(sanitize(link instanceof Error ? `${link.name}: ${link.message}` : String(link)));
    if (!(link instanceof Error)) break;
  }
  return `The action failed in a way that it should not: ${chain.join(" ← ")}. Please report this as an issue.`;
}
