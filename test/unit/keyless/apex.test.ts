import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decide } from "../../fakes/salesforce/token-exchange-decision.ts";
import { APEX_CASES, apexCases, SIGNED } from "./apex-cases.ts";
import { CASES } from "./cases.ts";

const CLASSES = new URL(".", APEX_CASES);
const readClass = (name: string) => readFileSync(new URL(`${name}.cls`, CLASSES), "utf8");
const withoutComments = (source: string) => source.replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
const TWIN = readFileSync(new URL("../../fakes/salesforce/token-exchange-decision.ts", import.meta.url), "utf8");

test("the Apex test class has the same table of cases as the twin", () => {
  assert.equal(readClass("GitHubLoginCases"), apexCases(), "run node test/unit/keyless/write-apex-cases.ts");
});

test("the signed token of the Apex test verifies with its keys and is for a job that may log in", () => {
  const [header = "", payload = "", signature = ""] = SIGNED.token.split(".");
  const [key] = SIGNED.jwks.keys;
  const publicKey = createPublicKey({ key: { ...key }, format: "jwk" });
  const signed = Buffer.from(`${header}.${payload}`);
  assert.ok(verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url")));
  assert.deepEqual(Object.keys(key ?? {}).sort(), ["alg", "e", "kid", "kty", "n", "use"], "no private part");
  const { rules, context, username } = CASES[0] ?? assert.fail("no cases");
  const text = Buffer.from(payload, "base64url").toString("utf8");
  assert.deepEqual(decide(text, rules, context), { username });
});

test("the Apex decision and its twin have the same texts, names of claims and events", () => {
  const texts = (literals: readonly string[]) => {
    const pieces = literals.flatMap((text) => text.split(/\$\{(?:[^{}]|\{[^}]*\})*\}/));
    return [...new Set(pieces.map((piece) => piece.trim()).filter((piece) => /[a-z]/i.test(piece)))].sort();
  };
  const literalsIn = (source: string, form: RegExp) =>
    [...withoutComments(source).matchAll(form)].map(([, text = ""]) => text);
  const twin = TWIN.replaceAll(/typeof \w+ [!=]== "\w+"|matchAll\(.*/g, "");
  assert.deepEqual(
    texts([...literalsIn(twin, /"([^"\n]*)"/g), ...literalsIn(twin, /`([^`\n]*)`/g)]),
    texts(literalsIn(readClass("GitHubLoginDecision"), /'([^'\n]*)'/g)),
  );
});

test("the Apex classes never compare texts by ==, which ignores case", () => {
  for (const name of ["GitHubLoginDecision", "GitHubLoginHandler"]) {
    const compared = [...withoutComments(readClass(name)).matchAll(/[!=]= ([\w.]+(?:\([\w.]*)?)/g)].map(
      ([, right = ""]) => right,
    );
    assert.ok(compared.length > 0);
    for (const right of compared) {
      assert.match(right, /^(?:null|true|false|\d+|[A-Z]\w*\.[\w.]+|isText\(rule\.ref)$/, name);
    }
  }
});

test("the handler never takes a user from a claim and never creates one", () => {
  const handler = readClass("GitHubLoginHandler");
  assert.doesNotMatch(handler, /\b(?:insert|upsert|update|canCreateUser \w)|Database\./i);
  assert.deepEqual(
    [...handler.matchAll(/findUser\(([\w.]+)\)/g)].map(([, from]) => from),
    ["decision.username", "found.username"],
  );
});
