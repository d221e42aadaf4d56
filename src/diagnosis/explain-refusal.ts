import { matchRefusal } from "../token/refusals.ts";
import type { ErrorResponse } from "../token/response.ts";
import type { FailedRequest } from "./failed-request.ts";
import { findHints } from "./hints.ts";

/** What stands behind a failure. */
export interface Explanation {
  /** Anchor in `docs/troubleshooting.md`. */
  readonly code: string;
  /** A clause that follows "No token for …: ". */
  readonly what: string;
  /** The answer's own words, made fit to be shown, on lines of their own. */
  readonly answer?: string;
  /** Most likely first. */
  readonly causes?: readonly string[];
  readonly steps: readonly string[];
}

/**
 * Explains Salesforce's "no": what the catalogue says of it, and before that what this very run shows.
 *
 * @param refused both fields of the answer, made fit to be shown
 * @param run what the action knows besides; neither the key nor an assertion is read
 */
export function explainRefusal(refused: ErrorResponse, run: FailedRequest): Explanation {
  const entry = matchRefusal(refused);
  const findings = findHints(entry.code, run);
  const { status, error, description } = refused;
  return {
    code: entry.code,
    what: entry.meaning,
    answer: `Salesforce answered HTTP ${status}:\n  error: ${error}\n  error_description: ${description || "(none)"}`,
    causes: [...findings.map(({ cause }) => cause), ...entry.causes],
    steps: [...new Set([...findings.flatMap(({ steps }) => steps), ...entry.steps])],
  };
}
