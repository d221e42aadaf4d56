import { isUtf8 } from "node:buffer";

/** What is between a BEGIN and an END line, or the base64 alone: a key, a certificate, or something else. */
export interface PemBlock {
  readonly der: Buffer;
  /** Base64 in lines of 64 characters, as a PEM file has them. */
  readonly lines: readonly string[];
  /** The PEM of a key that is encrypted by its headers (RFC 1421 §4.6), which no DER can say. */
  readonly encryptedPem: string | undefined;
}

/** What {@link decodePem} finds in a text. */
export interface DecodedText {
  /** The text without what is wrapped around it, then the same of everything that was base64 in it. */
  readonly layers: readonly string[];
  /** The texts that were base64, as they were. */
  readonly innerTexts: readonly string[];
  readonly blocks: readonly PemBlock[];
}

const fromHex = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
const fromReference = (_: string, digits: string) =>
  String.fromCharCode(digits.startsWith("x") ? Number.parseInt(digits.slice(1), 16) : Number(digits));

/** What the ways to a secret add to a PEM, in the order in which it is removed, and what takes its place. */
const WRAPPINGS: readonly (readonly [RegExp, string | typeof fromHex])[] = [
  // Whitespace, quotes, `+`, `/`, `-` and `=` as JSON, URLs, shells, quoted-printable mail and the runner's old commands write them.
  [/(?:\\u00|\\x|[%=])(0[AD]|2[0267BDF]|3D)/gi, fromHex],
  [/&#(\d{1,4}|x[\da-f]{1,4});/gi, fromReference],
  [/&(?:quot|nbsp|newline);|<\\?\/?(?:br|p)\s{0,9}\\?\/?>/gi, ""],
  [/\\(?:[nrt]|01[25])/g, ""],
  // Quoted-printable breaks long lines.
  [/(?<=[!-<>-~]{50})=\r?\n/g, ""],
  // Lines as a JSON array.
  [/["']\s{0,9},\s{0,9}["'](?=[\w+/=-]{0,100}["']\s{0,9}[,\]])/g, ""],
  // Whitespace and control characters of ASCII; `>` marks a quoted mail.
  [/[^!-~\u0080-\uffff]|[\\>"'`[\]]/g, ""],
];
/** What word processors and editors add. Compiled when needed: V8 is slow at Unicode's classes, and most keys are plain ASCII. */
const UNICODE_WRAPPINGS: readonly (readonly [string, string])[] = [
  // Hyphens become dashes and minus signs.
  ["\\p{Pd}|\\u2212", "-"],
  // \p{C}: byte order marks, zero-width characters.
  ["[\\s\\p{C}“”„‘’«»]", ""],
];

/** BEGIN and END lines without whitespace. Those of a private key are recognized even if their dashes are lost. */
const ARMOR = /(BEGIN|END)([A-Z]{0,20}PRIVATEKEY)|(?<=--)(BEGIN|END)([A-Z\d]{0,40})(?=--)/g;
/** Both alphabets of RFC 4648, and no shorter than a key can be. */
const BASE64 = /^[\w+/-]{60,}$/;
const BASE64_RUN = /[\w+/-]{60,}/g;
/** Headers of an encrypted key (RFC 1421 §4.6): the cipher, then its initialization vector in hex, then the key itself. */
const CIPHER = /DEK-Info:([\w-]{1,32}),(.*)/;
const CIPHER_OF_16_BYTES = /AES|ARIA|CAMELLIA|SEED/;

/** A line that tells only what follows or ended. */
const ARMOR_LINE = /^[-\s]*(?:BEGIN|END) [A-Z\d ]{1,60}[-\s]*$/;
/** The runner masks a value wherever it is in the log, so a short one would hide half of the log. */
const SHORTEST_MASK = 8;
/** A BEGIN line alone has more characters. */
const SHORTEST_KEY = 24;

/** What only a private key's text has, without whitespace: as it is, and in base64 at any of its three offsets. */
const PRIVATE_TEXT =
  /PRIVATEKEY|UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW|b3BlbnNzaC1rZXktdjE|PuTTY-User-Key-File|AGE-SECRET-KEY-|[{,]d:[\w-]{40}/;
/** Where DER may begin in base64: a sequence whose length has one to three bytes. */
const DER_START = /M(?=[A-P][\w+/-]{40})/g;
/**
 * How a private key continues after the header of its sequence, in hex: a version, then the algorithm (PKCS#8, RFC 5958;
 * PKCS#12, RFC 7292), the modulus (RFC 8017 §A.1.2) or the secret (RFC 5915); or the algorithm of an encrypted key (RFC 8018).
 */
const PRIVATE_DER =
  /^(?:02010[013](?:30(?:[0-7].|82....)06|028|0420)|30[0-7].06(?:092a864886f70d0105|0a2a864886f70d010c01))/;

/**
 * Returns the bytes of a key file as text: UTF-8 or UTF-16 (what PowerShell's `>` writes) without the byte order mark,
 * or the base64 of a binary file.
 */
export function decodeKeyFile(bytes: Buffer): string {
  const encoding = encodingOf(bytes);
  return encoding === undefined ? bytes.toString("base64") : new TextDecoder(encoding).decode(bytes);
}

/** A PEM file begins with ASCII, so the place of the NULs tells UTF-16 even without a byte order mark. */
function encodingOf(bytes: Buffer): string | undefined {
  const start = bytes.toString("hex", 0, 4);
  if (/^fffe|^..00..00/.test(start)) return "utf-16le";
  if (/^feff|^00..00/.test(start)) return "utf-16be";
  if (isUtf8(bytes)) return "utf-8";
  return bytes.includes("-----BEGIN ") ? "latin1" : undefined;
}

/**
 * Removes everything that the ways to a secret add to a PEM: whitespace, quotes, escapes, a name in front, base64 as
 * often as it was applied, a label that isn't the content's. Reads no key: that may fail, and masks come before.
 */
export function decodePem(text: string): DecodedText {
  const layers: string[] = [];
  const innerTexts: string[] = [];
  const blocks: PemBlock[] = [];
  const read = (source: string) => {
    const compact = unwrap(source);
    layers.push(compact);
    for (const block of findBlocks(compact)) {
      const encoding = block.encryptedPem === undefined ? encodingOf(block.der) : undefined;
      if (encoding === undefined) {
        blocks.push(block);
        layers.push(block.lines.join(""));
      } else {
        // What comes out of base64 is a quarter shorter, so this ends.
        const inner = new TextDecoder(encoding).decode(block.der);
        innerTexts.push(inner);
        read(inner);
      }
    }
  };
  read(text);
  return { layers, innerTexts, blocks };
}

/**
 * Looks for a private key, or a part that tells of one, in a text that should be something else: in PEM, base64 or another
 * known form, whatever is around it.
 *
 * @returns the text decoded, or undefined if it contains no key
 */
export function findPrivateKey(text: string): DecodedText | undefined {
  if (text.length < SHORTEST_KEY) return undefined;
  const decoded = decodePem(text);
  const isPrivate = (layer: string) =>
    PRIVATE_TEXT.test(layer) ||
    [...layer.matchAll(DER_START)].some(({ index }) => beginsAsPrivateKey(layer.slice(index, index + 64)));
  return decoded.layers.some(isPrivate) ? decoded : undefined;
}

function beginsAsPrivateKey(base64: string): boolean {
  const der = Buffer.from(base64, "base64");
  const lengthBytes = ((der[1] ?? 0) & 0x80) === 0 ? 0 : (der[1] ?? 0) & 0x7f;
  return PRIVATE_DER.test(der.toString("hex", 2 + lengthBytes));
}

/** Returns the lines of a key's text to mask before the key has been read: all but short ones and BEGIN and END lines. */
export function linesToMask(text: string): string[] {
  const lines = text.split(/[\r\n\u2028\u2029]/).map((line) => line.trim());
  return lines.filter((line) => line.length >= SHORTEST_MASK && !ARMOR_LINE.test(line));
}

/** Returns what to mask of a text besides its own lines: what is inside its base64, and each key as a PEM file has it. */
export function decodedLinesToMask({ innerTexts, blocks }: DecodedText): string[] {
  const rebuilt = blocks.flatMap(({ lines }) => [...lines, lines.join("")]);
  return [...new Set([...innerTexts.flatMap(linesToMask), ...rebuilt.filter((line) => line.length >= SHORTEST_MASK)])];
}

function unwrap(text: string): string {
  const ascii = WRAPPINGS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead as string), text);
  if (/^[!-~]*$/.test(ascii)) return ascii;
  return UNICODE_WRAPPINGS.reduce(
    (rest, [pattern, instead]) => rest.replace(new RegExp(pattern, "gu"), instead),
    ascii,
  );
}

function findBlocks(compact: string): PemBlock[] {
  const armor = [...compact.matchAll(ARMOR)];
  if (armor.length === 0) return (compact.match(BASE64_RUN) ?? []).map((run) => block("", run)).filter(isBlock);
  const found = armor.map((line, position) => {
    const next = armor[position + 1];
    if (!line[0].startsWith("BEGIN") || !next?.[0].startsWith("END")) return undefined;
    return block(line[2] ?? "", compact.slice(line.index + line[0].length, next.index));
  });
  return found.filter(isBlock);
}

function isBlock(block: PemBlock | undefined): block is PemBlock {
  return block !== undefined;
}

function block(label: string, content: string): PemBlock | undefined {
  const [, cipher, encrypted = content] = CIPHER.exec(content) ?? [];
  const ivLength = cipher === undefined ? 0 : CIPHER_OF_16_BYTES.test(cipher) ? 16 : 8;
  const body = withoutDashesAround(encrypted.slice(2 * ivLength)).replaceAll(/[,=]/g, "");
  if (!BASE64.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  if (cipher === undefined) return { der, lines, encryptedPem: undefined };
  // A cipher that chains blocks gives whole blocks; anything else was cut.
  if (der.length % ivLength !== 0) return undefined;
  const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${encrypted.slice(0, 2 * ivLength)}`;
  const type = label === "ECPRIVATEKEY" ? "EC" : "RSA";
  const pem = [`-----BEGIN ${type} PRIVATE KEY-----`, headers, "", ...lines, `-----END ${type} PRIVATE KEY-----`, ""];
  return { der, lines, encryptedPem: pem.join("\n") };
}

/** The dashes of the BEGIN and END lines; one within base64url is a digit. */
function withoutDashesAround(body: string): string {
  let [start, end] = [0, body.length];
  while (body[start] === "-") start++;
  while (end > start && body[end - 1] === "-") end--;
  return body.slice(start, end);
}
