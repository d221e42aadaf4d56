// Has to come first: the library looks for it while it loads.
import "../../fakes/salesforce/reflect-metadata.ts";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { Pkcs10CertificateRequestGenerator, X509CertificateGenerator } from "@peculiar/x509";
import {
  assertKeyPair,
  type Certificate,
  certificateWarning,
  readCertificate,
} from "../../../src/inputs/certificate.ts";
import { INPUT_ERRORS } from "../../../src/inputs/errors.ts";
import { failureOf } from "../../support/input-error.ts";
import { damages } from "../../support/keys.ts";
import { everythingOn, piecesOf } from "../../support/secrets.ts";

const startsAt = new Date("2026-01-01T00:00:00.000Z");
const expiresAt = new Date("2028-01-01T12:00:00.000Z");
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

function cryptoKeys({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) {
  return {
    publicKey: publicKey.toCryptoKey(algorithm, true, ["verify"]),
    privateKey: privateKey.toCryptoKey(algorithm, true, ["sign"]),
  };
}

async function makeCertificate(keys: { publicKey: KeyObject; privateKey: KeyObject }): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=github-actions",
    notBefore: startsAt,
    notAfter: expiresAt,
    signingAlgorithm: algorithm,
    keys: cryptoKeys(keys),
  });
  return `${certificate.toString("pem")}\n`;
}

const pem = await makeCertificate(pair);
const otherPem = await makeCertificate(otherPair);
const request = await Pkcs10CertificateRequestGenerator.create({
  name: "CN=github-actions",
  signingAlgorithm: algorithm,
  keys: cryptoKeys(pair),
});
const der = new X509Certificate(pem).raw;
const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");
const wrapped = (text: string) => text.replace(/.{76}/g, "$&\n");
const privateKeyPem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const spki = (format: "pem" | "der") => pair.publicKey.export({ type: "spki", format: format as "pem" });
const pkcs1 = pair.publicKey.export({ type: "pkcs1", format: "der" });

const pasted: Readonly<Record<string, string>> = {
  "PEM as openssl writes it": pem,
  "PEM with text around": `Certificate:\n    Data:\n        Version: 3 (0x2)\n${pem}trailing text`,
  "PEM with its old label": pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
  "PEM as trusted certificate": pem.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
  "PEM under another label": pem.replaceAll("CERTIFICATE", "PKCS7"),
  "PEM beside its public key": `${spki("pem")}${pem}`,
  "PEM chain, the leaf first": pem + otherPem,
  "base64 of DER": base64(der),
  "base64 of DER, wrapped with CRLF": wrapped(base64(der)).replaceAll("\n", "\r\n"),
  "base64url of DER": der.toString("base64url"),
  "base64 of DER with a BOM": `\uFEFF${base64(der)}`,
  ...Object.fromEntries(damages.map(({ name, apply }) => [`PEM: ${name}`, apply(pem)])),
};

const requestPem = request.toString("pem");
const refused: readonly (readonly [string, string, string])[] = [
  ["a certificate request", requestPem, "certificate-is-a-request"],
  ["a certificate request with its old label", requestPem.replaceAll("CERT", "NEW CERT"), "certificate-is-a-request"],
  ["base64 of a certificate request", base64(requestPem), "certificate-is-a-request"],
  ["a public key", String(spki("pem")), "certificate-is-a-public-key"],
  ["a public key without an END line", String(spki("pem")).slice(0, -30), "certificate-is-a-public-key"],
  ["base64 of a public key's DER", base64(spki("der")), "certificate-is-a-public-key"],
  ["base64 of a public key's PKCS#1 DER", base64(pkcs1), "certificate-is-a-public-key"],
  ["a public key of SSH", "ssh-rsa AAAAB3NzaC1yc2E deploy", "certificate-is-a-public-key"],
  ["a public key of SSH on a curve", "ecdsa-sha2-nistp256 AAAAE2VjZHNh deploy", "certificate-is-a-public-key"],
  ["a Windows path", "C:\\certs\\new.pem\r\n", "certificate-is-a-file-name"],
  ...["crt", "cer", "cert", "pem", "der", "p7b", "p12", "pfx", "jks", "csr", "key", "CRT"].map(
    (end) => [`a path that ends in .${end}`, `certs/salesforce.${end}`, "certificate-is-a-file-name"] as const,
  ),
  ["PEM without its end", pem.slice(0, -40), "certificate-truncated"],
  [
    "PEM with its old label without its end",
    pem.replaceAll("CERT", "X509 CERT").slice(0, -40),
    "certificate-truncated",
  ],
  ["PEM with a character lost", pem.replace("MII", "MI"), "certificate-truncated"],
  ["PEM with odd characters", pem.replace("MII", "MII!"), "certificate-truncated"],
  ["blank text", " \n", "certificate-unreadable"],
  ["plain text", "not a certificate", "certificate-unreadable"],
  ["a path of 260 characters", `${"a".repeat(256)}.crt`, "certificate-unreadable"],
  ["a path to something else", "certs/salesforce.crt.txt", "certificate-unreadable"],
  ["base64 of half of DER", base64(der.subarray(0, der.length / 2)), "certificate-unreadable"],
  ["base64 of other bytes", base64("hello world"), "certificate-unreadable"],
];

describe("readCertificate", () => {
  const expected: Certificate = readCertificate(pem);

  it("gives both dates", () => {
    assert.deepEqual([expected.notBefore, expected.notAfter], [startsAt, expiresAt]);
  });

  it("gives the fingerprint that the commands of the fixes print", { skip: !hasOpenssl() }, () => {
    const openssl = (input: string | Buffer, ...args: string[]) => execFileSync("openssl", args, { input });
    const publicKey = openssl(pem, "x509", "-noout", "-pubkey");
    const ofCertificate = openssl(openssl(publicKey, "pkey", "-pubin", "-outform", "DER"), "dgst", "-sha256");
    const ofKey = openssl(openssl(privateKeyPem, "pkey", "-pubout", "-outform", "DER"), "dgst", "-sha256");
    assert.equal(String(ofCertificate).trim().split("= ")[1], expected.publicKeyFingerprint);
    assert.equal(String(ofKey), String(ofCertificate));
  });

  for (const [form, text] of Object.entries(pasted)) {
    it(`reads ${form}`, () => assert.deepEqual(readCertificate(text), expected));
  }

  for (const [what, text, code] of refused) {
    it(`names ${what}`, () => {
      const failure = failureOf(() => readCertificate(text));
      assert.equal(failure.code, code);
      const printed = everythingOn(failure);
      const leaked = text
        .split("\n")
        .flatMap(piecesOf)
        .filter((piece) => /^[\w+/=]{16}$/.test(piece) && printed.includes(piece));
      assert.deepEqual(leaked, []);
    });
  }

  it("is tested with every error code of its table", () => {
    const tested = new Set([...refused.map(([, , code]) => code), "certificate-key-mismatch"]);
    assert.deepEqual(tested, new Set(Object.keys(INPUT_ERRORS).filter((code) => code.startsWith("certificate-"))));
  });

  it("chooses the certificate of the private key from a chain, in any order", () => {
    const expectedOther = readCertificate(otherPem);
    for (const chain of [pem + otherPem, otherPem + pem]) {
      assert.deepEqual(readCertificate(chain, pair.privateKey), expected);
      assert.deepEqual(readCertificate(chain, otherPair.privateKey), expectedOther);
    }
  });

  it("returns the first certificate of a chain that has none of the private key", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    assert.deepEqual(readCertificate(pem + otherPem, privateKey), expected);
  });
});

describe("assertKeyPair", () => {
  it("accepts the key that the certificate was made with", () => {
    assertKeyPair({ certificate: readCertificate(pem), privateKey: pair.privateKey });
  });

  it("names both fingerprints if certificate and key aren't a pair", () => {
    const certificate = readCertificate(pem);
    const { code, fixes } = failureOf(() => assertKeyPair({ certificate, privateKey: otherPair.privateKey }));
    assert.equal(code, "certificate-key-mismatch");
    const prints = [certificate, readCertificate(otherPem)].map(({ publicKeyFingerprint }) => publicKeyFingerprint);
    assert.ok(
      fixes[2]?.includes(`certificate's public key is ${prints[0]}, the private key's is ${prints[1]}`),
      fixes[2],
    );
    assert.match(fixes.join("\n"), /openssl pkey .*openssl dgst.*openssl x509 .*openssl dgst/s);
  });

  it("refuses a certificate with an elliptic curve key", async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const curve = await X509CertificateGenerator.createSelfSigned({
      name: "CN=curve",
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      keys,
    });
    const certificate = readCertificate(curve.toString("pem"));
    const { code } = failureOf(() => assertKeyPair({ certificate, privateKey: pair.privateKey }));
    assert.equal(code, "certificate-key-mismatch");
  });
});

describe("certificateWarning", () => {
  const certificate = readCertificate(pem);
  const warningAt = (now: string, warningDays = 30) =>
    certificateWarning({ certificate, now: new Date(now), warningDays });

  it("says nothing before the window begins", () => {
    assert.equal(warningAt("2027-12-02T11:59:59Z"), undefined);
    assert.equal(warningAt("2026-01-01T00:00:00Z"), undefined);
  });

  it("says the date, the days left and what to do inside the window", () => {
    const warning = warningAt("2027-12-02T12:00:00Z") ?? "";
    assert.match(warning, /expires on 2028-01-01 \(UTC\), in 30 days\./);
    assert.match(warning, /openssl req -x509 .*Setup > External Client App Manager/);
  });

  it("counts whole days", () => {
    assert.match(warningAt("2027-12-30T00:00:00Z") ?? "", /in 2 days\./);
    assert.match(warningAt("2027-12-31T12:00:00Z") ?? "", /in 1 day\./);
    assert.match(warningAt("2028-01-01T11:59:59Z") ?? "", /in less than a day\./);
  });

  it("says that a certificate has expired, even without a window", () => {
    for (const now of ["2028-01-01T12:00:00Z", "2030-01-01T00:00:00Z"]) {
      assert.match(warningAt(now, 0) ?? "", /expired on 2028-01-01 \(UTC\)\. .*openssl req -x509/);
    }
    assert.equal(warningAt("2028-01-01T11:59:59Z", 0), undefined);
  });

  it("says that a certificate is not valid yet", () => {
    assert.match(warningAt("2025-12-31T23:59:59Z") ?? "", /valid only from 2026-01-01T00:00:00\.000Z/);
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}
