import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { readDocument } from "./markdown.ts";

const { jobs } = parse(readDocument("examples/certificates.yml")) as {
  jobs: { certificates: { steps: { run?: string }[] } };
};
const script = jobs.certificates.steps.at(-1)?.run ?? assert.fail();
/** The script uses GNU date, which GitHub's Ubuntu runners have. */
const CANNOT_RUN = process.platform === "linux" ? false : "the script is for Linux";

/** Records its arguments, and reports the number of open issues that the test sets. */
const GH = `#!/bin/sh
if [ "$2" = list ]; then echo "$OPEN_ISSUES"; else printf '%s\\n' "$*" >> "$CALLS"; fi
`;

const inDays = (days: number) => new Date(Date.now() + (days + 0.5) * 86_400_000).toISOString();

/** Runs the last step, and returns the calls of `gh issue create`. */
function created(env: { PRODUCTION: string; UAT: string; OPEN_ISSUES?: string }): string[] {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  try {
    writeFileSync(join(folder, "gh"), GH);
    chmodSync(join(folder, "gh"), 0o755);
    const calls = join(folder, "calls");
    writeFileSync(calls, "");
    const path = `${folder}${delimiter}${process.env["PATH"]}`;
    const run = spawnSync("bash", ["-e", "-c", script], {
      env: { OPEN_ISSUES: "0", ...env, CALLS: calls, PATH: path },
    });
    assert.equal(run.status, 0, run.stderr.toString());
    return readFileSync(calls, "utf8").split("\n").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("examples/certificates.yml", { skip: CANNOT_RUN }, () => {
  test("opens an issue only for the certificate that expires soon", () => {
    const [issue, ...more] = created({ PRODUCTION: inDays(46), UAT: inDays(45) });
    assert.match(issue ?? "", /^issue create --title Renew the Salesforce certificate of UAT /);
    assert.deepEqual(more, []);
  });

  test("opens an issue for a certificate that has expired", () => {
    assert.equal(created({ PRODUCTION: inDays(-3), UAT: inDays(300) }).length, 1);
  });

  test("opens no issue while one is open", () => {
    assert.deepEqual(created({ PRODUCTION: inDays(3), UAT: inDays(3), OPEN_ISSUES: "1" }), []);
  });

  test("ignores an org whose login failed", () => {
    assert.equal(created({ PRODUCTION: "", UAT: inDays(3) }).length, 1);
  });
});
