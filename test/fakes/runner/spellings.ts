/** A way to write a secret, by which it could get past the runner's masks. */
export interface Spelling {
  readonly name: string;
  readonly texts: readonly string[];
}

/** The lines around a PEM block (RFC 7468 §2). */
export const ARMOR = /-----(?:BEGIN|END) [A-Z0-9 ]+-----/;

/** A text in Base64 looks different behind one or two other bytes; with three it is the first again. */
const OFFSETS = [0, 1, 2];

const OF_TEXT: Readonly<Record<string, (text: string) => readonly string[]>> = {
  plain: (text) => [text],
  "JSON-escaped": (text) => [JSON.stringify(text).slice(1, -1)],
  "percent-encoded": (text) => [encodeURIComponent(text), new URLSearchParams({ "": text }).toString().slice(1)],
};

const OF_BYTES: Readonly<Record<string, (bytes: Buffer) => readonly string[]>> = {
  Base64: (bytes) => OFFSETS.map((offset) => base64(bytes, offset, "base64")),
  base64url: (bytes) => OFFSETS.map((offset) => base64(bytes, offset, "base64url")),
  hexadecimal: (bytes) => [bytes.toString("hex"), bytes.toString("hex").toUpperCase()],
};

/** All spellings of a text, the plain one first; where it is a key in PEM or Base64, also those of the DER in it. */
export function spellingsOf(text: string): Spelling[] {
  const written = Object.entries(OF_TEXT).map(([name, write]) => ({ name, texts: write(text) }));
  const der = derOf(text);
  return [...written, ...ofBytes(Buffer.from(text), ""), ...(der === undefined ? [] : ofBytes(der, "DER as "))];
}

function ofBytes(bytes: Buffer, prefix: string): Spelling[] {
  return Object.entries(OF_BYTES).map(([name, write]) => ({ name: `${prefix}${name}`, texts: write(bytes) }));
}

/** The characters that depend on these bytes alone, whatever is before and behind them. */
function base64(bytes: Buffer, offset: number, encoding: "base64" | "base64url"): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** What a key's text is the Base64 of: on one line or many, with armor or not, wrapped in Base64 once more or not. */
function derOf(text: string): Buffer | undefined {
  const [, block = text] = /-----BEGIN [A-Z0-9 ]+-----(.*?)-----END /s.exec(text) ?? [];
  const body = block.replace(/\\[rn]|[\s"']/g, "");
  if (!/^[\w+/-]{64,}={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  return ARMOR.test(bytes.toString("latin1")) ? derOf(bytes.toString()) : bytes;
}
