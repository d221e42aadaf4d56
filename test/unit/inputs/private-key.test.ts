import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { INPUT_ERRORS, InputError } from "../../../src/inputs/errors.ts";
import { decodeKeyFile } from "../../../src/inputs/pem.ts";
import { readPrivateKey } from "../../../src/inputs/private-key.ts";
import { hopelessKeys } from "../../support/hopeless-keys.ts";
import {
  type AcceptedForm,
  acceptedFiles,
  acceptedForms,
  accountKey,
  base64,
  bodyOf,
  encrypted,
  keyBodies,
  PASSPHRASE,
  pkcs1,
  pkcs8,
} from "../../support/keys.ts";

const hopeless = await hopelessKeys();

/** Reads a key and writes down what was masked on the way. */
function read({ text, passphrase }: Omit<AcceptedForm, "name">): {
  key?: KeyObject;
  failure?: InputError;
  masked: string[];
} {
  const masked: string[] = [];
  try {
    return { key: readPrivateKey({ text, passphrase, mask: (secret) => masked.push(secret) }), masked };
  } catch (failure) {
    assert.ok(failure instanceof InputError, inspect(failure));
    return { failure, masked };
  }
}

function assertAccountKey(key: KeyObject | undefined, failure?: InputError): void {
  assert.equal(failure?.code, undefined);
  assert.ok(key && createPublicKey(key).equals(createPublicKey(accountKey())));
}

const linesOf = (pem: string) => pem.split("\n").filter((line) => line !== "" && !line.includes("-----"));

describe("readPrivateKey", () => {
  for (const form of acceptedForms()) {
    it(`reads a key: ${form.name}`, () => {
      const { key, failure } = read(form);
      assertAccountKey(key, failure);
    });
  }

  for (const { name, text, passphrase, code } of hopeless) {
    it(`names what can't be a usable key: ${name}`, () => {
      const { failure } = read(passphrase === undefined ? { text } : { text, passphrase });
      assert.equal(failure?.code, code);
      assert.equal(failure.cause, undefined, "OpenSSL's own words aren't passed on");
      assert.doesNotMatch(failure.message, /\{detail\}|undefined|NaN|-----/);
      assert.notDeepEqual(failure.fixes, []);
    });
  }

  // Node opens each of these; OpenSSL signs with all but two, whichever number its shorter way makes do without.
  for (const number of ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const) {
    const works = number !== "n" && number !== "e";
    it(`${works ? "takes" : "refuses"} a key whose ${number} is damaged: it ${works ? "still signs" : "doesn't sign"}`, () => {
      const jwk = accountKey().export({ format: "jwk" });
      const bytes = Buffer.from(jwk[number] ?? "", "base64url");
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      const damaged = createPrivateKey({ key: { ...jwk, [number]: bytes.toString("base64url") }, format: "jwk" });
      const { key, failure } = read({ text: pkcs8(damaged) });
      assert.equal(failure?.code, works ? undefined : "private-key-truncated");
      if (!key) return;
      const message = Buffer.from("message");
      assert.ok(verify("sha256", message, createPublicKey(accountKey()), sign("sha256", message, key)));
    });
  }

  it("reads a larger key, too", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
    assert.ok(createPublicKey(read({ text: base64(pkcs1(privateKey)) }).key as KeyObject).equals(publicKey));
  });

  /** Texts that show what they are in one line; each piece of the patterns has one. */
  const glances: readonly (readonly [code: string, ...texts: readonly string[]])[] = [
    [
      "private-key-other-format",
      "BEGIN OPENSSH PRIVATE KEY",
      "b3BlbnNzaC1rZXktdjEAAAA",
      "{}",
      "zs7OzgAAAAI",
      "/u3+7QAAAAI",
      "MIIJ3wIBAzC",
      "MIACAQMwgA",
    ],
    [
      "private-key-encrypted-file",
      "-----BEGIN PGP MESSAGE-----",
      "-----BEGIN AGE ENCRYPTED FILE-----",
      "U2FsdGVkX1AB",
      "AEdJVENSWVBU",
      "AQICAHi",
    ],
    [
      "private-key-truncated",
      ...["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "ANY "].flatMap((label) => [
        `-----BEGIN ${label}PRIVATE KEY-----`,
        `-----END ${label}PRIVATE KEY-----`,
      ]),
    ],
    ["private-key-truncated", "LS0tLS1CRUdJTiBQUk", "Proc-Type: 4,ENCRYPTED"],
    [
      "private-key-is-certificate",
      ...["", "X509 ", "TRUSTED "].map((label) => `-----BEGIN ${label}CERTIFICATE-----`),
      "-----BEGIN PKCS7-----",
    ],
    ["private-key-is-certificate", "-----BEGIN CERTIFICATE REQUEST-----", "-----BEGIN NEW CERTIFICATE REQUEST-----"],
    [
      "private-key-is-public",
      ...["", "RSA ", "EC ", "DSA ", "SSH2 "].map((label) => `-----BEGIN ${label}PUBLIC KEY-----`),
    ],
    [
      "private-key-is-public",
      "ssh-ed25519 AAAA x",
      "ecdsa-sha2-nistp256 AAAA x",
      "AAAAB3NzaC1yc2E",
      "AAAAC3NzaC1lZDI1",
    ],
    [
      "private-key-is-file-path",
      ...["key", "pem", "der", "p8", "p12", "pfx", "jks", "ppk", "crt", "cer", "csr", "txt", "PEM"].map(
        (end) => `deploy.${end}`,
      ),
    ],
    [
      "private-key-is-file-path",
      "~key(1)",
      "@key(1)",
      "/key(1)",
      "./key(1)",
      "../key(1)",
      "C:key(1)",
      "file:key(1)",
      "http:key(1)",
      "https:key(1)",
    ],
    ["private-key-other-value", "1".repeat(15), "1".repeat(20), "00Dxx0000001gER!"],
    [
      "private-key-unrecognized",
      ...[
        "b3BlbnNzaC1rZXktdjE",
        "U2FsdGVkX1AB",
        "AEdJVENSWVBU",
        "AQICAHi",
        "vault:v1:",
        "Proc-Type:",
        "AAAAB3NzaC1yc2E",
        "LS0tLS1CRUdJ",
      ].map((text) => `x${text}`),
    ],
    [
      "private-key-unrecognized",
      "xMIIJ3wIBAzC",
      "xzs7OzgAAAAI",
      `x${"1".repeat(15)}`,
      `${"A".repeat(64)}x`,
      "x3MVG9".padEnd(30, "x"),
      "x00Dxx0000001gER!",
      "x{}",
      "!a/b",
      "a/b!",
      `x${"eyJ".padEnd(20, "x")}.x.x`,
      `xSHA256:${"a".repeat(43)}`,
      "1".repeat(14),
      "1".repeat(21),
      "deploy.keys",
      `${"k".repeat(297)}.key`,
      `a/${"b".repeat(58)}`,
    ],
  ];
  for (const [code, ...texts] of glances) {
    for (const text of texts) {
      it(`gives ${code} for ${text.slice(0, 50)}`, () => assert.equal(read({ text }).failure?.code, code));
    }
  }

  /** What the message or the first fix says in particular. */
  const particulars: readonly (readonly [name: string, words: RegExp])[] = [
    ["EC key (PKCS#8)", /its type is ec\b/],
    ["Ed25519 key", /its type is ed25519\b/],
    ["RSA-PSS key", /its type is rsa-pss\b/],
    ["RSA key of 1024 bits (PKCS#1)", /\b1024 bits\b/],
    ["certificate", /is a certificate, not/],
    ["certificate request", /is a certificate signing request, not/],
    ["OpenSSH key", /OpenSSH's format.*ssh-keygen -p -m PEM/s],
    ["PuTTY key", /PuTTY's \(\.ppk\) format.*puttygen .* -O private-openssh/s],
    ["PKCS#12", /PKCS#12.*^Extract the key: openssl pkcs12/ms],
    ["JKS", /JKS.*keytool -importkeystore.*openssl pkcs12/s],
    ["JWK", /JWK.*createPrivateKey/s],
    ["ansible-vault", /ansible-vault encrypted/],
    ["openssl enc, base64", /openssl enc encrypted/],
    ["PGP message", /PGP encrypted/],
    ["age, armored", /age encrypted/],
    ["sops", /sops encrypted/],
    ["git-crypt", /git-crypt encrypted/],
    ["HashiCorp Vault", /HashiCorp Vault encrypted/],
    ["AWS KMS", /AWS KMS encrypted/],
    ["PGP key", /is a PGP key/],
    ["fingerprint by openssl", /is the fingerprint/],
    ["consumer secret", /is a consumer secret/],
    ["consumer key", /is a consumer key/],
    ["JWT", /is a JWT/],
    ["access token", /is an access token/],
    ["masked value", /masked secret.*^Copy the value from where/ms],
    ["expression", /is an expression/],
  ];
  for (const [name, words] of particulars) {
    it(`says what is particular about this: ${name}`, () => {
      const { failure } = read(hopeless.find((row) => row.name === name) ?? assert.fail(name));
      assert.match([failure?.message, failure?.fixes[0]].join("\n"), words);
    });
  }

  it("uses the first key that works of several", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const { key, failure } = read({ text: pkcs8(privateKey) + encrypted.pkcs8() + pkcs1() });
    assertAccountKey(key, failure);
  });

  it("explains the first key if none of several works", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    assert.equal(read({ text: pkcs8(privateKey) + encrypted.pkcs8() }).failure?.code, "private-key-too-short");
    assert.equal(read({ text: encrypted.pkcs8() + pkcs8(privateKey) }).failure?.code, "private-key-needs-passphrase");
  });

  it("tries a passphrase as it is before it removes the line end", () => {
    const passphrase = "ends with a line end\n";
    const text = accountKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
    assertAccountKey(read({ text, passphrase }).key);
    assert.equal(read({ text, passphrase: passphrase.trim() }).failure?.code, "private-key-wrong-passphrase");
  });

  it("masks each line of the PEM, and the base64 on one line, in whatever form the key comes", () => {
    const forms = { escaped: pkcs8().replaceAll("\n", "\\n"), base64: base64(pkcs8()), body: bodyOf(pkcs8()) };
    for (const [name, text] of Object.entries(forms)) {
      const { masked } = read({ text });
      const hidden = new Set(masked.flatMap((secret) => secret.split("\n")));
      assert.deepEqual(
        linesOf(pkcs8()).filter((line) => !hidden.has(line)),
        [],
        name,
      );
      assert.ok(masked.includes(bodyOf(pkcs8())), name);
    }
  });

  it("masks the lines of what was base64, each time", () => {
    const { masked } = read({ text: base64(base64(`# key of the deployment user\n${pkcs8()}`)) });
    for (const line of [base64(`# key of the deployment user\n${pkcs8()}`), "# key of the deployment user"]) {
      assert.ok(masked.includes(line));
    }
  });

  it("masks before it refuses", () => {
    const openSsh = hopeless.find(({ name }) => name === "base64 of an OpenSSH key");
    assert.ok(read(openSsh ?? { text: "" }).masked.some((line) => line.startsWith("b3BlbnNzaC1rZXktdjE")));
    const wrong = read({ text: base64(encrypted.pkcs8()), passphrase: "wrong" });
    assert.equal(wrong.failure?.code, "private-key-wrong-passphrase");
    assert.ok(wrong.masked.includes(bodyOf(encrypted.pkcs8())));
  });

  it("never writes out what a passphrase opens", () => {
    const { key, masked } = read({ text: encrypted.pkcs8(), passphrase: PASSPHRASE });
    assertAccountKey(key);
    const plain = [pkcs8(), pkcs1()].map((pem) => bodyOf(pem).slice(100, 164));
    assert.ok(masked.length > 0);
    for (const secret of masked) for (const piece of plain) assert.ok(!secret.includes(piece));
  });

  it("masks single lines of 8 characters or more, and no BEGIN or END line", () => {
    for (const { text } of [...hopeless, ...acceptedForms()]) {
      for (const line of read({ text }).masked) assert.match(line, /^(?!-*(?:BEGIN|END) [A-Z ]*-*$).{8,}$/);
    }
  });
});

describe("decodeKeyFile", () => {
  for (const { name, bytes, passphrase } of acceptedFiles()) {
    it(`makes a text that can be read of ${name}`, () => {
      const text = decodeKeyFile(bytes);
      const { key, failure } = read(passphrase === undefined ? { text } : { text, passphrase });
      assertAccountKey(key, failure);
    });
  }

  it("gives the text of a file without its byte order mark", () => {
    assert.equal(decodeKeyFile(Buffer.from("\ufeffä key")), "ä key");
    assert.equal(decodeKeyFile(Buffer.from("\ufeffä key", "utf16le")), "ä key");
    assert.equal(decodeKeyFile(Buffer.from("\ufeffä key", "utf16le").swap16()), "ä key");
    assert.equal(decodeKeyFile(Buffer.from("a kéy", "utf16le")), "a kéy");
    assert.equal(decodeKeyFile(Buffer.from("a kéy", "utf16le").swap16()), "a kéy");
    assert.equal(decodeKeyFile(Buffer.alloc(0)), "");
  });

  it("gives the base64 of a binary file", () => {
    const bytes = Buffer.from("feedfeed0000000200000001", "hex");
    assert.equal(decodeKeyFile(bytes), bytes.toString("base64"));
  });

  it("doesn't change the bytes that it is given", () => {
    const bytes = Buffer.from(`\ufeff${pkcs8()}`, "utf16le").swap16();
    const before = Buffer.from(bytes);
    decodeKeyFile(bytes);
    assert.deepEqual(bytes, before);
  });
});

describe("the errors of private keys", () => {
  it("are each the outcome of a test", () => {
    const elsewhere = ["private-key-given-twice", "private-key-file-unreadable"];
    const codes = Object.keys(INPUT_ERRORS).filter((code) => code.startsWith("private-key-"));
    const tested = new Set(hopeless.map(({ code }) => code));
    assert.deepEqual(
      codes.filter((code) => !tested.has(code) && !elsewhere.includes(code)),
      [],
    );
  });

  it("contain no piece of a key when they are shown", () => {
    const failures = hopeless.map(({ text, passphrase }) =>
      inspect(read(passphrase === undefined ? { text } : { text, passphrase }).failure),
    );
    const shown = failures.join("\n");
    for (const body of keyBodies()) {
      for (let start = 0; start + 12 <= body.length; start++) {
        const piece = body.slice(start, start + 12);
        assert.ok(!shown.includes(piece), "a piece of the key can be read");
      }
    }
  });
});
