import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { InputError } from "../../../src/inputs/errors.ts";
import { readKeyFile, readRegularFile } from "../../../src/inputs/key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "key-file-"));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const LIMIT = 65_536;

describe("readRegularFile reads a file", () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff, 0x0d]);

  test("byte by byte", () => assert.deepEqual(readRegularFile(file("key.pem", bytes), LIMIT), bytes));
  test("by a path that starts at the current folder", () => {
    assert.deepEqual(readRegularFile(relative(process.cwd(), file("key2.pem", bytes)), LIMIT), bytes);
  });
  test("through a link", () => {
    const link = join(folder, "link.pem");
    symlinkSync(file("key3.pem", bytes), link);
    assert.deepEqual(readRegularFile(link, LIMIT), bytes);
  });
  test("when it is empty", () => {
    assert.equal(readRegularFile(file("empty.pem", ""), LIMIT).length, 0);
  });
  test("up to 64 KiB", () => {
    assert.equal(readRegularFile(file("large.pem", Buffer.alloc(65_536)), LIMIT).length, 65_536);
  });
});

/** The obstacle; the message; the first fix. */
const refused: readonly (readonly [what: string, path: () => string, message: RegExp, fix: RegExp])[] = [
  [
    "a missing file",
    () => "keys/missing.pem",
    /doesn't exist$/,
    /^Check the path keys\/missing\.pem\. It is relative to the workspace, \/work\.$/,
  ],
  ["a missing file on Windows", () => "C:\\keys\\missing.pem", /doesn't exist$/, /C:\\keys\\missing\.pem/],
  ["a path below a file", () => join(file("plain", "x"), "key.pem"), /doesn't exist$/, /^Check the path/],
  ["a folder", () => folder, /^isn't the path of a file$/, /^Give the path of the key file itself/],
  [
    "a large file",
    () => file("huge.pem", Buffer.alloc(65_537)),
    /larger than 64 KiB$/,
    /^Give the path of the key file itself/,
  ],
  ["a name that no system accepts", () => "key\0.pem", /can't be read$/, /^Check the path\.$/],
];

function errorOf(path: string, readFile = readRegularFile, workspace = "/work"): InputError {
  try {
    readKeyFile(path, { env: { GITHUB_WORKSPACE: workspace }, readFile });
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error;
  }
  assert.fail("nothing was refused");
}

describe("a key file", () => {
  test("is read with a limit of 64 KiB", () => {
    const limits: number[] = [];
    const bytes = Buffer.from("key");
    const readFile = (_: string, maxBytes: number) => {
      limits.push(maxBytes);
      return bytes;
    };
    assert.equal(readKeyFile("key.pem", { env: {}, readFile }), bytes);
    assert.deepEqual(limits, [65_536]);
  });

  for (const [what, path, message, fix] of refused) {
    test(`is refused: ${what}`, () => {
      const error = errorOf(path());
      assert.equal(error.code, "private-key-file-unreadable");
      assert.match(error.message, message);
      assert.match(error.fixes[0] ?? "", fix);
    });
  }

  for (const code of ["EACCES", "EPERM"]) {
    test(`is refused: one of another user (${code})`, () => {
      const { message, fixes } = errorOf("key.pem", () => {
        throw Object.assign(new Error("denied"), { code });
      });
      assert.match(message, /can't be read by the runner's user/);
      assert.match(fixes.join("\n"), /^[^\n]*chmod 600, without sudo\.$/);
    });
  }

  test("isn't named if it may be a secret, and neither is a workspace that isn't a path", () => {
    for (const path of ["s".repeat(41), `keys/${"s".repeat(41)}`, "k\ney", "key\u202e", `${"key/".repeat(60)}a`]) {
      assert.match(errorOf(path).fixes[0] ?? "", /^Check the path\. It is|^Check the path\.$/);
    }
    assert.match(errorOf("key.pem", undefined, "a\nb").fixes[0] ?? "", /relative to the workspace\.$/);
    assert.match(errorOf(`${"k".repeat(40)}/${"k".repeat(40)}`).fixes[0] ?? "", /^Check the path k{40}\/k{40}\./);
  });

  test("isn't blamed for a defect", () => {
    const defect = new TypeError("of the code");
    assert.throws(
      () =>
        readKeyFile("key.pem", {
          env: {},
          readFile: () => {
            throw defect;
          },
        }),
      defect,
    );
  });
});
