import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { markdownFiles, ROOT, readDocument } from "./markdown.ts";
import { completeWorkflow, problemsOf } from "./workflow-validator.ts";

/** The workflows that users can copy, and those of this repository. */
const workflows = ["examples", ".github/workflows"]
  .filter((folder) => existsSync(new URL(folder, ROOT)))
  .flatMap((folder) => readdirSync(new URL(folder, ROOT)).map((name) => `${folder}/${name}`))
  .map((path) => ({ path, text: readDocument(path) }));
const examples = workflows.filter(({ path }) => path.startsWith("examples/"));

/** The YAML blocks of all documents, and the lines that their diffs add. */
const pieces = markdownFiles().flatMap((path) => {
  const blocks = readDocument(path).matchAll(/^( *)```(ya?ml|diff)\n([\s\S]*?)^\1``` *$/gm);
  return [...blocks].map(([, margin = "", language, block = ""]) => {
    const text = block.replaceAll(new RegExp(`^${margin}`, "gm"), "");
    return { path, yaml: language === "diff" ? addedLines(text) : text };
  });
});

function addedLines(diff: string): string {
  const added = diff.split("\n").filter((line) => line.startsWith("+"));
  return added.map((line) => `${line.slice(1)}\n`).join("");
}

/** The step that the README, docs/setup.md, and the examples show. */
const CANONICAL_STEP = `
- name: Log in to Salesforce
  id: salesforce
  uses: your-org/salesforce-jwt-auth@v1
  with:
    consumer_key: \${{ secrets.SALESFORCE_CONSUMER_KEY }}
    username: \${{ vars.SALESFORCE_USERNAME }}
    private_key: \${{ secrets.SALESFORCE_PRIVATE_KEY }}
    login_url: \${{ vars.SALESFORCE_LOGIN_URL }}
    certificate: \${{ vars.SALESFORCE_CERTIFICATE }}
    expected_org_id: \${{ vars.SALESFORCE_ORG_ID }}
`;

interface Job {
  readonly environment?: unknown;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
  }[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job & { readonly env?: Readonly<Record<string, string>> }>>;
}

test("action.yml is valid", async () => {
  assert.deepEqual(await problemsOf(readDocument("action.yml"), "action.yml"), []);
});

describe("the validator", () => {
  const step = (input: string, output: string) =>
    completeWorkflow(`
- id: salesforce
  uses: your-org/salesforce-jwt-auth@v1
  with:
    consumer_key: key
    username: user
    ${input}: value
- run: echo "\${{ steps.salesforce.outputs.${output} }}"
`);

  test("accepts existing inputs and outputs", async () => {
    assert.deepEqual(await problemsOf(step("login_url", "access_token")), []);
  });

  test("finds a misspelled input", async () => {
    assert.match((await problemsOf(step("login-url", "access_token"))).join(), /Invalid action input 'login-url'/);
  });

  test("finds a misspelled output", async () => {
    assert.match((await problemsOf(step("login_url", "token"))).join(), /steps\.salesforce\.outputs\.token/);
  });

  test("finds a misspelled output of a login in another block", async () => {
    const use = (output: string) => completeWorkflow(`- run: "echo \${{ steps.salesforce.outputs.${output} }}"\n`);
    assert.deepEqual(await problemsOf(use("org_id")), []);
    assert.match((await problemsOf(use("orgId"))).join(), /steps\.salesforce\.outputs\.orgId/);
  });

  test("finds a misspelled key and a broken expression", async () => {
    assert.notDeepEqual(await problemsOf(completeWorkflow("- runs: ls\n")), []);
    assert.notDeepEqual(await problemsOf(completeWorkflow("- run: ls ${{ steps. }}\n")), []);
  });

  test("finds an icon in action.yml that GitHub doesn't have", async () => {
    const other = readDocument("action.yml").replace(/icon: .*/, "icon: key");
    assert.match((await problemsOf(other, "action.yml")).join(), /Unexpected value 'key'/);
  });
});

describe("workflows to copy", () => {
  test("exist in examples/", () => assert.ok(examples.length >= 7));

  // The keyless login has inputs of its own.
  const isKnown = readDocument("action.yml").includes("github_oidc:");
  for (const { path, text } of workflows.filter((workflow) => isKnown || workflow.path !== "examples/keyless.yml")) {
    test(`${path} is valid`, async () => assert.deepEqual(await problemsOf(text), []));
  }

  for (const { path, text } of examples) {
    const { permissions, jobs, env } = parse(text) as Workflow;

    test(`${path} gives GitHub's token only the permissions that it needs`, () => {
      assert.ok(permissions, "the default depends on the repository");
      for (const [scope, access] of Object.entries(permissions)) {
        assert.match(`${scope}: ${access}`, /^(?:contents: (?:read|write)|issues: write|id-token: write)$/);
      }
    });

    test(`${path} uses an environment and a time limit`, () => {
      for (const job of Object.values(jobs)) {
        assert.ok(job.environment);
        assert.ok(job["timeout-minutes"]);
      }
    });

    test(`${path} passes secrets to single steps in their env`, () => {
      const wide = Object.values(jobs).map(({ steps: _, ...job }) => job);
      assert.doesNotMatch(JSON.stringify([env, wide]), /access_token|PRIVATE_KEY/);
      for (const { run = "" } of Object.values(jobs).flatMap(({ steps }) => steps)) assert.doesNotMatch(run, /\$\{\{/);
    });
  }
});

describe("workflow snippets in the documents", () => {
  test("are found in the README", () => assert.ok(pieces.some(({ path }) => path === "README.md")));

  for (const [index, { path, yaml }] of pieces.entries()) {
    test(`${path}, snippet ${index + 1}, is valid`, async () => {
      const problems = await problemsOf(completeWorkflow(yaml));
      // A snippet that shows how to pin the action leaves the inputs out.
      const relevant = problems.filter(
        (problem) => yaml.includes("with:") || !problem.startsWith("Missing required input"),
      );
      assert.deepEqual(relevant, []);
    });
  }
});

describe("the login step", () => {
  const indented = CANONICAL_STEP.replace(/^(?=.)/gm, " ".repeat(6));
  // One has two logins, which need different names; the others log in without a key that GitHub stores.
  const others = examples.filter(({ path }) => !/(?:certificates|keyless|kms-\w+)\.yml$/.test(path));
  const documents = ["README.md", "docs/setup.md"].map((path) => ({ path, text: readDocument(path) }));

  for (const { path, text } of [...others, ...documents]) {
    test(`${path} shows it as all other documents do`, () => assert.ok(text.includes(indented)));
  }

  for (const { path, text } of [...examples, ...markdownFiles().map((path) => ({ path, text: readDocument(path) }))]) {
    test(`${path} uses one API version`, () => {
      const versions = [...text.matchAll(/\/services\/data\/v(\d+\.\d)/g)].map(([, version]) => version);
      assert.deepEqual([...new Set(versions)], versions.length > 0 ? ["66.0"] : []);
    });
  }
});
