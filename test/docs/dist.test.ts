import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ROOT, readDocument } from "./markdown.ts";

/** Of all JavaScript in dist, which isn't minified. */
const MAX_JS_BYTES = 330_000;
/** Of the tarball that a runner downloads. */
const MAX_TARBALL_BYTES = 150_000;
/** What the bundle may load from Node. Process, thread and code loading modules aren't among them. */
const NODE_MODULES = "assert buffer crypto diagnostics_channel events fs http https net os path tls util";
/** Other ways to start a process or a thread, or to run code that isn't in the bundle. */
const FORBIDDEN =
  /child_process|worker_threads|\bcluster\b|process\.binding|dlopen|\beval\(|new Function\b|\bimport\(|createRequire|getBuiltinModule|node_modules\/undici\//;
const ALLOWED_LICENSES = ["MIT", "ISC", "Apache-2.0", "0BSD", "BSD-2-Clause", "BSD-3-Clause"];
const PACKAGES = ["@actions/core", "@actions/http-client", "jose", "tunnel"];

const root = fileURLToPath(ROOT);
const files = readdirSync(new URL("dist", ROOT)).sort();
const scripts = files
  .filter((name) => name.endsWith(".js"))
  .map((name) => ({ name, text: readDocument(`dist/${name}`) }));
const bundle = scripts.find(({ name }) => name === "action.js")?.text ?? "";
const bytesOf = (name: string) => Buffer.byteLength(readDocument(`dist/${name}`));

describe("dist", () => {
  test("has the files that runners need, and no others", () => {
    assert.deepEqual(files, ["action.js", "licenses.txt", "main.js", "package.json", "post.js"]);
  });

  test(`has less than ${MAX_JS_BYTES} bytes of JavaScript`, () => {
    const bytes = scripts.reduce((sum, { name }) => sum + bytesOf(name), 0);
    assert.ok(bytes < MAX_JS_BYTES, `${bytes} bytes`);
  });

  test("loads only known modules of Node", () => {
    const required = scripts.flatMap(({ text }) =>
      [...text.matchAll(/\brequire\((["'])(.+?)\1\)/g)].map(([, , id = ""]) => id),
    );
    const names = new Set(required.filter((id) => id !== "./action.js").map((id) => id.replace(/^node:/, "")));
    assert.deepEqual([...names].sort().join(" "), NODE_MODULES);
    for (const name of names) assert.ok(isBuiltin(name), name);
    const calls = scripts.flatMap(({ text }) => text.match(/(?<![\w$])require *[(;,[)]/g) ?? []);
    assert.equal(calls.length, required.length, "a module is loaded by a computed name");
  });

  test("can't start a process or a thread, and doesn't load code", () => {
    for (const { name, text } of scripts) assert.doesNotMatch(text, FORBIDDEN, name);
  });

  test("shows which source file or package each part comes from", () => {
    const sources = readdirSync(new URL("src", ROOT), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `./build/src/${path.replaceAll("\\", "/").replace(/\.ts$/, ".js")}`);
    const parts = new Set(bundle.match(/(?<=^(?:;\/\/ CONCATENATED MODULE: ))\.\/build\/src\/.*$/gm));
    // A file that declares types only isn't in the bundle.
    const missing = sources.filter((path) => !parts.has(path) && !isTypesOnly(path));
    // The parts of the keyless login aren't reachable yet.
    const unreachable = /(?:job-claims|exchange-refusals|exchange|oidc)\.js$/;
    assert.deepEqual(
      missing.filter((path) => !unreachable.test(path)),
      [],
    );
  });

  test("has the sizes that docs/benchmarks.md gives", () => {
    const rows = [...readDocument("docs/benchmarks.md").matchAll(/^\| dist\/(\S+) +\| +(\d+) \|$/gm)];
    const documented = rows.map(([, name, bytes]) => [name, Number(bytes)]);
    assert.deepEqual(
      documented,
      files.map((name) => [name, bytesOf(name)]),
    );
  });
});

describe("the bundled packages", () => {
  const parts = bundle.matchAll(/MODULE: \.\/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g);
  const licenses = [
    ...readDocument("dist/licenses.txt").matchAll(/(?:^|\n\n\n?)((?:@[\w.-]+\/)?[\w.-]+)\n([\w.-]+)\n/g),
  ];

  test("are the ones that docs/security.md lists", () => {
    assert.deepEqual([...new Set([...parts].map(([, name]) => name))].sort(), PACKAGES);
    const listed = readDocument("docs/security.md").matchAll(
      /^\| \[`([^`]+)`\]\(https:\/\/www\.npmjs\.com\/package\/\1\) \| (\S+) \|/gm,
    );
    const versions = [...listed].map(([, name = "", version]) => {
      assert.equal(installedVersion(name), version, name);
      return name;
    });
    assert.deepEqual(versions.sort(), PACKAGES);
  });

  test("are the ones in dist/licenses.txt, with a license that permits any use", () => {
    assert.deepEqual(
      licenses.map(([, name]) => name),
      PACKAGES,
    );
    for (const [, name, license = ""] of licenses) assert.ok(ALLOWED_LICENSES.includes(license), `${name}: ${license}`);
  });

  test("are the ones in the release's list of packages (SBOM)", () => {
    const command = "npm run --silent sbom";
    assert.ok(readDocument(".github/workflows/release.yml").includes(command), "release.yml makes another one");
    const { components, dependencies } = JSON.parse(
      execFileSync(command, { cwd: root, shell: true, encoding: "utf8" }),
    ) as Sbom;
    const names = components.map(({ name, version, purl }) => {
      assert.equal(version, installedVersion(name));
      assert.equal(purl, `pkg:npm/${name.replace("@", "%40")}@${version}`);
      return name;
    });
    assert.deepEqual(names.sort(), PACKAGES);
    const references = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    assert.deepEqual(
      references.filter((ref) => ref.startsWith("stub-")),
      [],
    );
  });

  for (const [name, folder] of [
    ["undici", "stubs/undici"],
    ["@actions/exec", "stubs/actions-exec"],
  ] as const) {
    test(`use a stub of ${name}, which doesn't have that package's name or version`, () => {
      const { packages } = JSON.parse(readDocument("package-lock.json")) as {
        packages: Record<string, { resolved?: string; link?: boolean }>;
      };
      assert.deepEqual(packages[`node_modules/${name}`], { resolved: folder, link: true });
      const stub = JSON.parse(readDocument(`${folder}/package.json`)) as { name: string; version: string };
      assert.deepEqual([stub.name, stub.version], [`stub-${folder.replace("stubs/", "")}`, "0.0.0"]);
      assert.ok(
        !Object.keys(packages).some((path) => path.endsWith(`/node_modules/${name}`)),
        "the real package is installed",
      );
    });
  }
});

interface Sbom {
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe("the tarball that a runner downloads", { skip: !existsSync(new URL(".git", ROOT)) }, () => {
  const archive = execFileSync("git", ["archive", "--worktree-attributes", "--format=tar", "HEAD"], {
    cwd: root,
    maxBuffer: 2 ** 28,
  });

  test(`has less than ${MAX_TARBALL_BYTES} bytes`, () => {
    const bytes = gzipSync(archive, { level: 9 }).length;
    assert.ok(bytes < MAX_TARBALL_BYTES, `${bytes} bytes`);
  });

  test("contains the action, its licenses and documents, and nothing else", () => {
    // A tar archive consists of blocks of 512 bytes. The block before a file begins with its name (POSIX pax).
    const names = new Set<string>();
    for (let at = 0; at < archive.length; at += 512) {
      if (archive.toString("latin1", at + 257, at + 262) !== "ustar") continue;
      names.add(archive.toString("utf8", at, archive.indexOf(0, at)).split("/")[0] ?? "");
    }
    for (const name of ["action.yml", "dist", "LICENSE", "README.md", "docs"]) assert.ok(names.has(name), name);
    for (const name of ["test", "bench", "stubs", ".github", ".ci", "package-lock.json"])
      assert.ok(!names.has(name), name);
  });
});

function installedVersion(name: string): string | undefined {
  const { packages } = JSON.parse(readDocument("package-lock.json")) as {
    packages: Record<string, { version?: string }>;
  };
  return packages[`node_modules/${name}`]?.version;
}

function isTypesOnly(part: string): boolean {
  const source = readDocument(part.replace("./build/", "").replace(/\.js$/, ".ts"));
  return !/^(?:export )?(?:async )?(?:function|const|class|let)\b|^export \{/m.test(source);
}
