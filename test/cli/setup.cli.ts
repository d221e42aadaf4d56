import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runStep } from "../fakes/runner/step.ts";
import { CLI_ROUTES } from "../fakes/salesforce/cli-routes.ts";
import { clientKey, startSalesforce } from "../fakes/salesforce/index.ts";
import { CANNOT_RUN, runScript, SETUP } from "../setup/setup-script.ts";
import { stubCommands } from "../setup/stub-commands.ts";
import { networkOf } from "./environment.ts";
import { createSetupOrg } from "./setup-org.ts";

const CLI = fileURLToPath(new URL("node_modules/@salesforce/cli/bin/run.js", import.meta.url));
const NO_CLI = existsSync(CLI) ? false : "the Salesforce CLI is not installed: npm ci --prefix test/cli";

/** Path of each converted file, with the type that the CLI knows it as. */
const CONVERTED = (app: string) => ({
  [`externalClientApps/${app}.eca`]: "ExternalClientApplication",
  [`extlClntAppGlobalOauthSets/${app}_glbloauth.ecaGlblOauth`]: "ExtlClntAppGlobalOauthSettings",
  [`extlClntAppOauthPolicies/${app}_oauthPlcy.ecaOauthPlcy`]: "ExtlClntAppOauthConfigurablePolicies",
  [`extlClntAppOauthSettings/${app}_oauth.ecaOauth`]: "ExtlClntAppOauthSettings",
  [`extlClntAppPolicies/${app}_plcy.ecaPlcy`]: "ExtlClntAppConfigurablePolicies",
  "permissionsets/Pipeline_Login.permissionset": "PermissionSet",
});

describe("the real CLI reads the project in setup/", { skip: NO_CLI }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "setup-sf-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A copy of the project, without what the script may have made beside it. */
  function copyOfProject(name: string): string {
    const filter = (path: string) => !path.startsWith(join(SETUP, "out"));
    cpSync(SETUP, join(folder, name), { recursive: true, filter });
    return join(folder, name);
  }

  /** Converts a project to the format of the Metadata API and gives the text of each file by its path. */
  async function convert(project: string, output: string, ...what: string[]): Promise<Record<string, string>> {
    const env = { PATH: process.env["PATH"], HOME: folder, USERPROFILE: folder, SF_DISABLE_TELEMETRY: "true" };
    const args = [CLI, "project", "convert", "source", "--output-dir", join(folder, output), "--json", ...what];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project, env });
    assert.equal(JSON.parse(stdout).status, 0);
    const paths = readdirSync(join(folder, output), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      paths.map((path) => [
        path.slice(join(folder, output).length + 1).replaceAll("\\", "/"),
        readFileSync(path, "utf8"),
      ]),
    );
  }

  function assertComplete(files: Record<string, string>, app: string): void {
    const { "package.xml": manifest = "", ...components } = files;
    assert.deepEqual(Object.keys(components).sort(), Object.keys(CONVERTED(app)).sort());
    for (const [path, type] of Object.entries(CONVERTED(app))) {
      assert.match(components[path] ?? "", new RegExp(`<${type} xmlns="http://soap.sforce.com/2006/04/metadata">`));
      const name = path.replace(/^.*\/|\.\w+$/g, "");
      assert.match(manifest, new RegExp(`<types>\\s*<members>${name}</members>\\s*<name>${type}</name>\\s*</types>`));
    }
  }

  test("converts it as a whole", async () => {
    const project = copyOfProject("templates");
    assertComplete(await convert(project, "whole", "--root-dir", join(project, "force-app")), "GitHub_Actions");
  });

  test("converts it by its manifest, which names every component", async () => {
    const files = await convert(copyOfProject("named"), "by-manifest", "--manifest", "manifest/package.xml");
    assertComplete(files, "GitHub_Actions");
  });

  test("converts the copy that setup.sh fills in, with another name and the certificate", {
    skip: CANNOT_RUN,
  }, async () => {
    const made = join(folder, "made");
    const { env } = stubCommands(folder, "shown");
    const run = await runScript({ env, out: made, answers: ["y", "y", "y"], options: ["--app", "Nightly_Backup"] });
    assert.equal(run.status, 0, run.output);
    const files = await convert(join(made, "project"), "filled-in", "--manifest", "manifest/package.xml");
    assertComplete(files, "Nightly_Backup");
    const oauth = files["extlClntAppGlobalOauthSets/Nightly_Backup_glbloauth.ecaGlblOauth"] ?? "";
    const certificate = readFileSync(join(made, "salesforce.crt"), "utf8").trimEnd();
    assert.ok(oauth.includes(`<certificate>${certificate}</certificate>`));
  });
});

test("setup.sh sets up an org with the real CLI, and the action logs in with the values that it prints", {
  skip: NO_CLI || CANNOT_RUN,
  timeout: 180_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "setup-sf-"));
  const org = createSetupOrg();
  const salesforce = await startSalesforce({ routes: [...org.routes, ...CLI_ROUTES] });
  t.after(async () => {
    await salesforce.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { username, instanceUrl, orgId, userId } = salesforce.org;
  const env = { ...networkOf(salesforce), HOME: folder, SF_ACCESS_TOKEN: await adminToken() };
  await promisify(execFile)(
    "sf",
    ["org", "login", "access-token", "--instance-url", instanceUrl, "--no-prompt", "--alias", "acme"],
    { env },
  );

  async function adminToken(): Promise<string> {
    const { privateKeyPem, certificatePem } = await clientKey();
    const { consumerKey } = salesforce.register({ certificate: certificatePem });
    const inputs = { consumer_key: consumerKey, username, private_key: privateKeyPem, login_url: instanceUrl };
    const { outputs } = await runStep({ with: inputs, env: salesforce.env, secrets: [privateKeyPem] });
    return outputs["access_token"] ?? assert.fail("no token for the administrator");
  }

  const out = join(folder, "made");
  const run = await runScript({ env, out, answers: ["y", "y", "y"] });
  assert.equal(run.status, 0, run.output);
  const again = await runScript({ env, out, answers: ["y"] });
  assert.equal(again.status, 0, again.output);
  assert.deepEqual(org.assignees, [userId]);
  const [permissionSet, app] = org.deployments;
  assert.deepEqual(permissionSet, ["permissionsets/Pipeline_Login.permissionset"]);
  assert.deepEqual(app?.toSorted(), Object.keys(CONVERTED("GitHub_Actions")).sort());

  const { output } = again;
  const printed = (name: string) => new RegExp(`^  gh \\w+ set ${name} --body (\\S+)$`, "m").exec(output)?.[1] ?? "";
  const privateKey = readFileSync(join(out, "salesforce.key"), "utf8");
  const settings = org.files.get("extlClntAppGlobalOauthSets/GitHub_Actions_glbloauth.ecaGlblOauth") ?? "";
  const certificate = /<certificate>([^<]+)<\/certificate>/.exec(settings)?.[1] ?? "";
  salesforce.register({ consumerKey: org.consumerKey, certificate, users: [username], myDomainOnly: true });
  const step = await runStep({
    with: {
      consumer_key: printed("SALESFORCE_CONSUMER_KEY"),
      username: printed("SALESFORCE_USERNAME"),
      private_key: privateKey,
      login_url: printed("SALESFORCE_LOGIN_URL"),
      certificate: readFileSync(join(out, "salesforce.crt"), "utf8"),
      expected_org_id: printed("SALESFORCE_ORG_ID"),
    },
    env: salesforce.env,
    secrets: [privateKey],
  });
  assert.equal(step.conclusion, "success", step.log);
  assert.equal(step.outputs["org_id"], orgId);

  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    assert.ok(!readFileSync(join(parentPath, name), "utf8").includes(org.consumerSecret), name);
  }
});
