import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { type Contexts, interpolateAll } from "../cli/expressions.ts";
import { runStep } from "../fakes/runner/step.ts";
import { clientKey, startSalesforce } from "../fakes/salesforce/index.ts";
import { readDocument } from "./markdown.ts";

interface Step {
  readonly id?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

const CANNOT_RUN = process.platform === "win32" ? "the workflow is for Linux" : false;

test("the workflow at the top of the README logs in and runs its query", { skip: CANNOT_RUN }, async (t) => {
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(readDocument("README.md")) ?? [];
  const { jobs } = parse(yaml) as { jobs: { query: { steps: [Step, Step] } } };
  const [login, query] = jobs.query.steps;

  const salesforce = await startSalesforce();
  t.after(() => salesforce.close());
  const { privateKeyPem, certificatePem } = await clientKey();
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const { username, instanceUrl, orgId } = salesforce.org;
  const contexts: Contexts = {
    secrets: { SALESFORCE_CONSUMER_KEY: consumerKey, SALESFORCE_PRIVATE_KEY: privateKeyPem },
    vars: {
      SALESFORCE_USERNAME: username,
      SALESFORCE_LOGIN_URL: instanceUrl,
      SALESFORCE_CERTIFICATE: certificatePem,
      SALESFORCE_ORG_ID: orgId,
    },
  };
  const inputs = interpolateAll(login.with ?? {}, contexts);
  const step = await runStep({ with: inputs, env: salesforce.env, secrets: [privateKeyPem] });
  assert.equal(step.conclusion, "success", step.log);

  const steps = { [login.id ?? ""]: { outputs: step.outputs } };
  const { https_proxy, NODE_EXTRA_CA_CERTS } = salesforce.env;
  const network = { PATH: process.env["PATH"], https_proxy, CURL_CA_BUNDLE: NODE_EXTRA_CA_CERTS };
  const env = { ...network, ...interpolateAll(query.env ?? {}, { ...contexts, steps }) };
  const { stdout } = await promisify(execFile)("bash", ["-e", "-c", query.run ?? ""], { env });
  assert.equal(JSON.parse(stdout).records[0].Id, orgId);
});
