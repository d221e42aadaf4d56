const REPLACEMENT = "***";

/** Hides secrets in text, for a whole job. */
export interface Masker {
  /** A secret of the repository, which the runner knows before the first step: hidden as a whole and line by line. */
  addSecret(value: string): void;
  /** The data of an `add-mask` command: hidden as a whole and line by line. */
  addMask(value: string): void;
  /** The text with `***` for everything hidden. */
  mask(text: string): string;
}

/** What a secret turns into on its way through a shell, a template or an API (actions/runner, ValueEncoders). */
const ENCODERS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => base64(value, 0),
  (value) => base64(value, 1),
  (value) => base64(value, 2),
  (value) => value.replaceAll('"', '\\"'),
  (value) => value.replaceAll("'", "''"),
  jsonEscape,
  uriEscape,
  xmlEscape,
  withoutQuotes,
  upToAmpersand,
  fromAmpersand,
];

const XML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** A masker that hides nothing yet. */
export function createMasker(): Masker {
  const needles = new Set<string>();
  const add = (value: string) => {
    for (const encode of ENCODERS) needles.add(encode(value));
    needles.delete("");
  };
  const addWithLines = (value: string) => {
    add(value);
    for (const line of value.split(/[\r\n]/)) add(line.trim());
  };
  return {
    addSecret: (value) => addWithLines(value.trim()),
    addMask: addWithLines,
    mask: (text) => replace(text, positions(text, needles)),
  };
}

type Range = readonly [start: number, end: number];

/** Where the needles are, overlapping finds included, in the order of their beginnings. */
function positions(text: string, needles: ReadonlySet<string>): Range[] {
  const found: Range[] = [];
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
      found.push([at, at + needle.length]);
  }
  return found.sort(([one], [other]) => one - other);
}

/** Ranges that overlap or touch become one, as in the runner: two secrets side by side are one `***`. */
function replace(text: string, ranges: readonly Range[]): string {
  let masked = "";
  let end = 0;
  for (const [index, range] of ranges.entries()) {
    const touches = index > 0 && range[0] <= end;
    if (!touches) masked += text.slice(end, range[0]) + REPLACEMENT;
    end = Math.max(end, range[1]);
  }
  return masked + text.slice(end);
}

/** Leaves the first bytes out, so that the value is also found behind others in one Base64 text. Padding stays on. */
function base64(value: string, offset: number): string {
  const bytes = Buffer.from(value);
  return bytes.subarray(bytes.length > offset ? offset : 0).toString("base64");
}

/** As .NET's JSON writer does it, which unlike JavaScript's escapes these line separators. */
function jsonEscape(value: string): string {
  return JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\u0085\u2028\u2029]/g, (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Everything but RFC 3986's unreserved characters, so also those that JavaScript lets stand. */
function uriEscape(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function xmlEscape(value: string): string {
  return value.replace(/[&<>"']/g, (mark) => XML[mark] ?? mark);
}

function withoutQuotes(value: string): string {
  return value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : "";
}

/** PowerShell colours a command that fails, and so cuts it at an ampersand. Short pieces are not hidden. */
function upToAmpersand(value: string): string {
  const colour = value.indexOf("&+");
  const end = colour >= 0 ? colour + 2 : value.lastIndexOf("&") + 1;
  return end >= 6 ? value.slice(0, end) : "";
}

function fromAmpersand(value: string): string {
  const colour = value.indexOf("&+");
  if (colour < 0 && !value.includes("&")) return "";
  // The letter after `&+` is coloured by itself.
  const piece = value.slice(colour >= 0 ? colour + 3 : value.lastIndexOf("&") + 1);
  return piece.length >= 6 ? piece : "";
}
