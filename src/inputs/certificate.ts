import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { KEY_PAIR_COMMAND, UPLOAD_PATH } from "../lib/key-pair-steps.ts";
import { CERTIFICATE_PROBLEMS, type CertificateProblem, certificateFailure } from "./certificate-errors.ts";

/** What the action needs to know of the certificate that was uploaded to Salesforce. */
export interface Certificate {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the public key (SubjectPublicKeyInfo in DER): lower-case hex, as `openssl dgst -sha256` prints it. */
  readonly publicKeyFingerprint: string;
}

const RENEWAL =
  `Make a new pair (${KEY_PAIR_COMMAND}), upload salesforce.crt to the app (${UPLOAD_PATH}), and change the stored key and ` +
  "certificate at the same time: the app takes one certificate.";
const DAY_MS = 86_400_000;

/** What else is pasted as a certificate, by its BEGIN line (RFC 7468). */
const OTHER_ARMOR: readonly (readonly [RegExp, CertificateProblem])[] = [
  [/BEGIN (?:NEW )?CERTIFICATE REQUEST/, "certificate-is-a-request"],
  [/BEGIN [A-Z0-9 ]*PUBLIC KEY/, "certificate-is-a-public-key"],
];
const BEGIN_CERTIFICATE = /BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const CERTIFICATE_BLOCK = /BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END /;
const FILE_PATH = /^[^\n]{1,255}\.(?:crt|cer|cert|pem|der|p7b|p12|pfx|jks|csr|key)$/i;

/**
 * Reads a certificate as people paste it: PEM, base64 of PEM or of DER; with any line ends, literal `\n`, on one line,
 * indented, quoted, with a BOM, with text around it. Of several, the first.
 *
 * @param text the input as given
 * @throws Failure with a code of {@link CERTIFICATE_PROBLEMS}, never with a part of the text
 */
export function readCertificate(text: string): Certificate {
  if (FILE_PATH.test(text.trim())) throw certificateFailure("certificate-is-a-file-name");
  const tidied = tidy(text);
  const decoded = decodeBase64(tidied);
  const pem = [tidied, tidy(decoded?.toString("latin1") ?? "")].find((candidate) => /-----BEGIN /.test(candidate));
  const der = pem === undefined ? decoded : derOfPem(pem);
  if (der === undefined) throw certificateFailure("certificate-unreadable");
  const certificate = parseDer(der);
  if (certificate === undefined) throw certificateFailure(problemOfDer(der));
  return certificate;
}

/**
 * Checks that a certificate is the private key's.
 *
 * @throws Failure `certificate-key-mismatch` with the fingerprints of both public keys
 */
export function assertKeyPair(pair: { readonly certificate: Certificate; readonly privateKey: KeyObject }): void {
  const ofCertificate = pair.certificate.publicKeyFingerprint;
  const ofKey = fingerprint(createPublicKey(pair.privateKey));
  if (ofCertificate === ofKey) return;
  const { message } = CERTIFICATE_PROBLEMS["certificate-key-mismatch"];
  throw certificateFailure(
    "certificate-key-mismatch",
    `${message}: the SHA-256 of the certificate's public key is ${ofCertificate}, the private key's is ${ofKey}`,
  );
}

/**
 * A word about the certificate's dates, where they are worth one.
 *
 * @param now the moment to compare with
 * @param warningDays how many days before the end the warnings begin
 */
export function certificateWarning(facts: {
  readonly certificate: Certificate;
  readonly now: Date;
  readonly warningDays: number;
}): string | undefined {
  const { notBefore, notAfter } = facts.certificate;
  const leftMs = notAfter.getTime() - facts.now.getTime();
  if (leftMs <= 0) {
    return `The certificate lapsed on ${day(notAfter)}. Whether it still works is up to Salesforce. ${RENEWAL}`;
  }
  if (notBefore > facts.now) {
    return (
      `The certificate is valid only from ${notBefore.toISOString()}, which is in the future by the runner's clock. ` +
      "Whether it works already is up to Salesforce. Check the runner's clock, or wait."
    );
  }
  if (leftMs > facts.warningDays * DAY_MS) return undefined;
  return `The certificate ends on ${day(notAfter)}, in ${daysLeft(leftMs)}. ${RENEWAL}`;
}

/** Undoes what YAML, JSON and `.env` files do to a PEM; none of these characters belongs into one. White space does no harm. */
function tidy(text: string): string {
  return text
    .replace(/\\+[rnt]/g, "\n")
    .replace(/["'`\\]/g, "")
    .trim();
}

function decodeBase64(text: string): Buffer | undefined {
  const body = text.replace(/\s+/g, "");
  return /^[A-Za-z\d+/_-]+={0,2}$/.test(body) ? Buffer.from(body, "base64") : undefined;
}

function derOfPem(pem: string): Buffer | undefined {
  // Refused even beside a certificate: the runner has printed this input before the step could hide anything.
  if (/PRIVATE KEY-----/.test(pem)) throw certificateFailure("certificate-is-a-private-key");
  const body = CERTIFICATE_BLOCK.exec(pem)?.[1];
  if (body !== undefined) return decodeBase64(body);
  if (BEGIN_CERTIFICATE.test(pem)) throw certificateFailure("certificate-truncated");
  const other = OTHER_ARMOR.find(([begin]) => begin.test(pem));
  throw certificateFailure(other?.[1] ?? "certificate-unreadable");
}

function parseDer(der: Buffer): Certificate | undefined {
  try {
    const { validFromDate, validToDate, publicKey } = new X509Certificate(der);
    if (Number.isNaN(validFromDate.getTime()) || Number.isNaN(validToDate.getTime())) return undefined;
    return { notBefore: validFromDate, notAfter: validToDate, publicKeyFingerprint: fingerprint(publicKey) };
  } catch {
    return undefined;
  }
}

function problemOfDer(der: Buffer): CertificateProblem {
  if ((["pkcs8", "pkcs1", "sec1"] as const).some((type) => isPrivateKey(der, type))) {
    return "certificate-is-a-private-key";
  }
  if ((["spki", "pkcs1"] as const).some((type) => isPublicKey(der, type))) return "certificate-is-a-public-key";
  return "certificate-unreadable";
}

/** An encrypted key can't be opened here, but Node says that a passphrase is missing, which other bytes don't get. */
function isPrivateKey(der: Buffer, type: "pkcs8" | "pkcs1" | "sec1"): boolean {
  try {
    createPrivateKey({ key: der, format: "der", type });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_MISSING_PASSPHRASE";
  }
}

function isPublicKey(der: Buffer, type: "spki" | "pkcs1"): boolean {
  try {
    createPublicKey({ key: der, format: "der", type });
    return true;
  } catch {
    return false;
  }
}

function fingerprint(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
}

function day(date: Date): string {
  return `${date.toISOString().slice(0, 10)} (UTC)`;
}

function daysLeft(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS);
  if (days === 0) return "less than a day";
  return days === 1 ? "1 day" : `${days} days`;
}
