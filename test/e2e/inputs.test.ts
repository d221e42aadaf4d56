import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { StepResult } from "../fakes/runner/step.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { type LoginOptions, login, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, linkedCodes, onlyCode, onlyError } from "./outcomes.ts";

const DAY_MS = 86_400_000;
const SIDE_BY_SIDE = { concurrency: 4 };
const PASSPHRASE = 'pässwörd "$1" \\n';

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, privateKeyPem, certificatePem } = environment;

const privateKey = createPrivateKey(privateKeyPem);
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const encrypted = (type: "pkcs1" | "pkcs8") =>
  privateKey.export({ type, format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE }).toString();
const base64 = (text: string) => Buffer.from(text).toString("base64");
const withoutArmor = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");

describe("a private key", SIDE_BY_SIDE, () => {
  /** One form of each family: the tests of `private-key.ts` have them all. */
  const FORMS: Readonly<Record<string, LoginOptions["with"] & object>> = {
    "PKCS#1 with CRLF, indented and quoted": { private_key: `"  ${pkcs1.replaceAll("\n", "\r\n  ")}"` },
    "one line with literal \\n": { private_key: privateKeyPem.replaceAll("\n", "\\n") },
    "base64 of the PEM": { private_key: base64(privateKeyPem) },
    "base64 without BEGIN and END": { private_key: withoutArmor(privateKeyPem) },
    "PKCS#1 with a passphrase, after text": {
      private_key: `Bag Attributes\n    friendlyName: deploy\n${encrypted("pkcs1")}`,
      private_key_passphrase: PASSPHRASE,
    },
  };
  for (const [form, inputs] of Object.entries(FORMS)) {
    test(`works in the form ${form}`, async () => {
      assertLoggedIn(await login(environment, { with: inputs }));
    });
  }

  const fromFile = (private_key_file: string, more: LoginOptions["with"] = {}) => ({
    private_key: undefined,
    private_key_file,
    ...more,
  });

  test("works from a file in the workspace that contains DER", async () => {
    const workspaceFiles = { "keys/deploy key.der": Buffer.from(withoutArmor(privateKeyPem), "base64") };
    assertLoggedIn(await login(environment, { workspaceFiles, with: fromFile("./keys/deploy key.der") }));
  });

  test("works from an encrypted file with an absolute path, and the file's lines are masked first", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "key-"));
    t.after(() => rm(folder, { recursive: true }));
    const pem = encrypted("pkcs8");
    await writeFile(join(folder, "salesforce.key"), pem);
    const inputs = fromFile(join(folder, "salesforce.key"), { private_key_passphrase: PASSPHRASE });
    const result = await login(environment, { secret: [{ name: "key file", value: pem }], with: inputs });
    assertLoggedIn(result);
    assertMaskedFirst(result, [...pem.trim().split("\n").slice(1, -1), PASSPHRASE]);
  });

  test("that is passed as private_key_file is masked and refused", async () => {
    const inputs = fromFile(privateKeyPem);
    const result = await loginRefused({ header: false, with: inputs });
    onlyCode(result);
    assertMaskedFirst(result, privateKeyPem.trim().split("\n").slice(1, -1));
  });

  const publicKeyPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  const REFUSED: Readonly<Record<string, readonly [inputs: LoginOptions["with"] & object, input: string]>> = {
    "that is a public key": [{ private_key: publicKeyPem }, "private_key"],
    "whose passphrase is wrong": [
      { private_key: encrypted("pkcs8"), private_key_passphrase: "wrong passphrase" },
      "private_key",
    ],
    "whose file doesn't exist": [fromFile("absent.key"), "private_key_file"],
  };
  for (const [what, [inputs, input]] of Object.entries(REFUSED)) {
    test(`${what} fails the step before any request`, async () => {
      const isPublic = inputs["private_key"] === publicKeyPem;
      const result = await loginRefused({ with: inputs, ...(isPublic && { public: [publicKeyPem] }) });
      assert.match(onlyError(result), new RegExp(`\\b${input}\\b`));
      onlyCode(result);
    });
  }
});

/** Fails if stdout doesn't begin with the masks of all these secrets. */
function assertMaskedFirst({ stdout }: StepResult, secrets: readonly string[]): void {
  const lines = stdout.split("\n");
  const first = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("::add-mask::")),
  );
  for (const secret of secrets) assert.ok(first.includes(`::add-mask::${secret}`), "a secret isn't masked first");
}

/** A login with a consumer key of its own, which fails if Salesforce is asked anything. */
async function loginRefused(options: LoginOptions): Promise<StepResult> {
  const untouched = await startTestEnvironment({ key: environment });
  try {
    const result = await login(untouched, options);
    assert.deepEqual(untouched.salesforce.connects, []);
    return result;
  } finally {
    await untouched.close();
  }
}

describe("a certificate", SIDE_BY_SIDE, () => {
  /** A key pair as inputs, with an app for it, whose certificate expires after a number of days. */
  async function pairEndingIn(days: number) {
    const notBefore = new Date(Date.now() - 400 * DAY_MS);
    const notAfter = new Date(Date.now() + days * DAY_MS);
    const pair = await clientKey({ notBefore, notAfter });
    const { consumerKey } = salesforce.register({ certificate: pair.certificatePem });
    return { private_key: pair.privateKeyPem, consumer_key: consumerKey, certificate: pair.certificatePem };
  }

  test("that is base64 of DER sets certificate_expires_at", async () => {
    const { raw, validToDate } = new X509Certificate(certificatePem);
    const result = await login(environment, { with: { certificate: raw.toString("base64") } });
    assertLoggedIn(result);
    assert.equal(result.outputs["certificate_expires_at"], validToDate.toISOString());
  });

  test("that expires within 30 days causes a warning, unless certificate_warning_days is less", async () => {
    const inputs = await pairEndingIn(10.5);
    assertLoggedIn(await login(environment, { with: inputs }), [/certificate.*10 days/i]);
    assertLoggedIn(await login(environment, { with: { ...inputs, certificate_warning_days: "10" } }));
  });

  test("that has expired causes a warning, and the login works", async () => {
    const inputs = { ...(await pairEndingIn(-3)), certificate_warning_days: "0" };
    const result = await login(environment, { with: inputs });
    assertLoggedIn(result, [/certificate.*\d{4}-\d\d-\d\d/i]);
    assert.notEqual(result.outputs["certificate_expires_at"], "");
  });

  test("of another key fails the step before any request", async () => {
    const { certificatePem: certificate } = await clientKey();
    assert.equal(onlyCode(await loginRefused({ with: { certificate } })), "certificate-key-mismatch");
  });
});

describe("inputs", SIDE_BY_SIDE, () => {
  test("that are invalid are all named in one annotation, before any request", async () => {
    const invalid = {
      consumer_key: "",
      username: "deploy",
      private_key: "salesforce.key",
      login_url: "http://acme.my.salesforce.com",
      audience: "login.salesforce.com",
      certificate: "none",
      certificate_warning_days: "a month",
      expected_org_id: "00D",
      export_environment_variables: "yes",
      revoke_token: "1",
      timeout_seconds: "601",
    };
    const result = await loginRefused({ with: { ...invalid, write_job_summary: "true" }, public: ["salesforce.key"] });
    const message = onlyError(result);
    for (const name of Object.keys(invalid)) assert.match(message, new RegExp(`\\b${name}\\b`));
    assert.doesNotMatch(message, /write_job_summary/);
    assert.ok(linkedCodes(message).length > 0);
    for (const name of ["username", "timeout_seconds"]) assert.match(result.summary, new RegExp(`\\b${name}\\b`));
  });

  test("that are blank although required are named, and one alone is explained by how secrets get lost", async () => {
    const several = await loginRefused({ with: { consumer_key: undefined, username: " \n", private_key: "" } });
    const message = onlyError(several);
    assert.deepEqual(new Set(linkedCodes(message)), new Set(["input-blank"]));
    for (const name of ["consumer_key", "username", "private_key"]) assert.ok(message.includes(name));
    const one = await loginRefused({ with: { consumer_key: "" } });
    assert.equal(onlyCode(one), "input-blank");
    assert.match(onlyError(one), /fork/);
  });

  test("that are blank although optional count as not passed", async () => {
    const names = ["private_key_file", "private_key_passphrase", "audience", "certificate", "expected_org_id"];
    const switches = ["export_environment_variables", "revoke_token", "write_job_summary"];
    const numbers = ["certificate_warning_days", "timeout_seconds"];
    const blank = Object.fromEntries(
      [...names, ...switches, ...numbers].map((name, index) => [name, index % 2 ? "" : " \n"]),
    );
    const result = await login(environment, { with: blank });
    assertLoggedIn(result);
    const { env, state, summary } = result;
    assert.deepEqual({ env, state, summary }, { env: {}, state: {}, summary: "" });
  });
});
