import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ActionError } from "../../../src/lib/action-error.ts";
import { ORG_ID_PROBLEMS, parseOrgId, sameId, to18Characters } from "../../../src/lib/salesforce-id.ts";

/** Ids from Salesforce's public documentation and others worked out by hand: short form, check sum. */
const known: readonly (readonly [string, string])[] = [
  ["00Dxx0000001gER", "EAY"],
  ["005xx000001X8Uz", "AAK"],
  ["000000000000000", "AAA"],
  ["00D000000000001", "EAA"],
  ["AAAAAAAAAAAAAAA", "555"],
  ["Aaaaaaaaaaaaaaa", "BAA"],
  ["aaaaAaaaaAaaaaA", "QQQ"],
];

const refused: readonly (readonly [string, keyof typeof ORG_ID_PROBLEMS])[] = [
  ["", "org-id-malformed"],
  ["00Dxx0000001gE", "org-id-malformed"],
  ["00Dxx0000001gERE", "org-id-malformed"],
  ["00Dxx0000001gEREAYx", "org-id-malformed"],
  ["00Dxx0000001g-R", "org-id-malformed"],
  ["00Dxx0000001gEй", "org-id-malformed"],
  ["00Dxx0000001gER\n::error::x", "org-id-malformed"],
  ["005xx000001X8Uz", "org-id-prefix"],
  ["005xx000001X8UzAAK", "org-id-prefix"],
  ["00dxx0000001ger", "org-id-prefix"],
  ["00Dxx0000001gEREAA", "org-id-checksum"],
  ["00Dxx0000001gEREAy", "org-id-checksum"],
  ["00Dxx0000001gErEAY", "org-id-checksum"],
  ["00DXX0000001GEREAY", "org-id-checksum"],
];

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ActionError, String(error));
    return error.code;
  }
  return "accepted";
};

describe("toLongId", () => {
  for (const [shortId, checksum] of known) {
    it(`adds ${checksum} to ${shortId}, and takes that back`, () => {
      assert.equal(to18Characters(shortId), shortId + checksum);
      assert.equal(to18Characters(shortId + checksum), shortId + checksum);
    });
  }

  it("takes nothing of another length", () => {
    for (const id of ["", "00Dxx0000001gE", "00Dxx0000001gEREA"])
      assert.equal(
        codeOf(() => to18Characters(id)),
        "org-id-malformed",
      );
  });

  it("sees every change of case in an 18-character id", () => {
    const shortIds = fc.stringMatching(/^[A-Za-z0-9]{15}$/);
    const property = fc.property(shortIds, fc.nat(14), (shortId, at) => {
      const character = shortId.charAt(at);
      const other = character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
      const mangled = shortId.slice(0, at) + other + to18Characters(shortId).slice(at + 1);
      assert.equal(
        codeOf(() => to18Characters(mangled)),
        other === character ? "accepted" : "org-id-checksum",
      );
    });
    fc.assert(property);
  });
});

describe("parseOrgId", () => {
  it("gives 18 characters for both forms, without white space around", () => {
    for (const text of ["00Dxx0000001gER", "00Dxx0000001gEREAY", " 00Dxx0000001gER\n"]) {
      assert.equal(parseOrgId(text), "00Dxx0000001gEREAY");
    }
  });

  for (const [text, code] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(
        codeOf(() => parseOrgId(text)),
        code,
      );
    });
  }

  it("has a test for every way to refuse", () => {
    assert.deepEqual(new Set(refused.map(([, code]) => code)), new Set(Object.keys(ORG_ID_PROBLEMS)));
  });
});

describe("sameId", () => {
  it("compares across both forms", () => {
    assert.equal(sameId("00Dxx0000001gER", "00Dxx0000001gEREAY"), true);
    assert.equal(sameId("00Dxx0000001gEREAY", "00Dxx0000001gER"), true);
    assert.equal(sameId("00Dxx0000001gEREAY", "00Dxx0000001gErEAI"), false);
    assert.equal(sameId("00Dxx0000001gER", "00Dxx0000001ger"), false);
  });

  it("takes nothing that isn't an id for the same", () => {
    assert.equal(sameId("", ""), false);
    assert.equal(sameId("00Dxx0000001gER!", "00Dxx0000001gER!"), false);
  });
});
