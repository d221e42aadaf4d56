import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ROOT, readDocument } from "../docs/markdown.ts";
import { secretLines } from "../support/secrets.ts";
import { CANNOT_RUN, runScript, type ScriptRun, SETUP } from "./setup-script.ts";
import { ORG, type Stubs, stubCommands } from "./stub-commands.ts";

/** A run, and the calls of `sf` and `gh` in it. */
interface Run extends ScriptRun {
  readonly calls: readonly string[];
}

const YES = ["y", "y", "y"];

/** Returns the files below a folder, without what the script creates. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .filter((name) => !name.startsWith("out"))
    .sort();
}

function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  for (const name of files(folder)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

const verbs = (run: Run) => run.calls.map((call) => call.replace(/ \[--.*/, "").replace(/[[\]]/g, ""));
const count = (run: Run, verb: string) => verbs(run).filter((found) => found === verb).length;
/** Returns the commands for gh that the script prints. */
const ghLines = (run: Run) => run.output.split("\n").filter((line) => /^ {2}gh /.test(line));

describe("setup/setup.sh", { skip: CANNOT_RUN }, () => {
  let folder: string;
  let stubs: Stubs;
  const out = (...path: string[]) => join(folder, "made", ...path);
  const text = (...path: string[]) => readFileSync(out(...path), "utf8");
  const callsSoFar = () => readFileSync(stubs.calls, "utf8").split("\n").slice(0, -1);

  async function setup(answers: readonly string[], options: readonly string[] = []): Promise<Run> {
    const before = callsSoFar().length;
    const run = await runScript({ env: stubs.env, out: out(), answers, options });
    return { ...run, calls: callsSoFar().slice(before) };
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "setup-"));
    stubs = stubCommands(folder, "shown");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const EVERYTHING = [
    "sf org display",
    "sf data query",
    "sf project deploy start",
    "sf project deploy start",
    "sf data query",
    "sf org assign permset",
    "sf project retrieve start",
  ];
  const refusals: readonly (readonly [what: string, answers: readonly string[], question: RegExp, done: number])[] = [
    ["creating a key", ["n"], /Create a key pair in .+\? \[y\/N\]/, 2],
    ["deploying the app", ["y", "n"], /Deploy the app GitHub_Actions .+ to https:\/\/acme\.my\.salesforce\.com\?/, 2],
    ["assigning the permission set", ["y", "y", "n"], /Assign .+ Pipeline_Login to deploy@acme\.example\?/, 5],
  ];
  for (const [what, answers, question, done] of refusals) {
    test(`asks before ${what}, and stops at no`, async () => {
      const run = await setup(answers);
      assert.equal(run.status, 1);
      assert.match(run.output, question);
      assert.match(run.output, /canceled\. Completed steps were kept/);
      assert.deepEqual(verbs(run), EVERYTHING.slice(0, done));
      assert.equal(existsSync(out("salesforce.key")), what !== "creating a key");
    });
  }

  test("treats a missing answer as no", async () => {
    assert.equal((await setup([])).status, 1);
    assert.equal(existsSync(out()), false);
  });

  for (const yes of ["y", "Yes", "y\r"]) {
    test(`completes all steps after three times ${JSON.stringify(yes)}`, async () => {
      const run = await setup([yes, yes, yes]);
      assert.equal(run.status, 0, run.output);
      assert.deepEqual(verbs(run), EVERYTHING);
      assert.match(run.calls[2] ?? "", /\[--source-dir\] \[force-app\/main\/default\/permissionsets\]$/);
      assert.match(run.calls[3] ?? "", /\[--manifest\] \[manifest\/package\.xml\]$/);
      assert.match(run.calls[5] ?? "", /\[--name\] \[Pipeline_Login\] \[--on-behalf-of\] \[deploy@acme\.example\]$/);
      assert.match(run.calls[6] ?? "", /\[--metadata\] \[ExtlClntAppGlobalOauthSettings:GitHub_Actions_glbloauth\]$/);
    });
  }

  test("creates a 2048-bit pair that is valid for two years, and that only its user can read", async () => {
    await setup(YES);
    const key = createPrivateKey(text("salesforce.key"));
    const certificate = new X509Certificate(text("salesforce.crt"));
    assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048);
    assert.ok(certificate.checkPrivateKey(key));
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    assert.ok(days > 729 && days <= 730, `${days} days`);
    assert.equal(statSync(out("salesforce.key")).mode & 0o777, 0o600);
    assert.equal(statSync(out("project")).mode & 0o077, 0);
  });

  test("prints neither the key, the access token, nor the consumer secret", async () => {
    const { output } = await setup(YES);
    for (const line of secretLines(text("salesforce.key"))) assert.ok(!output.includes(line), "a line of the key");
    assert.ok(!output.includes(ORG.accessToken));
    assert.ok(!output.includes(ORG.consumerSecret));
  });

  test("leaves no consumer secret on the disk", async () => {
    await setup(YES);
    for (const name of files(out())) assert.ok(!text(name).includes(ORG.consumerSecret), name);
  });

  test("fills in a copy, and doesn't change the templates", async () => {
    const before = fingerprint(SETUP);
    assert.equal((await setup(YES)).status, 0);
    assert.equal(fingerprint(SETUP), before);

    const copies = files(out("project"));
    const templates = files(SETUP).filter((name) => /^(?:force-app|manifest|sfdx-project)/.test(name));
    assert.deepEqual(
      copies.map((name) => name.replace(/^\//, "")),
      templates,
    );
    for (const name of copies) assert.doesNotMatch(text("project", name), /@@/, name);
    const metadata = (type: string, name: string) => text("project/force-app/main/default", type, name);
    const oauth = metadata("extlClntAppGlobalOauthSets", "GitHub_Actions_glbloauth.ecaGlblOauth-meta.xml");
    assert.ok(oauth.includes(`<certificate>${text("salesforce.crt").trimEnd()}</certificate>`));
    const app = metadata("externalClientApps", "GitHub_Actions.eca-meta.xml");
    assert.match(app, /<contactEmail>it@acme\.example<\/contactEmail>/);
  });

  test("creates a second app with its own names and the same permission set", async () => {
    const run = await setup(YES, ["--app", "GitHub_Actions_2028"]);
    assert.equal(run.status, 0, run.output);
    const names = files(out("project")).map((name) => name.replace(/.*\//, ""));
    assert.ok(names.includes("GitHub_Actions_2028.eca-meta.xml"));
    assert.ok(names.includes("Pipeline_Login.permissionset-meta.xml"));
    for (const name of files(out("project"))) assert.doesNotMatch(text("project", name), /GitHub_Actions(?!_2028)/);
    assert.match(run.calls.at(-1) ?? "", /ExtlClntAppGlobalOauthSettings:GitHub_Actions_2028_glbloauth/);
  });

  describe("run again", () => {
    test("keeps the pair, deploys it, and doesn't assign the permission set twice", async () => {
      await setup(YES);
      const pair = [text("salesforce.key"), text("salesforce.crt")];
      const again = await setup(["y"]);
      assert.equal(again.status, 0, again.output);
      assert.deepEqual([text("salesforce.key"), text("salesforce.crt")], pair);
      assert.match(again.output, /Key pair: using the existing pair/);
      assert.match(again.output, /deploy@acme\.example already has Pipeline_Login/);
      assert.equal(count(again, "sf project deploy start"), 2);
      assert.equal(count(again, "sf org assign permset"), 0);
    });

    test("creates a new certificate if only the key is left", async () => {
      await setup(YES);
      const key = text("salesforce.key");
      rmSync(out("salesforce.crt"));
      const again = await setup(["y", "y"]);
      assert.equal(again.status, 0, again.output);
      assert.match(again.output, /Create a certificate for the key/);
      assert.equal(text("salesforce.key"), key);
    });

    test("deploys the certificate if the key was deleted, and prints no command that needs the key", async () => {
      await setup(YES);
      const certificate = text("salesforce.crt");
      rmSync(out("salesforce.key"));
      const again = await setup(["y", "y"]);
      assert.equal(again.status, 0, again.output);
      assert.match(again.output, /contains salesforce\.crt, but not its private key/);
      assert.equal(text("salesforce.crt"), certificate);
      assert.equal(existsSync(out("salesforce.key")), false);
      assert.equal(count(again, "sf project deploy start"), 2);
      assert.match(again.output, /SALESFORCE_PRIVATE_KEY stays as it is/);
      assert.doesNotMatch(again.output, /salesforce\.key|npm start/);
    });

    test("offers a new pair instead, and names the values to store again", async () => {
      await setup(YES);
      const certificate = text("salesforce.crt");
      rmSync(out("salesforce.key"));
      const again = await setup(["n", "y", "y"]);
      assert.equal(again.status, 0, again.output);
      assert.match(again.output, /You then have to store SALESFORCE_PRIVATE_KEY and SALESFORCE_CERTIFICATE again/);
      assert.notEqual(text("salesforce.crt"), certificate);
      assert.ok(new X509Certificate(text("salesforce.crt")).checkPrivateKey(createPrivateKey(text("salesforce.key"))));
    });

    test("stops if both offers are declined", async () => {
      await setup(YES);
      rmSync(out("salesforce.key"));
      const again = await setup(["n", "n"]);
      assert.equal(again.status, 1);
      assert.equal(count(again, "sf project deploy start"), 0);
    });

    test("stops if the certificate belongs to another key", async () => {
      await setup(YES);
      const certificate = text("salesforce.crt");
      rmSync(out("salesforce.key"));
      rmSync(out("salesforce.crt"));
      await setup(["y", "n"]);
      writeFileSync(out("salesforce.crt"), certificate);
      const other = await setup(YES);
      assert.match(other.output, /is not the certificate of salesforce\.key/);
      assert.equal(other.status, 1);
      assert.equal(count(other, "sf project deploy start"), 0);
    });

    test("warns if the certificate expires within 30 days", async () => {
      await setup(YES);
      assert.doesNotMatch((await setup(["y"])).output, /expires soon/);
      const renew = ["req", "-x509", "-days", "20", "-subj", "/CN=x", "-key", out("salesforce.key")];
      assert.equal(spawnSync("openssl", [...renew, "-out", out("salesforce.crt")]).status, 0);
      assert.match((await setup(["y"])).output, /Warning: the certificate expires soon \(notAfter=/);
    });
  });

  describe("the printed commands", () => {
    test("aren't run by the script", async () => {
      const run = await setup(YES, ["--environment", "production"]);
      assert.equal(ghLines(run).length, 8);
      assert.ok(run.calls.every((call) => call.startsWith("sf ")));
    });

    test("store all values of a workflow", async () => {
      const script = ghLines(await setup(YES)).join("\n");
      assert.equal(spawnSync("bash", ["-ec", script], { env: stubs.env }).status, 0);
      const stored = (name: string) => readFileSync(stubs.stored(name), "utf8");
      assert.equal(stored("SALESFORCE_PRIVATE_KEY"), text("salesforce.key"));
      assert.equal(stored("SALESFORCE_CERTIFICATE"), text("salesforce.crt"));
      assert.equal(stored("SALESFORCE_CONSUMER_KEY"), ORG.consumerKey);
      assert.equal(stored("SALESFORCE_USERNAME"), "deploy@acme.example");
      assert.equal(stored("SALESFORCE_LOGIN_URL"), ORG.instanceUrl);
      assert.equal(stored("SALESFORCE_ORG_ID"), ORG.orgId);
    });

    test("create the environment before they store values in it", async () => {
      const [create, restrict, ...store] = ghLines(await setup(YES, ["--environment", "production eu"]));
      assert.match(create ?? "", /--method PUT 'repos\/\{owner\}\/\{repo\}\/environments\/production%20eu' /);
      assert.match(restrict ?? "", /environments\/production%20eu\/deployment-branch-policies' -f name=main$/);
      assert.equal(store.length, 6);
      for (const line of store) assert.match(line, / --env production\\ eu /);
    });

    test("can't store a consumer key that Salesforce didn't return", async () => {
      stubs = stubCommands(folder, "withheld");
      const run = await setup(YES);
      assert.equal(run.status, 0, run.output);
      assert.match(run.output, /Setup > External Client App Manager > GitHub_Actions > Settings > OAuth Settings/);
      assert.match(run.output, /verification code to the email address/);
      const [placeholder] = run.output.split("\n").filter((line) => line.startsWith("  export "));
      assert.notEqual(spawnSync("bash", ["-c", placeholder ?? assert.fail()], { env: stubs.env }).status, 0);
      const [storeKey = ""] = ghLines(run);
      assert.notEqual(spawnSync("bash", ["-c", storeKey], { env: stubs.env }).status, 0);
      assert.equal(existsSync(stubs.stored("SALESFORCE_CONSUMER_KEY")), false);

      const given = { ...stubs.env, SALESFORCE_CONSUMER_KEY: ORG.consumerKey };
      assert.equal(spawnSync("bash", ["-c", storeKey], { env: given }).status, 0);
      assert.equal(readFileSync(stubs.stored("SALESFORCE_CONSUMER_KEY"), "utf8"), ORG.consumerKey);
    });

    test("are those that docs/setup.md shows", async () => {
      const run = await setup(YES, ["--environment", "production"]);
      const shown = (line: string) =>
        line
          .replaceAll(out(), "/home/you/salesforce-jwt-auth/setup/out/acme/GitHub_Actions")
          .replaceAll(decodeURI(ROOT.pathname).slice(0, -1), "/home/you/salesforce-jwt-auth")
          .replaceAll(ORG.consumerKey, "CONSUMER_KEY")
          .replaceAll(ORG.orgId, "ORG_ID")
          .trimEnd();
      const document = readDocument("docs/setup.md");
      const commands = run.output.split("\n").filter((line) => /^ {2,4}\S/.test(line));
      assert.ok(commands.length > 10);
      for (const line of commands) assert.ok(document.includes(shown(line).trim()), shown(line));
    });
  });

  test("names both requirements of the deployment if Salesforce rejects it", async () => {
    stubs.set("rejects-deployments");
    const run = await setup(YES);
    assert.equal(run.status, 1);
    assert.match(run.output, /External Client App Settings: "Allow access to OAuth consumer secrets via Metadata API"/);
    assert.match(run.output, /admin@acme\.example has .+ "View External Client Apps Consumer Secrets in Metadata"/);
    assert.equal(count(run, "sf project deploy start"), 1);
  });

  test("notes that gh is too old, and goes on", async () => {
    assert.doesNotMatch((await setup(YES)).output, /too old/);
    stubs.set("old-gh");
    const run = await setup(["y"]);
    assert.equal(run.status, 0, run.output);
    assert.match(run.output, /Note: gh is missing, or too old for "gh variable"/);
  });

  test("takes options in any order, and with an equals sign", async () => {
    const others = ["--environment=test", "--username=nightly@acme.example", "--contact-email=nights@acme.example"];
    const run = await setup(YES, ["--app=Nightly", `--out=${out("other")}`, ...others, "--target-org=acme"]);
    assert.equal(run.status, 0, run.output);
    assert.ok(existsSync(out("other/salesforce.key")));
    assert.match(run.output, /Deploy the app Nightly /);
    assert.match(text("other/project/force-app/main/default/externalClientApps/Nightly.eca-meta.xml"), /nights@acme/);
    assert.match(run.output, /gh variable set SALESFORCE_USERNAME --env test --body nightly@acme\.example/);
  });

  const refused: readonly (readonly [what: string, options: readonly string[], message: RegExp])[] = [
    ["a username that contains SOQL", ["--username", "x' OR 'a'='a"], /not a Salesforce username/],
    ["a contact address that contains markup", ["--contact-email", "<x>@acme.example"], /not an email address/],
    ["an app name that is a path", ["--app", "../app"], /letters, digits/],
    ["an unknown option", ["--yes"], /unknown option --yes/],
    ["an unknown option with a value", ["--yes=1"], /unknown option --yes=1/],
    ["an option without its value", ["--app"], /--app needs a value/],
    ["an empty required value", ["--username="], /are required/],
  ];
  for (const [what, options, message] of refused) {
    test(`rejects ${what} before it does anything`, async () => {
      const run = await setup(YES, options);
      assert.equal(run.status, 1);
      assert.match(run.output, message);
      assert.deepEqual(run.calls, []);
    });
  }

  test("stops if sf isn't logged in to the org", async () => {
    const run = await setup(YES, ["--target-org", "unknown"]);
    assert.match(run.output, /sf is not logged in to unknown\. Run: sf org login web/);
    assert.deepEqual(verbs(run), ["sf org display"]);
  });

  test("stops before it creates anything if the org has no such active user", async () => {
    stubs.set("no-user");
    const run = await setup(YES);
    assert.match(run.output, /has no active user deploy@acme\.example/);
    assert.deepEqual(verbs(run), ["sf org display", "sf data query"]);
    assert.equal(existsSync(out()), false);
  });
});
