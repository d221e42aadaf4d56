import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { KEY_PAIR_COMMAND, UPLOAD_PATH } from "../lib/setup-steps.ts";
import { type InputErrorCode, inputError } from "./errors.ts";
import { decodePem } from "./pem.ts";

/** What the action needs to know of the certificate that was uploaded to Salesforce. */
export interface Certificate {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the public key (SubjectPublicKeyInfo in DER): lower-case hex, as `openssl dgst -sha256` prints it. */
  readonly publicKeyFingerprint: string;
}

/** A certificate as it is read, with the key that signatures are verified with. */
export interface CertificateWithKey extends Certificate {
  readonly publicKey: KeyObject;
}

const RENEWAL =
  `Make a new pair (${KEY_PAIR_COMMAND}), upload salesforce.crt to the app (${UPLOAD_PATH}), and change the stored key and ` +
  "certificate at the same time: the app takes one certificate.";
const DAY_MS = 86_400_000;

/** What else is pasted as a certificate, by its text without whitespace (labels: RFC 7468). First match wins. */
const MISTAKES: readonly (readonly [InputErrorCode, { test(text: string): boolean }])[] = [
  ["certificate-is-a-request", /BEGIN(?:NEW)?CERTIFICATEREQUEST/],
  ["certificate-truncated", /BEGIN(?:X509|TRUSTED)?CERTIFICATE-/],
  ["certificate-is-a-public-key", /BEGIN[A-Z0-9]{0,20}PUBLICKEY|^(?:ssh|ecdsa)-/],
  ["certificate-is-a-file-name", /^.{1,255}\.(?:crt|cer|cert|pem|der|p7b|p12|pfx|jks|csr|key)$/i],
  ["certificate-is-a-public-key", { test: isPublicKey }],
];

/**
 * Reads a certificate in every shape that a private key is read in: PEM, base64 of PEM or of DER, with whatever the way to
 * a variable added. Of several, returns the one that belongs to the private key, otherwise the first.
 *
 * @throws InputError without a part of the text
 */
export function readCertificate(text: string, privateKey?: KeyObject): CertificateWithKey {
  const decoded = decodePem(text);
  const certificates = decoded.blocks.map(({ der }) => parseDer(der)).filter((found) => found !== undefined);
  const ofKey = privateKey && fingerprint(createPublicKey(privateKey));
  const certificate =
    certificates.find(({ publicKeyFingerprint }) => publicKeyFingerprint === ofKey) ?? certificates[0];
  if (certificate !== undefined) return certificate;
  const mistake = MISTAKES.find(([, looks]) => decoded.layers.some((layer) => looks.test(layer)));
  throw inputError(mistake?.[0] ?? "certificate-unreadable");
}

/**
 * Checks that a certificate is the private key's.
 *
 * @throws InputError `certificate-key-mismatch` with the fingerprints of both public keys
 */
export function assertKeyPair(pair: { readonly certificate: Certificate; readonly privateKey: KeyObject }): void {
  const ofCertificate = pair.certificate.publicKeyFingerprint;
  const ofKey = fingerprint(createPublicKey(pair.privateKey));
  if (ofCertificate === ofKey) return;
  throw inputError("certificate-key-mismatch", {
    detail: `of the certificate's public key is ${ofCertificate}, the private key's is ${ofKey}`,
  });
}

/**
 * Returns a warning if the certificate has expired, expires soon, or isn't valid yet.
 *
 * @param now the moment to compare with
 * @param warningDays how many days before the expiration the warnings begin
 */
export function certificateWarning(facts: {
  readonly certificate: Certificate;
  readonly now: Date;
  readonly warningDays: number;
}): string | undefined {
  const { notBefore, notAfter } = facts.certificate;
  const leftMs = notAfter.getTime() - facts.now.getTime();
  if (leftMs <= 0) {
    return `The certificate expired on ${day(notAfter)}. Salesforce is reported to go on accepting it, but doesn't promise to. ${RENEWAL}`;
  }
  if (notBefore > facts.now) {
    return (
      `The certificate is valid only from ${notBefore.toISOString()}, which is in the future by the runner's clock. ` +
      "Check the runner's clock, or use the certificate from then on."
    );
  }
  if (leftMs > facts.warningDays * DAY_MS) return undefined;
  return `The certificate expires on ${day(notAfter)}, in ${daysLeft(leftMs)}. ${RENEWAL}`;
}

function parseDer(der: Buffer): CertificateWithKey | undefined {
  try {
    const { validFromDate, validToDate, publicKey } = new X509Certificate(der);
    if (Number.isNaN(validFromDate.getTime()) || Number.isNaN(validToDate.getTime())) return undefined;
    return { notBefore: validFromDate, notAfter: validToDate, publicKeyFingerprint: fingerprint(publicKey), publicKey };
  } catch {
    return undefined;
  }
}

function isPublicKey(base64: string): boolean {
  const key = Buffer.from(base64, "base64");
  return (["spki", "pkcs1"] as const).some((type) => {
    try {
      createPublicKey({ key, format: "der", type });
      return true;
    } catch {
      return false;
    }
  });
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
