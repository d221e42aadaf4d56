import { KeyObject, webcrypto } from "node:crypto";
import { randomSerialNumber, toPrivateKeyPem, X509CertificateGenerator } from "./x509.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const RSA: webcrypto.RsaHashedKeyGenParams = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** When a client's certificate is valid. */
export interface ClientKeyOptions {
  /** From `notBefore` on; counts where there is no `notAfter`. Two years, as the guides have it. */
  readonly days?: number;
  /** The present moment by default. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** What a customer makes with openssl: the key for the job, the certificate for the app. */
export interface ClientKey {
  /** PKCS #8. */
  readonly privateKeyPem: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly certificatePem: string;
}

/** Makes an RSA key of 2048 bits and a self-signed certificate for it. */
export async function clientKey(options: ClientKeyOptions = {}): Promise<ClientKey> {
  const notBefore = options.notBefore ?? new Date();
  const notAfter = options.notAfter ?? new Date(notBefore.getTime() + (options.days ?? 730) * DAY_MS);
  const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: "CN=github-actions",
    keys,
    signingAlgorithm: RSA,
    notBefore,
    notAfter,
  });
  return {
    privateKeyPem: toPrivateKeyPem(keys.privateKey),
    privateKey: KeyObject.from(keys.privateKey),
    publicKey: KeyObject.from(keys.publicKey),
    certificatePem: `${certificate.toString("pem")}\n`,
  };
}
