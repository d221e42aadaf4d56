import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ActionError } from "../../../src/lib/action-error.ts";
import { checkToken, revocable, secretsOf } from "../../../src/token/access-token.ts";
import { everythingOn, jwtToken, OPAQUE_TOKEN } from "../../support/secrets.ts";

type Fields = Readonly<Record<string, unknown>>;

const ORG = "00D5e000000AbCdEAK";
const USER = "0055e000000XyZ1AAK";
const ISSUED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const MY_DOMAIN = "https://acme.my.salesforce.com";

/** An answer as Salesforce gives it. */
const ANSWER: Fields = {
  access_token: OPAQUE_TOKEN,
  scope: "api refresh_token",
  instance_url: MY_DOMAIN,
  id: `https://login.salesforce.com/id/${ORG}/${USER}`,
  token_type: "Bearer",
  issued_at: String(ISSUED),
  signature: "c2lnbmF0dXJl",
};
const JWT = jwtToken(1_767_330_000);
const JWT_END = new Date(1_767_330_000_000).toISOString();

test("an opaque token comes with all that Salesforce says of it", () => {
  assert.deepEqual(checkToken(ANSWER, undefined), {
    accessToken: OPAQUE_TOKEN,
    tokenFormat: "opaque",
    instanceUrl: MY_DOMAIN,
    identityUrl: `https://login.salesforce.com/id/${ORG}/${USER}`,
    orgId: ORG,
    userId: USER,
    scope: "api refresh_token",
    tokenType: "Bearer",
    issuedAt: "2026-01-02T03:04:05.678Z",
    expiresAt: "",
  });
});

test("a bare JWT token of a My Domain comes with what can be known", () => {
  assert.deepEqual(checkToken({ access_token: JWT }, MY_DOMAIN), {
    accessToken: JWT,
    tokenFormat: "jwt",
    instanceUrl: MY_DOMAIN,
    identityUrl: "",
    orgId: "",
    userId: "",
    scope: "",
    tokenType: "Bearer",
    issuedAt: "",
    expiresAt: JWT_END,
  });
});

type Taken = readonly [what: string, change: Fields, field: keyof ReturnType<typeof checkToken>, value: string];
const taken: readonly Taken[] = [
  ["a slash after the instance URL is dropped", { instance_url: `${MY_DOMAIN}/` }, "instanceUrl", MY_DOMAIN],
  [
    "capitals in the instance URL are lowered",
    { instance_url: "HTTPS://Acme.My.salesforce.com" },
    "instanceUrl",
    MY_DOMAIN,
  ],
  ["a port of the instance stays", { instance_url: `${MY_DOMAIN}:8443` }, "instanceUrl", `${MY_DOMAIN}:8443`],
  [
    "the answer's instance wins over login_url's",
    { instance_url: "https://other.my.salesforce.com" },
    "instanceUrl",
    "https://other.my.salesforce.com",
  ],
  ["without id, the org is the token's", { id: undefined }, "orgId", ORG],
  ["without id, there is no user", { id: undefined }, "userId", ""],
  ["without id, there is no identity URL", { id: "" }, "identityUrl", ""],
  ["null is as good as nothing", { id: null, scope: null }, "scope", ""],
  [
    "ids of 15 characters become 18",
    { id: `https://x.salesforce.com/id/${ORG.slice(0, 15)}/${USER.slice(0, 15)}` },
    "userId",
    USER,
  ],
  ["a site's identity URL may have a path", { id: `https://acme.my.site.com/shop/id/${ORG}/${USER}` }, "orgId", ORG],
  ["a token type in other letters is Bearer", { token_type: "bearer" }, "tokenType", "Bearer"],
  ["a missing token type is Bearer", { token_type: undefined }, "tokenType", "Bearer"],
  ["times may be numbers", { issued_at: ISSUED }, "issuedAt", "2026-01-02T03:04:05.678Z"],
  ["expires_in counts from issued_at", { expires_in: 7200 }, "expiresAt", "2026-01-02T05:04:05.678Z"],
  ["expires_in may be a string", { expires_in: "60" }, "expiresAt", "2026-01-02T03:05:05.678Z"],
  ["a JWT token ends when it says", { access_token: JWT }, "expiresAt", JWT_END],
  [
    "expires_in wins over what a JWT token says",
    { access_token: JWT, expires_in: 60 },
    "expiresAt",
    "2026-01-02T03:05:05.678Z",
  ],
  ["a JWT token that doesn't say when it ends", { access_token: jwtToken(undefined) }, "expiresAt", ""],
  ["a JWT token with a wrong type of end", { access_token: jwtToken("soon") }, "expiresAt", ""],
  ["a JWT token with an end beyond all reason", { access_token: jwtToken(1e300) }, "expiresAt", ""],
  [
    "a JWT token that is none inside",
    { access_token: `${JWT.split(".")[0]}.AAAAAAAAAAAA.AAAAAAAAAAAA` },
    "expiresAt",
    "",
  ],
  [
    "an opaque token never says when it ends",
    { access_token: `${ORG.slice(0, 15)}!AAAAAAAA.${JWT.split(".")[1]}` },
    "expiresAt",
    "",
  ],
];

describe("a field that is taken:", () => {
  for (const [what, change, field, value] of taken) {
    test(what, () => assert.equal(checkToken({ ...ANSWER, ...change }, undefined)[field], value));
  }
});

const refused: readonly (readonly [what: string, change: Fields, field: string])[] = [
  ["no token", { access_token: undefined }, "access_token"],
  ["an empty token", { access_token: "" }, "access_token"],
  ["a token that is no text", { access_token: { a: OPAQUE_TOKEN } }, "access_token"],
  ["a token with a line end", { access_token: `${OPAQUE_TOKEN}\n` }, "access_token"],
  ["a token with a command behind it", { access_token: `${OPAQUE_TOKEN}\n::error::x` }, "access_token"],
  ["a token with a space", { access_token: `${OPAQUE_TOKEN} x` }, "access_token"],
  ["a token of another kind of id", { access_token: OPAQUE_TOKEN.replace("00D", "005") }, "access_token"],
  ["a token without its session", { access_token: `${ORG.slice(0, 15)}!` }, "access_token"],
  ["a JWT of two parts", { access_token: JWT.split(".").slice(0, 2).join(".") }, "access_token"],
  ["an HTML page as token", { access_token: "<html>00D!</html>" }, "access_token"],
  ["another token type", { token_type: "mac" }, "token_type"],
  ["a token type that is no text", { token_type: 1 }, "token_type"],
  ["no instance", { instance_url: undefined }, "instance_url"],
  ["an instance without TLS", { instance_url: "http://acme.my.salesforce.com" }, "instance_url"],
  ["an instance with a path", { instance_url: `${MY_DOMAIN}/path` }, "instance_url"],
  ["an instance with a query", { instance_url: `${MY_DOMAIN}?x` }, "instance_url"],
  ["an instance with user info", { instance_url: "https://me@acme.my.salesforce.com" }, "instance_url"],
  ["an instance with a line end", { instance_url: `${MY_DOMAIN}\nSF_X=1` }, "instance_url"],
  ["an instance behind white space", { instance_url: ` ${MY_DOMAIN}` }, "instance_url"],
  ["an instance that is no URL", { instance_url: "acme" }, "instance_url"],
  ["an instance that is a script", { instance_url: "javascript:alert(1)" }, "instance_url"],
  ["an instance that is no text", { instance_url: ["https://a"] }, "instance_url"],
  ["an identity that is no URL", { id: "me" }, "id"],
  ["an identity without TLS", { id: `http://login.salesforce.com/id/${ORG}/${USER}` }, "id"],
  ["an identity without user", { id: `https://login.salesforce.com/id/${ORG}` }, "id"],
  ["an identity of a record that is no org", { id: `https://login.salesforce.com/id/${USER}/${USER}` }, "id"],
  ["an identity with more behind it", { id: `https://login.salesforce.com/id/${ORG}/${USER}/x` }, "id"],
  ["an identity with a query", { id: `https://login.salesforce.com/id/${ORG}/${USER}?x=1` }, "id"],
  ["an identity with a fragment", { id: `https://login.salesforce.com/id/${ORG}/${USER}#x` }, "id"],
  ["an identity with user info", { id: `https://me:pw@login.salesforce.com/id/${ORG}/${USER}` }, "id"],
  ["an identity with a line end", { id: `https://login.salesforce.com/id/${ORG}/${USER}\n` }, "id"],
  [
    "an org id of 15 characters with an underscore",
    { id: `https://login.salesforce.com/id/00D5e000000AbC_/${USER}` },
    "id",
  ],
  ["an org id with a wrong check sum", { id: `https://login.salesforce.com/id/00D5e000000AbCdAAA/${USER}` }, "id"],
  ["a scope with a line end", { scope: "api\nfull" }, "scope"],
  ["a scope with a quotation mark", { scope: 'api "full"' }, "scope"],
  ["a scope that is no text", { scope: ["api"] }, "scope"],
  ["an issued_at that is no number", { issued_at: "today" }, "issued_at"],
  ["an issued_at of zero", { issued_at: "0" }, "issued_at"],
  ["an issued_at beyond all reason", { issued_at: "999999999999999" }, "issued_at"],
  ["an issued_at that is an object", { issued_at: { toString: null } }, "issued_at"],
  ["an expires_in that is negative", { expires_in: -1 }, "expires_in"],
  ["an expires_in with a fraction", { expires_in: "1.5" }, "expires_in"],
  ["an expires_in beyond all reason", { expires_in: "999999999999" }, "expires_in"],
];

describe("an answer is refused for", () => {
  for (const [what, change, field] of refused) {
    test(what, () => {
      assert.throws(
        () => checkToken({ ...ANSWER, ...change }, undefined),
        (error) => {
          assert.ok(error instanceof ActionError);
          assert.equal(error.code, "token-answer-malformed");
          assert.match(error.message, new RegExp(`: ${field} is `));
          assert.ok(error.steps.length > 0);
          return true;
        },
      );
    });
  }
});

const control = fc.constantFrom(
  "\n",
  "\r",
  "\t",
  " ",
  "\0",
  "\u2028",
  "::",
  "##[",
  "%0A",
  "\u202e",
  "@",
  "/",
  "?",
  "#",
  "\\",
);
const spoilt = (text: string) =>
  fc.tuple(fc.nat({ max: text.length }), control).map(([at, piece]) => text.slice(0, at) + piece + text.slice(at));
const hostile = (text: string) =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(text) },
    { weight: 3, arbitrary: spoilt(text) },
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.jsonValue(),
    fc.constant({ toString: 1, valueOf: 1 }),
  );
const hostileFields = fc.record(
  {
    access_token: fc.oneof(hostile(OPAQUE_TOKEN), hostile(JWT)),
    instance_url: hostile(MY_DOMAIN),
    id: hostile(String(ANSWER["id"])),
    scope: hostile("api web"),
    token_type: hostile("Bearer"),
    issued_at: fc.oneof({ weight: 9, arbitrary: hostile(String(ISSUED)) }, fc.double()),
    expires_in: fc.oneof({ weight: 9, arbitrary: hostile("7200") }, fc.double()),
  },
  { requiredKeys: ["access_token"] },
);
const fallback = fc.constantFrom(undefined, MY_DOMAIN);

describe("whatever an answer holds,", () => {
  test("what is handed over is clean, or the answer is refused without a word of it", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(hostileFields, fallback, (fields, otherwise) => {
        try {
          const { accessToken, instanceUrl, identityUrl, ...rest } = checkToken(fields, otherwise);
          seen.taken++;
          assert.match(accessToken, /^[\w.!-]+$/);
          assert.match(instanceUrl, /^https:\/\/[^\s\p{C}/?#@\\]+$/u);
          assert.equal(new URL(instanceUrl).origin, instanceUrl);
          assert.match(identityUrl, /^$|^https:\/\/[^\s\p{C}?#@\\]+$/u);
          for (const value of Object.values(rest)) assert.doesNotMatch(value, /[^\x20-\x7e]/);
        } catch (error) {
          assert.ok(error instanceof ActionError, String(error));
          seen.refused++;
          const token = fields.access_token;
          for (const secret of secretsOf({ access_token: token })) assert.ok(!everythingOn(error).includes(secret));
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(Math.min(seen.taken, seen.refused) > 50, "the property must see answers of both kinds");
  });

  test("a revocation goes to a plain https origin, with a token that is one", () => {
    fc.assert(
      fc.property(hostileFields, (fields) => {
        const found = revocable(fields, MY_DOMAIN);
        if (found === undefined) return;
        assert.match(found.accessToken, /^[\w.!-]+$/);
        assert.match(found.instanceUrl, /^https:\/\/[^\s\p{C}/?#@\\]+$/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe("secretsOf", () => {
  const tail = OPAQUE_TOKEN.slice(16);
  test("names the token and what stands behind its org", () => {
    assert.deepEqual(secretsOf(ANSWER), [OPAQUE_TOKEN, tail]);
  });

  test("names a token of a shape that will be refused", () => {
    assert.ok(secretsOf({ access_token: "not-what-was-promised" }).includes("not-what-was-promised"));
    assert.ok(secretsOf({ access_token: `${OPAQUE_TOKEN}\n::x` }).includes(`${OPAQUE_TOKEN}\n::x`));
  });

  test("names nothing so short that hiding it would hide half the log", () => {
    for (const token of ["", " ", "a", "Bearer", "        ", "1234567"]) {
      assert.deepEqual(secretsOf({ access_token: token }), []);
    }
    assert.deepEqual(secretsOf({ access_token: "00D000000000001!ab" }), ["00D000000000001!ab"]);
  });

  test("names nothing where there is no text", () => {
    for (const token of [undefined, null, 7, {}, ["x".repeat(20)]])
      assert.deepEqual(secretsOf({ access_token: token }), []);
  });
});

describe("revocable", () => {
  test("finds the token of an answer that fails other checks", () => {
    const fields = { access_token: OPAQUE_TOKEN, instance_url: `${MY_DOMAIN}/`, scope: 7 };
    assert.deepEqual(revocable(fields, "https://login.salesforce.com"), {
      accessToken: OPAQUE_TOKEN,
      instanceUrl: MY_DOMAIN,
    });
  });

  test("turns to the host that granted it where the instance can't be trusted", () => {
    for (const instance of [undefined, "http://evil.example", "https://a.example/x", 7]) {
      assert.deepEqual(revocable({ access_token: JWT, instance_url: instance }, "https://login.salesforce.com"), {
        accessToken: JWT,
        instanceUrl: "https://login.salesforce.com",
      });
    }
  });

  test("finds nothing in what is no token", () => {
    for (const token of [undefined, "", "x", `${OPAQUE_TOKEN} `, 7]) {
      assert.equal(revocable({ access_token: token, instance_url: MY_DOMAIN }, MY_DOMAIN), undefined);
    }
  });
});
