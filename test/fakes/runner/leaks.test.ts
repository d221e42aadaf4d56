import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import test from "node:test";
import { runPrinting, runScript } from "./fixture-action.ts";
import { findLeaks, type LeakOptions, type Readable } from "./leaks.ts";
import type { StepOptions } from "./step.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const LINES = PEM.trim().split("\n");
const DER = privateKey.export({ type: "pkcs8", format: "der" });
const TOKEN = `00D000000000001!${randomBytes(60).toString("base64url")}`;
const SECRETS = [
  { name: "key", value: PEM },
  { name: "token", value: TOKEN },
];
const base64 = (text: string) => Buffer.from(text).toString("base64");

const NOTHING: Readable = {
  ...{ log: "", annotations: [], summary: "", outputs: {}, env: {}, state: {}, path: [], stdout: "", stderr: "" },
  files: { path: "", env: "", output: "", state: "", step_summary: "" },
};

/** What leaks from an action that prints this. */
async function leaksOf(t: test.TestContext, output: string, options?: LeakOptions, step?: StepOptions) {
  return findLeaks(await runPrinting(t, output, step), SECRETS, options);
}

const LEAKING: Readonly<Record<string, readonly [text: string, leak: string]>> = {
  "the token": [TOKEN, "token (plain)"],
  "16 characters of the token": [TOKEN.slice(30, 46), "token (plain)"],
  "the token's second half": [TOKEN.slice(15), "token (plain)"],
  "the token in Base64": [base64(TOKEN), "token (Base64)"],
  "the token in Base64 behind one byte": [base64(`x${TOKEN}`), "token (Base64)"],
  "the token in Base64 behind two bytes": [base64(`xx${TOKEN} and more`), "token (Base64)"],
  "a part of the token in base64url": [Buffer.from(TOKEN.slice(7, 50)).toString("base64url"), "token (Base64)"],
  "the token in hexadecimal": [Buffer.from(TOKEN).toString("hex"), "token (hexadecimal)"],
  "the token in hexadecimal, upper case": [Buffer.from(TOKEN).toString("hex").toUpperCase(), "token (hexadecimal)"],
  "the key": [PEM, "key (plain)"],
  "a line of the key": [`x${LINES[9]}x`, "key (plain)"],
  "the key's last line": [LINES.at(-2) ?? "", "key (plain)"],
  "the key on one line": [LINES.join(" "), "key (plain)"],
  "the key in JSON": [JSON.stringify({ key: PEM }), "key (JSON-escaped)"],
  "the key in Base64": [base64(PEM), "key (Base64)"],
  "a part of the key in Base64": [base64(PEM.slice(400, 500)), "key (Base64)"],
  "the key's DER in Base64 behind one byte": [
    Buffer.concat([Buffer.from("x"), DER]).toString("base64"),
    "key (DER as Base64)",
  ],
  "the key's DER in hexadecimal": [DER.toString("hex"), "key (DER as hexadecimal)"],
  "the key as PKCS#1": [privateKey.export({ type: "pkcs1", format: "pem" }).toString(), "key (DER as Base64)"],
};
for (const [what, [text, leak]] of Object.entries(LEAKING)) {
  test(`finds ${what}`, async (t) => {
    assert.deepEqual(await leaksOf(t, `It says ${text}.\n`), [`${leak} in the log`]);
  });
}

const PASSPHRASE = 'p&ss "word" +/ü';
/** Shorter than a piece, so that it is found as a whole or not at all. */
const SHORT = "hunter2-hunt";
/** Its Base64 has a character in every group of four that base64url has not, its hexadecimal form many letters. */
const EXOTIC = ">>>???~~~>>>???~~~jklmnozjklmnoz";

const ENCODED: Readonly<Record<string, readonly [secret: string, text: string, spelling: string]>> = {
  "a passphrase": [PASSPHRASE, PASSPHRASE, "plain"],
  "a passphrase percent-encoded": [PASSPHRASE, encodeURIComponent(PASSPHRASE), "percent-encoded"],
  "a passphrase in a form": [PASSPHRASE, new URLSearchParams({ p: PASSPHRASE }).toString(), "percent-encoded"],
  "a passphrase in JSON": [PASSPHRASE, JSON.stringify(PASSPHRASE), "JSON-escaped"],
  "a short secret in Base64": [SHORT, base64(`${SHORT} and more`), "Base64"],
  "a short secret in Base64 behind one byte": [SHORT, base64(`:${SHORT}:`), "Base64"],
  "a short secret in Base64 behind two bytes": [SHORT, base64(`u:${SHORT}:`), "Base64"],
  "a secret in base64url": [EXOTIC, Buffer.from(EXOTIC.slice(0, 18)).toString("base64url"), "base64url"],
  "letters in hexadecimal": [EXOTIC, Buffer.from(EXOTIC.slice(18)).toString("hex").toUpperCase(), "hexadecimal"],
  "the DER of a key that was given in Base64": [
    base64(PEM),
    DER.subarray(400, 440).toString("hex"),
    "DER as hexadecimal",
  ],
};
for (const [what, [value, log, spelling]] of Object.entries(ENCODED)) {
  test(`finds ${what}`, () => {
    assert.deepEqual(findLeaks({ ...NOTHING, log }, [{ name: "it", value }]), [`it (${spelling}) in the log`]);
  });
}

test("finds a piece that is all there is", () => {
  assert.deepEqual(findLeaks({ ...NOTHING, log: TOKEN.slice(30, 46) }, SECRETS), ["token (plain) in the log"]);
});

test("finds a secret wherever a user or a later step can see it", async (t) => {
  const result = await runScript(
    t,
    `import { appendFileSync } from "node:fs";
    const token = ${JSON.stringify(TOKEN)};
    for (const name of ["OUTPUT", "ENV", "STATE"]) appendFileSync(process.env["GITHUB_" + name], "x=" + token + "\\n");
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, token);
    console.log("::warning title=" + token + "::" + token);`,
  );
  assert.deepEqual(findLeaks(result, SECRETS), [
    "token (plain) in the log",
    "token (plain) in the summary",
    "token (plain) in the warning annotation 1",
    "token (plain) in the title of the warning annotation 1",
    "token (plain) in output x",
    "token (plain) in variable x",
    "token (plain) in state x",
  ]);
});

test("accepts a secret where it is meant to be, and only there", async (t) => {
  const result = await runScript(
    t,
    `import { appendFileSync } from "node:fs";
    for (const name of ["a", "b"]) appendFileSync(process.env.GITHUB_OUTPUT, name + "=" + ${JSON.stringify(TOKEN)} + "\\n");`,
  );
  assert.deepEqual(findLeaks(result, SECRETS, { allow: { outputs: ["a"], env: ["b"] } }), [
    "token (plain) in output b",
  ]);
});

test("a title gives away what the mask hides in the message", async (t) => {
  const output = `::add-mask::${TOKEN}\n::error title=${TOKEN}::${TOKEN}\n`;
  assert.deepEqual(await leaksOf(t, output), ["token (plain) in the title of the error annotation 1"]);
});

test("a mask hides what is printed after it, but not its tail", async (t) => {
  assert.deepEqual(await leaksOf(t, `::add-mask::${TOKEN}\n${TOKEN} ${base64(TOKEN)}\n`), []);
  assert.deepEqual(await leaksOf(t, `::add-mask::${TOKEN}\n${TOKEN.slice(16)}\n`), ["token (plain) in the log"]);
});

test("strictly, only a mask may hold a secret", async (t) => {
  const mask = ` ::add-mask::${TOKEN}\r\n::add-mask::${PEM.replaceAll("\n", "%0A")}\n`;
  assert.deepEqual(await leaksOf(t, mask, { strict: true }), []);
  assert.deepEqual(await leaksOf(t, `${mask}hidden ${TOKEN}\n`, { strict: true }), [
    "token (plain) in unmasked stdout",
  ]);
  const stderr = await runScript(t, `console.error(${JSON.stringify(LINES[3])})`, { secrets: [PEM] });
  assert.deepEqual(findLeaks(stderr, SECRETS), []);
  assert.deepEqual(findLeaks(stderr, SECRETS, { strict: true }), ["key (plain) in unmasked stderr"]);
});

test("strictly, a summary must not rely on masks", async (t) => {
  const main = `import { appendFileSync } from "node:fs";
    appendFileSync(process.env.GITHUB_STEP_SUMMARY, ${JSON.stringify(TOKEN)});`;
  const result = await runScript(t, main, { secrets: [TOKEN] });
  assert.deepEqual(findLeaks(result, SECRETS), []);
  assert.deepEqual(findLeaks(result, SECRETS, { strict: true }), ["token (plain) in the unmasked summary"]);
});

const ASSERTION = [{ alg: "RS256" }, { iss: "x".repeat(20), exp: Date.now() }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .concat(randomBytes(64).toString("base64url"))
  .join(".");

test("finds the claims and the signature of a signed token, but not its header", () => {
  const seen = (log: string) => findLeaks({ ...NOTHING, log }, [{ name: "assertion", value: ASSERTION }]);
  const [header = "", claims = "", signature = ""] = ASSERTION.split(".");
  assert.deepEqual(seen(`${header} ${base64(header)}`), []);
  assert.deepEqual(seen(claims), ["assertion (plain) in the log"]);
  assert.deepEqual(seen(signature), ["assertion (plain) in the log"]);
});

const HARMLESS: Readonly<Record<string, string>> = {
  armor: `${LINES[0]}\n${LINES.at(-1)}\n`,
  "armor in Base64": base64(`${LINES[0]}\n`),
  "armor in JSON": JSON.stringify(`${LINES.at(-1)}\n`),
  "the public key": publicKey.export({ type: "spki", format: "pem" }).toString(),
  "the org's id": "00D000000000001EAA https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
  "blanks and dashes": `${" ".repeat(40)}${"-".repeat(40)}${"0".repeat(40)}`,
  "a rule": "-".repeat(30),
  "short pieces": `[${TOKEN.slice(20, 35)}] [${LINES[5]?.slice(0, 15)}]`,
};
for (const [what, text] of Object.entries(HARMLESS)) {
  test(`is not alarmed by ${what}`, () => {
    const indented = PEM.replace(/^/gm, " ".repeat(20));
    const ruled = `correct ${"-".repeat(30)} horse`;
    const secrets = [...SECRETS, { name: "indented key", value: indented }, { name: "ruled", value: ruled }];
    assert.deepEqual(findLeaks({ ...NOTHING, log: text }, secrets, { strict: true }), []);
  });
}

test("is not alarmed by what the caller calls public", () => {
  const certificate = base64(`x${PEM}`);
  assert.deepEqual(
    findLeaks({ ...NOTHING, log: `  certificate: ${certificate}` }, SECRETS, { public: [certificate] }),
    [],
  );
});
