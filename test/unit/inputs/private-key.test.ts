import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { decodeKeyFile, readPrivateKey } from "../../../src/inputs/private-key.ts";
import { PRIVATE_KEY_PROBLEMS } from "../../../src/inputs/private-key-errors.ts";
import { ActionError } from "../../../src/lib/action-error.ts";
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
  failure?: ActionError;
  masked: string[];
} {
  const masked: string[] = [];
  try {
    return { key: readPrivateKey({ text, passphrase, mask: (secret) => masked.push(secret) }), masked };
  } catch (failure) {
    assert.ok(failure instanceof ActionError, inspect(failure));
    return { failure, masked };
  }
}

function assertAccountKey(key: KeyObject | undefined, failure?: ActionError): void {
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
    it(`refuses what can't work: ${name}`, () => {
      const { failure } = read(passphrase === undefined ? { text } : { text, passphrase });
      assert.equal(failure?.code, code);
      assert.equal(failure.cause, undefined, "OpenSSL's words don't go on");
      assert.doesNotMatch(failure.message, /\{detail\}|undefined|NaN|-----/);
    });
  }

  it("has a test for every way to refuse", () => {
    const tested = new Set(hopeless.map(({ code }) => code));
    assert.deepEqual([...tested].sort(), Object.keys(PRIVATE_KEY_PROBLEMS).sort());
  });

  // Node opens each of these; OpenSSL signs with all but two, whichever number its shorter way makes do without.
  for (const number of ["n", "e", "d", "p", "q", "dp", "dq", "qi"] as const) {
    const works = number !== "n" && number !== "e";
    it(`${works ? "takes" : "refuses"} a key whose ${number} is damaged: it ${works ? "still signs" : "signs for nobody"}`, () => {
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

  it("names the type of a key that is not RSA and the length of one that is too short", () => {
    const messageOf = (name: string) =>
      read(hopeless.find((row) => row.name === name) ?? { text: "" }).failure?.message;
    assert.match(messageOf("EC key (PKCS#8)") ?? "", /\btype is ec\b/);
    assert.match(messageOf("Ed25519 key") ?? "", /\btype is ed25519\b/);
    assert.match(messageOf("RSA-PSS key") ?? "", /\btype is rsa-pss\b/);
    assert.match(messageOf("RSA key of 1024 bits (PKCS#1)") ?? "", /\b1024 bits\b/);
  });

  it("uses the first key that works of several", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const { key, failure } = read({ text: pkcs8(privateKey) + encrypted.pkcs8() + pkcs1() });
    assertAccountKey(key, failure);
  });

  it("explains the first key when none of several works", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    assert.equal(read({ text: pkcs8(privateKey) + encrypted.pkcs8() }).failure?.code, "private-key-too-short");
    assert.equal(read({ text: encrypted.pkcs8() + pkcs8(privateKey) }).failure?.code, "private-key-needs-passphrase");
  });

  it("takes a passphrase as it is before it takes its line end off", () => {
    const passphrase = "ends with a line end\n";
    const text = accountKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
    assertAccountKey(read({ text, passphrase }).key);
    assert.equal(read({ text, passphrase: passphrase.trim() }).failure?.code, "private-key-wrong-passphrase");
  });

  it("takes a passphrase of OpenSSL's whole 1024 bytes, and one more when that is a line end", () => {
    const passphrase = "é".repeat(512);
    const text = accountKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
    assertAccountKey(read({ text, passphrase }).key);
    assertAccountKey(read({ text, passphrase: `${passphrase}\n` }).key);
  });

  it("cares about no passphrase, however long, when the key has none", () => {
    assertAccountKey(read({ text: pkcs8(), passphrase: "x".repeat(5000) }).key);
  });

  it("takes 64 KiB and no more", () => {
    const padding = 64 * 1024 - pkcs8().length;
    assertAccountKey(read({ text: pkcs8() + " ".repeat(padding) }).key);
    assert.equal(read({ text: pkcs8() + " ".repeat(padding + 1) }).failure?.code, "private-key-too-large");
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

  it("masks what comes out of base64, each time", () => {
    const { masked } = read({ text: base64(base64(`"${pkcs8()}"`)) });
    assert.ok(masked.includes(base64(`"${pkcs8()}"`)));
    assert.ok(masked.includes(`"${pkcs8()}"`));
  });

  it("masks before it refuses", () => {
    const openSsh = hopeless.find(({ name }) => name === "base64 of an OpenSSH key");
    assert.match(read(openSsh ?? { text: "" }).masked.join("\n"), /BEGIN OPENSSH PRIVATE KEY/);
    const wrong = read({ text: base64(encrypted.pkcs8()), passphrase: "wrong" });
    assert.equal(wrong.failure?.code, "private-key-wrong-passphrase");
    assert.ok(wrong.masked.includes(encrypted.pkcs8()));
    assert.ok(wrong.masked.includes(bodyOf(encrypted.pkcs8())));
  });

  it("never writes out what a passphrase opens", () => {
    const { key, masked } = read({ text: encrypted.pkcs8(), passphrase: PASSPHRASE });
    assertAccountKey(key);
    const plain = [pkcs8(), pkcs1()].map((pem) => bodyOf(pem).slice(100, 164));
    assert.ok(masked.length > 0);
    for (const secret of masked) for (const piece of plain) assert.ok(!secret.includes(piece));
  });

  it("masks nothing that is empty", () => {
    for (const { text } of [...hopeless, ...acceptedForms()]) {
      for (const secret of read({ text }).masked) assert.notEqual(secret.trim(), "");
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

describe("PRIVATE_KEY_PROBLEMS", () => {
  const rows = Object.entries(PRIVATE_KEY_PROBLEMS);

  it("says for each what to do, in texts that the log doesn't hide", () => {
    for (const [code, { message, steps }] of rows) {
      assert.match(code, /^private-key-[a-z]+(?:-[a-z]+)*$/);
      assert.ok(steps.length > 0, code);
      for (const text of [message, ...steps]) assert.doesNotMatch(text, /-----/, code);
      assert.doesNotMatch(message, /[.:]$/, "the report ends the sentence");
    }
  });

  it("names a command in each, or the other input", () => {
    for (const [code, { steps }] of rows) {
      assert.match(steps.join("\n"), /gh secret set \w+|private_key_file/, code);
    }
  });

  it("holds no piece of a key when it is shown", () => {
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
