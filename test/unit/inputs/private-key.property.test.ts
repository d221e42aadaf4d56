import assert from "node:assert/strict";
import { createPublicKey, KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { INPUT_ERRORS } from "../../../src/inputs/errors.ts";
import { decodeKeyFile } from "../../../src/inputs/pem.ts";
import { readPrivateKey } from "../../../src/inputs/private-key.ts";
import { ActionError } from "../../../src/lib/action-error.ts";
import { hopelessKeys } from "../../support/hopeless-keys.ts";
import { acceptedForms, accountKey, bodyOf, damages, keyBodies, PASSPHRASE, wholeKeys } from "../../support/keys.ts";

const LONGEST_TEXT = 64 * 1024;
const PIECE = 12;
const piecesOf = (text: string) =>
  Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, start) => text.slice(start, start + PIECE));

const publicKey = createPublicKey(accountKey());
const hopeless = await hopelessKeys();
const keyTexts = [
  ...keyBodies(),
  ...hopeless.map(({ text }) => bodyOf(text)).filter((text) => /[\w+/]{100}/.test(text)),
];
/** Every piece of every key in these tests. */
const keyPieces = new Set(keyTexts.flatMap(piecesOf));

function read(text: string, passphrase?: string): KeyObject | ActionError {
  try {
    return readPrivateKey({ text, passphrase, mask: () => {} });
  } catch (error) {
    assert.ok(error instanceof ActionError, `${inspect(text)} made ${inspect(error)}`);
    return error;
  }
}

/** For any text, there is a key that signs RS256, or a failure that the documentation knows and that tells nothing. */
function assertSettled(outcome: KeyObject | ActionError): void {
  if (outcome instanceof KeyObject) {
    assert.equal(outcome.asymmetricKeyType, "rsa");
    assert.ok((outcome.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048);
    return;
  }
  assert.ok(outcome.code in INPUT_ERRORS, outcome.code);
  assert.equal(outcome.cause, undefined);
  assert.ok(!piecesOf(inspect(outcome)).some((piece) => keyPieces.has(piece)), "a piece of the key can be read");
}

const damage = fc.constantFrom(...damages);
const passphrase = fc.option(fc.oneof(fc.constant(PASSPHRASE), fc.string({ unit: "binary" })), { nil: undefined });

/** Pieces that mean something on the way from text to key, so that many texts come close to one. */
const fragment = fc.oneof(
  fc.constantFrom(
    "-----",
    "BEGIN",
    "END",
    " ",
    "\n",
    "\\n",
    "\\",
    "\\u002B",
    "%0A",
    '"',
    "=",
    "—",
    "\u200b",
    "\ufeff",
    "\0",
    "MII",
    "LS0t",
  ),
  fc.constantFrom("RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "PUBLIC KEY", "PRIVATE KEY", "CERTIFICATE"),
  fc.constantFrom(
    "-----BEGIN PRIVATE KEY-----\n",
    "\n-----END PRIVATE KEY-----\n",
    "Proc-Type: 4,ENCRYPTED\n",
    "DEK-Info: AES-256-CBC,",
    "DEK-Info: ,",
  ),
  fc.constantFrom(...wholeKeys().map(({ text }) => text)),
  fc.constantFrom(...keyBodies()).chain((body) => fc.nat(body.length).map((end) => body.slice(0, end))),
  fc.base64String({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const nearlyKey = fc.array(fragment, { maxLength: 12 }).map((fragments) => fragments.join(""));

/** A key of the tables with pieces cut out, doubled or written over. */
const mutated = fc
  .record({
    text: fc.constantFrom(...acceptedForms(), ...hopeless).map(({ text }) => text.slice(0, 5000)),
    cuts: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8), fc.string({ maxLength: 4 })), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ text, cuts }) =>
    cuts.reduce((rest, [where, length, instead]) => {
      const start = Math.floor(where * rest.length);
      return rest.slice(0, start) + instead + rest.slice(start + length);
    }, text),
  );

describe("readPrivateKey, for any text", () => {
  it("reads a key through any damages on top of each other", (t) => {
    let cases = 0;
    const property = fc.property(
      fc.constantFrom(...wholeKeys()),
      fc.array(damage, { minLength: 1, maxLength: 5 }),
      (whole, chosen) => {
        const text = chosen.reduce((rest, { apply }) => apply(rest), whole.text);
        fc.pre(text.length <= LONGEST_TEXT);
        cases++;
        const outcome = read(text, whole.passphrase);
        const how = `${whole.name}: ${chosen.map(({ name }) => name).join(", then ")}`;
        assert.ok(outcome instanceof KeyObject, `${how} gave ${outcome instanceof ActionError && outcome.code}`);
        assert.ok(createPublicKey(outcome).equals(publicKey), how);
      },
    );
    fc.assert(property, { numRuns: 250 });
    t.diagnostic(`${cases} cases`);
  });

  it("reads a key through any two damages", (t) => {
    let cases = 0;
    const [whole] = wholeKeys();
    for (const first of damages) {
      for (const second of damages) {
        cases++;
        const outcome = read(second.apply(first.apply(whole?.text ?? "")));
        const how = `${first.name}, then ${second.name}`;
        assert.ok(outcome instanceof KeyObject && createPublicKey(outcome).equals(publicKey), how);
      }
    }
    t.diagnostic(`${cases} cases`);
  });

  const arbitraries = {
    "random text": fc.string({ unit: "binary", maxLength: 300 }),
    "pieces of keys": nearlyKey,
    "damaged keys": mutated,
  };
  for (const [name, text] of Object.entries(arbitraries)) {
    it(`gives a key or a failure that tells nothing of it: ${name}`, (t) => {
      const outcomes = new Map<string, number>();
      const property = fc.property(text, passphrase, fc.array(damage, { maxLength: 2 }), (start, secret, chosen) => {
        const outcome = read(
          chosen.reduce((rest, { apply }) => apply(rest), start),
          secret,
        );
        assertSettled(outcome);
        const kind = outcome instanceof ActionError ? outcome.code : "key";
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      });
      fc.assert(property, { numRuns: 400 });
      const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
      t.diagnostic(`${total} cases: ${[...outcomes].map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
      assert.ok(outcomes.size > 1, "the cases are of more than one kind");
    });
  }

  it("decodes any bytes to a text that it settles", (t) => {
    let cases = 0;
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1000, maxLength: 1200 }));
    const property = fc.property(bytes, (array) => {
      cases++;
      assertSettled(read(decodeKeyFile(Buffer.from(array))));
    });
    fc.assert(property, { numRuns: 250 });
    t.diagnostic(`${cases} cases`);
  });
});
