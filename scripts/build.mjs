// Bundles what `tsc` left in build/ into dist/: the two entries as they are, everything that they load as one file.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";

const root = new URL("../", import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));

const { code, assets } = await ncc(at("build/action.js"), {
  quiet: true,
  minify: false,
  license: "licenses.txt",
  cache: false,
});
const unexpected = Object.keys(assets).filter((name) => !["licenses.txt", "package.json"].includes(name));
if (unexpected.length > 0) throw new Error(`the bundle grew files that nobody reviewed: ${unexpected.join(", ")}`);

await rm(at("dist"), { recursive: true, force: true });
await mkdir(at("dist"));
await writeFile(at("dist/action.js"), code);
await writeFile(at("dist/licenses.txt"), assets["licenses.txt"].source);
// GitHub's runner starts the files with plain node: this line makes them ES modules.
await writeFile(at("dist/package.json"), `${JSON.stringify({ type: "module" }, null, 2)}\n`);
for (const entry of ["main.js", "post.js"]) await copyFile(at(`build/${entry}`), at(`dist/${entry}`));

const bundle = await readFile(at("dist/action.js"), "utf8");
for (const absent of ["child_process", "node:undici"]) {
  if (bundle.includes(absent)) throw new Error(`the bundle names ${absent}, which it must do without`);
}
