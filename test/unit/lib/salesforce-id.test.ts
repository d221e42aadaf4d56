import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isSalesforceId, sameId, to18Characters } from "../../../src/lib/salesforce-id.ts";

/** IDs from Salesforce's public documentation and others worked out by hand: short form, checksum. */
const known: readonly (readonly [string, string])[] = [
  ["00Dxx0000001gER", "EAY"],
  ["005xx000001X8Uz", "AAK"],
  ["000000000000000", "AAA"],
  ["00D000000000001", "EAA"],
  ["AAAAAAAAAAAAAAA", "555"],
  ["Aaaaaaaaaaaaaaa", "BAA"],
  ["aaaaAaaaaAaaaaA", "QQQ"],
];

describe("to18Characters", () => {
  for (const [shortId, checksum] of known) {
    it(`adds ${checksum} to ${shortId}, and accepts the result`, () => {
      assert.equal(to18Characters(shortId), shortId + checksum);
      assert.equal(to18Characters(shortId + checksum), shortId + checksum);
    });
  }

  for (const id of [
    "",
    "00Dxx0000001gE",
    "00Dxx0000001gERE",
    "00Dxx0000001gEREAYx",
    "00Dxx0000001g-R",
    "00Dxx0000001gEй",
  ]) {
    it(`returns undefined for ${JSON.stringify(id)}, which isn't an ID`, () => {
      assert.equal(to18Characters(id), undefined);
      assert.equal(isSalesforceId(id), false);
    });
  }

  it("returns undefined if the case of any letter was changed", () => {
    const shortIds = fc.stringMatching(/^[A-Za-z0-9]{15}$/);
    const property = fc.property(shortIds, fc.nat(14), (shortId, at) => {
      const character = shortId.charAt(at);
      const other = character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
      const longId = to18Characters(shortId) ?? "";
      const changed = shortId.slice(0, at) + other + longId.slice(at + 1);
      assert.equal(to18Characters(changed), other === character ? longId : undefined);
    });
    fc.assert(property);
  });
});

describe("sameId", () => {
  it("compares IDs of 15 and 18 characters", () => {
    assert.equal(sameId("00Dxx0000001gER", "00Dxx0000001gEREAY"), true);
    assert.equal(sameId("00Dxx0000001gEREAY", "00Dxx0000001gER"), true);
    assert.equal(sameId("00Dxx0000001gEREAY", "00Dxx0000001gErEAI"), false);
    assert.equal(sameId("00Dxx0000001gER", "00Dxx0000001ger"), false);
  });

  it("returns false for what isn't an ID", () => {
    assert.equal(sameId("", ""), false);
    assert.equal(sameId("00Dxx0000001gER!", "00Dxx0000001gER"), false);
    assert.equal(sameId("00Dxx0000001gER", "00Dxx0000001gER!"), false);
  });
});
