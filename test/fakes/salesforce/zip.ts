import { crc32, inflateRawSync } from "node:zlib";

/** Content by path. */
export type Files = ReadonlyMap<string, Buffer>;

/** Of the records that a zip file is made of, by their signatures (PKWARE APPNOTE §4.3). */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const DEFLATED = 8;
/** The first of January 1980, where the format's dates begin. */
const DATE = 0x21;

/**
 * Reads a zip file, folders left out.
 *
 * @throws Error if it isn't a ZIP file
 */
export function readZip(zip: Buffer): Files {
  const end = zip.lastIndexOf(word(END_OF_DIRECTORY));
  if (end < 0) throw new Error("this is no zip file");
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const nameEnd = at + 46 + (nameLength ?? 0);
    const path = zip.toString("utf8", at + 46, nameEnd);
    if (!path.endsWith("/")) files.set(path, contentAt(zip, at));
    at = nameEnd + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return files;
}

/** Writes a zip file, without compression. */
export function writeZip(files: Files): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, content] of files) {
    const name = Buffer.from(path);
    const facts = factsOf(name, content);
    const local = Buffer.concat([word(LOCAL_HEADER), facts, name, content]);
    // Version made by, then after the facts no comment, first disk, no attributes, and where the local header is.
    directory.push(Buffer.concat([word(CENTRAL_HEADER), half(20), facts, Buffer.alloc(10), word(at), name]));
    locals.push(local);
    at += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = half(files.size);
  const end = [word(END_OF_DIRECTORY), half(0), half(0), count, count, word(size), word(at), half(0)];
  return Buffer.concat([...locals, ...directory, ...end]);
}

/** The local header repeats name and extra field, whose length may differ there. */
function contentAt(zip: Buffer, entry: number): Buffer {
  const method = zip.readUInt16LE(entry + 10);
  const size = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + size);
  return method === DEFLATED ? inflateRawSync(content) : content;
}

/** What local and central header have in common: version, flags, method, time, date, checksum, sizes, lengths. */
function factsOf(name: Buffer, content: Buffer): Buffer {
  const size = word(content.length);
  const start = [half(20), half(0), half(0), half(0), half(DATE), word(crc32(content))];
  return Buffer.concat([...start, size, size, half(name.length), half(0)]);
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
