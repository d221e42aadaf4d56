import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestEnvironment } from "../cli/environment.ts";
import { type JobRun, runExample } from "../cli/job.ts";
import { filesWithSecrets, leaksIn } from "../cli/leaks.ts";
import { readExample, type WorkflowStep } from "../fakes/runner/workflow.ts";
import { stepsFor } from "./document.ts";
import { BY_HAND, runSteps, startKmsEnvironment, withChange, withStandIns } from "./environment.ts";
import { type RunningService, startAwsKms, startSoftHsm, startStandIn } from "./services.ts";
import { missing, SOFTHSM_MODULE } from "./tools.ts";

const SHELL_TOOLS = ["bash", "jq", "openssl", "curl"];

/** Whatever is signed elsewhere gets in, and neither the assertion nor the token is seen. */
function assertLoggedIn(environment: TestEnvironment, job: JobRun): void {
  const failed = job.steps.find(({ conclusion }) => conclusion === "failure");
  assert.equal(job.conclusion, "success", `${failed?.name}: ${failed?.log}`);
  assert.equal(environment.salesforce.isLive(outputOf(job, "Log in to Salesforce", "access_token")), true);
  assertNoLeak(environment, job);
}

function assertNoLeak(environment: TestEnvironment, job: JobRun): void {
  assert.deepEqual(leaksIn(environment, job), []);
  assert.deepEqual(filesWithSecrets(environment, job), []);
  const assertion = outputOf(job, "Sign the assertion", "assertion");
  const [, , signature = ""] = assertion.split(".");
  assert.ok(signature.length > 300);
  for (const { name, log, annotations, summary } of job.steps) {
    assert.equal(JSON.stringify([log, annotations, summary]).includes(signature), false, name);
  }
  const others = [...job.files].filter(([path]) => !path.includes("_runner_file_commands/output_"));
  for (const [path, text] of others) assert.equal(text.includes(signature), false, path);
}

function outputOf(job: JobRun, step: string, name: string): string {
  const { outputs } = job.steps.find((each) => each.name === step) ?? assert.fail(`no step ${step}`);
  return outputs[name] ?? assert.fail(`${step} set no ${name}`);
}

/** A wrong signature is found before anything is sent. */
async function assertRejected(environment: TestEnvironment, steps: WorkflowStep[], headline: RegExp): Promise<void> {
  const known = environment.salesforce.requests.length;
  const job = await runSteps(environment, steps);
  const { annotations = [] } = job.steps.find(({ name }) => name === "Log in to Salesforce") ?? {};
  assert.match(JSON.stringify(annotations), headline);
  assert.equal(environment.salesforce.requests.length, known);
  assertNoLeak(environment, job);
}

/** A service and an embedded Salesforce for the tests of one `describe`. */
function environmentOf(start: () => Promise<RunningService>): () => TestEnvironment {
  let service: RunningService | undefined;
  let environment: TestEnvironment | undefined;
  before(async () => {
    service = await start();
    environment = withStandIns(await startKmsEnvironment(service));
  });
  after(async () => {
    await environment?.close();
    await service?.close();
  });
  return () => environment ?? assert.fail("not started");
}

const AWS = { skip: missing([...SHELL_TOOLS, "aws", "moto_server"], { required: true }), timeout: 180_000 };

describe("AWS KMS, with the AWS CLI and a local KMS", AWS, () => {
  const environment = environmentOf(startAwsKms);

  test("the example logs in", async () => {
    const [job] = await runExample(environment(), "kms-aws.yml", BY_HAND);
    assertLoggedIn(environment(), job as JobRun);
    assert.match(job?.steps.find(({ name }) => name === "List accounts")?.log ?? "", /"Name":"Edge Communications"/);
  });

  test("names a PSS signature before anything is sent", () => {
    const steps = withChange(stepsFor("AWS KMS"), "RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_256");
    return assertRejected(environment(), steps, /assertion has a PSS signature/);
  });
});

const PKCS11_TOOLS = [...SHELL_TOOLS, "pkcs11-tool", SOFTHSM_MODULE ? "softhsm2-util" : "libsofthsm2.so"];
const PKCS11 = { skip: missing(PKCS11_TOOLS, { required: true }), timeout: 180_000 };

describe("PKCS#11, with OpenSC and a software token", PKCS11, () => {
  const environment = environmentOf(startSoftHsm);

  test("the example logs in", async () => {
    const [job] = await runExample(environment(), "kms-pkcs11.yml", BY_HAND);
    assertLoggedIn(environment(), job as JobRun);
  });

  test("names a PSS signature before anything is sent", () => {
    const steps = withChange(stepsFor("PKCS#11"), "SHA256-RSA-PKCS", "SHA256-RSA-PKCS-PSS");
    return assertRejected(environment(), steps, /assertion has a PSS signature/);
  });
});

const STAND_INS = { skip: missing(SHELL_TOOLS, { required: false }), timeout: 180_000 };

describe("Google Cloud KMS, with a stand-in for gcloud", STAND_INS, () => {
  const version = "projects/acme/locations/europe-west3/keyRings/ci/cryptoKeys/salesforce/cryptoKeyVersions/1";
  const environment = environmentOf(() => startStandIn(version));

  test("the steps of the document log in", async () => {
    assertLoggedIn(environment(), await runSteps(environment(), stepsFor("Google Cloud KMS")));
  });
});

describe("Azure Key Vault, with a stand-in for az", STAND_INS, () => {
  const environment = environmentOf(() =>
    startStandIn("https://acme.vault.azure.net/keys/salesforce/0123456789abcdef"),
  );

  test("the steps of the document log in", async () => {
    assertLoggedIn(environment(), await runSteps(environment(), stepsFor("Azure Key Vault")));
  });
});

describe("Vault and OpenBao, with a stand-in for the Transit engine", STAND_INS, () => {
  const environment = environmentOf(() => startStandIn("salesforce"));

  test("the steps of the document log in", async () => {
    assertLoggedIn(environment(), await runSteps(environment(), stepsFor("Vault and OpenBao")));
  });

  test("names the PSS signature that is Vault's default", () => {
    const steps = withChange(stepsFor("Vault and OpenBao"), ', signature_algorithm: "pkcs1v15"', "");
    return assertRejected(environment(), steps, /assertion has a PSS signature/);
  });
});

describe("the examples", () => {
  for (const [name, service] of Object.entries({ "kms-aws.yml": "AWS KMS", "kms-pkcs11.yml": "PKCS#11" })) {
    test(`${name} has the steps of docs/kms.md`, () => {
      const [job] = Object.values(readExample(name));
      const steps = stepsFor(service);
      assert.deepEqual(job?.steps.slice(0, steps.length), steps);
    });
  }
});
