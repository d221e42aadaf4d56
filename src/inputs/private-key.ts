import { createPrivateKey, createPublicKey, KeyObject, sign, verify, X509Certificate } from "node:crypto";
import type { InputFailure } from "../lib/input-failure.ts";
import { findKeyBlocks, type PemBlock, unwrap } from "./pem.ts";
import { type PrivateKeyProblem, privateKeyFailure } from "./private-key-errors.ts";

export { decodeKeyFile } from "./pem.ts";

/** A key of 16,384 bits is 13 KB of PEM, and 23 KB when it is put into base64 twice. */
const LONGEST_TEXT = 64 * 1024;
/** OpenSSL's PEM_BUFSIZE. */
const LONGEST_PASSPHRASE = 1024;
/** RFC 7518 §3.3. */
const FEWEST_BITS = 2048;
/** Node's codes of OpenSSL errors for a cipher that doesn't exist or is switched off. */
const UNSUPPORTED_CIPHER = /^ERR_OSSL_(?:EVP|PEM)_UNSUPPORTED/;

/**
 * What people give in place of a private key, by what its text looks like without white space, quotes and escapes.
 * First match wins.
 */
const MISTAKES: readonly (readonly [PrivateKeyProblem, { test(text: string): boolean }])[] = [
  ["private-key-empty", /^$/],
  ["private-key-truncated", /(?:BEGIN|END)(?:RSA|EC|DSA|ENCRYPTED|ANY)?PRIVATEKEY/],
  ["private-key-is-openssh", /BEGINOPENSSHPRIVATEKEY|^b3BlbnNzaC1rZXktdjE/],
  ["private-key-is-putty", /^PuTTY-User-Key-File/],
  ["private-key-is-certificate-request", /BEGIN(?:NEW)?CERTIFICATEREQUEST/],
  ["private-key-is-certificate", /BEGIN(?:X509|TRUSTED)?CERTIFICATE|BEGINPKCS7/],
  ["private-key-is-public", /BEGIN(?:RSA|EC|DSA|SSH2)?PUBLICKEY|^(?:ssh|ecdsa)-|^AAAA[A-Z]3NzaC/],
  // Base64 of how JKS (FE ED FE ED), JCEKS (CE CE CE CE) and PKCS#12 (RFC 7292 §4: a sequence that begins with version 3) start.
  ["private-key-is-keystore", /^(?:\/u3\+7Q|zs7Ozg|MI[A-P]...IBAzC|MIACAQMw)/],
  ["private-key-is-masked", /^\*+$/],
  ["private-key-is-placeholder", /^\$|\$\{\{|^\{\{|^%\w+%$|^<.{1,60}$|^(?:secrets|vars|env|inputs|steps|needs)\./],
  ["private-key-is-json", /^[{[]/],
  [
    "private-key-is-file-path",
    /^(?=.{1,300}$)(?:[~@/]|\.\.?\/|[A-Za-z]:|(?:file|https?):|.*\.(?:key|pem|der|p8|p12|pfx|jks|ppk|crt|cer|csr|txt)$)/i,
  ],
  ["private-key-is-file-path", /^(?=.{1,59}$)[\w.-]+\/[\w./-]+$/],
  ["private-key-is-public", { test: isPublicKey }],
  ["private-key-is-certificate", { test: isCertificate }],
  // How DER of such a length and a PEM file start in base64.
  ["private-key-truncated", /^(?:MI[A-P].{60}|LS0tLS1CRUdJ|Proc-Type:)/],
];

/**
 * Reads a private key as people paste it: PKCS#1 or PKCS#8, encrypted or not, as PEM, as base64 of PEM or of DER, in
 * whatever shape it came through a secret. Of several keys, the first that can be used.
 *
 * @param mask is given every other form of the key that comes into being, before anything can fail on it; what a
 *   passphrase opens is never printed
 * @returns an RSA key of at least 2048 bits that signs
 * @throws Failure with a code of `PRIVATE_KEY_PROBLEMS`, and never with a part of the key
 */
export function readPrivateKey(args: {
  readonly text: string;
  readonly passphrase: string | undefined;
  readonly mask: (secret: string) => void;
}): KeyObject {
  const { text, passphrase, mask } = args;
  if (text.length > LONGEST_TEXT) throw privateKeyFailure("private-key-too-large");
  const layers = unwrap(text, mask);
  const blocks = findKeyBlocks(layers.at(-1) as string);
  for (const { lines } of blocks) {
    mask(lines);
    mask(lines.replaceAll("\n", ""));
  }

  let refused: InputFailure | undefined;
  for (const block of blocks) {
    const outcome = readBlock(block, passphrase);
    if (outcome instanceof KeyObject) return outcome;
    refused ??= outcome;
  }
  throw refused ?? identifyMistake(layers);
}

/** Gives the key or why it can't be used; nothing where the block is no key at all. */
function readBlock(
  { der, encryptedPem }: PemBlock,
  passphrase: string | undefined,
): KeyObject | InputFailure | undefined {
  const opened =
    encryptedPem === undefined
      ? openDer(der, passphrase)
      : decrypt((secret) => createPrivateKey({ key: encryptedPem, passphrase: secret }), passphrase);
  return opened instanceof KeyObject ? (unusableReason(opened) ?? opened) : opened;
}

/** The label of a PEM block is often wrong, so each form is tried, whatever it says. */
function openDer(key: Buffer, passphrase: string | undefined): KeyObject | InputFailure | undefined {
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return createPrivateKey({ key, format: "der", type });
    } catch (error) {
      if (codeOf(error) !== "ERR_MISSING_PASSPHRASE") continue;
      return decrypt((secret) => createPrivateKey({ key, format: "der", type, passphrase: secret }), passphrase);
    }
  }
  return undefined;
}

function decrypt(open: (secret: string) => KeyObject, passphrase: string | undefined): KeyObject | InputFailure {
  if (passphrase === undefined) return privateKeyFailure("private-key-needs-passphrase");
  // A secret that was set from a file or by echo ends with the line end of the file.
  const candidates = new Set([passphrase, passphrase.replace(/\r?\n$|\r$/, "")]);
  let problem: PrivateKeyProblem = "private-key-passphrase-too-long";
  for (const candidate of candidates) {
    if (Buffer.byteLength(candidate) > LONGEST_PASSPHRASE) continue;
    try {
      return open(candidate);
    } catch (error) {
      const isUnsupported = UNSUPPORTED_CIPHER.test(codeOf(error));
      problem = isUnsupported ? "private-key-encryption-unsupported" : "private-key-wrong-passphrase";
    }
  }
  return privateKeyFailure(problem);
}

function unusableReason(key: KeyObject): InputFailure | undefined {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = key;
  if (type !== "rsa") return privateKeyFailure("private-key-not-rsa", type);
  const bits = details?.modulusLength ?? 0;
  if (bits < FEWEST_BITS) return privateKeyFailure("private-key-too-short", String(bits));
  return numbersAreConsistent(key) || canSign(key) ? undefined : privateKeyFailure("private-key-truncated");
}

/**
 * Whether a key's numbers belong together (RFC 8017 §3.2), which takes a fraction of a signature's time. Where they don't,
 * the key may sign all the same, as OpenSSL makes up for some of them. The numbers are written out for this, and go nowhere.
 */
function numbersAreConsistent(key: KeyObject): boolean {
  return doesNotThrow(() => {
    const { n, e, d, p, q } = key.export({ format: "jwk" });
    const exponents = integer(e) * integer(d);
    return integer(p) * integer(q) === integer(n) && [p, q].every((prime) => exponents % (integer(prime) - 1n) === 1n);
  });
}

function integer(base64url = ""): bigint {
  return BigInt(`0x${Buffer.from(base64url, "base64url").toString("hex")}`);
}

/** A changed character can leave a key that OpenSSL reads, but whose numbers don't belong together. */
function canSign(key: KeyObject): boolean {
  const probe = Buffer.from("probe");
  return doesNotThrow(() => verify("sha256", probe, createPublicKey(key), sign("sha256", probe, key)));
}

function identifyMistake(layers: readonly string[]): InputFailure {
  const [code] = MISTAKES.find(([, looks]) => layers.some((text) => looks.test(text))) ?? ["private-key-unrecognised"];
  return privateKeyFailure(code);
}

function isPublicKey(base64: string): boolean {
  const key = Buffer.from(base64, "base64");
  return (["spki", "pkcs1"] as const).some((type) =>
    doesNotThrow(() => createPublicKey({ key, format: "der", type }).type === "public"),
  );
}

function isCertificate(base64: string): boolean {
  return doesNotThrow(() => new X509Certificate(Buffer.from(base64, "base64")).subject !== undefined);
}

function doesNotThrow(attempt: () => boolean): boolean {
  try {
    return attempt();
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
