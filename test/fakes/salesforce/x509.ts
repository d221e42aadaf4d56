// Has to come first: the library looks for it while it loads.
import "./reflect-metadata.ts";
import { KeyObject, webcrypto } from "node:crypto";

export {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A key of Web Crypto as PEM of PKCS #8 (RFC 7468 §10). */
export function toPrivateKeyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
}

/** A serial number of 128 random bits with the sign bit clear (RFC 5280 §4.1.2.2), in hex. */
export function randomSerialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}
