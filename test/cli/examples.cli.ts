import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readExample } from "../fakes/runner/workflow.ts";
import { startTestEnvironment, type TestEnvironment } from "./environment.ts";
import { pinnedVersion } from "./installed.ts";
import { type JobRun, runExample } from "./job.ts";
import { filesWithSecrets, leaksIn } from "./leaks.ts";

const PULL_REQUEST = {
  event_name: "pull_request",
  ref: "refs/pull/12/merge",
  actor: "ada",
  event: { pull_request: { head: { repo: { fork: false } } } },
};
const FORK = { ...PULL_REQUEST, event: { pull_request: { head: { repo: { fork: true } } } } };
const PUSH = { event_name: "push", ref: "refs/heads/main", actor: "ada", event: {} };
const BY_HAND = { event_name: "workflow_dispatch", ref: "refs/heads/main", actor: "ada", event: {} };

describe("examples with the Salesforce CLI", { timeout: 400_000 }, () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await startTestEnvironment();
  });
  after(() => environment.close());

  /** Runs an example whose jobs all succeed and show no secret. */
  async function run(name: string, github: Readonly<Record<string, unknown>>): Promise<JobRun[]> {
    const jobs = await runExample(environment, name, github);
    for (const job of jobs) {
      const failed = job.steps.find(({ conclusion }) => conclusion === "failure");
      assert.equal(job.conclusion, "success", `${failed?.name}: ${failed?.log}`);
      assert.deepEqual(leaksIn(environment, job), []);
      assert.deepEqual(filesWithSecrets(environment, job), []);
    }
    return jobs;
  }

  test("deploy.yml validates a pull request", async () => {
    const known = environment.metadata.deployments.length;
    const [job] = await run("deploy.yml", PULL_REQUEST);
    const [deployment, ...more] = environment.metadata.deployments.slice(known);
    assert.deepEqual(more, []);
    assert.equal(deployment?.org, environment.salesforce.orgs.uat);
    assert.equal(deployment?.checkOnly, true);
    assert.equal(deployment?.testLevel, "RunLocalTests");
    assert.match(logOf(job, "Validate"), /Successfully validated the deployment/);
    assert.match(job?.files.get("workspace/reports/junit/junit.xml") ?? "", /testcase name="addsAmountsUp"/);
  });

  test("deploy.yml deploys what is merged", async () => {
    const known = environment.metadata.deployments.length;
    const [job] = await run("deploy.yml", PUSH);
    const [deployment, ...more] = environment.metadata.deployments.slice(known);
    assert.deepEqual(more, []);
    assert.equal(deployment?.org, environment.salesforce.org);
    assert.equal(deployment?.checkOnly, false);
    assert.deepEqual(
      deployment?.components.map(({ fullName }) => fullName),
      ["Invoice", "InvoiceTest"],
    );
    assert.match(logOf(job, "Deploy"), /Status: Succeeded/);
    assert.match(job?.files.get("workspace/reports/junit/junit.xml") ?? "", /value="deploy@acme\.example"/);
    assert.ok(environment.metadata.filesIn(environment.salesforce.org).has("classes/Invoice.cls"));
  });

  test("deploy.yml sends no request for a pull request from a fork", async () => {
    const known = environment.salesforce.requests.length;
    const jobs = await runExample(environment, "deploy.yml", FORK);
    assert.deepEqual(
      jobs.map(({ conclusion }) => conclusion),
      ["skipped"],
    );
    assert.equal(environment.salesforce.requests.length, known);
  });

  test("deploy.yml fails if the org isn't the expected one", async () => {
    const known = environment.metadata.deployments.length;
    const { secrets, vars } = environment.githubEnvironments["production"] ?? assert.fail();
    const wrong = { secrets, vars: { ...vars, SALESFORCE_ORG_ID: environment.salesforce.orgs.other.orgId } };
    const [job] = await runExample({ ...environment, githubEnvironments: { production: wrong } }, "deploy.yml", PUSH);
    assert.equal(job?.conclusion, "failure");
    assert.deepEqual(
      job?.steps.map(({ name }) => name),
      ["Log in to Salesforce", "post"],
    );
    assert.equal(environment.metadata.deployments.length, known);
  });

  test("backup.yml commits what changed, once, and revokes its token", async () => {
    await run("backup.yml", BY_HAND);
    assert.match((await environment.origin.commits())[0] ?? "", /^Metadata of \d{4}-\d\d-\d\d$/);
    const files = await environment.origin.files();
    assert.ok(files.includes("force-app/main/default/classes/Greeting.cls"));
    assert.deepEqual(
      files.filter((file) => /^\.sf/.test(file)),
      [],
    );
    const commits = await environment.origin.commits();
    const [again] = await run("backup.yml", BY_HAND);
    assert.match(logOf(again, "Commit the changes"), /No changes\./);
    assert.deepEqual(await environment.origin.commits(), commits);
    assert.equal(environment.salesforce.isLive(environment.salesforce.minted.at(-1) ?? ""), false);
  });

  test("sandboxes.yml deploys to each sandbox with a token of its own", async () => {
    const known = environment.metadata.deployments.length;
    const jobs = await run("sandboxes.yml", BY_HAND);
    const { uat, scratch } = environment.salesforce.orgs;
    assert.deepEqual(
      environment.metadata.deployments.slice(known).map(({ org }) => org),
      [scratch, uat],
    );
    const tokens = jobs.map(({ steps }) => steps[0]?.outputs["access_token"]);
    assert.equal(new Set(tokens).size, 2);
  });

  test("container.yml displays the org and queries it", async () => {
    const [job] = await run("container.yml", BY_HAND);
    assert.match(logOf(job, "Query"), /Connected Status .*Connected/);
    assert.match(logOf(job, "Query"), /Edge Communications/);
  });

  test("jsforce.yml lists accounts", async () => {
    const [job] = await run("jsforce.yml", BY_HAND);
    assert.match(logOf(job, "List accounts"), /^001\w{15} Edge Communications$/m);
  });

  test("curl.yml lists accounts", async () => {
    const [job] = await run("curl.yml", BY_HAND);
    assert.match(logOf(job, "List accounts"), /"Name":"Edge Communications"/);
  });

  test("the examples connect to nothing but Salesforce", () => {
    const asked = environment.salesforce.connects.filter(({ answeredWith }) => answeredWith !== "tunnel");
    assert.deepEqual(asked, []);
  });
});

test("container.yml uses the CLI version that these tests run", () => {
  const { report } = readExample("container.yml") as unknown as { report: { container: { image: string } } };
  assert.equal(report.container.image, `salesforce/cli:${pinnedVersion("@salesforce/cli")}-slim`);
});

function logOf(job: JobRun | undefined, step: string): string {
  return job?.steps.find(({ name }) => name === step)?.log ?? assert.fail(`no step ${step}`);
}
