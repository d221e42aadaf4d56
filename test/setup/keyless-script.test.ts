import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
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
import { afterEach, beforeEach, describe, test } from "node:test";
import { keylessProject, readFolder, readRules } from "../fakes/salesforce/token-exchange-metadata.ts";
import { CANNOT_RUN, SETUP } from "./setup-script.ts";

const ORG = { id: "00D5e000000AbCdEAK", url: "https://acme.my.salesforce.com", key: "3MVG9StubConsumerKey.of_the_app" };
const USER = "deploy@acme.example";
const RUN_AS = "keyless@acme.example";
const SECRET = "StubConsumerSecret0123456789";
const NOTE = String.raw`{ printf '%s' "$(basename "$0")"; printf ' [%s]' "$@"; printf '\n'; } >>"$STUB_FOLDER/calls"`;

/** Knows the users, and the assignment once it was made. */
const SF = String.raw`#!/usr/bin/env bash
${NOTE}
record='{\n "result": {\n "records": [\n {\n "Id": "0055e000000AbCd"\n }\n ]\n }\n}\n'
case "$1 $2 $3" in
  'org display --target-org')
    printf '{\n "result": {\n "id": "${ORG.id}",\n "accessToken": "00D!token",\n "instanceUrl": "${ORG.url}",\n "username": "admin@acme.example"\n }\n}\n' ;;
  'data query --target-org')
    case "$7" in
      *"'${USER}' AND IsActive"* | *"'${RUN_AS}' AND IsActive"*) printf "$record" ;;
      *PermissionSetAssignment*) [ -e "$STUB_FOLDER/assigned" ] && printf "$record" || printf '{}' ;;
      *) printf '{}' ;;
    esac ;;
  'org assign permset') : >"$STUB_FOLDER/assigned" ;;
  'project retrieve start')
    mkdir -p retrieved
    printf '<x>\n <consumerKey>${ORG.key}</consumerKey>\n<consumerSecret>${SECRET}</consumerSecret>\n</x>\n' >retrieved/x.ecaGlblOauth-meta.xml ;;
esac
`;
const GH = `#!/usr/bin/env bash
${NOTE}
case "$2" in
  repos/acme/crm) echo '712345678 1234567' ;;
  repos/acme/crm/environments/production) echo 2 ;;
  repos/acme/crm/environments/staging%20eu) echo 0 ;;
  *) exit 1 ;;
esac
`;
const YES = ["y", "y", "y"];
const PRODUCTION = ["--environment", "production"];

describe("setup/setup.sh --keyless", { skip: CANNOT_RUN }, () => {
  let folder: string;
  const out = (...path: string[]) => join(folder, "made", ...path);
  const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n").slice(0, -1);
  const rules = () => readRules(readFolder(`${out("project")}/`));
  const records = () => readdirSync(out("project/force-app/main/default/customMetadata"));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "keyless-"));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "calls"), "");
    for (const [name, script] of Object.entries({ sf: SF, gh: GH })) {
      writeFileSync(join(folder, "bin", name), script);
      chmodSync(join(folder, "bin", name), 0o755);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the script for the org `acme` and the repository `acme/crm`. */
  async function run(
    answers: readonly string[],
    options: readonly string[],
  ): Promise<{ status: number | null; output: string }> {
    const required = ["--target-org", "acme", "--username", USER, "--contact-email", "it@acme.example"];
    const more = ["--repository", "acme/crm", "--run-as", RUN_AS, "--out", out()];
    const script = spawn("bash", [join(SETUP, "setup.sh"), "--keyless", ...required, ...more, ...options], {
      env: { PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`, STUB_FOLDER: folder },
      signal: AbortSignal.timeout(60_000),
    });
    script.stdin.on("error", () => {});
    script.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
    const closed = new Promise<number | null>((resolve) => script.once("close", resolve));
    const [stdout, stderr, status] = await Promise.all([script.stdout.toArray(), script.stderr.toArray(), closed]);
    return { status, output: Buffer.concat([...stdout, ...stderr]).toString("utf8") };
  }

  const deployments = () =>
    calls()
      .filter((call) => call.startsWith("sf [project] [deploy]"))
      .map((call) => [...call.matchAll(/\[force-app\/main\/default\/(\w+)\]/g)].map(([, name]) => name).join(" "));

  const APEX = "permissionsets objects customMetadata classes remoteSiteSettings";
  const APP =
    "externalClientApps extlClntAppGlobalOauthSets extlClntAppOauthSettings extlClntAppOauthPolicies extlClntAppPolicies";
  const HANDLER = "oauthtokenexchangehandlers";

  test("deploys the classes, then the app, then the handler, and assigns the permission set", async () => {
    const { status, output } = await run(YES, PRODUCTION);
    assert.equal(status, 0, output);
    assert.deepEqual(deployments(), [APEX, APP, HANDLER]);
    const [first = "", second = ""] = calls().filter((call) => call.includes("[deploy]"));
    assert.match(first, /\[--test-level\] \[RunSpecifiedTests\] \[--tests\] \[GitHubLoginTest\]/);
    assert.doesNotMatch(second, /test-level/);
    assert.ok(calls().some((call) => call.includes("[permset]") && call.includes("GitHub_Keyless_Login")));
  });

  const refusals: readonly (readonly [
    what: string,
    answers: readonly string[],
    question: RegExp,
    done: readonly string[],
  ])[] = [
    ["deploying the classes", ["n"], /Deploy this rule, .+ to https:\/\/acme\.my\.salesforce\.com\? \[y\/N\]/, []],
    ["deploying the app", ["y", "n"], /Deploy the app GitHub_Keyless, .+ runs as keyless@acme\.example\?/, [APEX]],
    ["assigning the permission set", ["y", "y", "n"], /Assign .+ to deploy@acme\.example\?/, [APEX, APP, HANDLER]],
    ["anything without an answer", [], /\[y\/N\]/, []],
  ];
  for (const [what, answers, question, done] of refusals) {
    test(`asks before ${what}`, async () => {
      const { status, output } = await run(answers, PRODUCTION);
      assert.equal(status, 1);
      assert.match(output, question);
      assert.match(output, /canceled/);
      assert.deepEqual(deployments(), done);
      assert.ok(!calls().some((call) => call.includes("[permset]")));
    });
  }

  test("fills in the project as the embedded org reads it", async () => {
    await run(YES, PRODUCTION);
    const repository = { repositoryId: "712345678", repositoryOwnerId: "1234567" };
    const expected = keylessProject({ username: USER, runAs: RUN_AS, environment: "production", ...repository });
    const made = readFolder(`${out("project")}/`);
    assert.deepEqual(rules(), readRules(expected));
    assert.deepEqual(records(), ["GitHub_Login_Rule.R712345678_production.md-meta.xml"]);
    for (const [path, text] of made) {
      assert.doesNotMatch(text, /@@/, path);
      const template = expected.get(path);
      if (template !== undefined) assert.equal(text.trimEnd(), template.trimEnd(), path);
    }
    assert.equal(made.size, expected.size);
  });

  test("makes a rule for a ref and a workflow", async () => {
    const workflow = "acme/workflows/.github/workflows/deploy.yml@refs/heads/main";
    await run(YES, ["--ref", "refs/heads/main", "--workflow", workflow]);
    const [{ environment, ref, jobWorkflowRef } = {}] = rules();
    assert.deepEqual([environment, ref, jobWorkflowRef], [undefined, "refs/heads/main", workflow]);
  });

  test("gives places that differ in special characters alone rules of their own", async () => {
    const names = new Set<string | undefined>();
    for (const environment of [
      "staging eu",
      "staging-eu",
      "staging_eu",
      "a-very-long-name-of-an-environment-1",
      "a-very-long-name-of-an-environment-2",
    ]) {
      await run(["n"], ["--environment", environment]);
      const [record = ""] = records();
      const name = record.replace(/^GitHub_Login_Rule\.|\.md-meta\.xml$/g, "");
      assert.match(name, /^(?=.{1,40}$)[A-Za-z](?:_?[A-Za-z0-9])*$/);
      names.add(name);
    }
    assert.equal(names.size, 5);
  });

  test("warns of an environment without protection rules, and of one that doesn't exist", async () => {
    assert.match(
      (await run(["n"], ["--environment", "staging eu"])).output,
      /Warning: the environment staging eu of acme\/crm/,
    );
    assert.match((await run(["n"], ["--environment", "new"])).output, /Warning: the environment new of acme\/crm/);
    assert.doesNotMatch((await run(["n"], PRODUCTION)).output, /Warning/);
  });

  test("assigns nothing twice when it runs again", async () => {
    await run(YES, PRODUCTION);
    const { status, output } = await run(["y", "y"], PRODUCTION);
    assert.equal(status, 0, output);
    assert.match(output, /already has GitHub_Keyless_Login/);
  });

  test("prints variables alone, and keeps no consumer secret", async () => {
    const { output } = await run(YES, PRODUCTION);
    const lines = output.split("\n").filter((line) => /^ {2}gh /.test(line));
    assert.equal(lines.length, 3);
    for (const line of lines)
      assert.match(line, /^ {2}gh variable set \w+ --repo acme\/crm --env production --body \S+$/);
    assert.match(output, new RegExp(`SALESFORCE_CONSUMER_KEY .+--body ${ORG.key}`));
    for (const [path, text] of readFolder(`${out()}/`)) assert.ok(!text.includes(SECRET), path);
    assert.equal(spawnSync("bash", ["-n"], { input: lines.join("\n") }).status, 0);
  });

  const rejected: readonly (readonly [what: string, options: readonly string[], message: RegExp])[] = [
    ["neither an environment nor a ref", [], /--environment or --ref is required/],
    ["an environment and a ref", [...PRODUCTION, "--ref", "refs/heads/main"], /not both/],
    ["a branch without refs/heads", ["--ref", "main"], /starts with refs\/heads/],
    ["an environment that contains markup", ["--environment", "</value>"], /cannot contain/],
    ["a run-as user that contains SOQL", [...PRODUCTION, "--run-as", "x' OR 'a'='a"], /not a Salesforce username/],
    ["a repository that is a path", [...PRODUCTION, "--repository", "acme/../x"], /not OWNER\/REPO/],
    ["a workflow without a ref", [...PRODUCTION, "--workflow", "acme/w/.github/workflows/a.yml"], /--workflow is not/],
    ["an unknown option", [...PRODUCTION, "--yes", "x"], /unknown option --yes/],
    ["an option without its value", ["--environment"], /--environment needs a value/],
  ];
  for (const [what, options, message] of rejected) {
    test(`rejects ${what} before it asks anything`, async () => {
      const { status, output } = await run(YES, options);
      assert.equal(status, 1);
      assert.match(output, message);
      assert.deepEqual(calls(), []);
      assert.equal(existsSync(out()), false);
    });
  }

  test("stops at a user, and at a repository, that don't exist", async () => {
    assert.match(
      (await run(YES, [...PRODUCTION, "--run-as", "gone@acme.example"])).output,
      /no active user gone@acme\.example/,
    );
    assert.match((await run(YES, [...PRODUCTION, "--repository", "acme/gone"])).output, /gh cannot read acme\/gone/);
    assert.deepEqual(deployments(), []);
  });
});
