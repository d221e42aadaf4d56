import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { assertKeyPair, readCertificate } from "../../src/inputs/certificate.ts";
import { readPrivateKey } from "../../src/inputs/private-key.ts";
import { secretLines } from "../support/secrets.ts";
import { CANNOT_RUN, runScript, type ScriptRun, SETUP } from "./setup-script.ts";
import { ORG, type Stubs, stubCommands } from "./stub-commands.ts";

/** A run, and what `sf` and `gh` were called with in it. */
interface Run extends ScriptRun {
  readonly calls: readonly string[];
}

const YES = ["y", "y", "y"];

/** The files below a folder, without what the script makes. */
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

  describe("asks before it writes", () => {
    const everything = [
      "sf org display",
      "sf project deploy start",
      "sf project deploy start",
      "sf data query",
      "sf org assign permset",
      "sf project retrieve start",
    ];
    const refusals: readonly (readonly [what: string, answers: readonly string[], question: RegExp, done: number])[] = [
      ["a key", ["n"], /Make a key pair in .+\? \[y\/N\]/, 1],
      ["to the org", ["y", "n"], /Deploy the app GitHub_Actions .+ to https:\/\/acme\.my\.salesforce\.com\?/, 1],
      ["a user's permissions", ["y", "y", "n"], /Assign .+ Pipeline_Login to deploy@acme\.example\?/, 4],
    ];
    for (const [what, answers, question, done] of refusals) {
      test(what, async () => {
        const run = await setup(answers);
        assert.equal(run.status, 1);
        assert.match(run.output, question);
        assert.match(run.output, /stopped, as you said no/);
        assert.deepEqual(verbs(run), everything.slice(0, done));
        assert.equal(existsSync(out("salesforce.key")), what !== "a key");
      });
    }

    test("and takes no answer for a no", async () => {
      assert.equal((await setup([])).status, 1);
      assert.equal(existsSync(out()), false);
    });

    test("and does it all after three times yes", async () => {
      const run = await setup(YES);
      assert.equal(run.status, 0, run.output);
      assert.deepEqual(verbs(run), everything);
      assert.match(run.calls[1] ?? "", /\[--source-dir\] \[force-app\/main\/default\/permissionsets\]$/);
      assert.match(run.calls[2] ?? "", /\[--manifest\] \[manifest\/package\.xml\]$/);
      assert.match(run.calls[4] ?? "", /\[--name\] \[Pipeline_Login\] \[--on-behalf-of\] \[deploy@acme\.example\]$/);
      assert.match(run.calls[5] ?? "", /\[--metadata\] \[ExtlClntAppGlobalOauthSettings:GitHub_Actions_glbloauth\]$/);
    });
  });

  test("makes a pair that the action takes, for its user alone", async () => {
    await setup(YES);
    const privateKey = readPrivateKey({ text: text("salesforce.key"), passphrase: undefined, mask: () => {} });
    const certificate = readCertificate(text("salesforce.crt"));
    assertKeyPair({ certificate, privateKey });
    assert.equal(statSync(out("salesforce.key")).mode & 0o777, 0o600);
    assert.equal(statSync(out("project")).mode & 0o077, 0);
    const days = (certificate.notAfter.getTime() - Date.now()) / 86_400_000;
    assert.ok(days > 729 && days <= 730, `${days} days`);
  });

  test("prints no secret: neither the key, nor the token and the secret that sf hands it", async () => {
    const { output } = await setup(YES);
    for (const line of secretLines(text("salesforce.key"))) assert.ok(!output.includes(line), "a line of the key");
    assert.ok(!output.includes(ORG.accessToken));
    assert.ok(!output.includes(ORG.consumerSecret));
  });

  test("leaves no consumer secret on the disk", async () => {
    await setup(YES);
    for (const name of files(out())) assert.ok(!text(name).includes(ORG.consumerSecret), name);
  });

  test("fills in a copy, and leaves the templates as they are", async () => {
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

  describe("run again", () => {
    test("keeps the pair, deploys it, and assigns nothing twice", async () => {
      await setup(YES);
      const pair = [text("salesforce.key"), text("salesforce.crt")];
      const again = await setup(["y"]);
      assert.equal(again.status, 0, again.output);
      assert.deepEqual([text("salesforce.key"), text("salesforce.crt")], pair);
      assert.match(again.output, /Key pair: kept/);
      assert.match(again.output, /deploy@acme\.example has Pipeline_Login/);
      assert.equal(again.calls.filter((call) => call.includes("[deploy]")).length, 2);
      assert.equal(again.calls.filter((call) => call.includes("[assign]")).length, 0);
    });

    test("makes a new certificate for a key that lost its own", async () => {
      await setup(YES);
      const key = text("salesforce.key");
      rmSync(out("salesforce.crt"));
      const again = await setup(["y", "y"]);
      assert.equal(again.status, 0, again.output);
      assert.match(again.output, /Make a certificate for the key/);
      assert.equal(text("salesforce.key"), key);
    });

    test("stops where key and certificate are no pair, or the key is gone", async () => {
      await setup(YES);
      const certificate = text("salesforce.crt");
      rmSync(out("salesforce.key"));
      const gone = await setup(YES);
      assert.match(gone.output, /has salesforce\.crt, but not its key/);
      rmSync(out("salesforce.crt"));
      await setup(["y", "n"]);
      writeFileSync(out("salesforce.crt"), certificate);
      const other = await setup(YES);
      assert.match(other.output, /is not the certificate of salesforce\.key/);
      for (const run of [gone, other]) {
        assert.equal(run.status, 1);
        assert.deepEqual(verbs(run), ["sf org display"]);
      }
    });
  });

  describe("the lines that it prints for gh", () => {
    const linesOf = (run: Run) => run.output.split("\n").filter((line) => /^ {2}gh /.test(line));

    test("are printed, not run", async () => {
      const run = await setup(YES);
      assert.equal(linesOf(run).length, 6);
      assert.ok(run.calls.every((call) => call.startsWith("sf ")));
    });

    test("store what a workflow needs when they are run", async () => {
      const script = linesOf(await setup(YES)).join("\n");
      assert.equal(spawnSync("bash", ["-ec", script], { env: stubs.env }).status, 0);
      const stored = (name: string) => readFileSync(stubs.stored(name), "utf8");
      assert.equal(stored("SALESFORCE_PRIVATE_KEY"), text("salesforce.key"));
      assert.equal(stored("SALESFORCE_CERTIFICATE"), text("salesforce.crt"));
      assert.equal(stored("SALESFORCE_CONSUMER_KEY"), ORG.consumerKey);
      assert.equal(stored("SALESFORCE_USERNAME"), "deploy@acme.example");
      assert.equal(stored("SALESFORCE_LOGIN_URL"), ORG.instanceUrl);
      assert.equal(stored("SALESFORCE_ORG_ID"), ORG.orgId);
    });

    test("name the environment where there is one", async () => {
      for (const line of linesOf(await setup(YES, ["--environment", "production eu"]))) {
        assert.match(line, / --env production\\ eu /);
      }
    });

    test("come with where to click, where the org keeps the consumer key to itself", async () => {
      stubs = stubCommands(folder, "withheld");
      const run = await setup(YES);
      assert.equal(run.status, 0, run.output);
      assert.match(run.output, /Setup → External Client App Manager → GitHub_Actions → Settings → OAuth Settings/);
      assert.match(linesOf(run)[0] ?? "", /--body CONSUMER_KEY$/);
    });
  });

  test("makes a second app with names of its own, and the same permission set", async () => {
    const run = await setup(YES, ["--app", "GitHub_Actions_2028"]);
    assert.equal(run.status, 0, run.output);
    const names = files(out("project")).map((name) => name.replace(/.*\//, ""));
    assert.ok(names.includes("GitHub_Actions_2028.eca-meta.xml"));
    assert.ok(names.includes("Pipeline_Login.permissionset-meta.xml"));
    for (const name of files(out("project"))) assert.doesNotMatch(text("project", name), /GitHub_Actions(?!_2028)/);
    assert.match(run.calls.at(-1) ?? "", /ExtlClntAppGlobalOauthSettings:GitHub_Actions_2028_glbloauth/);
  });

  describe("refuses, before it does anything,", () => {
    const refused: readonly (readonly [what: string, options: readonly string[], message: RegExp])[] = [
      [
        "a username that would be more than that in a query",
        ["--username", "x' OR 'a'='a"],
        /not a Salesforce username/,
      ],
      ["an address that would be markup", ["--contact-email", "<x>@acme.example"], /not an e-mail address/],
      ["an app's name that would be a path", ["--app", "../app"], /letters, digits/],
      ["an option that it doesn't know", ["--yes"], /unknown option --yes/],
      ["an option without its value", ["--app"], /--app needs a value/],
    ];
    for (const [what, options, message] of refused) {
      test(what, async () => {
        const run = await setup(YES, options);
        assert.equal(run.status, 1);
        assert.match(run.output, message);
        assert.deepEqual(run.calls, []);
      });
    }

    test("an org that sf doesn't know", async () => {
      const run = await setup(YES, ["--target-org", "unknown"]);
      assert.match(run.output, /sf is not logged in to unknown: sf org login web/);
      assert.deepEqual(verbs(run), ["sf org display"]);
    });
  });
});
