import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { anchors, headingIds, links, markdownFiles, ROOT, readDocument } from "./markdown.ts";

const files = markdownFiles();
const idsOf = new Map<string, ReadonlySet<string>>();

function ids(path: string): ReadonlySet<string> {
  const known = idsOf.get(path);
  if (known) return known;
  const document = readDocument(path);
  const found = new Set([...anchors(document), ...headingIds(document)]);
  idsOf.set(path, found);
  return found;
}

/** Whether a path is there in just this spelling: not every file system minds the case. */
function exists(path: string): boolean {
  if (path === "") return true;
  const [folder, name] = [path.slice(0, path.lastIndexOf("/") + 1), path.slice(path.lastIndexOf("/") + 1)];
  if (name === "") return existsSync(new URL(path, ROOT));
  return existsSync(new URL(path, ROOT)) && readdirSync(new URL(folder || ".", ROOT)).includes(name);
}

/** Why a link leads nowhere; nothing where it leads somewhere. */
function problem(document: string, target: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return undefined;
  if (target.startsWith("/")) return `${target} begins at the site, not at this file`;
  const url = new URL(target, new URL(document, ROOT));
  const path = decodeURIComponent(url.pathname.slice(ROOT.pathname.length));
  if (!url.pathname.startsWith(ROOT.pathname)) return `${target} leads out of the repository`;
  if (!exists(path)) return `there is no ${path}`;
  const id = decodeURIComponent(url.hash.slice(1));
  if (id === "") return undefined;
  if (!path.endsWith(".md")) return `${path} has no headings for #${id}`;
  return ids(path).has(id) ? undefined : `${path} has no #${id}`;
}

test("every benchmark that has a place in its page has been kept there", () => {
  const page = readDocument("docs/benchmarks.md");
  const places = [...page.matchAll(/<!-- (\w+) -->\n([\s\S]*?)<!-- \/\1 -->/g)];
  assert.deepEqual(
    places.map(([, name]) => name),
    ["login", "bytes", "install", "growth"],
  );
  for (const [, name, measured = ""] of places) assert.match(measured, /^\|(?: -+:? \|)+$/m, name);
});

test("the documents are found", () => {
  for (const path of ["README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/setup.md", "docs/troubleshooting.md"]) {
    assert.ok(files.includes(path), path);
  }
  assert.ok(files.every((path) => !path.includes("node_modules")));
});

for (const path of files) {
  describe(path, () => {
    const targets = links(readDocument(path));

    test("has no link within the repository that leads nowhere", () => {
      assert.deepEqual(
        targets.map((target) => problem(path, target)).filter((found) => found !== undefined),
        [],
      );
    });

    test("links to other sites by https alone", () => {
      assert.deepEqual(
        targets.filter((target) => /^[a-z][a-z\d+.-]*:/i.test(target) && !target.startsWith("https://")),
        [],
      );
    });

    test("has no anchor twice", () => {
      const set = anchors(readDocument(path));
      assert.equal(new Set(set).size, set.length);
    });
  });
}

test("no document shows an armor line with its dashes: a log that quotes it would be masked", () => {
  for (const path of files) assert.doesNotMatch(readDocument(path), /-----BEGIN/, path);
});
