import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "yaml";
import { ROOT, readDocument } from "./markdown.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = ".github/workflows";
const workflows = readdirSync(new URL(WORKFLOWS, ROOT)).map((name) => {
  const text = readDocument(`${WORKFLOWS}/${name}`);
  return { name, text, workflow: parse(text) as Workflow };
});

/** `owner/name` or deeper, the commit, and the release that it is. */
const PINNED = /^([\w.-]+\/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;
/** Events that run with secrets on code from elsewhere. */
const PRIVILEGED_EVENTS = ["pull_request_target", "workflow_run", "issue_comment"];

const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** Each `uses:` as it is written, with its comment; what is in the repository itself left out. */
function foreignUses(text: string): string[] {
  const written = [...text.matchAll(/^ *(?:- )?uses: (.+?) *$/gm)].map(([, uses = ""]) => uses);
  return written.filter((uses) => !uses.startsWith("./"));
}

test("the workflows are found", () => {
  const names = workflows.map(({ name }) => name);
  for (const name of ["ci.yml", "check-dist.yml", "release.yml"]) assert.ok(names.includes(name), name);
});

for (const { name, text, workflow } of workflows) {
  describe(name, () => {
    test("pins every action to a commit, and says which release that is", () => {
      for (const uses of foreignUses(text)) assert.match(uses, PINNED);
      const parsed = [...Object.values(workflow.jobs), ...stepsOf(workflow)].filter(({ uses }) => uses !== undefined);
      assert.equal(parsed.length, [...text.matchAll(/\buses: /g)].length, "one is written in another way");
    });

    test("gives no rights to all jobs, and some to each", () => {
      assert.deepEqual(workflow.permissions, {});
      for (const [job, { permissions }] of Object.entries(workflow.jobs)) {
        assert.ok(permissions && Object.keys(permissions).length > 0, job);
      }
    });

    test("ends by itself, and not twice at once", () => {
      assert.ok(workflow.concurrency?.group);
      for (const [job, { uses, "timeout-minutes": minutes }] of Object.entries(workflow.jobs)) {
        // A job that calls a workflow can't have one; the jobs of that workflow have.
        assert.ok(uses?.startsWith("./") || (minutes && minutes <= 30), job);
      }
    });

    test("leaves no token behind in the checkout", () => {
      const checkouts = stepsOf(workflow).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      for (const checkout of checkouts) assert.equal(checkout.with?.["persist-credentials"], false);
    });

    test("runs nothing that somebody else could have written into it", () => {
      for (const event of PRIVILEGED_EVENTS) assert.ok(!(event in workflow.on), event);
      for (const { run = "" } of stepsOf(workflow)) assert.doesNotMatch(run, /\$\{\{/);
    });

    test("needs no secret", () => assert.doesNotMatch(text, /\bsecrets\b/));
  });
}

test("an action is the same one everywhere", () => {
  const pins = workflows.flatMap(({ text }) => foreignUses(text)).map((uses) => PINNED.exec(uses) ?? []);
  // The folders of an action (github/codeql-action/init) are of one release.
  const byAction = Map.groupBy(pins, ([, path = ""]) => path.split("/").slice(0, 2).join("/"));
  for (const [action, uses] of byAction) {
    assert.equal(new Set(uses.map(([, , commit, release]) => `${commit} ${release}`)).size, 1, action);
  }
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

for (const folder of ["", "test/cli/"]) {
  describe(`${folder}package-lock.json`, () => {
    const { packages } = JSON.parse(readDocument(`${folder}package-lock.json`)) as {
      packages: Readonly<Record<string, Package>>;
    };
    const { allowScripts = {} } = JSON.parse(readDocument(`${folder}package.json`)) as {
      allowScripts?: Readonly<Record<string, boolean>>;
    };
    const installed = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));

    test("has the digest of everything that is downloaded", () => {
      assert.ok(installed.length > 0);
      // What is bundled comes within a package that has one.
      const without = installed.filter(([, { link, inBundle, integrity = "" }]) => {
        return !link && !inBundle && !integrity.startsWith("sha512-");
      });
      assert.deepEqual(without, []);
    });

    test("names no registry: whose mirror it comes from is each machine's own affair", () => {
      const remote = installed.filter(([, { resolved = "" }]) => resolved.includes(":"));
      assert.deepEqual(remote, []);
    });

    test("has an answer for every install script", () => {
      const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
      const names = scripts.map(([path]) => path.replace(/^.*node_modules\//, ""));
      assert.deepEqual(
        names.filter((name) => !(name in allowScripts)),
        [],
      );
    });

    test(`allows ${folder === "" ? "the one of node alone" : "none"}`, () => {
      const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
      assert.deepEqual(allowed, folder === "" ? ["node"] : []);
    });
  });
}

describe("dist/licenses.txt", () => {
  const ALLOWED = ["MIT", "ISC", "Apache-2.0", "0BSD", "BSD-2-Clause", "BSD-3-Clause"];
  const files = readdirSync(new URL("dist", ROOT)).filter((name) => name.endsWith(".js"));
  const modules = files.flatMap((name) => [
    ...readDocument(`dist/${name}`).matchAll(/MODULE: \.\/(?:node_modules|stubs)\/((?:@[\w.-]+\/)?[\w.-]+)\//g),
  ]);
  const bundled = new Set(modules.map(([, name = ""]) => name));
  const licenses = readDocument("dist/licenses.txt");

  for (const name of bundled) {
    test(`has the licence of ${name}, and it is one that anybody may use`, () => {
      const [, license = ""] = new RegExp(`(?:^|\\n)${name}\\n(.+)\\n`).exec(licenses) ?? [];
      assert.ok(ALLOWED.includes(license), license);
    });
  }

  test("is of the packages that are known to be bundled", () => {
    assert.deepEqual([...bundled].sort(), ["@actions/core", "@actions/http-client", "jose", "tunnel"]);
  });
});

test("Dependabot looks after all that comes from elsewhere, and lets releases ripen", () => {
  const { updates } = parse(readDocument(".github/dependabot.yml")) as {
    updates: { "package-ecosystem": string; directory: string; cooldown?: { "default-days"?: number } }[];
  };
  const entries = updates.map((update) => `${update["package-ecosystem"]} ${update.directory}`);
  assert.deepEqual(entries.sort(), ["github-actions /", "npm /", "npm /test/cli", "pip /.ci"]);
  for (const { cooldown } of updates) assert.ok((cooldown?.["default-days"] ?? 0) >= 7);
});

describe("what a job that uses the action downloads", { skip: !existsSync(new URL(".git", ROOT)) }, () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: fileURLToPath(ROOT), maxBuffer: 2 ** 28 });
  const archive = git("archive", "--worktree-attributes", "--format=tar", "HEAD");

  test("is small", () => {
    const size = gzipSync(archive, { level: 9 }).length;
    assert.ok(size < 110_000, `${size} bytes`);
  });

  test("is what runs, with its licences and documents, and nothing that tests it", () => {
    // A tar archive is made of blocks of 512 bytes; the one before a file begins with its name (POSIX pax).
    const names = new Set<string>();
    for (let at = 0; at < archive.length; at += 512) {
      if (archive.toString("latin1", at + 257, at + 262) !== "ustar") continue;
      names.add(archive.toString("utf8", at, archive.indexOf(0, at)).split("/")[0] ?? "");
    }
    for (const name of ["action.yml", "dist", "LICENSE", "README.md", "docs"]) assert.ok(names.has(name), name);
    for (const name of ["test", "bench", ".github", ".ci", "package-lock.json"]) assert.ok(!names.has(name), name);
  });
});
