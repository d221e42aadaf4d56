import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeClaims, describeJob, loginRule } from "../../../src/diagnosis/job-claims.ts";
import { claimsOf, DEPLOY_JOB, type Job } from "../../fakes/github-oidc/claims.ts";
import { decide } from "../../fakes/salesforce/token-exchange-decision.ts";
import { readRules } from "../../fakes/salesforce/token-exchange-metadata.ts";

const ORG = "https://acme.my.salesforce.com";
const NOW = 1_790_000_000;
const claims = (job: Partial<Job> = {}) => claimsOf({ ...DEPLOY_JOB, ...job }, { audience: ORG, now: NOW, jti: "j" });

describe("the login rule for a job", () => {
  const jobs: readonly (readonly [what: string, job: Partial<Job>])[] = [
    ["in an environment", {}],
    ["in an environment with markup in its name", { environment: "a <b> & c" }],
    ["on a branch", { environment: undefined }],
    [
      "in a reusable workflow of another repository",
      { jobWorkflowRef: "acme/w/.github/workflows/a.yml@refs/heads/main" },
    ],
  ];
  for (const [what, job] of jobs) {
    test(`lets a job ${what} in`, () => {
      const rules = readRules(new Map([["customMetadata/GitHub_Login_Rule.X.md", loginRule(claims(job))]]));
      const unescaped = rules.map((rule) => ({
        ...rule,
        environment: rule.environment?.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
      }));
      const context = { app: "GitHub_Keyless", audience: ORG, now: NOW };
      assert.deepEqual(decide(JSON.stringify(claims(job)), unescaped, context), { username: "SALESFORCE_USERNAME" });
    });
  }
});

describe("the claims in a message", () => {
  test("can be of any type", () => {
    const odd = { toString: 1 };
    const claims = { repository: odd, job_workflow_ref: odd, environment: [odd], ref: null };
    assert.equal(describeJob(claims), "(missing), environment (missing)");
    assert.match(loginRule(claims), /<field>Repository_Id__c<\/field><value xsi:nil="true"\/>/);
  });

  test("are those that the handler decides by", () => {
    assert.deepEqual(describeClaims(claims({ environment: undefined })), [
      "repository: acme/crm",
      "repository_id: 712345678",
      "repository_owner_id: 1234567",
      "environment: (missing)",
      "ref: refs/heads/main",
      "event_name: push",
      "job_workflow_ref: acme/crm/.github/workflows/deploy.yml@refs/heads/main",
      "iss: https://token.actions.githubusercontent.com",
      `aud: ${ORG}`,
    ]);
  });

  test("name the job by its environment, or else by its ref", () => {
    assert.equal(describeJob(claims()), "acme/crm, environment production");
    assert.equal(describeJob(claims({ environment: undefined })), "acme/crm, ref refs/heads/main");
  });

  test("can't act on the runner, and are not scrubbed", () => {
    const name = "refs/heads/Fix1234567890abcdefABCDEF";
    const [, , , environment = "", ref] = describeClaims({ environment: "a\n::error::b##[c]", ref: name });
    assert.equal(ref, `ref: ${name}`);
    assert.doesNotMatch(environment, /\n|::|##\[/);
  });
});
