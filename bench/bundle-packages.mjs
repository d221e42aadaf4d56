// Bundles packages-login.mjs as the action is bundled: node bundle-packages.mjs <empty folder>, which then has index.cjs.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ncc from "@vercel/ncc";
import { trimPackages } from "../scripts/trim-packages.mjs";

const [folder] = process.argv.slice(2);
const entry = join(folder, "src/index.js");
await mkdir(join(folder, "src"));
await copyFile(fileURLToPath(new URL("packages-login.mjs", import.meta.url)), entry);
await trimPackages({ root: fileURLToPath(new URL("../", import.meta.url)), entry, to: folder });
await writeFile(join(folder, "package.json"), "{}\n");
const { code } = await ncc(entry, { quiet: true, cache: false });
await writeFile(join(folder, "index.cjs"), code);
