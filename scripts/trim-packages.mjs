// Takes out of the packages what this action never calls, so that dist holds what runs and its reader reads no more.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { parseAst } from "rollup/parseAst";
import { headed } from "./name-parts.mjs";

/** The packages that are no ES modules: rollup can't see what of them is used. */
const COMMONJS = { tunnel: ["index.js", "lib/tunnel.js"] };
/** Methods that the language itself calls, so that their names need not stand anywhere. */
const RUNTIME_CALLS = ["toString", "toJSON", "valueOf", "then"];
/** Remarks of rollup that mean no harm: TypeScript's helpers look for a `this` that modules don't have, and the toolkit imports itself. */
const HARMLESS = ["THIS_IS_UNDEFINED", "CIRCULAR_DEPENDENCY"];

/**
 * Writes what is left of each package, file by file, to where the compiled sources find it before the package itself.
 * Rollup also folds conditions and parameters that come out the same for every call that is left.
 *
 * @param {{ root: string, entry: string, to: string }} places the repository, the compiled source that leads to all
 *   others, and the folder that gets `node_modules`
 * @returns {Promise<{ name: string, license: string, text: string }[]>} each package with its licence
 */
export async function trimPackages({ root, entry, to }) {
  for (const folder of ["node_modules", "absent"]) await rm(join(to, folder), { recursive: true, force: true });
  const commonjs = await readCommonJs(root);
  // What nobody imports goes first, and then the methods that nobody calls: they may have been all that needs an import.
  const imported = await shake({ root, entry, without: new Set() });
  const without = unusedMethods([...imported, ...commonjs]);
  const files = [...(await shake({ root, entry, without })), ...commonjs].filter(([path]) => folderOf(path));
  for (const [path, text] of files) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), headed(path, text));
  }
  const folders = [...new Set(files.map(([path]) => folderOf(path)))].sort();
  return Promise.all(folders.map((folder) => copyPapers(join(root, folder), join(to, folder))));
}

/** All modules that the entry leads to, with what is used of each: pairs of path and text. */
async function shake({ root, entry, without }) {
  const isOurs = (id) => folderOf(relative(root, id).replaceAll(sep, "/")) === undefined;
  const bundle = await rollup({
    input: entry,
    plugins: [
      { name: "packages", resolveId, transform: (text, id) => (isOurs(id) ? null : withoutMethods(text, without)) },
    ],
    // No package does anything by being loaded, nor by being asked for a property.
    treeshake: { moduleSideEffects: isOurs, propertyReadSideEffects: false },
    onLog: (level, { code, message }) => {
      if (!HARMLESS.includes(code)) throw new Error(`${level}: ${message}`);
    },
  });
  const { output } = await bundle.generate({ format: "es", preserveModules: true, preserveModulesRoot: root });
  return output.map(({ fileName, code }) => [fileName, code]);
}

function resolveId(id) {
  if (isBuiltin(id) || id in COMMONJS) return { id, external: true, moduleSideEffects: false };
  return id.startsWith(".") || isAbsolute(id) ? null : fileURLToPath(import.meta.resolve(id));
}

/** The names of methods that stand nowhere but where they are defined, or in a method that goes for the same reason. */
function unusedMethods(files) {
  const unused = new Set();
  for (let before = -1; before < unused.size; ) {
    before = unused.size;
    const left = files.map(([path, text]) => (folderOf(path) ? withoutMethods(text, unused) : text));
    const used = new Set(left.flatMap((text) => [...wordsOf(parseAst(text))]));
    for (const { name } of left.flatMap(methodsOf)) if (!used.has(name)) unused.add(name);
  }
  return unused;
}

/** Every identifier and every string, but for the names that methods are defined by. */
function* wordsOf(node) {
  if (node.type === "Identifier") yield node.name;
  if (node.type === "Literal") yield node.value;
  for (const [name, value] of Object.entries(node)) {
    if (node.type === "MethodDefinition" && name === "key" && !node.computed) continue;
    for (const child of [value].flat()) if (child?.type) yield* wordsOf(child);
  }
}

function withoutMethods(text, names) {
  return methodsOf(text)
    .filter(({ name }) => names.has(name))
    .reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
}

/**
 * Every plain method of a class, from where the one before it ends, so that its comment goes with it. A class that extends
 * another one is left alone: its methods may be called from there.
 */
function methodsOf(text) {
  return parseAst(text)
    .body.map((statement) => statement.declaration ?? statement)
    .filter(({ type, superClass }) => type === "ClassDeclaration" && !superClass)
    .flatMap(({ body }) =>
      body.body.map((member, index) => ({
        ...member,
        name: member.key?.name,
        start: body.body[index - 1]?.end ?? body.start + 1,
      })),
    )
    .filter(({ type, kind, computed, key }) => {
      return type === "MethodDefinition" && kind === "method" && !computed && key.type === "Identifier";
    })
    .filter(({ name }) => !RUNTIME_CALLS.includes(name));
}

async function readCommonJs(root) {
  const paths = Object.entries(COMMONJS).flatMap(([name, files]) =>
    files.map((file) => `node_modules/${name}/${file}`),
  );
  return Promise.all(paths.map(async (path) => [path, withoutUnusedLoads(await readFile(join(root, path), "utf8"))]));
}

/** A module of node that is loaded under a name which never comes again costs time for nothing. */
function withoutUnusedLoads(text) {
  return text.replace(/^var (\w+) = require\('\w+'\);\n/gm, (load, name) =>
    text.split(new RegExp(`\\b${name}\\b`)).length > 3 ? load : "",
  );
}

async function copyPapers(from, to) {
  const { name, license } = JSON.parse(await readFile(join(from, "package.json"), "utf8"));
  await copyFile(join(from, "package.json"), join(to, "package.json"));
  const file = (await readdir(from)).find((candidate) => /^licen[cs]e/i.test(candidate));
  return { name, license, text: file ? await readFile(join(from, file), "utf8") : "" };
}

/** The folder of the package that a file belongs to; none where it is one of ours. */
function folderOf(path) {
  return /^(?:node_modules|absent)\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}
