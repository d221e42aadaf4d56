import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { ROOT, readDocument } from "./markdown.ts";

// zizmor and actionlint check the workflows themselves (.ci/check-workflows): pins, rights, events, checkouts, expressions,
// concurrency. The tests of workflows here are about what these tools don't check.

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly uses?: string; readonly "timeout-minutes"?: number }>>;
}

/** The longest time that a job may take. */
const MAX_MINUTES = 90;
const WORKFLOWS = ".github/workflows";
const workflows = readdirSync(new URL(WORKFLOWS, ROOT)).map((name) => {
  const text = readDocument(`${WORKFLOWS}/${name}`);
  return { name, text, workflow: parse(text) as Workflow };
});

test("finds the workflows", () => {
  const names = workflows.map(({ name }) => name);
  for (const name of ["ci.yml", "check-dist.yml", "release.yml"]) assert.ok(names.includes(name), name);
});

for (const { name, text, workflow } of workflows) {
  describe(name, () => {
    test("limits the time of each job", () => {
      for (const [job, { uses, "timeout-minutes": minutes }] of Object.entries(workflow.jobs)) {
        // A job that calls a workflow can't have a limit; the jobs of that workflow have one.
        assert.ok(uses?.startsWith("./") || (minutes && minutes <= MAX_MINUTES), job);
      }
    });

    test("needs no secret", () => assert.doesNotMatch(text, /\bsecrets\b/));
  });
}

test("uses one release of each third-party action, and names it", () => {
  const byAction = new Map<string, string>();
  for (const [, action = "", pin = ""] of workflows.flatMap(({ text }) => [
    // The folders of an action (github/codeql-action/init) belong to one release.
    ...text.matchAll(/^ *(?:- )?uses: ([\w.-]+\/[\w.-]+)\S*@(.+?) *$/gm),
  ])) {
    assert.match(pin, /^[0-9a-f]{40} # v\d+\.\d+\.\d+$/, action);
    assert.equal(byAction.get(action) ?? pin, pin, action);
    byAction.set(action, pin);
  }
  assert.ok(byAction.has("actions/checkout"));
});

interface Package {
  readonly name?: string;
  readonly version?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

for (const folder of ["", "test/cli/", "test/clients/", "test/oldest-node/"]) {
  describe(`${folder}package-lock.json`, () => {
    const { packages } = JSON.parse(readDocument(`${folder}package-lock.json`)) as {
      packages: Readonly<Record<string, Package>>;
    };
    const { allowScripts = {} } = JSON.parse(readDocument(`${folder}package.json`)) as {
      allowScripts?: Readonly<Record<string, boolean>>;
    };
    const installed = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));

    test("contains the digest of each package that is downloaded", () => {
      assert.ok(installed.length > 0);
      // A bundled package is part of another package, which has a digest.
      const without = installed.filter(([, { link, inBundle, integrity = "" }]) => {
        return !link && !inBundle && !integrity.startsWith("sha512-");
      });
      assert.deepEqual(without, []);
    });

    test("doesn't name a registry, so that each machine can use its own mirror", () => {
      const remote = installed.filter(([, { resolved = "" }]) => resolved.includes(":"));
      assert.deepEqual(remote, []);
    });

    test("allows or denies each install script", () => {
      const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
      const names = scripts.map(([path]) => path.replace(/^.*node_modules\//, ""));
      assert.deepEqual(
        names.filter((name) => !(name in allowScripts)),
        [],
      );
    });

    test(`allows ${folder === "" ? "only the install script of node" : "no install script"}`, () => {
      const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
      assert.deepEqual(allowed, folder === "" ? ["node"] : []);
    });
  });
}

test("Dependabot updates every kind of dependency, at least seven days after a release", () => {
  const { updates } = parse(readDocument(".github/dependabot.yml")) as {
    updates: { "package-ecosystem": string; directory: string; cooldown?: { "default-days"?: number } }[];
  };
  const entries = updates.map((update) => `${update["package-ecosystem"]} ${update.directory}`);
  assert.deepEqual(entries.sort(), [
    "github-actions /",
    "gomod /test/act",
    "gomod /test/clients/go",
    "npm /",
    "npm /test/cli",
    "npm /test/clients",
    "pip /.ci",
    "pip /test/clients",
    "pip /test/kms",
  ]);
  for (const { cooldown } of updates) assert.ok((cooldown?.["default-days"] ?? 0) >= 7);
});
