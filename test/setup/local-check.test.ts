import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { clientKey, startSalesforce } from "../fakes/salesforce/index.ts";

const TRY_LOGIN = fileURLToPath(new URL("../../tools/try-login.ts", import.meta.url));

interface Run {
  readonly status: number;
  readonly output: string;
}

/** Runs what `npm start` runs, with these variables and no others. */
function tryLogin(env: Readonly<Record<string, string>>): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [TRY_LOGIN], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    );
  });
}

describe("the local check", () => {
  test("names the variables that are missing, without advice about secrets in GitHub", async () => {
    const { status, output } = await tryLogin({ SALESFORCE_USERNAME: "deploy@acme.example" });
    assert.equal(status, 1);
    assert.equal(
      output,
      "To log in to your own org, also set SALESFORCE_CONSUMER_KEY and SALESFORCE_PRIVATE_KEY_FILE (or SALESFORCE_PRIVATE_KEY).\n",
    );
  });

  test("checks the certificate and the org ID with the login", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "local-check-"));
    const salesforce = await startSalesforce();
    t.after(async () => {
      await salesforce.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const { privateKeyPem, certificatePem } = await clientKey();
    const { consumerKey } = salesforce.register({ certificate: certificatePem });
    writeFileSync(join(folder, "salesforce.key"), privateKeyPem);
    const { username, instanceUrl, orgId } = salesforce.org;
    const variables = {
      ...salesforce.env,
      SALESFORCE_CONSUMER_KEY: consumerKey,
      SALESFORCE_USERNAME: username,
      SALESFORCE_LOGIN_URL: instanceUrl,
      SALESFORCE_CERTIFICATE: certificatePem,
      SALESFORCE_ORG_ID: orgId,
      SALESFORCE_PRIVATE_KEY_FILE: join(folder, "salesforce.key"),
    };
    const login = await tryLogin(variables);
    assert.equal(login.status, 0, login.output);
    assert.match(login.output, /certificate_expires_at.+'\d{4}-/);

    const otherOrg = await tryLogin({ ...variables, SALESFORCE_ORG_ID: salesforce.orgs.other.orgId });
    assert.notEqual(otherOrg.status, 0);
    assert.match(otherOrg.output, new RegExp(orgId));
    const otherCertificate = await tryLogin({ ...variables, SALESFORCE_CERTIFICATE: "not a certificate" });
    assert.notEqual(otherCertificate.status, 0);
    assert.match(otherCertificate.output, /certificate/);
  });

  test("logs in with an assertion that was signed elsewhere", async (t) => {
    const salesforce = await startSalesforce();
    t.after(() => salesforce.close());
    const { privateKey, certificatePem } = await clientKey();
    const { consumerKey } = salesforce.register({ certificate: certificatePem });
    const { username, instanceUrl } = salesforce.org;
    const claims = { iss: consumerKey, sub: username, aud: instanceUrl, exp: Math.floor(Date.now() / 1000) + 180 };
    const text = [{ alg: "RS256" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const assertion = `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    const variables = { ...salesforce.env, SALESFORCE_LOGIN_URL: instanceUrl, SALESFORCE_ASSERTION: assertion };
    const { status, output } = await tryLogin(variables);
    assert.equal(status, 0, output);
    assert.equal(output.includes(assertion), false);
  });
});
