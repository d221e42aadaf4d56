const CUT_BEFORE_CLEANING = 4096;

/** What is taken out of text that a server sent, in this order, and what stands there instead. */
const CLEANING: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Terminal escape sequences (ECMA-48 §5.4) could recolour or overwrite what the log shows.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  [/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*|.)/g, ""],
  // Control, format and separator characters end a line for the runner or hide text from a reader.
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
  // Anything that looks like a credential: a server may send back the assertion that it was sent, and a part of
  // it is not covered by the mask of the whole.
  [/(?=[\w\-+/=.!%~]*\d)(?=[\w\-+/=.!%~]*[a-z])(?=[\w\-+/=.!%~]*[A-Z])[\w\-+/=.!%~]{16,}/g, "[…]"],
  [/[0-9a-fA-F]{32,}/g, "[…]"],
  // The runner acts on `##[command]` anywhere in a line and on `::command::` at its start (actions/runner, ActionCommand).
  [/##\[/g, "# # ["],
  [/::/g, ": :"],
];

/**
 * Makes text from elsewhere fit to be shown: one line without control characters, workflow commands or anything
 * that looks like a credential, cut to `limit` characters.
 *
 * @param text what a server, a proxy or an operating system said
 * @param limit the most characters to show
 */
export function sanitize(text: string, limit = 300): string {
  const clean = CLEANING.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    beginning(text),
  ).trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/** A word that the cut goes through is left out: what is left of a credential may be too short to look like one. */
function beginning(text: string): string {
  if (text.length <= CUT_BEFORE_CLEANING) return text;
  return text.slice(0, CUT_BEFORE_CLEANING).replace(/[\w\-+/=.!%~]+$/, "…");
}
