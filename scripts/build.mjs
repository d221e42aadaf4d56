// Makes dist/ of what `tsc` left in build/src: the two doors as they are, and behind them the rooms and their packages.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";
import { headed, nameParts } from "./name-parts.mjs";
import { trimPackages } from "./trim-packages.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** An action that starts no process and speaks HTTP by node alone names none of these. */
const ABSENT = ["child_process", "cluster", "worker_threads", "process.binding", "undici"];

const packages = await trimPackages({ root: at("."), entry: at("build/src/action.js"), to: at("build") });
const rooms = (await readdir(at("build/src"))).filter((name) => name.endsWith(".js")).map((name) => `src/${name}`);
for (const room of rooms)
  await writeFile(at(`build/${room}`), headed(room, await readFile(at(`build/${room}`), "utf8")));
// Without a type: the bundle becomes CommonJS, which node starts faster than a module.
await writeFile(at("build/package.json"), "{}\n");
const { code, assets } = await ncc(at("build/src/action.js"), { quiet: true, cache: false });
const doors = ["main", "post"].map(async (door) => [`${door}.js`, await readFile(at(`build/src/${door}.cjs`), "utf8")]);
const files = [...nameParts(code, assets), ...(await Promise.all(doors))];
for (const [name, text] of files) {
  const found = ABSENT.filter((absent) => text.includes(absent));
  if (found.length > 0) throw new Error(`${name} names ${found.join(" and ")}`);
}
const licenses = packages.map(({ name, license, text }) => `${name}\n${license}\n${text}`).join("\n\n");

await rm(at("dist"), { recursive: true, force: true });
await mkdir(at("dist"));
for (const [name, text] of files) await writeFile(at(`dist/${name}`), text);
await writeFile(at("dist/licenses.txt"), licenses);
await writeFile(at("dist/package.json"), `${JSON.stringify({ type: "commonjs" }, null, 2)}\n`);
