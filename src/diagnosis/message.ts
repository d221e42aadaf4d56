import { type InputIssue, InputsError } from "../inputs/errors.ts";
import { ActionError, type Cause } from "../lib/action-error.ts";
import { sanitize } from "../lib/sanitize.ts";

/** The runner cuts messages at 4,096 characters. */
const MAX_MESSAGE = 4000;
const MAX_HEADLINE = 120;
const NOT_SENT = "No request was sent to Salesforce.";

/**
 * Writes the message of the one error annotation: what is wrong in the first line, then what was said, who and where, and
 * the likely causes with a fix each.
 *
 * @param docs where the documentation is: see {@link troubleshootingUrl}
 * @returns plain text of several lines, at most 4,000 characters
 */
export function errorMessage(error: unknown, docs: string): string {
  if (error instanceof InputsError) return describeInputs(error.issues, docs);
  return error instanceof ActionError ? describeError(error, docs) : cut(describeUnexpected(error), MAX_MESSAGE);
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

function describeError({ message, context, causes, code }: ActionError, docs: string): string {
  const help = `\n\nHelp: ${docs}#${code}`;
  const text = [[message, ...context].join("\n"), ...listCauses(causes)].join("\n\n");
  return cut(text, MAX_MESSAGE - help.length) + help;
}

/** A single cause is certain, so it has no number. */
function listCauses(causes: readonly Cause[]): string[] {
  if (causes.length === 0) return [];
  if (causes.length === 1) return causes.map(({ cause, fix }) => [cause, `Fix: ${fix}`].filter(Boolean).join("\n"));
  const items = causes.map(({ cause, fix }, index) => {
    return cause === undefined ? `${index + 1}. ${fix}` : `${index + 1}. ${cause}\n   Fix: ${fix}`;
  });
  return [items.join("\n")];
}

function describeInputs(issues: readonly InputIssue[], docs: string): string {
  const [first] = issues;
  if (issues.length === 1 && first) {
    const { input, message, fixes, code } = first;
    const causes = fixes.map((fix) => ({ fix }));
    return describeError(
      new ActionError({ code, headline: `${input} ${message}.`, context: [NOT_SENT], causes }),
      docs,
    );
  }
  const groups = [...Map.groupBy(issues, ({ code, fixes }) => `${code}\n${fixes[0]}`).values()];
  const head = `${headlineOf(issues)}\n${NOT_SENT}`;
  const full = [head, ...groups.map((group) => describeIssues(group, docs, true))].join("\n\n");
  // Where there are too many issues for one annotation, the fixes are left out: the links lead to them.
  if (full.length <= MAX_MESSAGE) return full;
  return cut([head, ...groups.map((group) => describeIssues(group, docs, false))].join("\n\n"), MAX_MESSAGE);
}

/** Names that don't fit in are counted. If all inputs are blank, the secrets are missing, not wrong, so it says that. */
function headlineOf(issues: readonly InputIssue[]): string {
  const names = issues.map(({ input }) => input);
  const kind = issues.every(({ code }) => code === "input-blank") ? "blank" : "invalid";
  for (let shown = names.length; ; shown--) {
    const rest = shown === names.length ? "" : ` and ${names.length - shown} more`;
    const headline = `${names.length} ${kind} inputs: ${names.slice(0, shown).join(", ")}${rest}.`;
    if (headline.length <= MAX_HEADLINE) return headline;
  }
}

/** Inputs that need the same fix, with that fix said once. */
function describeIssues(group: readonly InputIssue[], docs: string, withFix: boolean): string {
  const lines = group.map(({ input, message }) => `${input} ${message}.`);
  const [{ code, fixes }] = group as readonly [InputIssue];
  return [...lines, ...(withFix ? [`   Fix: ${fixes[0]}`] : []), `   Help: ${docs}#${code}`].join("\n");
}

/** A cut goes between characters, not through the two halves of one. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The message of a bug wasn't written by us, so it is sanitized like remote text, with all its causes. */
function describeUnexpected(error: unknown): string {
  const chain: string[] = [];
  for (let link: unknown = error; link !== undefined && chain.length < 5; link = (link as Error).cause) {
    chain.push(sanitize(link instanceof Error ? `${link.name}: ${link.message}` : String(link)));
    if (!(link instanceof Error)) break;
  }
  return `Internal error of the action. Please report it as an issue with the next line.\n${chain.join(" <- ")}`;
}
