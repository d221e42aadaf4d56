import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, describe, test } from "node:test";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { login, startTestEnvironment } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const DAY_MS = 86_400_000;
const SIDE_BY_SIDE = { concurrency: 4 };
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

const bench = await startTestEnvironment();
after(() => bench.close());

/** A certificate, and the inputs for its key. */
interface Pair {
  readonly certificate: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A pair of its own whose certificate ends in so many days, with an app for it. */
async function pairEndingIn(days: number, startsAt = inDays(-400)): Promise<Pair> {
  const { privateKeyPem, certificatePem } = await clientKey({ notBefore: startsAt, notAfter: inDays(days) });
  const { consumerKey } = bench.salesforce.register({ certificate: certificatePem });
  const inputs = { private_key: privateKeyPem, consumer_key: consumerKey, certificate: certificatePem };
  return { certificate: certificatePem, inputs };
}

const endOf = (certificate: string) => new X509Certificate(certificate).validToDate;

describe("a certificate that fits the key", SIDE_BY_SIDE, () => {
  const FORMS: Readonly<Record<string, (pem: string) => string>> = {
    PEM: (pem) => pem,
    "base64 of PEM": (pem) => Buffer.from(pem).toString("base64"),
    "base64 of DER": (pem) => new X509Certificate(pem).raw.toString("base64"),
    "PEM on one line": (pem) => pem.replaceAll("\n", "\\n"),
  };
  for (const [form, write] of Object.entries(FORMS)) {
    test(`as ${form} gives the output certificate_expires_at`, async () => {
      const result = await login(bench, { with: { certificate: write(bench.certificatePem) } });
      assertMinted(result);
      assert.equal(result.outputs["certificate_expires_at"], endOf(bench.certificatePem).toISOString());
    });
  }

  test("is what the output is empty without", async () => {
    const result = await login(bench, { with: { certificate: " \n" } });
    assertMinted(result);
    assert.equal(result.outputs["certificate_expires_at"], "");
  });
});

describe("the end of the certificate is watched", SIDE_BY_SIDE, async () => {
  const [soon, later, lapsed, early] = await Promise.all([
    pairEndingIn(10.5),
    pairEndingIn(31),
    pairEndingIn(-3),
    pairEndingIn(700, inDays(2)),
  ]);
  const ENDS = /^The certificate ends on \d{4}-\d\d-\d\d \(UTC\), in 10 days\. Make a new pair \(openssl req .*upload/;
  const WATCHED: readonly (readonly [what: string, pair: Pair, days: string | undefined, warnings: RegExp[]])[] = [
    ["ends in 10 days, no days given", soon, undefined, [ENDS]],
    ["ends in 10 days, days blank", soon, "", [ENDS]],
    ["ends in 10 days, warned of from 11 on", soon, "11", [ENDS]],
    ["ends in 10 days, warned of from 10 on", soon, "10", []],
    ["ends in 10 days, never warned of", soon, "0", []],
    ["ends in 31 days, no days given", later, undefined, []],
    ["ends in 31 days, warned of from 3650 on", later, "3650", [/, in 30 days\./]],
    [
      "lapsed, no days given",
      lapsed,
      undefined,
      [/^The certificate lapsed on \d{4}-\d\d-\d\d \(UTC\)\. .*openssl req/],
    ],
    ["lapsed, never warned of", lapsed, "0", [/^The certificate lapsed on /]],
    ["begins in two days", early, undefined, [/^The certificate is valid only from .* in the future by the runner's/]],
  ];
  for (const [what, { certificate, inputs }, days, warnings] of WATCHED) {
    test(`${what}: ${warnings.length === 0 ? "no warning" : "a warning, and a token"}`, async () => {
      const result = await login(bench, { with: { ...inputs, certificate_warning_days: days } });
      assertMinted(result, warnings);
      assert.equal(result.outputs["certificate_expires_at"], endOf(certificate).toISOString());
    });
  }
});

describe("before any request", SIDE_BY_SIDE, async () => {
  const silent = await startTestEnvironment();
  after(() => silent.close());
  const stranger = await clientKey();
  const publicKeyPem = new X509Certificate(stranger.certificatePem).publicKey
    .export({ type: "spki", format: "pem" })
    .toString();

  test("a certificate of another key fails the step, with both fingerprints", async () => {
    const result = await login(silent, { with: { certificate: stranger.certificatePem } });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["certificate-key-mismatch"]);
    const [ofCertificate, ofKey] = await Promise.all([stranger.certificatePem, silent.certificatePem].map(fingerprint));
    assert.ok(message.includes(`of the certificate's public key is ${ofCertificate}, the private key's is ${ofKey}`));
    assert.deepEqual(silent.salesforce.connects, []);
  });

  const HOPELESS: Readonly<Record<string, readonly [certificate: string, code: string]>> = {
    "the private key": [stranger.privateKeyPem, "certificate-is-a-private-key"],
    "base64 of the private key": [
      Buffer.from(stranger.privateKeyPem).toString("base64"),
      "certificate-is-a-private-key",
    ],
    "a public key": [publicKeyPem, "certificate-is-a-public-key"],
    "a file's name": ["certs/acme.crt", "certificate-is-a-file-name"],
    "half a certificate": [stranger.certificatePem.slice(0, 500), "certificate-truncated"],
    words: ["correct horse battery staple", "certificate-unreadable"],
  };
  for (const [what, [certificate, code]] of Object.entries(HOPELESS)) {
    test(`${what} in its place fails the step`, async () => {
      const message = onlyError(
        await login(silent, { with: { certificate }, secrets: [silent.privateKeyPem, certificate] }),
      );
      assert.deepEqual(linkedCodes(message), [code]);
      assert.match(message, /^certificate: /m);
      assert.ok(!message.includes(certificate.slice(0, 60).trim()));
      assert.deepEqual(silent.salesforce.connects, []);
    });
  }
});

/** As the two openssl commands of the message print it. */
async function fingerprint(certificatePem: string): Promise<string> {
  const spki = new X509Certificate(certificatePem).publicKey.export({ type: "spki", format: "der" });
  return Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(spki))).toString("hex");
}
