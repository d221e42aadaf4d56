// Builds dist/ from what `tsc` wrote to build/src: the two entry points as they are, and everything else bundled by ncc.
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// Without a type, the bundle is CommonJS, which Node starts faster than an ES module.
await writeFile(at("build/package.json"), "{}\n");
const { code, assets } = await ncc(at("build/src/action.js"), { quiet: true, cache: false, license: "licenses.txt" });
// The stubs are this repository's own, and have no license text.
const licenses = String(assets["licenses.txt"].source).replace(/^stub-.*\n+/gm, "");

await rm(at("dist"), { recursive: true, force: true });
await mkdir(at("dist"));
for (const name of ["main", "post"])
  await writeFile(at(`dist/${name}.js`), await readFile(at(`build/src/${name}.cjs`)));
await writeFile(at("dist/action.js"), code);
await writeFile(at("dist/licenses.txt"), licenses);
await writeFile(at("dist/package.json"), `${JSON.stringify({ type: "commonjs" }, null, 2)}\n`);

// The sizes in docs/benchmarks.md.
const sizes = [];
for (const name of (await readdir(at("dist"))).sort())
  sizes.push([`dist/${name}`, (await stat(at(`dist/${name}`))).size]);
sizes.push(["all of dist", sizes.reduce((sum, [, size]) => sum + size, 0)]);
const rows = sizes.map(([name, size]) => `| ${name.padEnd(17)} | ${String(size).padStart(6)} |\n`).join("");
const page = await readFile(at("docs/benchmarks.md"), "utf8");
const table = `<!-- bytes -->\n| file              |  bytes |\n| ----------------- | -----: |\n${rows}<!-- /bytes -->`;
await writeFile(at("docs/benchmarks.md"), page.replace(/<!-- bytes -->.*<!-- \/bytes -->/s, table));
