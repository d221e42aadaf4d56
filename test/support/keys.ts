import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** Text of a private key in a shape that the action reads. All of them are the one key of {@link accountKey}. */
export interface AcceptedForm {
  readonly name: string;
  readonly text: string;
  readonly passphrase?: string;
}

/** A key file that is no plain text. */
export interface AcceptedFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly passphrase?: string;
}

/** Something that a way to a secret does to a text, and that the action undoes. */
export interface Damage {
  readonly name: string;
  readonly apply: (text: string) => string;
}

type Cipher = "aes-256-cbc" | "aes-128-cbc" | "des-ede3-cbc";

/** Not ASCII, and with characters that shells and JSON treat specially. */
export const PASSPHRASE = 'pässwörd "$1" \\n 鍵';

/** Makes a value when it is first asked for. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The RSA key (2048 bits) behind every form in this file. */
export const accountKey = once(() => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
export const ecKey = once(() => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);

export const pkcs8 = (key: KeyObject = accountKey()) => key.export({ type: "pkcs8", format: "pem" }).toString();
export const pkcs1 = (key: KeyObject = accountKey()) => key.export({ type: "pkcs1", format: "pem" }).toString();
/** Each is made once: the key derivation takes its time. */
export const encrypted = {
  pkcs8: once(() =>
    accountKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE }).toString(),
  ),
  "aes-256-cbc": once(() => encryptedPkcs1("aes-256-cbc")),
  "aes-128-cbc": once(() => encryptedPkcs1("aes-128-cbc")),
  "des-ede3-cbc": once(() => encryptedPkcs1("des-ede3-cbc")),
};

function encryptedPkcs1(cipher: Cipher): string {
  return accountKey().export({ type: "pkcs1", format: "pem", cipher, passphrase: PASSPHRASE }).toString();
}

/** The base64 between the BEGIN and END lines, on one line. */
export function bodyOf(pem: string): string {
  return pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
}

/** Base64 of the account key in each form that it is stored in: what no message may hold a piece of. */
export function keyBodies(): string[] {
  return [pkcs8(), pkcs1(), encrypted.pkcs8()].map(bodyOf);
}

export const der = (pem: string) => Buffer.from(bodyOf(pem), "base64");
export const base64 = (data: string | Buffer) => Buffer.from(data as string).toString("base64");
export const lines = (text: string, width: number, end: string) =>
  text.replace(new RegExp(`.{1,${width}}`, "g"), `$&${end}`);
const eachLine = (text: string, prefix: string) => text.replace(/^(?=.)/gm, prefix);
const relabel = (pem: string, from: string, to: string) => pem.replaceAll(`${from}-----`, `${to}-----`);
const whileArmored = (change: (text: string) => string) => (text: string) =>
  /-BEGIN /.test(text) ? change(text) : text;

const CERTIFICATE_LIKE = `-----BEGIN CERTIFICATE-----\n${lines(base64(Buffer.alloc(700, 0x5a)), 64, "\n")}-----END CERTIFICATE-----\n`;
const BAG_ATTRIBUTES =
  'Bag Attributes\n    friendlyName: Schlüssel\'s "key"\n    localKeyID: 54 69 6D\nKey Attributes: <No Attributes>\n';

const armored = (label: string, data: Buffer | string) =>
  `-----BEGIN ${label}-----\n${lines(base64(data), 64, "\n")}-----END ${label}-----\n`;

/** Every damage that the action undoes, in any order and number. */
export const damages: readonly Damage[] = [
  { name: "CRLF", apply: (text) => text.replace(/\r?\n/g, "\r\n") },
  { name: "CR", apply: (text) => text.replace(/\r?\n/g, "\r") },
  { name: "literal \\n", apply: (text) => text.replace(/\n/g, "\\n") },
  { name: "literal \\r\\n", apply: (text) => text.replace(/\r?\n/g, "\\r\\n") },
  { name: "literal \\\\n", apply: (text) => text.replace(/\n/g, "\\\\n") },
  { name: "literal %0A", apply: (text) => text.replace(/\r/g, "%0D").replace(/\n/g, "%0A") },
  { name: "literal \\012", apply: (text) => text.replace(/\r/g, "\\015").replace(/\n/g, "\\012") },
  { name: "literal \\x0a", apply: (text) => text.replace(/\r/g, "\\x0d").replace(/\n/g, "\\x0a") },
  { name: "&#10; for line ends", apply: (text) => text.replace(/\n/g, "&#10;") },
  { name: "&#xA; for line ends", apply: (text) => text.replace(/\n/g, "&#xA;") },
  { name: "<br> for line ends", apply: (text) => text.replace(/\n/g, "<br>") },
  { name: "<br/> in a paragraph", apply: (text) => `<p>${text.replace(/\n/g, "<br/>\n")}</p>` },
  { name: "&NewLine; for line ends", apply: (text) => text.replace(/\n/g, "&NewLine;") },
  { name: "each line in <P>", apply: (text) => text.replace(/^(.+)$/gm, "<P>$1</P>") },
  { name: "each line in &quot;", apply: (text) => text.replace(/^(.+)$/gm, "&quot;$1&quot;") },
  { name: "named HTML references", apply: (text) => `&quot;${text.replace(/ /g, "&nbsp;")}&quot;` },
  { name: "spaces for line ends", apply: (text) => text.replace(/\s+/g, " ") },
  { name: "no separator", apply: (text) => text.replace(/[\r\n]+/g, "") },
  { name: "no whitespace", apply: (text) => text.replace(/\s+/g, "") },
  { name: "blank lines", apply: (text) => text.replace(/\n/g, "\n\n \n") },
  { name: "indented", apply: (text) => eachLine(text, "      ") },
  { name: "indented with tabs", apply: (text) => eachLine(text, "\t\t") },
  { name: "whitespace around", apply: (text) => `\n\n  ${text} \t\n\n` },
  { name: "single quotes", apply: (text) => `'${text}'` },
  { name: "double quotes", apply: (text) => `"${text}"` },
  { name: "backticks", apply: (text) => `\`${text}\`` },
  { name: "typographic quotes", apply: (text) => `“${text}”` },
  { name: "JSON string", apply: (text) => JSON.stringify(text) },
  {
    name: "JSON string, + and / escaped",
    apply: (text) => JSON.stringify(text).replace(/\+/g, "\\u002B").replace(/\//g, "\\/"),
  },
  { name: "byte order mark", apply: (text) => `\ufeff${text}` },
  { name: "each line quoted", apply: (text) => text.replace(/^(.+)$/gm, '"$1"') },
  { name: "zero-width spaces", apply: (text) => `\u200b${text.replace(/\n/g, "\n\u200b")}\u2060` },
  { name: "no-break spaces", apply: (text) => `\u00a0${text.replace(/ /g, "\u00a0")}\u00a0` },
  { name: "quoted mail", apply: (text) => eachLine(text, "> ") },
  {
    name: "dashes of a word processor",
    apply: (text) => text.replace(/-----(?=BEGIN|END)|(?<=KEY|CERTIFICATE)-----/g, "—–"),
  },
  { name: "fewer dashes", apply: (text) => text.replace(/-----(?=BEGIN|END)|(?<=KEY|CERTIFICATE)-----/g, "---") },
  { name: "text before", apply: whileArmored((text) => `# key of the deployment user\n${BAG_ATTRIBUTES}${text}`) },
  { name: "text after", apply: whileArmored((text) => `${text}\n# made on the 1st of May -- keep it secret!\n`) },
  { name: "certificate before", apply: whileArmored((text) => `${CERTIFICATE_LIKE}${text}`) },
  { name: "certificate after", apply: whileArmored((text) => `${text}\n${CERTIFICATE_LIKE}`) },
  { name: "base64", apply: (text) => base64(text) },
  { name: "base64, wrapped", apply: (text) => lines(base64(text), 76, "\n") },
  { name: "base64 without padding", apply: (text) => base64(text).replace(/=+$/, "") },
  { name: "base64url", apply: (text) => Buffer.from(text).toString("base64url") },
  { name: "NAME=base64", apply: (text) => `SALESFORCE_PRIVATE_KEY=${base64(text)}` },
  { name: "data: URL", apply: (text) => `data:application/x-pem-file;base64,${base64(text)}` },
  { name: "certutil -encode", apply: (text) => armored("CERTIFICATE", text) },
  {
    name: "certutil -encode of UTF-16",
    apply: (text) => armored("CERTIFICATE", Buffer.from(`\ufeff${text}`, "utf16le")),
  },
  { name: "base64 of UTF-16", apply: (text) => Buffer.from(`\ufeff${text}`, "utf16le").toString("base64") },
];

/** What no tool does twice. */
const unlikelyTwice: readonly Damage[] = [
  { name: "JSON array of lines", apply: (text) => JSON.stringify(text.split("\n"), null, 1) },
  { name: "quoted-printable", apply: (text) => text.replace(/=/g, "=3D").replace(/\n/g, "=0A") },
  { name: "quoted-printable, wrapped", apply: (text) => lines(text.replace(/=/g, "=3D"), 70, "=\n") },
  { name: "quoted-printable of base64", apply: (text) => lines(base64(text).replace(/=/g, "=3D"), 75, "=\n") },
];

/** The key as the tools write it, and as what is left of that without its BEGIN and END lines. */
export const wholeKeys = once((): readonly AcceptedForm[] => [
  { name: "PKCS#8", text: pkcs8() },
  { name: "PKCS#1", text: pkcs1() },
  { name: "PKCS#8 under the label of PKCS#1", text: relabel(pkcs8(), "PRIVATE KEY", "RSA PRIVATE KEY") },
  { name: "PKCS#1 under the label of PKCS#8", text: relabel(pkcs1(), "RSA PRIVATE KEY", "PRIVATE KEY") },
  { name: "PKCS#8 under a label of something else", text: relabel(pkcs8(), "PRIVATE KEY", "EXAMPLE 1") },
  { name: "PKCS#8 by certutil -encode of DER", text: armored("CERTIFICATE", der(pkcs8())) },
  {
    name: "encrypted PKCS#8 by certutil -encode of DER",
    text: armored("CERTIFICATE", der(encrypted.pkcs8())),
    passphrase: PASSPHRASE,
  },
  { name: "PKCS#8, body alone", text: bodyOf(pkcs8()) },
  { name: "PKCS#1, body alone", text: lines(bodyOf(pkcs1()), 64, "\n") },
  { name: "PKCS#8, body alone in base64url", text: der(pkcs8()).toString("base64url") },
  { name: "encrypted PKCS#8", text: encrypted.pkcs8(), passphrase: PASSPHRASE },
  {
    name: "encrypted PKCS#8 under the label of PKCS#8",
    text: relabel(encrypted.pkcs8(), "ENCRYPTED PRIVATE KEY", "PRIVATE KEY"),
    passphrase: PASSPHRASE,
  },
  { name: "encrypted PKCS#8, body alone", text: bodyOf(encrypted.pkcs8()), passphrase: PASSPHRASE },
  { name: "encrypted PKCS#1, AES-256-CBC", text: encrypted["aes-256-cbc"](), passphrase: PASSPHRASE },
  { name: "encrypted PKCS#1, AES-128-CBC", text: encrypted["aes-128-cbc"](), passphrase: PASSPHRASE },
  { name: "encrypted PKCS#1, DES-EDE3-CBC", text: encrypted["des-ede3-cbc"](), passphrase: PASSPHRASE },
]);

/** All that a secret may hold: whole keys, each damage by itself, and a few damages on top of each other. */
export const acceptedForms = once((): readonly AcceptedForm[] => [
  ...wholeKeys(),
  ...[...damages, ...unlikelyTwice].map(({ name, apply }) => ({ name: `PKCS#8: ${name}`, text: apply(pkcs8()) })),
  ...damages.map(({ name, apply }) => ({
    name: `encrypted PKCS#1: ${name}`,
    text: apply(encrypted["des-ede3-cbc"]()),
    passphrase: PASSPHRASE,
  })),
  { name: "PKCS#8 without dashes", text: pkcs8().replaceAll("-", "") },
  ...[base64(pkcs8()), bodyOf(pkcs8())].map((text, index) => ({
    name: index === 0 ? "JSON array of lines of base64" : "JSON array of the lines between BEGIN and END",
    text: JSON.stringify(text.match(/.{1,76}/g), null, 1),
  })),
  {
    name: "base64 of a quoted, indented PEM with CRLF",
    text: base64(`"${eachLine(pkcs8(), "  ").replace(/\n/g, "\r\n")}"`),
  },
  { name: "base64 of base64", text: base64(base64(pkcs1())) },
  {
    name: "JSON file with the key in it",
    text: JSON.stringify({ type: "service_account", private_key: pkcs8() }, null, 2),
  },
  { name: ".env line", text: `SALESFORCE_PRIVATE_KEY="${pkcs8().replace(/\n/g, "\\n")}"` },
  { name: "key of another type before it", text: pkcs8(ecKey()) + pkcs8() },
  { name: "half of a key before it", text: `${pkcs8().slice(0, 800)}\n${pkcs8()}` },
  { name: "passphrase for a key without one", text: pkcs8(), passphrase: PASSPHRASE },
  { name: "passphrase with a line end", text: encrypted.pkcs8(), passphrase: `${PASSPHRASE}\n` },
  { name: "passphrase with a CR", text: encrypted.pkcs8(), passphrase: `${PASSPHRASE}\r` },
  { name: "passphrase with a CRLF", text: encrypted["aes-256-cbc"](), passphrase: `${PASSPHRASE}\r\n` },
]);

/** Key files that are not plain UTF-8. */
export const acceptedFiles = once((): readonly AcceptedFile[] => [
  { name: "PEM", bytes: Buffer.from(pkcs8()) },
  { name: "UTF-8 with byte order mark", bytes: Buffer.from(`\ufeff${pkcs8()}`) },
  { name: "UTF-16 LE with byte order mark", bytes: Buffer.from(`\ufeff${pkcs8()}`, "utf16le") },
  { name: "UTF-16 BE with byte order mark", bytes: Buffer.from(`\ufeff${pkcs8()}`, "utf16le").swap16() },
  { name: "UTF-16 LE", bytes: Buffer.from(pkcs8(), "utf16le") },
  { name: "UTF-16 BE", bytes: Buffer.from(pkcs8(), "utf16le").swap16() },
  { name: "Windows-1252", bytes: Buffer.from(BAG_ATTRIBUTES + pkcs8(), "latin1") },
  { name: "DER of PKCS#8", bytes: der(pkcs8()) },
  { name: "DER of PKCS#1", bytes: der(pkcs1()) },
  { name: "DER of encrypted PKCS#8", bytes: der(encrypted.pkcs8()), passphrase: PASSPHRASE },
]);
