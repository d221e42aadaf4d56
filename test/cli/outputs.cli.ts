import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { WorkflowStep } from "../fakes/runner/workflow.ts";
import { startTestEnvironment, type TestEnvironment } from "./environment.ts";
import { type JobRun, runJob } from "./job.ts";
import { filesWithSecrets, leaksIn } from "./leaks.ts";

const INPUTS = {
  consumer_key: "${{ secrets.SALESFORCE_CONSUMER_KEY }}",
  username: "${{ vars.SALESFORCE_USERNAME }}",
  private_key: "${{ secrets.SALESFORCE_PRIVATE_KEY }}",
  login_url: "${{ vars.SALESFORCE_LOGIN_URL }}",
};
const ACTION = "your-org/salesforce-jwt-auth@v1";
const CHECKOUT: WorkflowStep = { uses: "actions/checkout@v5" };
const LOGIN: WorkflowStep = { id: "salesforce", name: "action", uses: ACTION, with: INPUTS };
const TOKEN = "${{ steps.salesforce.outputs.access_token }}";
const INSTANCE_URL = "${{ steps.salesforce.outputs.instance_url }}";
const BY_ALIAS: WorkflowStep = {
  name: "log in by alias",
  env: { SF_ACCESS_TOKEN: TOKEN, SF_ORG_INSTANCE_URL: INSTANCE_URL },
  run: 'sf org login access-token --instance-url "$SF_ORG_INSTANCE_URL" --no-prompt --alias salesforce --set-default',
};
const QUERY = 'sf data query --query "SELECT Id, Name FROM Account"';

/** What people do with an org, and what the CLI prints when it has done it. */
const WORK: Readonly<Record<string, { readonly run: string; readonly says: RegExp }>> = {
  display: { run: "sf org display", says: /Connected/ },
  "display as JSON": { run: "sf org display --json", says: /"instanceUrl": "https:\/\/acme\.my\.salesforce\.com\/?"/ },
  query: { run: QUERY, says: /Edge Communications/ },
  validate: {
    run: "sf project deploy validate --source-dir force-app --test-level RunLocalTests",
    says: /Successfully validated the deployment/,
  },
  deploy: {
    run: "sf project deploy start --source-dir force-app --test-level RunLocalTests --junit --results-dir reports",
    says: /Status: Succeeded.*Junit results written/s,
  },
  retrieve: { run: "sf project retrieve start --metadata ApexClass", says: /Greeting\.cls/ },
};

async function runSteps(environment: TestEnvironment, steps: readonly WorkflowStep[]): Promise<JobRun> {
  return runJob(environment, { environment: "production", steps }, { github: {} });
}

/** All kinds of work, in one job. */
function work(env: Readonly<Record<string, string>> = {}): WorkflowStep[] {
  return Object.entries(WORK).map(([name, { run }]) => ({ name, run, env }));
}

function assertWorkDone({ steps }: JobRun): void {
  for (const [name, { says }] of Object.entries(WORK)) assert.match(stepOf(steps, name).log, says, name);
}

function stepOf(steps: JobRun["steps"], name: string) {
  return steps.find((step) => step.name === name) ?? assert.fail(`no step ${name}`);
}

describe("an opaque token, with the Salesforce CLI", { timeout: 400_000 }, () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await startTestEnvironment();
  });
  after(() => environment.close());

  test("works for every command after a login by alias, and can be read nowhere", async () => {
    const job = await runSteps(environment, [CHECKOUT, LOGIN, BY_ALIAS, ...work()]);
    assertWorkDone(job);
    assert.match(
      job.files.get("workspace/reports/junit/junit.xml") ?? "",
      /name="username" value="deploy@acme\.example"/,
    );
    assert.ok(job.files.has("home/.sf/deploy-cache.json"));
    assert.deepEqual(leaksIn(environment, job), []);
    assert.deepEqual(filesWithSecrets(environment, job), []);
  });

  test("works for every command after a login by the exported variables, and can be read nowhere", async () => {
    const login = { ...LOGIN, with: { ...INPUTS, export_environment_variables: true } };
    const { env: _, ...byVariables } = BY_ALIAS;
    const job = await runSteps(environment, [CHECKOUT, login, byVariables, ...work()]);
    assertWorkDone(job);
    assert.ok(job.files.has("workspace/reports/junit/junit.xml"));
    assert.deepEqual(leaksIn(environment, job), []);
    assert.deepEqual(filesWithSecrets(environment, job), []);
  });

  test("works for every command as target org, and is in clear text in two files afterwards", async () => {
    const job = await runSteps(environment, [
      CHECKOUT,
      LOGIN,
      ...work({ SF_TARGET_ORG: TOKEN, SF_ORG_INSTANCE_URL: INSTANCE_URL }),
    ]);
    assertWorkDone(job);
    assert.deepEqual(filesWithSecrets(environment, job), [
      "home/.sf/deploy-cache.json",
      "workspace/reports/junit/junit.xml",
    ]);
    assert.deepEqual(leaksIn(environment, job, { strict: false }), [], "the mask hides it in the log");
    const printed = leaksIn(environment, job).map((leak) => leak.replace(/:.*/, ""));
    assert.deepEqual([...new Set(printed)], ["display", "display as JSON", "validate", "deploy", "retrieve"]);
  });

  test("is rejected after it was revoked", async () => {
    const revoke: WorkflowStep = {
      name: "revoke",
      env: { ACCESS_TOKEN: TOKEN, INSTANCE_URL },
      run: 'curl --silent --fail --data-urlencode "token=$ACCESS_TOKEN" "$INSTANCE_URL/services/oauth2/revoke"',
    };
    const attempts = ["query", "deploy", "retrieve"].map((name) => ({
      name,
      if: "always()",
      run: WORK[name]?.run ?? "",
    }));
    const again = { ...BY_ALIAS, name: "log in again", if: "always()" };
    const display = { name: "display", if: "always()", run: "sf org display" };
    const job = await runSteps(environment, [CHECKOUT, LOGIN, BY_ALIAS, revoke, ...attempts, again, display]);
    assert.equal(stepOf(job.steps, "revoke").conclusion, "success");
    for (const name of ["query", "deploy", "retrieve", "log in again"]) {
      const { conclusion, log } = stepOf(job.steps, name);
      assert.equal(conclusion, "failure", name);
      assert.match(log, /Session expired or invalid|INVALID_SESSION_ID/, name);
    }
    // So this command doesn't show whether a login works.
    assert.equal(stepOf(job.steps, "display").conclusion, "success");
  });

  test("can be read in the log as target org if CI isn't set, as in a container that a step starts", async () => {
    const env = { SF_TARGET_ORG: TOKEN, SF_ORG_INSTANCE_URL: INSTANCE_URL };
    const run = `env -u CI ${WORK["retrieve"]?.run}`;
    const job = await runSteps(environment, [CHECKOUT, LOGIN, { name: "retrieve", run, env }]);
    assert.match(leaksIn(environment, job, { strict: false }).join(), /^retrieve: token \(plain\) in the log/);
  });

  test("is printed by sf org auth show-access-token until the logout, which doesn't end the session", async () => {
    const show = "sf org auth show-access-token --no-prompt";
    const { steps, files } = await runSteps(environment, [
      LOGIN,
      BY_ALIAS,
      { name: "show", run: show },
      { name: "logout", run: "sf org logout --no-prompt --target-org salesforce" },
      { name: "show again", run: show },
    ]);
    const token = environment.salesforce.minted.at(-1) ?? assert.fail("no token was minted");
    assert.ok(stepOf(steps, "show").stdout.includes(token));
    assert.ok(!stepOf(steps, "show").log.includes(token), "the mask hides it");
    assert.equal(stepOf(steps, "logout").conclusion, "success");
    assert.equal(stepOf(steps, "show again").conclusion, "failure");
    assert.equal(files.has("home/.sfdx/deploy@acme.example.json"), false);
    assert.ok(environment.salesforce.isLive(token));
  });
});

describe("a token of the JWT format", { timeout: 200_000 }, () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await startTestEnvironment({ tokens: { format: "jwt" } });
  });
  after(() => environment.close());

  test("works by alias from API version 68.0 on, and not for SOAP below", async () => {
    const below = { SF_ORG_API_VERSION: "67.0" };
    const job = await runSteps(environment, [
      CHECKOUT,
      LOGIN,
      BY_ALIAS,
      ...work(),
      { name: "query below", run: QUERY, env: below },
      { name: "deploy below", run: WORK["deploy"]?.run ?? "", env: below },
    ]);
    assertWorkDone(job);
    assert.equal(stepOf(job.steps, "query below").conclusion, "success");
    assert.equal(stepOf(job.steps, "deploy below").conclusion, "failure");
    assert.match(stepOf(job.steps, "deploy below").log, /SOAP API does not support JWT-based access tokens/);
    assert.deepEqual(leaksIn(environment, job), []);
    assert.deepEqual(filesWithSecrets(environment, job), []);
  });

  test("isn't accepted as target org", async () => {
    const env = { SF_TARGET_ORG: TOKEN, SF_ORG_INSTANCE_URL: INSTANCE_URL };
    const { steps } = await runSteps(environment, [LOGIN, { name: "query", run: QUERY, env }]);
    assert.equal(stepOf(steps, "query").conclusion, "failure");
    assert.match(stepOf(steps, "query").log, /No default environment found/);
  });
});

describe("the CLI's own JWT login with the same key", { timeout: 60_000 }, () => {
  let environment: TestEnvironment;
  before(async () => {
    // It sends its expiry in milliseconds, which Salesforce takes. Here no other client may.
    environment = await startTestEnvironment({ lenientExpiry: /^undici$/ });
  });
  after(() => environment.close());

  test("succeeds beside the action, and sends its expiry in milliseconds", async () => {
    const login: WorkflowStep = {
      name: "own login",
      env: {
        CONSUMER_KEY: "${{ secrets.SALESFORCE_CONSUMER_KEY }}",
        PRIVATE_KEY: "${{ secrets.SALESFORCE_PRIVATE_KEY }}",
        USERNAME: "${{ vars.SALESFORCE_USERNAME }}",
        LOGIN_URL: "${{ vars.SALESFORCE_LOGIN_URL }}",
      },
      run: [
        'printf %s "$PRIVATE_KEY" > "$RUNNER_TEMP/key.pem"',
        'sf org login jwt --client-id "$CONSUMER_KEY" --jwt-key-file "$RUNNER_TEMP/key.pem" --username "$USERNAME" --instance-url "$LOGIN_URL" --set-default',
        'rm "$RUNNER_TEMP/key.pem"',
      ].join("\n"),
    };
    const { steps } = await runSteps(environment, [login, { name: "query", run: QUERY }, LOGIN]);
    assert.match(stepOf(steps, "own login").log, /Successfully authorized deploy@acme\.example/);
    assert.match(stepOf(steps, "query").log, /Edge Communications/);
    assert.equal(stepOf(steps, "action").conclusion, "success");
    const milliseconds = environment.salesforce.requests.filter(({ claims }) => Number(claims?.["exp"]) > 1e12);
    assert.ok(milliseconds.length > 0, "it still sends milliseconds");
  });
});
