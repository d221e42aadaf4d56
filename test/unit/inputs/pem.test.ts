import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { describe, it } from "node:test";
import { decodedLinesToMask, decodeKeyFile, decodePem, findPrivateKey, linesToMask } from "../../../src/inputs/pem.ts";
import { clientKey } from "../../fakes/salesforce/client-key.ts";
import { hopelessKeys } from "../../support/hopeless-keys.ts";
import {
  acceptedForms,
  accountKey,
  base64,
  bodyOf,
  der,
  ecKey,
  encrypted,
  lines,
  pkcs1,
  pkcs8,
} from "../../support/keys.ts";

const holds = (text: string) => findPrivateKey(text) !== undefined;
const hopeless = await hopelessKeys();
const { certificatePem } = await clientKey();
const publicKey = createPublicKey(accountKey());
const sec1 = (format: "pem" | "der") => ecKey().export({ type: "sec1", format: format as "pem" });
const pkcs12 = (version: string) => Buffer.from(`308209df0201${version}308209950609${"2a".repeat(60)}`, "hex");

describe("findPrivateKey", () => {
  for (const { name, text } of acceptedForms()) {
    it(`recognizes a key, also with text around: ${name}`, () => {
      for (const around of [text, `${text}@x.example`, `deploy:${text}`]) assert.ok(holds(around));
    });
  }

  const others: Readonly<Record<string, string>> = {
    "base64 of PEM behind a letter": `x${base64(pkcs8())}`,
    "base64 of PEM behind two letters": `xy${base64(pkcs8())}`,
    "base64 of PKCS#1 PEM behind a letter": `x${base64(pkcs1())}`,
    "base64 of indented PEM behind a letter": `x${base64(`  ${pkcs8()}`)}`,
    "a key encrypted as in PKCS#12": base64(
      Buffer.from(`308204fe3028060a2a864886f70d010c0103${"2a".repeat(60)}`, "hex"),
    ),
    "base64 of DER behind a letter": `x${bodyOf(pkcs8())}`,
    "the first line of PKCS#8": bodyOf(pkcs8()).slice(0, 64),
    "the first line of PKCS#1": bodyOf(pkcs1()).slice(0, 64),
    "the first line of encrypted PKCS#8": bodyOf(encrypted.pkcs8()).slice(0, 64),
    "a BEGIN line alone": "-----BEGIN RSA PRIVATE KEY-----",
    "an EC key in SEC 1": base64(sec1("der")),
    "an EC key in PKCS#8": bodyOf(pkcs8(ecKey())),
    "PKCS#12": base64(pkcs12("03")),
    "PKCS#8 of version 2": base64(pkcs12("01")),
    "an age identity": `AGE-SECRET-KEY-1${"Q".repeat(58)}`,
    "a key in an address": `https://acme.my.site.com/${base64(pkcs8())}`,
    ...Object.fromEntries(
      hopeless
        .filter(({ name }) =>
          /^(?:OpenSSH key|base64 of an OpenSSH key|body of an OpenSSH key|PuTTY key|JWK|base64 of a JWK)$/.test(name),
        )
        .map(({ name, text }) => [name, text]),
    ),
  };
  for (const [what, text] of Object.entries(others)) {
    it(`recognizes ${what}`, () => assert.ok(holds(text)));
  }

  const harmless: Readonly<Record<string, string>> = {
    "a certificate": certificatePem,
    "base64 of a certificate": base64(certificatePem),
    "base64 of a certificate's DER": bodyOf(certificatePem),
    "a public key": publicKey.export({ type: "spki", format: "pem" }).toString(),
    "base64 of a public key": base64(publicKey.export({ type: "pkcs1", format: "der" })),
    "a certificate request": hopeless.find(({ name }) => name === "certificate request")?.text ?? "",
    "base64 of a request's DER": bodyOf(hopeless.find(({ name }) => name === "certificate request")?.text ?? ""),
    "a sequence with another number": base64(pkcs12("02")),
    "a sequence with a version in the middle": base64(
      Buffer.from(`308204fe0500020100300d0609${"2a".repeat(60)}`, "hex"),
    ),
    "a consumer key": "3MVG9".padEnd(85, "x.Y_7M"),
    "a username": "deploy@acme.example.uat",
    "an address": "https://acme.my.site.com/private/keys",
    "a path": "keys/private-key.pem",
    "a long word": "MII".repeat(80),
    "a part of a BEGIN line": "BEGIN PRIVATE KEY",
    nothing: "",
  };
  for (const [what, text] of Object.entries(harmless)) {
    it(`isn't misled by ${what}`, () => assert.equal(holds(text), false));
  }
});

describe("linesToMask", () => {
  it("returns trimmed lines of 8 characters or more, whichever ends they have", () => {
    assert.deepEqual(linesToMask(" 12345678\r1234567\n\r\n\tabcdefghi \u2028jklmnopqr\u2029"), [
      "12345678",
      "abcdefghi",
      "jklmnopqr",
    ]);
  });

  it("returns no BEGIN or END line, unless the key follows on it", () => {
    assert.deepEqual(
      linesToMask("-----BEGIN RSA PRIVATE KEY-----\n  -----END PRIVATE KEY-----\n-----BEGIN X509 CRL-----"),
      [],
    );
    const oneLine = pkcs8().replaceAll("\n", " ").trim();
    assert.deepEqual(linesToMask(oneLine), [oneLine]);
    assert.deepEqual(linesToMask("the END of it\nBEGINNING"), ["the END of it", "BEGINNING"]);
  });
});

describe("decodedLinesToMask", () => {
  const pemLines = lines(bodyOf(pkcs8()), 64, "\n").trim().split("\n");

  it("returns each line as a PEM file has it, and the base64 on one line, once", () => {
    for (const text of [pkcs8(), pkcs8().replaceAll("\n", " "), bodyOf(pkcs8()), der(pkcs8()).toString("base64url")]) {
      assert.deepEqual(decodedLinesToMask(decodePem(text)), [
        ...pemLines.filter((line) => line.length >= 8),
        bodyOf(pkcs8()),
      ]);
    }
  });

  it("returns the lines of what was base64", () => {
    const masks = decodedLinesToMask(decodePem(base64(`# a comment\n1\n${pkcs8()}`)));
    assert.equal(masks[0], "# a comment");
    assert.equal(new Set(masks).size, masks.length);
    assert.ok(!masks.includes("1"));
  });
});

describe("decodeKeyFile", () => {
  it("reads UTF-16 without a byte order mark only where every second byte is NUL", () => {
    assert.equal(decodeKeyFile(Buffer.from("key", "utf16le")), "key");
    for (const hex of ["30fffe00ff", "30feff00ff"]) {
      assert.equal(decodeKeyFile(Buffer.from(hex, "hex")), base64(Buffer.from(hex, "hex")));
    }
    assert.equal(
      decodeKeyFile(Buffer.from("\0GITCRYPT\0\u00ff", "latin1")),
      base64(Buffer.from("\0GITCRYPT\0\u00ff", "latin1")),
    );
    assert.equal(
      decodeKeyFile(Buffer.from("G\0ITCRYPT\u00ff", "latin1")),
      base64(Buffer.from("G\0ITCRYPT\u00ff", "latin1")),
    );
  });
});
