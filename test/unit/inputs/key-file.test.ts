import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { readKeyFile } from "../../../src/inputs/key-file.ts";
import { ActionError } from "../../../src/lib/action-error.ts";

const folder = mkdtempSync(join(tmpdir(), "key-file-"));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe("a key file is read", () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff, 0x0d]);

  test("byte by byte", () => assert.deepEqual(readKeyFile(file("key.pem", bytes)), bytes));
  test("by a path that starts at the current folder", () => {
    assert.deepEqual(readKeyFile(relative(process.cwd(), file("key2.pem", bytes))), bytes);
  });
  test("through a link", () => {
    const link = join(folder, "link.pem");
    symlinkSync(file("key3.pem", bytes), link);
    assert.deepEqual(readKeyFile(link), bytes);
  });
  test("when it is empty, for the key's room to say so", () => {
    assert.equal(readKeyFile(file("empty.pem", "")).length, 0);
  });
  test("up to 64 KiB", () => {
    assert.equal(readKeyFile(file("large.pem", Buffer.alloc(65_536))).length, 65_536);
  });
});

const refused: readonly (readonly [what: string, path: () => string, words: RegExp])[] = [
  ["is missing", () => join(folder, "missing.pem"), /no such file/],
  ["lies under a file", () => join(file("plain", "x"), "key.pem"), /no such file/],
  ["is a folder", () => folder, /not a file/],
  ["is a folder of keys", () => mkdirSync(join(folder, "keys"), { recursive: true }) ?? folder, /not a file/],
  ["is larger than any key", () => file("huge.pem", Buffer.alloc(65_537)), /larger than 64 KiB/],
  ["is a key that was put into the wrong input", () => "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n", /no such file/],
  ["has a name that no system takes", () => "key\0.pem", /can't be read/],
  ["has a name that is too long", () => "k".repeat(100_000), /can't be read/],
];

describe("a key file is refused that", () => {
  for (const [what, path, words] of refused) {
    test(what, () => {
      const given = path();
      assert.throws(
        () => readKeyFile(given),
        (error) => {
          assert.ok(error instanceof ActionError, String(error));
          assert.equal(error.code, "private-key-file-unreadable");
          assert.match(error.message, words);
          assert.ok(error.steps.length > 0);
          const shown = JSON.stringify([error.message, error.steps, String(error.cause)]);
          assert.ok(!shown.includes(JSON.stringify(given).slice(1, -1)), "the path may be a key");
          return true;
        },
      );
    });
  }

  test("the runner's user may not read", { skip: process.getuid?.() === 0 || process.platform === "win32" }, () => {
    const locked = file("locked.pem", "x");
    chmodSync(locked, 0o000);
    assert.throws(() => readKeyFile(locked), /may not read/);
  });
});
