const CUT_BEFORE_CLEANING = 4096;

/** What a credential consists of: base64, base64url, percent-encoding, and the separators of tokens and JWTs. */
const WORD = /([\w\-+/=.!%~]+)/;
const REDACTED = "[…]";
/** What may separate two pieces of a credential, such as `", "`. */
const MAX_SEPARATOR = 4;

/** Characters in a row that don't occur in both texts by chance. */
const ECHO_LENGTH = 10;

/** What is taken out of text that a server sent, in this order, and what replaces it. */
const CLEANING: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Terminal escape sequences (ECMA-48 §5.4) could recolor or overwrite what the log shows.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  [/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*|.)/g, ""],
  // Control, format and separator characters end a line for the runner, or hide text from a reader.
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
];

/**
 * Anything that looks like a credential: a server may send back the assertion that it was sent, and a part of it is
 * not covered by the mask of the whole.
 */
const CREDENTIAL =
  /(?=[\w\-+/=.!%~]*\d)(?=[\w\-+/=.!%~]*[a-z])(?=[\w\-+/=.!%~]*[A-Z])[\w\-+/=.!%~]{16,}|[0-9a-fA-F]{32,}|(?:%(?:25)*[0-9a-fA-F]{2}){8,}/g;

/** What remains could act on the runner: `##[command]` anywhere in a line, `::command::` at its start (actions/runner, ActionCommand). */
const DISARMING: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/##\[/g, "# # ["],
  [/::/g, ": :"],
];

/**
 * Makes text from elsewhere fit to be shown: one line without control characters, workflow commands or anything
 * that looks like a credential, cut to `limit` characters. A credential is found in one piece, wrapped or cut into
 * pieces of one length, spaced out, in UTF-16, in hex or percent-encoded. A server that hides one in its text by other
 * means isn't stopped: it knows the assertion already.
 *
 * @param limit the most characters to show
 */
export function sanitize(text: string, limit = 300): string {
  const cleaned = hidePieces(replaceAll(beginning(text), CLEANING)).replace(CREDENTIAL, REDACTED);
  const clean = replaceAll(cleaned, DISARMING).trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/**
 * Drops a text that repeats a part of what was sent, in whatever pieces: {@link sanitize} finds only pieces that look like
 * a credential by themselves.
 */
export function withoutEcho(shown: string, secret: string): string {
  // Host names come back in lower case.
  const characters = shown.replace(/[^\w-]/g, "").toLowerCase();
  const sent = secret.toLowerCase();
  for (let at = 0; at + ECHO_LENGTH <= characters.length; at++) {
    if (sent.includes(characters.slice(at, at + ECHO_LENGTH))) return "(withheld: it repeats what was sent)";
  }
  return shown;
}

function replaceAll(text: string, replacements: typeof CLEANING): string {
  return replacements.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/** A word that the cut goes through is left out: what is left of a credential may be too short to look like one. */
function beginning(text: string): string {
  if (text.length <= CUT_BEFORE_CLEANING) return text;
  return text.slice(0, CUT_BEFORE_CLEANING).replace(/[\w\-+/=.!%~]+$/, "…");
}

/**
 * Hides a credential that was cut into pieces: words of one length in a row, with a shorter one at the end. Text in
 * UTF-16 that is read as UTF-8 is pieces of one letter, since it has a NUL beside each. Words of a language don't come
 * like that: four in a row of five letters or more, or eight shorter ones, are taken for pieces.
 */
function hidePieces(text: string): string {
  // Words are at odd positions, and what separates them is at even ones.
  const parts = text.split(WORD);
  let shown = "";
  for (let at = 0; at < parts.length; ) {
    const length = at % 2 === 1 ? lengthOfPieces(parts, at) : 0;
    shown += length > 0 ? REDACTED : parts[at];
    at += length || 1;
  }
  return shown;
}

/** Returns how many parts from a word on are pieces of a credential and their separators; 0 if it isn't one. */
function lengthOfPieces(parts: readonly string[], first: number): number {
  const size = parts[first]?.length ?? 0;
  const isNear = (word: number) => word < parts.length && (parts[word - 1]?.length ?? 0) <= MAX_SEPARATOR;
  let next = first + 2;
  while (isNear(next) && parts[next]?.length === size) next += 2;
  if ((next - first) / 2 < (size < 5 ? 8 : 4)) return 0;
  const hasRest = isNear(next) && (parts[next]?.length ?? 0) < size;
  return next - first + (hasRest ? 1 : -1);
}
