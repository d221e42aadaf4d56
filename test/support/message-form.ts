import assert from "node:assert/strict";
import type { Cause } from "../../src/lib/action-error.ts";

/** How a fix begins: with a verb, a path in Setup, or a condition. */
const IMPERATIVE =
  /^(?:Setup > |If |Activate|Add|Allow|Ask|Check|Compare|Copy|Correct|Create|Free|Increase|Let|Log in|Make|Mount|Open|Put|Remove|Run|Save|Set|Store|Start|Synchronize|Turn off|Use|Wait)\b/;
const ADDRESS = /https?:|\b[\w-]+\.(?:com|org|net|io|example|invalid)\b/;
/** The words that `style.md` bans from messages. */
const BANNED =
  /\b(?:rooms?|doors?|the house|lapsed?|nobody|nobody's|heals?|healed|mends?|by turns|all the same|hand(?:ed)? over|is none|no further word|so many|whatever was)\b/i;

/** How the last sentence of a first line begins: with what to do or where to look. */
const NEXT_ACT =
  /\. (?:Activate|Add|Allow|Ask|Change|Check|Compare|Correct|Create|Log in|Remove|Run|See|Select|Set|Turn|Unlock|Upload|Wait)\b[^.]*\.$/;

/** Fails if a reader of the first line alone, as in a list of annotations, doesn't learn what to do next. */
export function assertNamesNextAct(headline: string): void {
  assert.match(headline, NEXT_ACT);
  assert.ok(headline.length <= 120, `${headline.length} characters: ${headline}`);
}

/** What an error message is made from. */
export interface MessageParts {
  readonly code: string;
  readonly headline: string;
  readonly causes: readonly Cause[];
}

/**
 * Fails if an entry of a table, or an error, doesn't have the form of our error messages.
 */
export function assertMessageForm({ code, headline, causes }: MessageParts): void {
  assert.match(code, /^[a-z]+(?:-[a-z]+)+$/);
  assert.match(headline, /^[A-Z].*[^.]\.$/, code);
  assert.ok(headline.length <= 120, `${code}: the headline has ${headline.length} characters`);
  assert.doesNotMatch(headline, ADDRESS, code);
  if (!code.startsWith("audience")) assert.doesNotMatch(headline, /audience/i, code);
  assert.ok(causes.length >= 1 && causes.length <= 4, `${code}: ${causes.length} causes`);
  assert.equal(new Set(causes.map(({ fix }) => fix)).size, causes.length, `${code}: the same fix twice`);
  for (const { cause, fix } of causes) {
    if (cause !== undefined) assert.match(cause, /^\S.{15,}\.$/, code);
    else assert.equal(causes.length, 1, `${code}: only a single fix can stand without a cause`);
    assert.match(fix, IMPERATIVE, code);
    assert.match(fix, /^.{15,}[.)]$/, code);
    assert.doesNotMatch(fix, /(?:login|test)\.salesforce\.com/, code);
    assert.doesNotMatch(`${headline} ${cause} ${fix}`, BANNED, code);
  }
}
