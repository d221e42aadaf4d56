import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  randomSerialNumber,
  SubjectAlternativeNameExtension,
  toPrivateKeyPem,
  X509CertificateGenerator,
} from "./x509.ts";

const HOUR_MS = 60 * 60 * 1000;
const KEY: webcrypto.EcKeyGenParams = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE: webcrypto.EcdsaParams = { name: "ECDSA", hash: "SHA-256" };

/** What can be wrong with a host's certificate. */
export type CertificateFlaw = "expired" | "not-yet-valid" | "wrong-name" | "unknown-authority" | "self-signed";

/** A certificate with its key, both PEM. */
export interface HostCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Who signs the hosts' certificates, for as long as a test runs. */
export interface Authority {
  /** PEM, for NODE_EXTRA_CA_CERTS. */
  readonly certificatePem: string;
  /** Makes a certificate for a host, sound or with one flaw. */
  certificateFor(host: string, flaw?: CertificateFlaw): Promise<HostCertificate>;
}

interface Signer {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** From when to when, in hours from now. It begins in the past, so that a clock that is a little behind doesn't matter. */
const VALIDITY_HOURS: Readonly<Record<CertificateFlaw | "none", readonly [from: number, to: number]>> = {
  none: [-24, 24],
  expired: [-48, -24],
  "not-yet-valid": [24, 48],
  "wrong-name": [-24, 24],
  "unknown-authority": [-24, 24],
  "self-signed": [-24, 24],
};

/** Makes an authority for this run, and a second one whose certificates no client trusts. */
export async function createAuthority(): Promise<Authority> {
  const [trusted, unknown, hostKeys] = await Promise.all([
    createSigner("CN=Embedded Salesforce CA"),
    createSigner("CN=Unknown CA"),
    generateKeys(),
  ]);
  const key = toPrivateKeyPem(hostKeys.privateKey);
  return {
    certificatePem: trusted.certificatePem,
    certificateFor: async (host, flaw) => {
      const name = flaw === "wrong-name" ? "other-host.example" : host;
      const signers: Partial<Record<CertificateFlaw | "none", Signer>> = {
        "unknown-authority": unknown,
        "self-signed": { name: commonName(name), keys: hostKeys },
      };
      const signer = signers[flaw ?? "none"] ?? trusted;
      return { cert: await signHost(name, hostKeys, signer, VALIDITY_HOURS[flaw ?? "none"]), key };
    },
  };
}

/** P-256: its keys are made in a millisecond, where RSA takes up to a second. */
function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
}

async function createSigner(name: string): Promise<Signer & Pick<Authority, "certificatePem">> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name,
    keys,
    signingAlgorithm: SIGNATURE,
    ...validity(VALIDITY_HOURS.none),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { name, keys, certificatePem: `${certificate.toString("pem")}\n` };
}

async function signHost(
  host: string,
  keys: webcrypto.CryptoKeyPair,
  signer: Signer,
  hours: readonly [from: number, to: number],
): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject: commonName(host),
    issuer: signer.name,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: SIGNATURE,
    ...validity(hours),
    extensions: [
      new SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    ],
  });
  return certificate.toString("pem");
}

/** At most 64 characters (RFC 5280, appendix A.1); the full name is the alternative one. */
function commonName(host: string): string {
  return `CN=${host.slice(0, 64)}`;
}

function validity([from, to]: readonly [from: number, to: number]): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() + from * HOUR_MS), notAfter: new Date(Date.now() + to * HOUR_MS) };
}
