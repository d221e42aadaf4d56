import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, describe, test } from "node:test";
import { hopelessKeys } from "../support/hopeless-keys.ts";
import { acceptedFiles, acceptedForms, accountKey, encrypted, pkcs1, pkcs8 } from "../support/keys.ts";
import { type LoginOptions, login, startTestEnvironment, testKey } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
/** The longest variable that Linux hands to a process (execve(2), MAX_ARG_STRLEN), and a bit less than Windows takes. */
const LONGEST_VARIABLE = process.platform === "win32" ? 30_000 : 131_000;
/** Shorter texts are words and paths, and no secrets: the messages may hold the same words. */
const SHORTEST_SECRET = 60;

const key = await testKey();
const bench = await startTestEnvironment({ key });
after(() => bench.close());
/** A Salesforce that nobody may ask anything. */
const untouched = await startTestEnvironment({ key });
after(() => untouched.close());

const publicKey = createPublicKey(accountKey());
/** The account key in all forms that it has on its way. */
const secret = [
  { name: "account key", value: pkcs8() },
  { name: "account key in PKCS#1", value: pkcs1() },
  { name: "encrypted account key", value: encrypted.pkcs8() },
];

/** Fails unless these inputs log in with one request; each run has an app of its own, to tell its request by. */
async function assertLogsIn(options: LoginOptions): Promise<void> {
  const { consumerKey } = bench.salesforce.register({ publicKey });
  const inputs = { consumer_key: consumerKey, ...options.with };
  assertMinted(await login(bench, { secret, ...options, with: inputs }));
  assert.equal(bench.salesforce.requests.filter(({ claims }) => claims?.["iss"] === consumerKey).length, 1);
}

describe("a key that Salesforce can check logs in", SIDE_BY_SIDE, () => {
  for (const { name, text, passphrase } of acceptedForms()) {
    test(`as private_key: ${name}`, () =>
      assertLogsIn({ with: { private_key: text, private_key_passphrase: passphrase } }));
  }

  const texts = acceptedForms().filter((_, index) => index % 8 === 0);
  const files = [...acceptedFiles(), ...texts.map(({ text, ...form }) => ({ ...form, bytes: Buffer.from(text) }))];
  for (const { name, bytes, passphrase } of files) {
    test(`as private_key_file: ${name}`, () =>
      assertLogsIn({
        workspaceFiles: { "salesforce.key": bytes },
        with: {
          private_key: undefined,
          private_key_file: "salesforce.key",
          private_key_passphrase: passphrase,
        },
      }));
  }
});

describe("what can't be a usable key is named for what it is, before any request", SIDE_BY_SIDE, async () => {
  const hopeless = await hopelessKeys();

  const short = hopeless.filter(({ text }) => text.length < LONGEST_VARIABLE);
  for (const { name, code, text, passphrase } of short) {
    const expected = codeOfInputs(text, passphrase) ?? code;
    test(`as private_key: ${name} -> ${expected}`, async () => {
      const inputs = { private_key: text, private_key_passphrase: passphrase };
      const harmless = text.length < SHORTEST_SECRET ? [text] : [];
      assertDiagnosed("private_key", expected, await refused({ secret, public: harmless, with: inputs }));
    });
  }

  const firsts = hopeless.filter(({ code }, index) => hopeless.findIndex((other) => other.code === code) === index);
  for (const { name, code, text, passphrase } of firsts) {
    // A file's size is looked at before it is read.
    const expected = code === "input-too-long" ? "private-key-file-unreadable" : code;
    test(`as private_key_file: ${name} -> ${expected}`, async () => {
      const inputs = { private_key: undefined, private_key_file: "my.key", private_key_passphrase: passphrase };
      const content = text.length < SHORTEST_SECRET ? [] : [{ name: "file", value: text.slice(0, 10_000) }];
      const workspaceFiles = { "my.key": text };
      const message = await refused({ secret: [...secret, ...content], workspaceFiles, with: inputs });
      assertDiagnosed("private_key_file", expected, message);
    });
  }

  test("as private_key: more than 64 KiB -> input-too-long", { skip: LONGEST_VARIABLE < 70_000 }, async () => {
    const inputs = { private_key: pkcs8() + " ".repeat(65_536) + pkcs8() };
    assertDiagnosed("private_key", "input-too-long", await refused({ secret, with: inputs }));
  });
});

/** What is blank as an input was not given, where a file that is blank is there, and empty. */
function codeOfInputs(text: string, passphrase: string | undefined): string | undefined {
  if (text.trim() === "") return "input-blank";
  return passphrase?.trim() === "" ? "private-key-needs-passphrase" : undefined;
}

/** @returns the message of the one annotation */
async function refused(options: LoginOptions): Promise<string> {
  const message = onlyError(await login(untouched, options));
  assert.deepEqual(untouched.salesforce.connects, []);
  return message;
}

function assertDiagnosed(input: string, code: string, message: string): void {
  assert.match(message, new RegExp(`^Salesforce was not asked: one input needs a change\\.\n\n${input}: .+\n  - `));
  assert.deepEqual(linkedCodes(message), [code]);
}
