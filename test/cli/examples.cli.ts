import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readExample } from "../fakes/runner/workflow.ts";
import { type Bench, startBench } from "./environment.ts";
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

describe("examples, with the real command line", { timeout: 200_000 }, () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.close());

  /** Runs an example whose jobs all succeed, and of which nobody learns a secret. */
  async function run(name: string, github: Readonly<Record<string, unknown>>): Promise<JobRun[]> {
    const jobs = await runExample(bench, name, github);
    for (const job of jobs) {
      const failed = job.steps.find(({ conclusion }) => conclusion === "failure");
      assert.equal(job.conclusion, "success", `${failed?.name}: ${failed?.log}`);
      assert.deepEqual(leaksIn(bench, job), []);
      assert.deepEqual(filesWithSecrets(bench, job), []);
    }
    return jobs;
  }

  test("deploy.yml validates a pull request", async () => {
    const known = bench.metadata.deployments.length;
    const [job] = await run("deploy.yml", PULL_REQUEST);
    const [deployment, ...more] = bench.metadata.deployments.slice(known);
    assert.deepEqual(more, []);
    assert.equal(deployment?.org, bench.salesforce.orgs.uat);
    assert.equal(deployment?.checkOnly, true);
    assert.equal(deployment?.testLevel, "RunLocalTests");
    assert.match(logOf(job, "Validate"), /Successfully validated the deployment/);
    assert.match(job?.files.get("workspace/reports/junit/junit.xml") ?? "", /testcase name="addsAmountsUp"/);
  });

  test("deploy.yml deploys what is merged", async () => {
    const known = bench.metadata.deployments.length;
    const [job] = await run("deploy.yml", PUSH);
    const [deployment, ...more] = bench.metadata.deployments.slice(known);
    assert.deepEqual(more, []);
    assert.equal(deployment?.org, bench.salesforce.org);
    assert.equal(deployment?.checkOnly, false);
    assert.deepEqual(
      deployment?.components.map(({ fullName }) => fullName),
      ["Invoice", "InvoiceTest"],
    );
    assert.match(logOf(job, "Deploy"), /Status: Succeeded/);
    assert.match(job?.files.get("workspace/reports/junit/junit.xml") ?? "", /value="deploy@acme\.example"/);
    assert.ok(bench.metadata.filesIn(bench.salesforce.org).has("classes/Invoice.cls"));
  });

  test("deploy.yml asks nothing of Salesforce for a pull request from a fork", async () => {
    const known = bench.salesforce.requests.length;
    const jobs = await runExample(bench, "deploy.yml", FORK);
    assert.deepEqual(
      jobs.map(({ conclusion }) => conclusion),
      ["skipped"],
    );
    assert.equal(bench.salesforce.requests.length, known);
  });

  test("deploy.yml stops at another org than the expected one", async () => {
    const known = bench.metadata.deployments.length;
    const { secrets, vars } = bench.environments["production"] ?? assert.fail();
    const wrong = { secrets, vars: { ...vars, SALESFORCE_ORG_ID: bench.salesforce.orgs.other.orgId } };
    const [job] = await runExample({ ...bench, environments: { production: wrong } }, "deploy.yml", PUSH);
    assert.equal(job?.conclusion, "failure");
    assert.deepEqual(
      job?.steps.map(({ name }) => name),
      ["Log in to Salesforce", "post"],
    );
    assert.equal(bench.metadata.deployments.length, known);
  });

  test("backup.yml commits what changed, once, and revokes its token", async () => {
    await run("backup.yml", BY_HAND);
    assert.match((await bench.origin.commits())[0] ?? "", /^Metadata of \d{4}-\d\d-\d\d$/);
    const files = await bench.origin.files();
    assert.ok(files.includes("force-app/main/default/classes/Greeting.cls"));
    assert.deepEqual(
      files.filter((file) => /^\.sf/.test(file)),
      [],
    );
    const commits = await bench.origin.commits();
    const [again] = await run("backup.yml", BY_HAND);
    assert.match(logOf(again, "Commit the changes"), /No changes\./);
    assert.deepEqual(await bench.origin.commits(), commits);
    assert.equal(bench.salesforce.isLive(bench.salesforce.minted.at(-1) ?? ""), false);
  });

  test("sandboxes.yml deploys to each sandbox by a token of its own", async () => {
    const known = bench.metadata.deployments.length;
    const jobs = await run("sandboxes.yml", BY_HAND);
    const { uat, scratch } = bench.salesforce.orgs;
    assert.deepEqual(
      bench.metadata.deployments.slice(known).map(({ org }) => org),
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

  test("nothing but Salesforce was asked", () => {
    const asked = bench.salesforce.connects.filter(({ answeredWith }) => answeredWith !== "tunnel");
    assert.deepEqual(asked, []);
  });
});

test("the image of container.yml has the version that was tried", () => {
  const { report } = readExample("container.yml") as unknown as { report: { container: { image: string } } };
  assert.equal(report.container.image, `salesforce/cli:${pinnedVersion("@salesforce/cli")}-slim`);
});

function logOf(job: JobRun | undefined, step: string): string {
  return job?.steps.find(({ name }) => name === step)?.log ?? assert.fail(`no step ${step}`);
}
