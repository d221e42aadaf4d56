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
import { CERTIFICATE_PROBLEMS } from "../../../src/inputs/certificate-errors.ts";
import { ActionError } from "../../../src/lib/action-error.ts";
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
const pkcs1 = (format: "pem" | "der") =>
  pair.privateKey.export({ type: "pkcs1", format } as { type: "pkcs1"; format: "pem" });
const encrypted = (format: "pem" | "der") =>
  pair.privateKey.export({ type: "pkcs8", format: format as "pem", cipher: "aes-256-cbc", passphrase: "hunter2" });
const spki = (format: "pem" | "der") => pair.publicKey.export({ type: "spki", format: format as "pem" });

const pasted: Readonly<Record<string, string>> = {
  "PEM as openssl writes it": pem,
  "PEM without a last line end": pem.trimEnd(),
  "PEM with CRLF": pem.replaceAll("\n", "\r\n"),
  "PEM with CR": pem.replaceAll("\n", "\r"),
  "PEM with literal \\n": pem.replaceAll("\n", "\\n"),
  "PEM with literal \\r\\n": pem.replaceAll("\n", "\\r\\n"),
  "PEM with literal \\\\n": pem.replaceAll("\n", "\\\\n"),
  "PEM on one line with spaces": pem.replaceAll("\n", " "),
  "PEM on one line without spaces": pem.replaceAll("\n", ""),
  "PEM that is indented": pem.replaceAll(/^/gm, "    "),
  "PEM in double quotes": `"${pem.replaceAll("\n", "\\n")}"`,
  "PEM in single quotes": `'${pem}'`,
  "PEM in quoted lines": pem.replaceAll(/^(.+)$/gm, '"$1"'),
  "PEM as a JSON string": JSON.stringify(pem).replaceAll("/", "\\/"),
  "PEM with a BOM": `\uFEFF${pem}`,
  "PEM with text around": `Certificate:\n    Data:\n        Version: 3 (0x2)\n${pem}trailing text`,
  "PEM with bag attributes": `Bag Attributes\n    localKeyID: 01\nsubject=CN = github-actions\n${pem}`,
  "PEM with its old label": pem.replaceAll("CERTIFICATE", "X509 CERTIFICATE"),
  "PEM as trusted certificate": pem.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
  "PEM beside its public key": `${spki("pem")}${pem}`,
  "PEM chain, the leaf first": pem + otherPem,
  "base64 of PEM": base64(pem),
  "base64 of PEM, wrapped": wrapped(base64(pem)),
  "base64 of PEM with CRLF": base64(pem.replaceAll("\n", "\r\n")),
  "base64 of PEM with literal \\n": base64(pem.replaceAll("\n", "\\n")),
  "base64 of PEM with a BOM": base64(`\uFEFF${pem}`),
  "base64 of DER": base64(der),
  "base64 of DER, wrapped with CRLF": wrapped(base64(der)).replaceAll("\n", "\r\n"),
  "base64url of DER": der.toString("base64url"),
  "base64 of DER with a BOM": `\uFEFF${base64(der)}`,
  "base64 of DER, quoted": `"${base64(der)}"`,
};

const refused: readonly (readonly [string, string, keyof typeof CERTIFICATE_PROBLEMS])[] = [
  ["a private key in PKCS#8", privateKeyPem, "certificate-is-a-private-key"],
  ["a private key in PKCS#1", String(pkcs1("pem")), "certificate-is-a-private-key"],
  ["an encrypted private key", String(encrypted("pem")), "certificate-is-a-private-key"],
  ["a private key on one line", privateKeyPem.replaceAll("\n", "\\n"), "certificate-is-a-private-key"],
  ["a certificate with its private key", pem + privateKeyPem, "certificate-is-a-private-key"],
  ["base64 of a private key's PEM", base64(privateKeyPem), "certificate-is-a-private-key"],
  ["base64 of a private key's PKCS#1 DER", base64(pkcs1("der")), "certificate-is-a-private-key"],
  ["base64 of an encrypted private key's DER", base64(encrypted("der")), "certificate-is-a-private-key"],
  ["the body of a private key's PEM", privateKeyPem.replaceAll(/^-.*$/gm, ""), "certificate-is-a-private-key"],
  ["a certificate request", request.toString("pem"), "certificate-is-a-request"],
  ["base64 of a certificate request", base64(request.toString("pem")), "certificate-is-a-request"],
  ["a public key", String(spki("pem")), "certificate-is-a-public-key"],
  ["base64 of a public key's DER", base64(spki("der")), "certificate-is-a-public-key"],
  ["the name of a file", "certs/salesforce.crt", "certificate-is-a-file-name"],
  ["a Windows path", "C:\\certs\\new.pem\r\n", "certificate-is-a-file-name"],
  ["PEM without its end", pem.slice(0, -40), "certificate-truncated"],
  ["blank text", " \n", "certificate-unreadable"],
  ["plain text", "not a certificate", "certificate-unreadable"],
  ["an armor of another kind", pem.replaceAll("CERTIFICATE", "PKCS7"), "certificate-unreadable"],
  ["PEM with a character lost", pem.replace("MII", "MI"), "certificate-unreadable"],
  ["PEM with odd characters", pem.replace("MII", "MII!"), "certificate-unreadable"],
  ["base64 of half of DER", base64(der.subarray(0, der.length / 2)), "certificate-unreadable"],
  ["base64 of other bytes", base64("hello world"), "certificate-unreadable"],
];

function failureOf(run: () => unknown): ActionError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ActionError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
}

describe("readCertificate", () => {
  const expected: Certificate = readCertificate(pem);

  it("gives both dates", () => {
    assert.deepEqual([expected.notBefore, expected.notAfter], [startsAt, expiresAt]);
  });

  it("gives the fingerprint that the commands of the advice print", { skip: !hasOpenssl() }, () => {
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
    it(`tells ${what} from a certificate`, () => {
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

  it("has a test for every way to refuse", () => {
    const tested = new Set<string>([...refused.map(([, , code]) => code), "certificate-key-mismatch"]);
    assert.deepEqual(tested, new Set(Object.keys(CERTIFICATE_PROBLEMS)));
  });
});

describe("checkPair", () => {
  it("takes the key that the certificate was made with", () => {
    assertKeyPair({ certificate: readCertificate(pem), privateKey: pair.privateKey });
  });

  it("names both fingerprints when certificate and key are not a pair", () => {
    const certificate = readCertificate(pem);
    const { code, message, steps } = failureOf(() => assertKeyPair({ certificate, privateKey: otherPair.privateKey }));
    assert.equal(code, "certificate-key-mismatch");
    assert.ok(message.includes(certificate.publicKeyFingerprint));
    assert.ok(message.includes(readCertificate(otherPem).publicKeyFingerprint));
    assert.match(steps.join("\n"), /openssl x509 .*openssl dgst.*openssl pkey .*openssl dgst/s);
  });

  it("tells an RSA key from a certificate with an elliptic curve key", async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const curve = await X509CertificateGenerator.createSelfSigned({
      name: "CN=curve",
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      keys,
    });
    const certificate = readCertificate(curve.toString("pem"));
    assert.equal(
      failureOf(() => assertKeyPair({ certificate, privateKey: pair.privateKey })).code,
      "certificate-key-mismatch",
    );
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
    assert.match(warning, /ends on 2028-01-01 \(UTC\), in 30 days\./);
    assert.match(warning, /openssl req -x509 .*Setup → External Client App Manager/);
  });

  it("counts whole days", () => {
    assert.match(warningAt("2027-12-30T00:00:00Z") ?? "", /in 2 days\./);
    assert.match(warningAt("2027-12-31T12:00:00Z") ?? "", /in 1 day\./);
    assert.match(warningAt("2028-01-01T11:59:59Z") ?? "", /in less than a day\./);
  });

  it("says that a certificate has lapsed, even without a window", () => {
    for (const now of ["2028-01-01T12:00:00Z", "2030-01-01T00:00:00Z"]) {
      assert.match(
        warningAt(now, 0) ?? "",
        /lapsed on 2028-01-01 \(UTC\)\. Whether it still works is up to Salesforce/,
      );
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
