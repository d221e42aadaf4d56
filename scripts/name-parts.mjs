// Gives back to a bundle the names that its sources have: webpack numbers what is loaded late, and shortens what is exported.

/** Loads a file by its number, beside the name that the source asks for. */
const LOAD = /\.e\(\/\* import\(\) \| ([\w-]+) \*\/ (\d+)\)/g;
/** A module in webpack's table, from its number to its end. */
const MODULE = /^\/\*{3}\/ (\d+):\n(?:.*\n)*?\/\*{3}\/ \}\)/gm;
/** What is taken of a file that was loaded late. */
const LATE_MODULE = /(?<=\.bind\(\w+), (\d+)\)/g;
/** A short name of an export beside its own, where it is exported, where it is used, and where its module is imported. */
const EXPORT = /\b(\w+): \(\) => \(\/\* binding \*\/ (\w+)\)/g;
const USE = /\/\* \.?(\w+) \*\/ ?\.(\w+)/g;
const IMPORT = /\b_(\w+)__WEBPACK_IMPORTED_MODULE_\d+__\b/g;
/** A heading of webpack's own, and that of {@link headed} behind it. */
const HEADED_TWICE = /(;\/\/ CONCATENATED MODULE: (\S+)\n(?:(?!;\/\/ ).*\n)*?)\/\/ MODULE: \2\n/g;

/**
 * A module with a heading that says where it is from: webpack itself gives one only to those that it joins to others.
 *
 * @param {string} path from the folder `build`
 */
export function headed(path, text) {
  return `// MODULE: ./${path}\n${text}`;
}

/**
 * @param {string} entry the text of the first file, as ncc bundles it
 * @param {Record<string, { source: string | Buffer }>} late the others, by file names that begin with their number
 * @returns {[name: string, text: string][]} all files
 */
export function nameParts(entry, late) {
  const names = new Map([...entry.matchAll(LOAD)].map(([, name, number]) => [number, name]));
  const first = replaceOnce(entry.replace(LOAD, '.e("$1")'), '"" + chunkId + ".index.js"', 'chunkId + ".js"');
  const others = Object.entries(late).map(([file, { source }]) => {
    const [number] = file.split(".");
    const name = names.get(number);
    if (name === undefined) throw new Error(`the bundle grew a file that nobody asked for: ${file}`);
    const [before, after] = [number, `"${name}"`].map((id) => `exports.id = ${id};\nexports.ids = [${id}];`);
    return [`${name}.js`, replaceOnce(String(source), before, after)];
  });
  const files = [["action.js", first], ...others].map(([file, text]) => [
    file,
    withImportsNamed(text.replaceAll("MODULE: ./build/", "MODULE: ./").replace(HEADED_TWICE, "$1")),
  ]);
  return withExportsNamed(withModulesNamed(files));
}

function withImportsNamed(text) {
  for (const [, name] of text.matchAll(IMPORT)) {
    if (new RegExp(`\\b${name}\\b`).test(text)) throw new Error(`${name} means something else already`);
  }
  return text.replace(IMPORT, "$1");
}

/** Where a module is loaded late, by its number, says which one that is: the last that is joined under the number. */
function withModulesNamed(files) {
  const entries = files.flatMap(([, text]) => [...text.matchAll(MODULE)]);
  const paths = new Map(
    entries.map(([entry, number]) => [
      number,
      [...entry.matchAll(/^(?:;\/\/ CONCATENATED|\/\/) MODULE: (\S+)$/gm)].at(-1)?.[1],
    ]),
  );
  const nameOf = (_, number) => {
    if (paths.get(number) === undefined) throw new Error(`module ${number} is loaded late, and is nowhere`);
    return `, ${number} /* ${paths.get(number)} */)`;
  };
  return files.map(([file, text]) => [file, text.replace(LATE_MODULE, nameOf)]);
}

function withExportsNamed(files) {
  const matches = files.flatMap(([, text]) => [...text.matchAll(EXPORT)]);
  const exported = new Set(matches.map(([, short, name]) => `${name} ${short}`));
  const nameOf = (_, name, short) => {
    if (!exported.has(`${name} ${short}`)) throw new Error(`nothing is exported as ${name} (${short})`);
    return `.${name}`;
  };
  return files.map(([file, text]) => [file, text.replace(EXPORT, "$2: () => $2").replace(USE, nameOf)]);
}

function replaceOnce(text, before, after) {
  if (text.split(before).length !== 2) throw new Error(`the bundle is not as it was: ${before}`);
  return text.replace(before, after);
}
