import { isSalesforceId, to18Characters } from "../lib/salesforce-id.ts";
import { inputError } from "./errors.ts";

/** Compiled when needed: V8 is slow at Unicode's classes, and most inputs are plain ASCII. */
const INVISIBLE = "[\\s\\p{C}]";
const QUOTES = "\"'`“”„‘’«»";

type Placeholder = readonly [looks: RegExp, detail: string, fix?: string];

/** What was never replaced by a value, whatever the input is for. Each is all that the input contains. */
const CERTAIN_PLACEHOLDERS: readonly Placeholder[] = [
  [/^\*[*\s]*$/, "a masked secret copied from a log (***)", "Copy the value from where it was made, not from a log."],
  [/^\$?\{\{[^{}]*\}\}$/, "an expression that GitHub didn't replace"],
];
const PLACEHOLDERS: readonly Placeholder[] = [
  ...CERTAIN_PLACEHOLDERS,
  [/^(?:secrets|vars|env|inputs|steps|needs|github)\.[\w.-]+$/, "the name of a secret or variable"],
  [/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/, "the name of a secret or variable"],
  [/^(?:\$(?:env:)?\w+|\$\{[^{}]*\}|%\w+%)$/i, "the name of a shell variable"],
  [/^\$\([^()]*\)$/, "a shell command"],
  [/^<[^<>.:/@]{1,40}>$/, "a description in angle brackets"],
  [/^(?:null|undefined|none|changeme|todo)$/i, "a word such as null"],
];

/**
 * Returns what placeholder a text is, as details for its error.
 */
export function placeholderIn(
  text: string,
  placeholders = PLACEHOLDERS,
): { detail: string; fixes: readonly (string | undefined)[] } | undefined {
  const value = withoutQuotes(text);
  const found = placeholders.find(([looks]) => looks.test(value));
  return found && { detail: found[1], fixes: [found[2]] };
}

/** Returns a text without whitespace and quotes around it. */
export function withoutQuotes(text: string): string {
  const value = text.trim();
  let [start, end] = [0, value.length];
  while (start < end && QUOTES.includes(value.charAt(start))) start++;
  while (end > start && QUOTES.includes(value.charAt(end - 1))) end--;
  return value.slice(start, end).trim();
}

/**
 * Refuses what GitHub or a shell should have replaced.
 *
 * @param isAnyWord whether the value may be any word: then only expressions and `***` are refused
 * @throws InputError `input-placeholder`
 */
export function refusePlaceholder(text: string, isAnyWord: boolean): void {
  const placeholder = placeholderIn(text, isAnyWord ? CERTAIN_PLACEHOLDERS : PLACEHOLDERS);
  if (placeholder !== undefined) throw inputError("input-placeholder", placeholder);
  if (isAnyWord || !/\$\{|\{\{/.test(text)) return;
  throw inputError("input-placeholder", { detail: "an expression that GitHub didn't replace" });
}

/**
 * Refuses what is around a value in a mail, a shell or a YAML file.
 *
 * @throws InputError `input-quoted`
 */
export function refuseQuotes(text: string): void {
  const value = text.trim();
  if (withoutQuotes(value) !== value) throw inputError("input-quoted", { detail: "has quotes around its value" });
  if (/^<|>$/.test(value)) throw inputError("input-quoted", { detail: "has angle brackets around its value" });
  if (/^mailto:/i.test(value)) throw inputError("input-quoted", { detail: "begins with mailto:" });
}

/** The events whose runs for a pull request of a fork get no secrets (GitHub docs, "Events that trigger workflows"). */
const PULL_REQUEST_EVENT = /^pull_request(?:_review|_review_comment)?$/;
/** An event is described in some 30 KB; a larger description isn't worth its time. */
const LARGEST_EVENT = 1024 * 1024;
const DEPENDABOT_STORE =
  "Add the secret to Dependabot's own store too: Settings > Secrets and variables > Dependabot. Its runs get no other secrets.";
const NO_FORKS =
  "Let only branches of this repository run this job, since pull requests from forks get no secrets: if: github.event.pull_request.head.repo.full_name == github.repository";
const WHY_BLANK: readonly string[] = [
  "Check that the secret or variable that the step passes exists under that name: Settings > Secrets and variables > Actions. If it is in an environment, add environment: NAME to the job.",
  "If this is a reusable workflow, add secrets: inherit to the job that calls it.",
];

/** What says why secrets are blank. */
interface RunFacts {
  readonly env: NodeJS.ProcessEnv;
  readonly readFile: (path: string, maxBytes: number) => Buffer;
}

/**
 * Refuses a blank input with the reason that fits this run, if the run shows it; otherwise with all that may fit.
 *
 * @param message a predicate
 * @throws InputError `input-blank`
 */
export function refuseBlank(message: string, facts: RunFacts): never {
  if (facts.env["GITHUB_ACTOR"] === "dependabot[bot]") {
    const detail = `${message}: Dependabot's runs get only Dependabot's own secrets`;
    throw inputError("input-blank", { detail, fixes: [DEPENDABOT_STORE] });
  }
  const isFork = isForFork(facts);
  if (isFork === true) {
    const detail = `${message}: pull requests from forks get no secrets`;
    throw inputError("input-blank", { detail, fixes: [NO_FORKS] });
  }
  throw inputError("input-blank", { detail: message, fixes: isFork === false ? WHY_BLANK : [...WHY_BLANK, NO_FORKS] });
}

/** Whether this run is for a pull request from another repository; undefined if that can't be told. */
function isForFork({ env, readFile }: RunFacts): boolean | undefined {
  const name = env["GITHUB_EVENT_NAME"];
  if (name && !PULL_REQUEST_EVENT.test(name)) return false;
  try {
    const event: unknown = JSON.parse(readFile(env["GITHUB_EVENT_PATH"] ?? "", LARGEST_EVENT).toString());
    const { pull_request, repository } = event as PullRequestEvent;
    // The repository of a fork may have been deleted since.
    return pull_request.head.repo?.id !== repository.id;
  } catch {
    return undefined;
  }
}

interface PullRequestEvent {
  readonly pull_request: { readonly head: { readonly repo: { readonly id: number } | null } };
  readonly repository: { readonly id: number };
}

/**
 * @param text the consumer key: an opaque identifier without whitespace
 * @throws InputError
 */
export function parseConsumerKey(text: string): string {
  const key = text.trim();
  refuseInvisible(key, "consumer-key-malformed");
  // Salesforce shows the secret beside the key: 64 hexadecimal digits, in older apps up to 20 decimal ones.
  if (/^(?:[\dA-F]{64}|\d{15,20})$/.test(key)) {
    throw inputError("consumer-key-malformed", { detail: "is a consumer secret, not a consumer key" });
  }
  return key;
}

/**
 * @param text a Salesforce username, in the form of an email address
 * @throws InputError
 */
export function parseUsername(text: string): string {
  const username = text.trim();
  refuseInvisible(username, "username-malformed");
  if (/^[^@]+@[^@]+$/.test(username)) return username;
  throw inputError("username-malformed", { detail: "isn't a Salesforce username, which contains one @" });
}

/**
 * @param text the API name of a token exchange handler
 * @throws InputError
 */
export function parseTokenHandler(text: string): string {
  const name = text.trim();
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw inputError("token-handler-malformed");
}

/** Neither has whitespace or control characters, which would let a value end a line of the log. */
function refuseInvisible(text: string, code: "consumer-key-malformed" | "username-malformed"): void {
  if (/^[!-~]*$/.test(text) || !new RegExp(INVISIBLE, "u").test(text)) return;
  throw inputError(code, { detail: "contains whitespace or an invisible character" });
}

/**
 * @param text `true` or `false` in the spellings of YAML 1.2
 * @throws InputError
 */
export function parseBoolean(text: string): boolean {
  const value = text.trim();
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  throw inputError("input-not-a-boolean");
}

/**
 * @param text decimal digits
 * @param range the least and the greatest number that is allowed
 * @throws InputError
 */
export function parseWholeNumber(text: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const value = text.trim();
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw inputError("input-not-a-number", { detail: `${from} to ${to}` });
}

/**
 * @param text an org ID of 15 or 18 characters
 * @returns 18 characters
 * @throws InputError
 */
export function parseOrgId(text: string): string {
  const id = text.trim();
  if (!isSalesforceId(id)) throw inputError("org-id-malformed");
  // Key prefixes: Salesforce help, "Standard Field Record ID Prefix Decoder".
  if (!id.startsWith("00D")) throw inputError("org-id-prefix");
  const longId = to18Characters(id);
  if (longId === undefined) throw inputError("org-id-checksum");
  return longId;
}
