import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { readActionManifest } from "./action-manifest.ts";

test("reads this repository's action", async () => {
  const manifest = await readActionManifest(fileURLToPath(new URL("../../../", import.meta.url)));
  assert.equal(manifest.main, "dist/main.js");
  assert.equal(manifest.post, "dist/post.js");
  assert.equal(manifest.defaults.get("certificate_warning_days"), "30");
  assert.equal(manifest.defaults.get("private_key"), "");
  assert.ok(manifest.outputs.includes("access_token"));
});

test("refuses a folder without a JavaScript action", async () => {
  await assert.rejects(readActionManifest(fileURLToPath(new URL("./", import.meta.url))));
});
