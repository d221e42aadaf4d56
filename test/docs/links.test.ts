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

/** Returns whether a path exists with this exact case, which not every file system distinguishes. */
function exists(path: string): boolean {
  if (path === "") return true;
  const [folder, name] = [path.slice(0, path.lastIndexOf("/") + 1), path.slice(path.lastIndexOf("/") + 1)];
  if (name === "") return existsSync(new URL(path, ROOT));
  return existsSync(new URL(path, ROOT)) && readdirSync(new URL(folder || ".", ROOT)).includes(name);
}

/** Returns the reason why a link is broken, or undefined if it isn't. */
function problem(document: string, target: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return undefined;
  if (target.startsWith("/")) return `${target} starts with a slash, which is the root of the site`;
  const url = new URL(target, new URL(document, ROOT));
  const path = decodeURIComponent(url.pathname.slice(ROOT.pathname.length));
  if (!url.pathname.startsWith(ROOT.pathname)) return `${target} is outside of the repository`;
  if (!exists(path)) return `${path} doesn't exist`;
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
    ["login", "bytes", "install", "growth", "refused"],
  );
  for (const [, name, measured = ""] of places) assert.match(measured, /^\|(?: -+:? \|)+$/m, name);
});

test("the search for documents finds all of them, and none of other packages", () => {
  const known = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/setup.md", "docs/tokens.md", "docs/migrate.md"];
  for (const path of [...known, "docs/security.md", "docs/troubleshooting.md"]) {
    assert.ok(files.includes(path), path);
  }
  assert.ok(files.every((path) => !path.includes("node_modules")));
});

for (const path of files) {
  describe(path, () => {
    const targets = links(readDocument(path));

    test("has no broken link within the repository", () => {
      assert.deepEqual(
        targets.map((target) => problem(path, target)).filter((found) => found !== undefined),
        [],
      );
    });

    test("links to other sites with https only", () => {
      assert.deepEqual(
        targets.filter((target) => /^[a-z][a-z\d+.-]*:/i.test(target) && !target.startsWith("https://")),
        [],
      );
    });

    test("defines each anchor once", () => {
      const set = anchors(readDocument(path));
      assert.equal(new Set(set).size, set.length);
    });
  });
}

test("no document contains a PEM BEGIN line, because GitHub would mask it in logs that quote the document", () => {
  for (const path of files) assert.doesNotMatch(readDocument(path), /-----BEGIN/, path);
});
