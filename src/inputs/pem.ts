import { isUtf8 } from "node:buffer";

/** A private key's text, taken out of what stands around it. */
export interface PemBlock {
  readonly der: Buffer;
  /** Base64 in lines of 64 characters, as a PEM file has them. */
  readonly lines: string;
  /** The PEM of a key that is encrypted by its headers (RFC 1421 §4.6), which no DER can say. */
  readonly encryptedPem: string | undefined;
}

const asciiCharacter = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));

/** What the ways to a secret add to a key, in the order in which it is taken off, and what stands there instead. */
const WRAPPINGS: readonly (readonly [RegExp, string | typeof asciiCharacter])[] = [
  // White space, quotes, `+`, `/`, `-` and `=` as JSON encoders, URLs and the runner's old commands write them.
  [/(?:\\u00|%)(0[AD]|2[0267BDF]|3D)/gi, asciiCharacter],
  [/\\[nrt]/g, ""],
  // White space and control characters of ASCII; `>` marks a quoted mail.
  [/[^!-~\u0080-\uffff]|[\\>"'`]/g, ""],
];
/** What word processors and editors add besides. Compiled when needed: V8 is slow at Unicode's classes, and most keys are plain ASCII. */
const UNICODE_WRAPPINGS: readonly (readonly [string, string])[] = [
  // Hyphens become dashes and minus signs.
  ["\\p{Pd}|\\u2212", "-"],
  // \p{C}: byte order marks, zero-width characters.
  ["[\\s\\p{C}“”„‘’«»]", ""],
];

const LABEL = "(?:RSA|EC|DSA|ENCRYPTED|ANY)?";
/** A BEGIN line without its white space, and what follows up to the END line, if there is one before the next BEGIN. */
const BLOCK = new RegExp(
  `BEGIN(${LABEL})PRIVATEKEY(.*?)(?:(END)${LABEL}PRIVATEKEY|(?=BEGIN${LABEL}PRIVATEKEY)|$)`,
  "g",
);
const ARMOR = /BEGIN[A-Z0-9]{0,30}(?:KEY|CERT)|PRIVATEKEY/;
/** Both alphabets of RFC 4648, with or without padding, and no shorter than a key can be. */
const BASE64 = /^[\w+/-]{60,}=*$/;
/** Headers of an encrypted key (RFC 1421 §4.6): the cipher, then its initialisation vector in hex, then the key itself. */
const CIPHER = /DEK-Info:([\w-]{1,32}),(.*)/i;
const CIPHER_OF_16_BYTES = /^(?:AES|ARIA|CAMELLIA|SEED)/i;

/**
 * The bytes of a key file as text: UTF-8 or UTF-16 (what PowerShell's `>` writes) without the byte order mark, or the
 * base64 of a binary file.
 */
export function decodeKeyFile(bytes: Buffer): string {
  const encoding = encodingOf(bytes);
  return encoding === undefined ? bytes.toString("base64") : new TextDecoder(encoding).decode(bytes);
}

/** A PEM file has ASCII at its start, so the place of a NUL tells UTF-16 even without a byte order mark. */
function encodingOf(bytes: Buffer): string | undefined {
  const start = bytes.toString("hex", 0, 2);
  if (start === "fffe" || start.endsWith("00")) return "utf-16le";
  if (start === "feff" || start.startsWith("00")) return "utf-16be";
  if (isUtf8(bytes)) return "utf-8";
  return bytes.includes("-----BEGIN ") ? "latin1" : undefined;
}

/**
 * Takes off everything that the ways to a secret add to a key: white space, quotes, escapes, and base64 as often as
 * it was put on.
 *
 * @param mask is given every text that comes out of base64
 * @returns the text after each step, at least one; the last is PEM or the base64 of DER if a key is in it
 */
export function unwrap(text: string, mask: (secret: string) => void): readonly [string, ...string[]] {
  const ascii = WRAPPINGS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead as string), text);
  const compact = /^[!-~]*$/.test(ascii) ? ascii : withoutUnicode(ascii);
  if (!BASE64.test(compact) || ARMOR.test(compact)) return [compact];
  const bytes = Buffer.from(compact, "base64");
  const inner = decodeKeyFile(bytes);
  if (inner === bytes.toString("base64")) return [compact, inner];
  mask(inner);
  return [compact, ...unwrap(inner, mask)];
}

function withoutUnicode(text: string): string {
  return UNICODE_WRAPPINGS.reduce((rest, [pattern, instead]) => rest.replace(new RegExp(pattern, "gu"), instead), text);
}

/**
 * Finds the private keys in a text, without reading them.
 *
 * @param compact what {@link unwrap} gave last
 */
export function findKeyBlocks(compact: string): PemBlock[] {
  const found = ARMOR.test(compact)
    ? [...compact.matchAll(BLOCK)].map(([, label = "", body = "", end]) => end && keyBlock(label, body))
    : [keyBlock("", compact)];
  return found.filter((block) => typeof block === "object");
}

function keyBlock(label: string, content: string): PemBlock | undefined {
  const [, cipher, encrypted = content] = CIPHER.exec(content) ?? [];
  const ivLength = cipher === undefined ? 0 : CIPHER_OF_16_BYTES.test(cipher) ? 16 : 8;
  const body = encrypted.slice(2 * ivLength).replaceAll("-", "");
  if (!BASE64.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  const lines = (der.toString("base64").match(/.{1,64}/g) ?? []).join("\n");
  if (cipher === undefined) return { der, lines, encryptedPem: undefined };
  // A cipher that chains blocks gives whole blocks; anything else was cut.
  if (der.length % ivLength !== 0) return undefined;
  const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${encrypted.slice(0, 2 * ivLength)}`;
  const type = `${/^(?:EC|DSA)$/.test(label) ? label : "RSA"} PRIVATE KEY`;
  return { der, lines, encryptedPem: `-----BEGIN ${type}-----\n${headers}\n\n${lines}\n-----END ${type}-----\n` };
}
