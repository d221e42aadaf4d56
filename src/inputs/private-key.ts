import { createPrivateKey, createPublicKey, KeyObject, sign, verify, X509Certificate } from "node:crypto";
import { type InputError, type InputErrorCode, inputError } from "./errors.ts";
import { placeholderIn } from "./parsers.ts";
import { type DecodedText, decodedLinesToMask, decodePem, type PemBlock } from "./pem.ts";

/** RFC 7518 §3.3. */
const FEWEST_BITS = 2048;
/** Node's codes of OpenSSL errors for a cipher that doesn't exist or is switched off. */
const UNSUPPORTED_CIPHER = /OSSL_(?:EVP|PEM)_UNSUPPORTED/;

/** What was given instead of a private key. */
interface Mistake {
  readonly code: InputErrorCode;
  /** Looks at a text without whitespace, quotes and escapes. */
  readonly looks: { test(text: string): boolean };
  readonly detail?: string;
  /** What to do first. */
  readonly fix?: string;
}

/** First match wins. */
// biome-ignore format: a table, one row a line where it fits
const MISTAKES: readonly Mistake[] = [
  { code: "private-key-other-format", looks: /PuTTY-User-Key-File/, detail: "PuTTY's (.ppk)", fix: "Convert the file: puttygen salesforce.ppk -O private-openssh -o salesforce.key" },
  { code: "private-key-other-format", looks: /BEGINOPENSSHPRIVATEKEY|^b3BlbnNzaC1rZXktdjE/, detail: "OpenSSH's", fix: "Convert the file, which is overwritten (press Enter for no passphrase): ssh-keygen -p -m PEM -f salesforce.key" },
  // Base64 of how JKS (FE ED FE ED), JCEKS (CE CE CE CE) and PKCS#12 (RFC 7292 §4: a sequence that begins with version 3) start.
  { code: "private-key-other-format", looks: /^(?:\/u3\+7Q|zs7Ozg)/, detail: "Java keystore (JKS)", fix: "Extract the key: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12, then openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key" },
  { code: "private-key-other-format", looks: /^(?:MI[A-P]...IBAzC|MIACAQMw)/, detail: "PKCS#12 (.p12, .pfx)", fix: "Extract the key: openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key" },
  { code: "private-key-encrypted-file", looks: /\$ANSIBLE_VAULT;/, detail: "ansible-vault" },
  { code: "private-key-encrypted-file", looks: /^(?:Salted__|U2FsdGVkX1)/, detail: "openssl enc" },
  { code: "private-key-encrypted-file", looks: /BEGINPGPMESSAGE/, detail: "PGP" },
  { code: "private-key-encrypted-file", looks: /BEGINAGEENCRYPTEDFILE|age-encryption\.org\//, detail: "age" },
  { code: "private-key-encrypted-file", looks: /ENCAES256_GCM,data:/, detail: "sops" },
  { code: "private-key-encrypted-file", looks: /^AEdJVENSWVBU/, detail: "git-crypt" },
  { code: "private-key-encrypted-file", looks: /^vault:v\d{1,9}:/, detail: "HashiCorp Vault" },
  { code: "private-key-encrypted-file", looks: /^AQICAH/, detail: "AWS KMS" },
  { code: "private-key-other-value", looks: /BEGINPGPPRIVATEKEYBLOCK/, detail: "a PGP key" },
  { code: "private-key-truncated", looks: /(?:BEGIN|END)(?:RSA|EC|DSA|ENCRYPTED|ANY)?PRIVATEKEY/ },
  { code: "private-key-is-certificate", looks: /BEGIN(?:NEW)?CERTIFICATEREQUEST/, detail: " signing request" },
  { code: "private-key-is-certificate", looks: /BEGIN(?:X509|TRUSTED)?CERTIFICATE|BEGINPKCS7/ },
  { code: "private-key-is-public", looks: /BEGIN(?:RSA|EC|DSA|SSH2)?PUBLICKEY|^(?:ssh|ecdsa)-|^AAAA[A-Z]3NzaC/ },
  { code: "private-key-other-value", looks: /^(?:\d{3,5})?SHA256:[\w+/]{43}|^(?:[\w()-]{0,30}[=:])?(?:[\da-f]{2}:){15,}[\da-f]{2}$|^(?:[\da-f]{32}|[\da-f]{40})$/i, detail: "the fingerprint of a key or certificate" },
  { code: "private-key-other-value", looks: /^(?:[\dA-F]{64}|\d{15,20})$/, detail: "a consumer secret (or a fingerprint)" },
  { code: "private-key-other-value", looks: /^3MVG9[\w.]{20}/, detail: "a consumer key" },
  { code: "private-key-other-value", looks: /^eyJ[\w-]{10,}\.[\w-]+\./, detail: "a JWT" },
  { code: "private-key-other-value", looks: /^00D[A-Za-z\d]{12}!/, detail: "an access token" },
  { code: "private-key-other-format", looks: /^\{/, detail: "JSON (a JWK?)", fix: `Convert a JWK: node -p "require('crypto').createPrivateKey({key:JSON.parse(require('fs').readFileSync('key.json')),format:'jwk'}).export({type:'pkcs8',format:'pem'})" > salesforce.key` },
  { code: "private-key-is-file-path", looks: /^(?=.{1,300}$)(?:[~@/]|\.\.?\/|[A-Za-z]:|(?:file|https?):|.*\.(?:key|pem|der|p8|p12|pfx|jks|ppk|crt|cer|csr|txt)$)/i },
  { code: "private-key-is-file-path", looks: /^(?=.{1,59}$)[\w.-]+\/[\w./-]+$/ },
  { code: "private-key-is-public", looks: { test: isPublicKey } },
  { code: "private-key-is-certificate", looks: { test: isCertificate } },
  // How DER of such a length and a PEM file start in base64.
  { code: "private-key-truncated", looks: /^(?:MI[A-P].{60}|LS0tLS1CRUdJ|Proc-Type:)/ },
];

/**
 * Reads a private key as people paste it: PKCS#1 or PKCS#8, encrypted or not, as PEM, as base64 of PEM or of DER, in
 * whatever shape it came through a secret. Of several keys, returns the first that can be used.
 *
 * @param mask is given each line of other forms of the key, before anything can fail on it; what a passphrase opens is
 *   never written out
 * @returns an RSA key of at least 2048 bits that signs
 * @throws InputError without a part of the key
 */
export function readPrivateKey(args: {
  readonly text: string;
  readonly passphrase: string | undefined;
  readonly mask: (line: string) => void;
}): KeyObject {
  const { text, passphrase, mask } = args;
  const decoded = decodePem(text);
  decodedLinesToMask(decoded).forEach(mask);
  let refused: InputError | undefined;
  for (const block of decoded.blocks) {
    const outcome = readBlock(block, passphrase);
    if (outcome instanceof KeyObject) return outcome;
    refused ??= outcome;
  }
  throw refused ?? identifyMistake(text, decoded);
}

/** Gives the key or why it can't be used; nothing where the block is no key at all. */
function readBlock(
  { der, encryptedPem }: PemBlock,
  passphrase: string | undefined,
): KeyObject | InputError | undefined {
  const opened =
    encryptedPem === undefined
      ? openDer(der, passphrase)
      : decrypt((secret) => createPrivateKey({ key: encryptedPem, passphrase: secret }), passphrase);
  return opened instanceof KeyObject ? (unusableReason(opened) ?? opened) : opened;
}

/** The label of a PEM block is often wrong, so each form is tried, whatever it says. */
function openDer(key: Buffer, passphrase: string | undefined): KeyObject | InputError | undefined {
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

function decrypt(open: (secret: string) => KeyObject, passphrase: string | undefined): KeyObject | InputError {
  if (passphrase === undefined) return inputError("private-key-needs-passphrase");
  // A secret that was set from a file or by echo ends with the line end of the file.
  const candidates = new Set([passphrase, passphrase.replace(/\r?\n$|\r$/, "")]);
  let code: InputErrorCode = "private-key-wrong-passphrase";
  for (const candidate of candidates) {
    try {
      return open(candidate);
    } catch (error) {
      if (UNSUPPORTED_CIPHER.test(codeOf(error))) code = "private-key-encryption-unsupported";
    }
  }
  return inputError(code);
}

function unusableReason(key: KeyObject): InputError | undefined {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = key;
  if (type !== "rsa") return inputError("private-key-not-rsa", { detail: type });
  const bits = details?.modulusLength ?? 0;
  if (bits < FEWEST_BITS) return inputError("private-key-too-short", { detail: String(bits) });
  return numbersAreConsistent(key) || canSign(key) ? undefined : inputError("private-key-truncated");
}

/**
 * Whether a key's numbers belong together (RFC 8017 §3.2), which takes a fraction of a signature's time. Where they don't,
 * the key may still sign, because OpenSSL compensates for some of them. The numbers are written out for this, and go nowhere.
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

function identifyMistake(text: string, { layers }: DecodedText): InputError {
  const placeholder = placeholderIn(text);
  if (placeholder !== undefined) return inputError("input-placeholder", placeholder);
  if (layers[0] === "") return inputError("private-key-empty");
  const mistake = MISTAKES.find(({ looks }) => layers.some((layer) => looks.test(layer)));
  if (mistake === undefined) return inputError("private-key-unrecognized");
  return inputError(mistake.code, { detail: mistake.detail ?? "", fixes: [mistake.fix] });
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
