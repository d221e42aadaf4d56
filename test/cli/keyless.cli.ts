import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { claimsOf, createGithubOidc, DEPLOY_JOB } from "../fakes/github-oidc/index.ts";
import { CLI_ROUTES } from "../fakes/salesforce/cli-routes.ts";
import { ask } from "../fakes/salesforce/client.ts";
import { clientKey, startSalesforce } from "../fakes/salesforce/index.ts";
import { logIn } from "../fakes/salesforce/login.ts";
import { readKeylessApp } from "../fakes/salesforce/token-exchange-metadata.ts";
import { CANNOT_RUN, SETUP } from "../setup/setup-script.ts";
import { networkOf } from "./environment.ts";
import { createSetupOrg } from "./setup-org.ts";

const CLI = fileURLToPath(new URL("node_modules/@salesforce/cli/bin/run.js", import.meta.url));
const NO_CLI = existsSync(CLI) ? false : "the Salesforce CLI is not installed: npm ci --prefix test/cli";

/** Path of each file in the format of the Metadata API, with the type that the CLI knows it as. */
const CONVERTED = (rule: string): Readonly<Record<string, string>> => ({
  "classes/GitHubLoginCases.cls": "ApexClass",
  "classes/GitHubLoginDecision.cls": "ApexClass",
  "classes/GitHubLoginHandler.cls": "ApexClass",
  "classes/GitHubLoginTest.cls": "ApexClass",
  [`customMetadata/GitHub_Login_Rule.${rule}.md`]: "CustomMetadata",
  "externalClientApps/GitHub_Keyless.eca": "ExternalClientApplication",
  "extlClntAppGlobalOauthSets/GitHub_Keyless_glbloauth.ecaGlblOauth": "ExtlClntAppGlobalOauthSettings",
  "extlClntAppOauthPolicies/GitHub_Keyless_oauthPlcy.ecaOauthPlcy": "ExtlClntAppOauthConfigurablePolicies",
  "extlClntAppOauthSettings/GitHub_Keyless_oauth.ecaOauth": "ExtlClntAppOauthSettings",
  "extlClntAppPolicies/GitHub_Keyless_plcy.ecaPlcy": "ExtlClntAppConfigurablePolicies",
  "oauthtokenexchangehandlers/GitHubLoginHandler.oauthtokenexchangehandler": "OauthTokenExchangeHandler",
  "objects/GitHub_Login_Rule__mdt.object": "CustomObject",
  "permissionsets/GitHub_Keyless_Login.permissionset": "PermissionSet",
  "remoteSiteSettings/GitHub_OIDC.remoteSite": "RemoteSiteSetting",
});
const withoutDescriptors = (paths: Iterable<string>) => [...paths].filter((path) => !path.endsWith("-meta.xml")).sort();

describe("the real CLI", { skip: NO_CLI, timeout: 300_000 }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "keyless-sf-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("converts the project in setup/keyless as a whole", async () => {
    const env = { PATH: process.env["PATH"], HOME: folder, USERPROFILE: folder, SF_DISABLE_TELEMETRY: "true" };
    const output = join(folder, "converted");
    const args = [CLI, "project", "convert", "source", "--output-dir", output, "--json", "--root-dir", "force-app"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(SETUP, "keyless"), env });
    assert.equal(JSON.parse(stdout).status, 0);
    const files = readdirSync(output, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(output.length + 1)
        .replaceAll("\\", "/"),
    );
    const expected = CONVERTED("Login_Rule");
    assert.deepEqual(withoutDescriptors(paths.filter((path) => path !== "package.xml")), Object.keys(expected).sort());
    const manifest = readFileSync(join(output, "package.xml"), "utf8");
    for (const [path, type] of Object.entries(expected)) {
      const name = path.replace(/^.*\/|\.\w+$/g, "");
      assert.match(
        manifest,
        new RegExp(`<members>${name}</members>(?:\\s*<members>\\w+</members>)*\\s*<name>${type}</name>`),
      );
    }
    const object = readFileSync(join(output, "objects/GitHub_Login_Rule__mdt.object"), "utf8");
    assert.equal([...object.matchAll(/<fields>/g)].length, 8);
  });

  test("deploys it by the script, and a job without a key then logs in", { skip: CANNOT_RUN }, async (t) => {
    const org = createSetupOrg();
    const github = createGithubOidc();
    const salesforce = await startSalesforce({ routes: [...org.routes, ...CLI_ROUTES, ...github.routes] });
    t.after(() => salesforce.close());
    const { username, instanceUrl, userId } = salesforce.org;
    const key = await clientKey();
    const admin = await logIn({ salesforce, key, app: salesforce.register({ certificate: key.certificatePem }) });
    const env: NodeJS.ProcessEnv = {
      ...networkOf(salesforce),
      HOME: folder,
      SF_ACCESS_TOKEN: String(admin.fields["access_token"]),
    };
    const login = ["org", "login", "access-token", "--instance-url", instanceUrl, "--no-prompt", "--alias", "acme"];
    await promisify(execFile)("sf", login, { env });

    const { status, output } = await runScript(
      { ...env, PATH: `${ghStub(folder)}${delimiter}${env["PATH"]}` },
      username,
      join(folder, "made"),
    );
    assert.equal(status, 0, output);
    assert.deepEqual(org.assignees, [userId]);
    const deployed = org.deployments.map(withoutDescriptors);
    assert.deepEqual(deployed.flat().sort(), Object.keys(CONVERTED("R712345678_production")).sort());
    assert.deepEqual(deployed.at(-1), ["oauthtokenexchangehandlers/GitHubLoginHandler.oauthtokenexchangehandler"]);

    salesforce.register({ ...readKeylessApp(org.files, github.keys), consumerKey: org.consumerKey, users: [username] });
    const claims = claimsOf(DEPLOY_JOB, { audience: instanceUrl, now: Math.floor(Date.now() / 1000), jti: "j" });
    const answer = await ask(salesforce, {
      url: `${instanceUrl}/services/oauth2/token`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: github.token({ claims }),
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        client_id: /--body (3MVG9\S+)/.exec(output)?.[1] ?? "",
      }).toString(),
    });
    assert.equal(answer.status, 200, answer.body);
  });
});

/** A folder with a `gh` that knows the repository and its environment. */
function ghStub(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const ids = `${DEPLOY_JOB.repositoryId} ${DEPLOY_JOB.repositoryOwnerId}`;
  const script = `#!/usr/bin/env bash\ncase $2 in */environments/*) echo 1 ;; *) echo '${ids}' ;; esac\n`;
  writeFileSync(join(bin, "gh"), script);
  chmodSync(join(bin, "gh"), 0o755);
  return bin;
}

async function runScript(
  env: NodeJS.ProcessEnv,
  username: string,
  out: string,
): Promise<{ status: number | null; output: string }> {
  const who = [
    "--target-org",
    "acme",
    "--username",
    username,
    "--run-as",
    username,
    "--contact-email",
    "it@acme.example",
  ];
  const what = ["--repository", DEPLOY_JOB.repository, "--environment", "production", "--out", out];
  const script = spawn("bash", [join(SETUP, "setup.sh"), "--keyless", ...who, ...what], { env });
  script.stdin.end("y\ny\ny\n");
  const closed = new Promise<number | null>((resolve) => script.once("close", resolve));
  const [stdout, stderr, status] = await Promise.all([script.stdout.toArray(), script.stderr.toArray(), closed]);
  return { status, output: Buffer.concat([...stdout, ...stderr]).toString("utf8") };
}
