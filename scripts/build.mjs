// Builds dist/ from what `tsc` wrote to build/src: the two entry points as they are, and everything else bundled by ncc.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const entryPoints = ["main", "post"];

// Without a type: the bundle becomes CommonJS, which node starts faster than an ES module.
await writeFile(at("build/package.json"), "{}\n");
const { code, assets } = await ncc(at("build/src/action.js"), { quiet: true, cache: false, license: "licenses.txt" });

await rm(at("dist"), { recursive: true, force: true });
await mkdir(at("dist"));
for (const name of entryPoints) await writeFile(at(`dist/${name}.js`), await readFile(at(`build/src/${name}.cjs`)));
await writeFile(at("dist/action.js"), code);
for (const [name, { source }] of Object.entries(assets)) await writeFile(at(`dist/${name}`), source);
await writeFile(at("dist/package.json"), `${JSON.stringify({ type: "commonjs" }, null, 2)}\n`);
