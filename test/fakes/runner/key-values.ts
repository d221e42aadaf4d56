/** What a file of keys and values holds, up to the first line that the runner can't understand. */
export interface KeyValues {
  readonly pairs: readonly Pair[];
  readonly problem: string | undefined;
}

type Pair = readonly [key: string, value: string];

/** A line's text, and where in the file it is. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a line contains: a pair and where to go on, or why it contains no pair. */
type Entry = { readonly pair: Pair; readonly next: number } | { readonly problem: string };

/**
 * Reads lines `key=value` and blocks `key<<delimiter`, value, `delimiter` (actions/runner, EnvFileKeyValuePairs).
 *
 * @param text all of the file
 * @param windows whether CRLF ends a line too, as it does for the runner on Windows alone
 */
export function parseKeyValues(text: string, windows: boolean = process.platform === "win32"): KeyValues {
  const lines = linesOf(text, windows ? /\r?\n/g : /\n/g);
  const pairs: Pair[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]?.text === "") {
      at += 1;
      continue;
    }
    const entry = entryAt(text, lines, at);
    if ("problem" in entry) return { pairs, problem: entry.problem };
    pairs.push(entry.pair);
    at = entry.next;
  }
  return { pairs, problem: undefined };
}

/** The runner splits a line at the first `=` or `<<`, whichever comes first. */
function entryAt(text: string, lines: readonly Line[], at: number): Entry {
  const line = lines[at]?.text ?? "";
  const [, key, sign, rest = ""] = /^(.*?)(=|<<)(.*)$/s.exec(line) ?? [];
  if (sign === undefined) return { problem: `Invalid format '${line}'` };
  if (!key) return { problem: `Invalid format '${line}'. Name must not be empty` };
  if (sign === "=") return { pair: [key, rest], next: at + 1 };
  if (rest === "") return { problem: `Invalid format '${line}'. Delimiter must not be empty` };
  const end = lines.findIndex((candidate, index) => index > at && candidate.text === rest);
  if (end < 0) return { problem: `Invalid value. Matching delimiter not found '${rest}'` };
  return { pair: [key, textOf(text, lines.slice(at + 1, end))], next: end + 1 };
}

/** Line ends within a value stay as they are. */
function textOf(text: string, lines: readonly Line[]): string {
  return text.slice(lines.at(0)?.start ?? 0, lines.at(-1)?.end ?? 0);
}

function linesOf(text: string, lineEnd: RegExp): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(lineEnd)) {
    lines.push({ text: text.slice(start, index), start, end: index });
    start = index + mark.length;
  }
  return [...lines, { text: text.slice(start), start, end: text.length }];
}
