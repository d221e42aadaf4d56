// Has to come first: the library looks for it while it loads.
import "../fakes/salesforce/reflect-metadata.ts";
import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { Pkcs10CertificateRequestGenerator, X509CertificateGenerator } from "@peculiar/x509";
import type { InputErrorCode } from "../../src/inputs/errors.ts";
import {
  type AcceptedForm,
  accountKey,
  base64,
  bodyOf,
  der,
  ecKey,
  encrypted,
  lines,
  once,
  PASSPHRASE,
  pkcs1,
  pkcs8,
} from "./keys.ts";

/** What people give in place of a key, and the code of the failure that it gets. */
export interface HopelessKey extends AcceptedForm {
  readonly code: string;
}

type Row = readonly [name: string, code: InputErrorCode, text: string, passphrase?: string];

/** All that can't work, made of fresh keys. */
export const hopelessKeys = once(async (): Promise<readonly HopelessKey[]> => {
  const rows = [
    ...publicThings(),
    ...(await certificates()),
    ...otherFormats(),
    ...otherKeys(),
    ...locked(),
    ...damaged(),
    ...encryptedFiles(),
    ...otherValues(),
    ...notKeys(),
  ];
  return rows.map(([name, code, text, passphrase]) => ({
    name,
    code,
    text,
    ...(passphrase !== undefined && { passphrase }),
  }));
});

const armor = (label: string, data: Buffer) =>
  `-----BEGIN ${label}-----\n${lines(base64(data), 64, "\n")}-----END ${label}-----\n`;

function publicThings(): Row[] {
  const key = createPublicKey(accountKey());
  const spki = key.export({ type: "spki", format: "pem" }).toString();
  const rsaPublicKey = key.export({ type: "pkcs1", format: "pem" }).toString();
  const code = "private-key-is-public";
  return [
    ["public key (SPKI)", code, spki],
    ["public key (PKCS#1)", code, rsaPublicKey],
    ["base64 of a public key", code, base64(spki)],
    ["public key on one line", code, spki.replaceAll("\n", "\\n")],
    ["body of a public key (SPKI)", code, bodyOf(spki)],
    ["body of a public key (PKCS#1)", code, bodyOf(rsaPublicKey)],
    ["public key of SSH", code, `ssh-rsa ${base64(sshPublicKey())} deploy@example.com`],
    ["public key of SSH without its type", code, base64(sshPublicKey())],
    ["public key of SSH (RFC 4716)", code, armor("SSH2 PUBLIC KEY", sshPublicKey())],
  ];
}

async function certificates(): Promise<Row[]> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const publicKey = createPublicKey(accountKey()).toCryptoKey(algorithm, true, ["verify"]);
  const facts = {
    name: "CN=github-actions",
    signingAlgorithm: algorithm,
    keys: { publicKey, privateKey: accountKey().toCryptoKey(algorithm, false, ["sign"]) },
  };
  const certificate = (await X509CertificateGenerator.createSelfSigned(facts)).toString("pem");
  const request = (await Pkcs10CertificateRequestGenerator.create(facts)).toString("pem");
  return [
    ["certificate", "private-key-is-certificate", certificate],
    ["base64 of a certificate", "private-key-is-certificate", base64(certificate)],
    ["base64 of a certificate's DER", "private-key-is-certificate", bodyOf(certificate)],
    ["chain of certificates", "private-key-is-certificate", `${certificate}\n${certificate}`],
    ["PKCS#7", "private-key-is-certificate", armor("PKCS7", randomBytes(900))],
    ["certificate request", "private-key-is-certificate", request],
    [
      "certificate request with its old label",
      "private-key-is-certificate",
      request.replaceAll("CERTIFICATE", "NEW CERTIFICATE"),
    ],
  ];
}

/** Of these, only what they can be told by is real: the rest is random. */
function otherFormats(): Row[] {
  const startingWith = (hex: string) => base64(Buffer.concat([Buffer.from(hex, "hex"), randomBytes(2300)]));
  const openSsh = openSshKey();
  const jwk = JSON.stringify(accountKey().export({ format: "jwk" }));
  return [
    ["OpenSSH key", "private-key-other-format", armor("OPENSSH PRIVATE KEY", openSsh)],
    ["base64 of an OpenSSH key", "private-key-other-format", base64(armor("OPENSSH PRIVATE KEY", openSsh))],
    ["body of an OpenSSH key", "private-key-other-format", base64(openSsh)],
    [
      "PuTTY key",
      "private-key-other-format",
      `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPublic-Lines: 6\n${lines(base64(sshPublicKey()), 64, "\n")}`,
    ],
    ["PKCS#12", "private-key-other-format", startingWith("308209df020103308209950609")],
    ["PKCS#12 of indefinite length", "private-key-other-format", startingWith("3080020103308006")],
    ["JKS", "private-key-other-format", startingWith("feedfeed0000000200000001")],
    ["JCEKS", "private-key-other-format", startingWith("cececece0000000200000001")],
    ["JWK", "private-key-other-format", jwk],
    ["base64 of a JWK", "private-key-other-format", base64(jwk)],
  ];
}

function otherKeys(): Row[] {
  const ecPkcs1 = ecKey().export({ type: "sec1", format: "pem" }).toString();
  const ecEncrypted = ecKey()
    .export({ type: "sec1", format: "pem", cipher: "aes-128-cbc", passphrase: PASSPHRASE })
    .toString();
  const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey;
  const code = "private-key-not-rsa";
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  return [
    ["EC key (PKCS#8)", code, pkcs8(ecKey())],
    ["EC key (SEC 1)", code, ecPkcs1],
    ["EC key (SEC 1), body alone", code, bodyOf(ecPkcs1)],
    ["EC key (SEC 1), encrypted", code, ecEncrypted, PASSPHRASE],
    ["Ed25519 key", code, pkcs8(generateKeyPairSync("ed25519").privateKey)],
    ["Ed25519 key, body alone", code, bodyOf(pkcs8(generateKeyPairSync("ed25519").privateKey))],
    ["RSA-PSS key", code, pkcs8(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey)],
    ["DSA key", code, pkcs8(dsa)],
    ["RSA key of 1024 bits (PKCS#8)", "private-key-too-short", pkcs8(short)],
    ["RSA key of 1024 bits (PKCS#1)", "private-key-too-short", pkcs1(short)],
  ];
}

function locked(): Row[] {
  const aes256Cbc = Buffer.from("60864801650304012a", "hex");
  const oddCipher = der(encrypted.pkcs8());
  oddCipher[oddCipher.indexOf(aes256Cbc) + aes256Cbc.length - 1] = 0x7f;
  const singleDes = encrypted["aes-256-cbc"]().replace(/AES-256-CBC,(.{16}).{16}/, "DES-CBC,$1");
  return [
    ["encrypted PKCS#8 without passphrase", "private-key-needs-passphrase", encrypted.pkcs8()],
    ["encrypted PKCS#1 without passphrase", "private-key-needs-passphrase", encrypted["aes-256-cbc"]()],
    ["base64 of encrypted PKCS#8 without passphrase", "private-key-needs-passphrase", base64(encrypted.pkcs8())],
    ["encrypted PKCS#8 and the wrong passphrase", "private-key-wrong-passphrase", encrypted.pkcs8(), `${PASSPHRASE}!`],
    [
      "encrypted PKCS#1 and the wrong passphrase",
      "private-key-wrong-passphrase",
      encrypted["des-ede3-cbc"](),
      "not this one\n",
    ],
    ["encrypted PKCS#8 and a passphrase of whitespace", "private-key-wrong-passphrase", encrypted.pkcs8(), "\n"],
    [
      "PKCS#8 with an unknown cipher",
      "private-key-encryption-unsupported",
      armor("ENCRYPTED PRIVATE KEY", oddCipher),
      PASSPHRASE,
    ],
    ...["SEED-CBC", "ARIA-1-CBC", "CAMELLIA-1-CBC"].map(
      (cipher): Row => [
        `PKCS#1 with ${cipher}`,
        "private-key-encryption-unsupported",
        encrypted["aes-256-cbc"]().replace("AES-256-CBC", cipher),
        PASSPHRASE,
      ],
    ),
    ["PKCS#1 with single DES", "private-key-encryption-unsupported", singleDes, PASSPHRASE],
    [
      "PKCS#1 with an unknown cipher",
      "private-key-encryption-unsupported",
      singleDes.replace("DES-CBC", "ROT-13"),
      PASSPHRASE,
    ],
  ];
}

function damaged(): Row[] {
  const pem = pkcs8();
  const half = pem.slice(0, pem.length / 2);
  const code = "private-key-truncated";
  const withoutLines = (text: string, from: number, count: number) =>
    text.split("\n").toSpliced(from, count).join("\n");
  const swapped = pem.replace(/^((?:.*\n){6}.{20})(.)/, (_, before, letter) => before + (letter === "A" ? "B" : "A"));
  return [
    ["BEGIN without END", code, half],
    ["BEGIN without END, though all the rest is there", code, pem.slice(0, pem.indexOf("-----END"))],
    ["END without BEGIN", code, pem.slice(pem.length / 2)],
    ["BEGIN line alone", code, pem.slice(0, pem.indexOf("\n"))],
    ["BEGIN and END with nothing between", code, withoutLines(pem, 1, pem.split("\n").length - 3)],
    ["body left out", code, "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----"],
    ["a line missing", code, withoutLines(pem, 10, 1)],
    ["the last lines missing", code, withoutLines(pem, 20, 6)],
    ["a line of it masked", code, pem.replace(/\n.{64}\n/, "\n***\n")],
    ["another alphabet", code, pem.replace(/^(.*\n.*\n)...../, "$1ключй")],
    ["a character changed", code, swapped],
    ["base64 of half a key", code, base64(half)],
    ["half of the base64 of a key", code, base64(pem).slice(0, 1000)],
    ["base64 of a key with a hole", code, base64(pem).replace(/^(.{300}).{9}/, "$1…")],
    ["half of the body", code, bodyOf(pem).slice(0, 800)],
    ["body with a hole", code, bodyOf(pem).replace(/^(.{300}).{9}/, "$1…")],
    ["encrypted PKCS#8, cut", code, withoutLines(encrypted.pkcs8(), 12, 4), PASSPHRASE],
    ["encrypted PKCS#1, cut", code, encrypted["aes-256-cbc"]().replace(/.{10}\n-----END/, "\n-----END"), PASSPHRASE],
    ["beginning of a body", code, `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${"A".repeat(40)}`],
    ["headers of a key alone", code, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00"],
    ["half of a key and a certificate", code, `${half}\n${armor("CERTIFICATE", randomBytes(700))}`],
  ];
}

/** Beginnings of what other tools encrypt; the rest is random. */
function encryptedFiles(): Row[] {
  const code = "private-key-encrypted-file";
  const random = base64(randomBytes(600));
  return [
    ["ansible-vault", code, `$ANSIBLE_VAULT;1.1;AES256\n${lines(randomBytes(400).toString("hex"), 80, "\n")}`],
    ["openssl enc, base64", code, lines(base64(Buffer.concat([Buffer.from("Salted__"), randomBytes(700)])), 64, "\n")],
    ["openssl enc, the bytes as text", code, `Salted__${random}`],
    ["PGP message", code, armor("PGP MESSAGE", randomBytes(700))],
    ["age, armored", code, armor("AGE ENCRYPTED FILE", randomBytes(700))],
    ["age, the bytes as text", code, `age-encryption.org/v1\n-> X25519 ${random}`],
    ["sops", code, `data: ENC[AES256_GCM,data:${random},iv:AAAA,tag:BBBB,type:str]\nsops:\n    version: 3.9.0`],
    ["git-crypt", code, base64(Buffer.concat([Buffer.from("\0GITCRYPT\0"), randomBytes(700)]))],
    ["HashiCorp Vault", code, `vault:v1:${random}`],
    ["AWS KMS", code, `AQICAH${random}`],
  ];
}

function otherValues(): Row[] {
  const code = "private-key-other-value";
  const hex = (length: number) => randomBytes(length).toString("hex");
  const colons = (length: number) => (hex(length).match(/../g) ?? []).join(":");
  return [
    ["PGP key", code, armor("PGP PRIVATE KEY BLOCK", randomBytes(900))],
    ["fingerprint by ssh-keygen", code, `2048 SHA256:${base64(randomBytes(32)).slice(0, 43)} deploy (RSA)`],
    ["fingerprint by SSH, SHA-256", code, `SHA256:${base64(randomBytes(32)).slice(0, 43)}`],
    ["fingerprint by SSH, MD5", code, `MD5:${colons(16)}`],
    ["fingerprint by openssl", code, `SHA1 Fingerprint=${colons(20).toUpperCase()}`],
    ["fingerprint with colons", code, colons(32)],
    ["fingerprint, MD5 in hex", code, hex(16)],
    ["fingerprint, SHA-1 in hex", code, hex(20)],
    ["consumer secret", code, hex(32).toUpperCase()],
    ["consumer secret of an old app", code, "1234567890123456789"],
    ["consumer key", code, "3MVG9".padEnd(85, "x.Y_7")],
    [
      "JWT",
      code,
      `${base64('{"alg":"RS256"}').replace(/=+$/, "")}.${randomBytes(90).toString("base64url")}.${"x".repeat(340)}`,
    ],
    ["access token", code, `00D5e000000AbCd!AQ8AQ${"aB3.".repeat(20)}`],
  ];
}

function notKeys(): Row[] {
  const path = "private-key-is-file-path";
  const placeholder = "input-placeholder";
  return [
    ["nothing", "private-key-empty", ""],
    ["whitespace", "private-key-empty", " \r\n\t\u00a0\ufeff\n"],
    ["quotes around nothing", "private-key-empty", '""'],
    ["relative path", path, "./certs/salesforce.key"],
    ["relative path without a dot", path, "certs/server"],
    ["file name", path, "server.key\n"],
    ["absolute path", path, "/home/runner/work/_temp/key"],
    ["path in the home folder", path, "~/.ssh/id_rsa"],
    ["Windows path", path, "C:\\Users\\runner\\new\\server.pem"],
    ["curl's notation for a file", path, "@server.key"],
    ["address", path, "https://example.com/server.key"],
    ["expression", placeholder, "${{ secrets.SALESFORCE_PRIVATE_KEY }}"],
    ["expression without its braces", placeholder, "secrets.SALESFORCE_PRIVATE_KEY"],
    ["expression of another tool", placeholder, "{{ salesforce_key }}"],
    ["shell variable in quotes", placeholder, '"${SALESFORCE_PRIVATE_KEY}"'],
    ["masked value", "input-placeholder", "***"],
    ["masked lines", "input-placeholder", "***\n***\n***\n"],
    ["words", "private-key-unrecognized", "correct horse battery staple"],
    ["random base64", "private-key-unrecognized", `Q${base64(Buffer.alloc(900, 0xa5))}`],
    [
      "base64 of words",
      "private-key-unrecognized",
      base64("nothing but words, and as many of them as it takes to look long enough"),
    ],
  ];
}

/** Length and bytes, as SSH puts its fields together (RFC 4251 §5). */
function sshFields(...fields: readonly (string | Buffer)[]): Buffer {
  const framed = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    return [length, Buffer.from(field as string)];
  });
  return Buffer.concat(framed);
}

function sshPublicKey(): Buffer {
  const { e = "", n = "" } = createPublicKey(accountKey()).export({ format: "jwk" });
  const modulus = Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")]);
  return sshFields("ssh-rsa", Buffer.from(e, "base64url"), modulus);
}

/** The public half is real; in place of the private one there are random bytes. */
function openSshKey(): Buffer {
  const start = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    sshFields("none", "none", ""),
    Buffer.from([0, 0, 0, 1]),
  ]);
  return Buffer.concat([start, sshFields(sshPublicKey(), randomBytes(800))]);
}
