import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type * as Twin from "../../fakes/salesforce/token-exchange-decision.ts";
import { CASES, HEADERS } from "./cases.ts";

const SOURCE = readFileSync(new URL("../../fakes/salesforce/token-exchange-decision.ts", import.meta.url), "utf8");

/** A check, and what the twin's source has in its place without it. */
const MUTANTS: readonly (readonly [dropped: string, from: string, to: string])[] = [
  ["the check for JSON", "if (!claims) return", "if (false) return"],
  ["the check for names that come twice", "new Set(names).size < names.length", "false"],
  ["the reading of escaped names", "JSON.parse(name)", "name.slice(1, -1)"],
  ["the check for a list of claims", "|| Array.isArray(value)", ""],
  ["the issuer", '!equal(ISSUER, claims.get("iss"))', "false"],
  ["the audience", '!equal(audience, claims.get("aud"))', "false"],
  ["the time of expiry", "now >= expires + SKEW", "false"],
  ["the presence of exp", 'typeof expires !== "number" ||', ""],
  ["the tolerance at exp", "now >= expires + SKEW", "now >= expires"],
  ["the limit of the tolerance at exp", "now >= expires + SKEW", "now > expires + SKEW"],
  ["the start of validity", "now < begins - SKEW", "false"],
  ["the presence of nbf", 'typeof begins !== "number" ||', ""],
  ["the tolerance at nbf", "now < begins - SKEW", "now < begins"],
  ["the text for an org without rules", "rules.length === 0", "false"],
  ["the app", "equal(rule.app, app)", "true"],
  ["the repository ID", 'equal(rule.repositoryId, claims.get("repository_id"))', "true"],
  ["the owner ID", 'equal(rule.repositoryOwnerId, claims.get("repository_owner_id"))', "true"],
  ["the rule's username", "isText(rule.username) &&", ""],
  ["exactly one of environment and ref", "isText(rule.environment) !== isText(rule.ref)", "true"],
  ["neither environment nor ref", "isText(rule.environment) !== isText(rule.ref)", "!(rule.environment && rule.ref)"],
  [
    "both environment and ref",
    "isText(rule.environment) !== isText(rule.ref)",
    "Boolean(rule.environment || rule.ref)",
  ],
  ["the active flag", "rule.active === true", "true"],
  ["the active flag of a rule without one", "rule.active === true", "rule.active !== false"],
  [
    "environment and ref",
    'equal(rule.environment, claims.get("environment")) || equal(rule.ref, claims.get("ref"))',
    "true",
  ],
  ["the environment", 'equal(rule.environment, claims.get("environment"))', "isText(rule.environment)"],
  ["the ref", 'equal(rule.ref, claims.get("ref"))', "isText(rule.ref)"],
  ["the workflow", "passes: allowsWorkflow", "passes: () => true"],
  ["the rule's workflow", "return equal(rule.jobWorkflowRef, workflow)", "return true"],
  ["the repository of a workflow without a rule", "workflow.startsWith(`${repository}/`)", "true"],
  ["the slash after the repository's name", "`${repository}/`", "repository"],
  ["the repository's name being there", "isText(repository) &&", ""],
  ["the workflow being a text", "isText(workflow) && isText(repository)", "isText(repository)"],
  ["a token without a workflow", 'if (!claims.has("job_workflow_ref")) return true;', ""],
  ["the events", "const reason = checkEvent(claims.get", "const reason = undefined && checkEvent(claims.get"],
  ["the events that are always refused", "REFUSED_EVENTS.some(", "[''].some("],
  ["the events that are allowed", "ALLOWED_EVENTS.some(", "['push', String(event)].some("],
  ["the check for several users", "others.length > 0", "false"],
  ["case in comparisons", "expected === value", "expected.toLowerCase() === String(value).toLowerCase()"],
  ["whole texts in comparisons", "expected === value", "String(value).startsWith(expected)"],
  ["blank being equal to nothing", "isText(expected) && expected", "expected"],
  ["blank being no text", '&& value.trim() !== ""', ""],
  ["numbers not being texts", "expected === value", "expected === String(value)"],
  ["whole numbers", "Number.isSafeInteger(value)", 'typeof value === "number"'],
  ["the limit of what is shown", "value.length > LONGEST_VALUE", "false"],
  ["the header's algorithm", 'fields.get("alg") === "RS256"', "true"],
  ["the header's key", '&& isText(fields.get("kid"))', ""],
];

describe("a twin of the decision", () => {
  const folder = mkdtempSync(join(tmpdir(), "decision-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [index, [dropped, from, to]] of MUTANTS.entries()) {
    test(`without ${dropped} fails a row of the table`, async () => {
      assert.equal(SOURCE.split(from).length, 2, "the source has the check once");
      const file = join(folder, `${index}.mts`);
      writeFileSync(
        file,
        SOURCE.replace(from, () => to),
      );
      const mutant = (await import(pathToFileURL(file).href)) as typeof Twin;
      assert.notEqual(firstFailure(mutant), undefined);
    });
  }
});

/** The title of the first row that comes out differently, or breaks. */
function firstFailure({ decide, isGitHubHeader }: typeof Twin): string | undefined {
  const failed = CASES.find(({ payload, rules, context, username, reason }) => {
    try {
      const made = decide(payload, rules, context);
      return made.username !== username || made.reason !== reason;
    } catch {
      return true;
    }
  });
  return failed?.title ?? HEADERS.find(([, header, accepted]) => isGitHubHeader(header) !== accepted)?.[0];
}
