import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAssertion } from "../../../src/inputs/assertion.ts";
import { readCertificate } from "../../../src/inputs/certificate.ts";
import { checkAudience, parseLoginUrl } from "../../../src/inputs/login-url.ts";
import {
  parseConsumerKey,
  parseOrgId,
  parseUsername,
  parseWholeNumber,
  refusePlaceholder,
  refuseQuotes,
} from "../../../src/inputs/parsers.ts";
import { findPrivateKey, linesToMask } from "../../../src/inputs/pem.ts";
import { readPrivateKey } from "../../../src/inputs/private-key.ts";
import { countSteps } from "../../support/regexp-steps.ts";

const elsewhere = parseLoginUrl("portal.acme.example");
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  readPrivateKey: (text) => readPrivateKey({ text, passphrase: text, mask: () => {} }),
  parseAssertion: (text) => parseAssertion(text, new Date()),
  readCertificate: (text) => readCertificate(text),
  parseLoginUrl,
  checkAudience: (text) => checkAudience(text, elsewhere),
  parseConsumerKey,
  parseUsername,
  parseOrgId,
  parseWholeNumber: (text) => parseWholeNumber(text, { from: 1, to: 600 }),
  refusePlaceholder: (text) => refusePlaceholder(text, false),
  refuseQuotes,
  linesToMask,
  findPrivateKey,
};

/** What patterns of the sources look for, so that repeating it makes them begin again and again. */
const PIECES = [
  "-",
  " ",
  "\n",
  "\\",
  "\\n",
  "%",
  "=",
  "A",
  "/",
  "'",
  '"',
  "*",
  "$",
  "<",
  ">",
  "@",
  ".",
  ":",
  "[",
  "{",
  "_",
  "a.",
  "a/",
  "--",
  "\u200b",
  "—",
  "MII",
  "M",
  "LS0t",
  "BEGIN",
  "-----BEGIN ",
  "BEGINPRIVATEKEY",
  "END PRIVATE KEY",
  "-----BEGIN A-----",
  "BEGIN PRIVATE KEY-----x-----END PRIVATE KEY",
  "DEK-Info:",
  "DEK-Info: AES-256-CBC,",
  "&#",
  "&#1",
  "&quot",
  "<br ",
  "<br",
  '",',
  '" , "',
  "=\n",
  "PRIVATE",
  "PRIVATE ",
  "00",
  "ab:",
  "A_",
  "${",
  "{{",
  "secrets.",
  "eyJ",
  "/login",
  "/s",
  "--.my.salesforce.com",
  "https://",
  "xn--",
  "1",
  "\r\n",
  "\r",
];
const AROUND: readonly (readonly [before: string, after: string])[] = [
  ["", ""],
  ["", "!"],
  ["-----BEGIN PRIVATE KEY-----", ""],
  ["https://", ".my.salesforce.com"],
];

describe("the work on an input is proportional to its length", () => {
  for (const [name, read] of Object.entries(READERS)) {
    it(`in ${name}`, () => {
      for (const piece of PIECES) {
        for (const [before, after] of AROUND) {
          const stepsFor = (length: number) =>
            countSteps(() => read(`${before}${piece.repeat(length / piece.length)}${after}`));
          const [short, long] = [stepsFor(200), stepsFor(400)];
          assert.ok(
            long < 2.5 * short + 1000,
            `${JSON.stringify(before + piece)}…${after}: ${short}, then ${long} steps`,
          );
        }
      }
    });
  }

  it("which the count would show if it weren't so", () => {
    const stepsFor = (length: number) => countSteps(() => "\\".repeat(length).replace(/\\+[rnt]/g, "\n"));
    assert.ok(stepsFor(1000) > 3.9 * stepsFor(500));
  });
});
