// Gives back to a bundle the names that its sources have: webpack numbers what is loaded late, and shortens what is exported.

const LOAD = /\.e\(\/\* import\(\) \| ([\w-]+) \*\/ (\d+)\)/g;
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
    text.replaceAll("MODULE: ./build/", "MODULE: ./").replace(HEADED_TWICE, "$1").replace(IMPORT, "$1"),
  ]);
  return withExportsNamed(files);
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
