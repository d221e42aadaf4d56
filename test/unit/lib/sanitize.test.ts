import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { sanitize } from "../../../src/lib/sanitize.ts";
import { claimsFor, signAssertion } from "../../../src/token/assertion.ts";
import { bytesFrom, OPAQUE_TOKEN, piecesOf, secretLines } from "../../support/secrets.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const claims = claimsFor({
  consumerKey: "3MVG9consumer",
  username: "ci@example.com",
  audience: "https://login.salesforce.com",
  now: 0,
});
const assertion = await signAssertion(claims, privateKey);

const examples: readonly (readonly [what: string, text: string, shown: string])[] = [
  ["plain text as it is", "user hasn't approved this consumer", "user hasn't approved this consumer"],
  ["text in any script", "ユーザーは無効です – naïve", "ユーザーは無効です – naïve"],
  ["line ends of every kind as one space", "a\r\nbb\rc\ndd\u0085e\u2028ff\u2029g\vhh\fi", "a bb c dd e ff g hh i"],
  ["no whitespace around", " \t\n x \n", "x"],
  ["no null, bell, backspace or delete", "a\0b\u0007c\bd\u007fe", "a b c d e"],
  ["no format characters that hide or turn text round", "a\u202eb\u200bc\u2066d\ufeffe\u00adf", "a b c d e f"],
  ["no colors", "\u001b[31;1mred\u001b[0m", "red"],
  ["no cursor moves and no cleared screens", "\u001b[2J\u001b[1;1Hx\u001bcy", "xy"],
  ["no terminal titles and links", "\u001b]0;title\u0007a\u001b]8;;https://x.example\u001b\\b", "ab"],
  ["no command at the start of a line", "::add-mask::e", ": :add-mask: :e"],
  ["no command on a later line", "x\n  ::set-output name=a::b", "x : :set-output name=a: :b"],
  ["no old command anywhere", "x ##[add-mask]e", "x # # [add-mask]e"],
  ["no old command put together by cleaning", "#\u001b[0m#[error]", "# # [error]"],
  ["no old command put together by redaction", `##${OPAQUE_TOKEN}`, "# # […]"],
  ["an assertion that was sent back, without it", `bad assertion ${assertion}!`, "bad assertion […]"],
  ["an assertion in JSON, without it", `{"assertion":"${assertion}"}`, `{"assertion":"[…]"}`],
  ["an URL-encoded form, without the assertion", `grant_type=x&assertion=${assertion}`, "grant_type=x&[…]"],
  ["a token, without it", `token ${OPAQUE_TOKEN}, sorry`, "token […], sorry"],
  ["a digest, without it", `id ${bytesFrom(1, 16).toString("hex")}`, "id […]"],
  ["identifiers of Salesforce", "org 00D5e000000AbCdEAK, user 0055e000000XyZ1AAK", "org […], user […]"],
  [
    "short words and numbers",
    "code C-1016 of API 68.0, INVALID_SESSION_ID",
    "code C-1016 of API 68.0, INVALID_SESSION_ID",
  ],
  ["host names", "acme--uat.sandbox.my.salesforce.com:443", "acme--uat.sandbox.my.salesforce.com:443"],
  ["nothing as nothing", "", ""],
];

describe("sanitize shows", () => {
  for (const [what, text, shown] of examples) test(what, () => assert.equal(sanitize(text), shown));

  test("at most 300 characters, with a sign that it was cut", () => {
    assert.equal(sanitize("abc d ".repeat(100)), `${"abc d ".repeat(100).slice(0, 299)}…`);
    assert.equal(sanitize("x".repeat(300)), "x".repeat(300));
  });

  test("at most as many characters as it is told", () => {
    assert.equal(sanitize("abcdef", 6), "abcdef");
    assert.equal(sanitize("abcdefg", 6), "abcde…");
  });

  test("a text that cleaning makes short enough, whole", () => {
    assert.equal(sanitize(`a${" ".repeat(1000)}b`, 3), "a b");
  });
});

const hostilePiece = fc.constantFrom(
  ...["##[", "::", "#", ":", "[", "\n", "\r", "\u2028", "\u2029", "\u0085", "\u001b", "\u001b[", "\u001b]"],
  ...["\u0007", "\0", "\u202e", "\u200b", "\ufeff", " ", "\t", "add-mask", "error", "]", "A1", "…", OPAQUE_TOKEN],
);
const hostileText = fc
  .array(fc.oneof(hostilePiece, fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 60 })
  .map((pieces) => pieces.join(""));
const limit = fc.integer({ min: 1, max: 400 });

describe("sanitize, whatever it is given,", () => {
  test("gives one line without control, format or separator characters", () => {
    fc.assert(
      fc.property(hostileText, limit, (text, most) => {
        assert.doesNotMatch(sanitize(text, most), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });

  test("gives nothing that the runner acts on", () => {
    fc.assert(
      fc.property(hostileText, limit, (text, most) => {
        const shown = sanitize(text, most);
        assert.ok(!shown.includes("##["), shown);
        assert.doesNotMatch(shown, /^\s*::/);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps to the limit", () => {
    fc.assert(fc.property(hostileText, limit, (text, most) => assert.ok(sanitize(text, most).length <= most)));
  });
});

/** What a credential is told by: a word that mixes digits, small and capital letters. Rare lines of a key don't. */
const looksSecret = (text: string) => [/\d/, /[a-z]/, /[A-Z]/].every((kind) => kind.test(text.slice(0, 16)));
const seed = fc.nat().map(String);
const opaqueToken = seed
  .map((from) => `00Dx0${bytesFrom(from, 9).toString("base64url")}!${bytesFrom(`${from}!`, 60).toString("base64url")}`)
  .map((token) => token.replaceAll("-", "."));
const jwt = seed.map((from) => {
  const [header, payload] = assertion.split(".");
  return `${header}.${payload}.${bytesFrom(from, 256).toString("base64url")}`;
});
const keyLine = fc.constantFrom(...secretLines(pem)).filter((line) => line.length === 64 && looksSecret(line));
const base64 = seed.map((from) => bytesFrom(from, 48).toString("base64")).filter(looksSecret);
const secret = fc.oneof(
  fc.constantFrom(assertion, OPAQUE_TOKEN, Buffer.from(pem).toString("base64")),
  jwt,
  opaqueToken,
  keyLine,
  base64,
  fc.oneof(keyLine, base64).map((text) => Buffer.from(text).toString("hex")),
  fc.oneof(keyLine, base64).map((text) => Buffer.from(text).toString("hex").toUpperCase()),
  jwt.map((text) => encodeURIComponent(text)),
  opaqueToken.map((text) => encodeURIComponent(text)),
);
/** Whitespace shrinks to nothing, so that what comes after it is shown even where it began far behind the limit. */
const surroundings = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    '{"assertion":"',
    '"}',
    "<p>",
    "&assertion=",
    "invalid assertion: ",
    "##[",
    "\u001b[1m",
    "'",
  ),
  fc.nat({ max: 5000 }).map((length) => " ".repeat(length)),
  hostileText,
);

describe("sanitize never shows a piece of a credential", () => {
  test("that is anywhere in the text", () => {
    fc.assert(
      fc.property(surroundings, secret, surroundings, limit, (before, hidden, after, most) => {
        const shown = sanitize(before + hidden + after, most);
        assert.equal(
          piecesOf(hidden).find((piece) => shown.includes(piece)),
          undefined,
          shown,
        );
      }),
      { numRuns: 400 },
    );
  });

  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").toString("utf8");
  const swapped = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16().toString("utf8");
  const spread = (separator: string, length: number) => (text: string) =>
    (text.match(new RegExp(`.{1,${length}}`, "g")) ?? []).join(separator);
  const percentEncoded = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join("");
  test("of which each character is percent-encoded, in small or capital letters, once or twice", () => {
    for (const hidden of [assertion, OPAQUE_TOKEN].map(percentEncoded)) {
      for (const text of [hidden, hidden.toUpperCase(), encodeURIComponent(hidden.toUpperCase())]) {
        assert.equal(sanitize(`invalid: ${text} was refused`), "invalid: […] was refused");
      }
    }
  });

  const disguises: readonly (readonly [what: string, disguise: (text: string) => string])[] = [
    ["in UTF-16, little-endian", utf16],
    ["in UTF-16, big-endian", swapped],
    ...["\0", "\u200b", "\u00ad", " ", "\n", "\t ", ", ", " | "].map(
      (separator) => [`with ${JSON.stringify(separator)} between any two characters`, spread(separator, 1)] as const,
    ),
    ...[3, 4, 5, 8, 12, 15, 16, 64, 76].flatMap((length) =>
      [" ", "\r\n", '", "'].map(
        (separator) =>
          [`in pieces of ${length} with ${JSON.stringify(separator)} between`, spread(separator, length)] as const,
      ),
    ),
  ];
  for (const [what, disguise] of disguises) {
    test(`that is ${what}`, () => {
      for (const hidden of [assertion, OPAQUE_TOKEN]) {
        for (const before of ["", "invalid assertion: "]) {
          const shown = sanitize(`${before}${disguise(hidden)} was refused`, 4000).replace(/[^\w\-.!]/g, "");
          assert.equal(
            piecesOf(hidden).find((piece) => shown.includes(piece)),
            undefined,
            shown,
          );
        }
      }
    });
  }

  test("that is where the text is cut before it is cleaned", () => {
    for (const hidden of [assertion, OPAQUE_TOKEN, bytesFrom("hex", 64).toString("hex")]) {
      for (let start = 4096 - hidden.length; start <= 4096; start++) {
        const shown = sanitize(" ".repeat(start) + hidden);
        assert.equal(
          piecesOf(hidden).find((piece) => shown.includes(piece)),
          undefined,
          `from ${start}: ${shown}`,
        );
      }
    }
  });
});

test("sanitize takes no longer for a megabyte made to slow it down than a child process may live", () => {
  const script = `
    import { sanitize } from ${JSON.stringify(new URL("../../../src/lib/sanitize.ts", import.meta.url).href)};
    for (const unit of ["a", "aA", "A1", "a1 ", "=", "\\u001b", "\\u001b]", "\\u001b[0", "#", "##[", ":", "::", " ", "\\n", "0", "f", "é", "\\0", "%", "abcde ", "ab "])
      sanitize(unit.repeat(1024 * 1024 / unit.length));
    console.log("done");
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    timeout: 20_000,
    encoding: "utf8",
    // What node makes of the coverage of several processes depends on their order.
    env: { ...process.env, NODE_V8_COVERAGE: "" },
  });
  assert.equal(output, "done\n");
});
