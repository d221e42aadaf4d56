import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ActionError } from "../../../src/lib/action-error.ts";
import { checkToken, type ExpectedHosts, revocable, secretsOf } from "../../../src/token/access-token.ts";
import { assertMessageForm } from "../../support/message-form.ts";
import { everythingOn, jwtToken, OPAQUE_TOKEN } from "../../support/secrets.ts";

type Fields = Readonly<Record<string, unknown>>;

const ORG = "00D5e000000AbCdEAK";
const USER = "0055e000000XyZ1AAK";
const ISSUED = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const MY_DOMAIN = "https://acme.my.salesforce.com";
const LOGIN = "https://login.salesforce.com";
const HOSTS: ExpectedHosts = { loginOrigin: LOGIN, isInstance: false, isSalesforce: true };
/** A login at a site under a company's own domain. */
const OWN_DOMAIN: ExpectedHosts = { loginOrigin: "https://sites.acme.example", isInstance: false, isSalesforce: false };

/** A token response as Salesforce sends it. */
const RESPONSE: Fields = {
  access_token: OPAQUE_TOKEN,
  scope: "api refresh_token",
  instance_url: MY_DOMAIN,
  id: `${LOGIN}/id/${ORG}/${USER}`,
  token_type: "Bearer",
  issued_at: String(ISSUED),
  signature: "c2lnbmF0dXJl",
};
const JWT = jwtToken(1_767_330_000);
const JWT_END = new Date(1_767_330_000_000).toISOString();
const SIZED = (length: number) => `${ORG.slice(0, 15)}!${"a".repeat(length)}`;
/** A JWT whose three parts have these lengths, the first one after its "eyJ". */
const sizedJwt = (...lengths: number[]) => `eyJ${lengths.map((length) => "a".repeat(length)).join(".")}`;
const LONGEST_LABEL = `https://${"a".repeat(63)}.salesforce.com`;
const jwtOfPayload = (payload: string) => `eyJhbGciOiJS.${Buffer.from(payload).toString("base64url")}.AAAAAAAAAAAA`;

test("an opaque token comes with everything that Salesforce says about it", () => {
  assert.deepEqual(checkToken(RESPONSE, HOSTS), {
    accessToken: OPAQUE_TOKEN,
    tokenFormat: "opaque",
    instanceUrl: MY_DOMAIN,
    identityUrl: `${LOGIN}/id/${ORG}/${USER}`,
    orgId: ORG,
    userId: USER,
    scope: "api refresh_token",
    tokenType: "Bearer",
    issuedAt: "2026-01-02T03:04:05.678Z",
    expiresAt: "",
  });
});

test("a JWT-format token without other fields gets the My Domain as its instance, and its own expiration time", () => {
  assert.deepEqual(checkToken({ access_token: JWT }, { ...HOSTS, loginOrigin: MY_DOMAIN, isInstance: true }), {
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

type Accepted = readonly [what: string, change: Fields, field: keyof ReturnType<typeof checkToken>, value: string];
// biome-ignore format: a table, one row a line
const accepted: readonly Accepted[] = [
  ["an opaque token whose session has 16 characters", { access_token: SIZED(16) }, "accessToken", SIZED(16)],
  ["an opaque token whose session has 2,000 characters", { access_token: SIZED(2000) }, "accessToken", SIZED(2000)],
  ["a JWT with the shortest parts", { access_token: sizedJwt(8, 8, 8) }, "tokenFormat", "jwt"],
  ["a JWT with the longest parts", { access_token: sizedJwt(20_000, 20_000, 4000) }, "tokenFormat", "jwt"],
  ["an instance with the longest label", { instance_url: LONGEST_LABEL }, "instanceUrl", LONGEST_LABEL],
  ["an instance with a short label", { instance_url: "https://ab.salesforce.com" }, "instanceUrl", "https://ab.salesforce.com"],
  ["an instance with a trailing slash, without it", { instance_url: `${MY_DOMAIN}/` }, "instanceUrl", MY_DOMAIN],
  ["an instance in capitals, in lower case", { instance_url: MY_DOMAIN.toUpperCase() }, "instanceUrl", MY_DOMAIN],
  ["an instance with a port", { instance_url: `${MY_DOMAIN}:8443` }, "instanceUrl", `${MY_DOMAIN}:8443`],
  ["a response without id, with the org of the token", { id: undefined }, "orgId", ORG],
  ["a response without id, without a user", { id: undefined }, "userId", ""],
  ["a response with an empty id, without an identity URL", { id: "" }, "identityUrl", ""],
  ["null like a missing field", { scope: null }, "scope", ""],
  ["a scope of 4,096 characters", { scope: "a".repeat(4096) }, "scope", "a".repeat(4096)],
  ["IDs of 15 characters, with 18", { id: `${LOGIN}/id/${ORG.slice(0, 15)}/${USER.slice(0, 15)}` }, "userId", USER],
  ["an identity URL of a site, with a path", { id: `https://a.my.site.com/x/y.z/id/${ORG}/${USER}` }, "orgId", ORG],
  ["a token type in other letters", { token_type: "bEARER" }, "tokenType", "Bearer"],
  ["a missing token type", { token_type: undefined }, "tokenType", "Bearer"],
  ["a time that is a number", { issued_at: ISSUED }, "issuedAt", "2026-01-02T03:04:05.678Z"],
  ["the first millisecond as a time", { issued_at: 1 }, "issuedAt", "1970-01-01T00:00:00.001Z"],
  ["a lifetime, counted from issued_at", { expires_in: 7200 }, "expiresAt", "2026-01-02T05:04:05.678Z"],
  ["a lifetime that is a text", { expires_in: "60" }, "expiresAt", "2026-01-02T03:05:05.678Z"],
  ["a lifetime rather than the JWT's own end", { access_token: JWT, expires_in: 60 }, "expiresAt", "2026-01-02T03:05:05.678Z"],
  ["a lifetime without issued_at, as unknown", { issued_at: "", expires_in: 60 }, "expiresAt", ""],
  ["a JWT's own end without a lifetime", { access_token: JWT }, "expiresAt", JWT_END],
  ["a JWT without an end", { access_token: jwtToken(undefined) }, "expiresAt", ""],
  ["a JWT whose end is a text", { access_token: jwtToken("1767330000") }, "expiresAt", ""],
  ["a JWT whose end is in milliseconds", { access_token: jwtToken(1_767_330_000_000) }, "expiresAt", ""],
  ["a JWT whose end is too late for a date", { access_token: jwtToken(1e300) }, "expiresAt", ""],
  ["a JWT that holds null", { access_token: jwtOfPayload("null    ") }, "expiresAt", ""],
  ["a JWT that doesn't hold JSON", { access_token: jwtOfPayload("not JSON") }, "expiresAt", ""],
  ["an opaque token that looks like a JWT inside", { access_token: `${SIZED(16)}.${JWT.split(".")[1]?.replace(/[-_]/g, "A")}.a` }, "expiresAt", ""],
];

describe("a token response is accepted with", () => {
  for (const [what, change, field, value] of accepted) {
    test(what, () => assert.equal(checkToken({ ...RESPONSE, ...change }, HOSTS)[field], value));
  }

  test("hosts that aren't Salesforce's if login_url isn't, either", () => {
    const fields = { instance_url: "https://a.io", id: `https://id.acme.example/id/${ORG}/${USER}` };
    const token = checkToken({ ...RESPONSE, ...fields }, OWN_DOMAIN);
    assert.deepEqual([token.instanceUrl, token.identityUrl], [fields.instance_url, fields.id]);
  });
});

const otherOrg = "00D5e000000AbCeEAK";
const instance = (instance_url: unknown): Fields => ({ instance_url });
const identity = (path: string, origin = LOGIN): Fields => ({ id: `${origin}/id/${path}` });

// biome-ignore format: a list
const BAD_INSTANCES = [
  "acme", "javascript:alert(1)", "http://acme.my.salesforce.com", ` ${MY_DOMAIN}`, `${MY_DOMAIN}\nSF_X=1`,
  `${MY_DOMAIN}/path`, `${MY_DOMAIN}?x`, `${MY_DOMAIN}#x`, "https://me@acme.my.salesforce.com",
  "https://$(id).salesforce.com", "https://`id`.salesforce.com", "https://a;b.salesforce.com",
  "https://127.0.0.1", "https://169.254.169.254", "https://[::1]", "https://localhost", "https://2130706433",
  "https://-a.salesforce.com", "https://a-.salesforce.com", "https://a_b.salesforce.com", "https://a.salesforce.com.",
  `https://${"a".repeat(64)}.salesforce.com`, "https://salesforce.c-", "https://salesforce.c0_m",
];
// biome-ignore format: a list
const BAD_IDENTITIES = [
  "me", `http://login.salesforce.com/id/${ORG}/${USER}`, `${LOGIN}/id/${ORG}`, `${LOGIN}/id/${USER}/${USER}`,
  `${LOGIN}/id/${ORG}/${ORG}`, `${LOGIN}/id/${ORG}/${USER}/x`, `${LOGIN}/id/${ORG}/${USER}?x=1`,
  `${LOGIN}/id/${ORG}/${USER}#x`, `https://me:pw@login.salesforce.com/id/${ORG}/${USER}`, `${LOGIN}/idx/${ORG}/${USER}`,
  `${LOGIN}/id/${ORG}/${USER}\n`, `${LOGIN}/id/00D5e000000AbC_/${USER}`, `${LOGIN}/$(id)/id/${ORG}/${USER}`,
  `https://127.0.0.1/id/${ORG}/${USER}`, `${LOGIN}/id/${ORG.slice(0, 14)}/${USER}`, `${LOGIN}/id/${ORG}A/${USER}`,
];
const BAD_SCOPES = [
  "api\nfull",
  'api "full"',
  "api\\full",
  " api",
  "api ",
  "api  full",
  "ápi",
  "api $(id)",
  "`id`",
  "api;id",
  "a&b",
  "a|b",
  "~",
  "a*",
];

// biome-ignore format: a table, one row a line
const rejected: readonly (readonly [what: string, change: Fields, problem: RegExp])[] = [
  ["no token", { access_token: undefined }, /: access_token is neither/],
  ["an empty token", { access_token: "" }, /: access_token is neither/],
  ["a token that isn't text", { access_token: [OPAQUE_TOKEN] }, /: access_token is not a string/],
  ["a token with a line end", { access_token: `${OPAQUE_TOKEN}\n` }, /: access_token is neither/],
  ["a token with a space in front", { access_token: ` ${OPAQUE_TOKEN}` }, /: access_token is neither/],
  ["a token of another kind of ID", { access_token: OPAQUE_TOKEN.replace("00D", "005") }, /: access_token is neither/],
  ["a session of 15 characters", { access_token: SIZED(15) }, /: access_token is neither/],
  ["a session of 2,001 characters", { access_token: SIZED(2001) }, /: access_token is neither/],
  ["a JWT of two parts", { access_token: JWT.split(".").slice(0, 2).join(".") }, /: access_token is neither/],
  ...[[7, 8, 8], [8, 7, 8], [8, 8, 7], [20_001, 8, 8], [8, 20_001, 8], [8, 8, 4001]].map(
    (lengths) => [`a JWT with parts of ${lengths} characters`, { access_token: sizedJwt(...lengths) }, /: access_token is neither/] as const,
  ),
  ["a JWT after other text", { access_token: `x${JWT}` }, /: access_token is neither/],
  ["a JWT before other text", { access_token: `${JWT}=` }, /: access_token is neither/],
  ["another token type", { token_type: "mac" }, /: token_type is not Bearer/],
  ["a token type that isn't text", { token_type: 1 }, /: token_type is not a string/],
  ["no instance from a host that isn't a My Domain", instance(undefined), /: instance_url is missing/],
  ["an instance that isn't text", instance([MY_DOMAIN]), /: instance_url is not a string/],
  ["an instance of another company", instance("https://acme.example"), /: instance_url is not a Salesforce address/],
  ["an instance that only begins like Salesforce's", instance(`${MY_DOMAIN}.evil.example`), /not a Salesforce address/],
  ...BAD_INSTANCES.map((value) => [`the instance ${JSON.stringify(value)}`, instance(value), /: instance_url is not a plain/] as const),
  ["an identity that isn't text", { id: 7 }, /: id is not a string/],
  ["an identity at another company", identity(`${ORG}/${USER}`, "https://acme.example"), /: id is not a Salesforce address/],
  ["an identity of another org than the token's", identity(`${otherOrg}/${USER}`), /: id is of another org than the token/],
  ["an org whose ID has a wrong checksum", identity(`00D5e000000AbCdAAA/${USER}`), /: id is not an identity URL with valid/],
  ["a user whose ID has a wrong checksum", identity(`${ORG}/0055e000000XyZ1AAA`), /: id is not an identity URL with valid/],
  ["a user whose ID has 16 characters", identity(`${ORG}/${USER.slice(0, 16)}`), /: id is not an identity URL with valid/],
  ...BAD_IDENTITIES.map((id) => [`the identity ${JSON.stringify(id)}`, { id }, /: id is not an identity URL that ends/] as const),
  ["a scope that isn't text", { scope: ["api"] }, /: scope is not a string/],
  ["a scope of 4,097 characters", { scope: "a".repeat(4097) }, /: scope is longer than 4,096/],
  ...BAD_SCOPES.map((scope) => [`the scope ${JSON.stringify(scope)}`, { scope }, /: scope is not a list/] as const),
  ["an issued_at that isn't a number", { issued_at: "today" }, /: issued_at is not a whole number/],
  ["an issued_at that is an object", { issued_at: { toString: null } }, /: issued_at is not a whole number/],
  ["an issued_at of 16 digits", { issued_at: "1".repeat(16) }, /: issued_at is not a whole number/],
  ["an issued_at after text", { issued_at: "x1" }, /: issued_at is not a whole number/],
  ["an issued_at of zero", { issued_at: 0 }, /: issued_at is not a time/],
  ["an issued_at in the year 2200", { issued_at: Date.UTC(2200, 0) }, /: issued_at is not a time/],
  ["a negative expires_in", { expires_in: -1 }, /: expires_in is not a whole number/],
  ["an expires_in with a fraction", { expires_in: "1.5" }, /: expires_in is not a whole number/],
  ["an expires_in that is too long", { expires_in: "999999999999" }, /: expires_in is not a time/],
];

describe("a token response is rejected for", () => {
  for (const [what, change, problem] of rejected) {
    test(what, () => {
      assert.throws(
        () => checkToken({ ...RESPONSE, ...change }, HOSTS),
        (error) => {
          assert.ok(error instanceof ActionError);
          assert.equal(error.code, "token-answer-malformed");
          assert.match(error.message, problem);
          assert.match(error.message, /^The token response is invalid: .* No outputs were set\.$/);
          assert.equal(error.causes.length, 2);
          assertMessageForm({ code: error.code, headline: error.message, causes: error.causes });
          return true;
        },
      );
    });
  }
});

const pieces = [
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
  "$(x)",
  "`",
];
const spoiled = (text: string) =>
  fc
    .tuple(fc.nat({ max: text.length }), fc.constantFrom(...pieces))
    .map(([at, piece]) => text.slice(0, at) + piece + text.slice(at));
const hostile = (text: string) =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(text) },
    { weight: 3, arbitrary: spoiled(text) },
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.jsonValue(),
  );
const hostileFields = fc.record(
  {
    access_token: fc.oneof(hostile(OPAQUE_TOKEN), hostile(JWT)),
    instance_url: hostile(MY_DOMAIN),
    id: hostile(String(RESPONSE["id"])),
    scope: hostile("api web"),
    token_type: hostile("Bearer"),
    issued_at: hostile(String(ISSUED)),
    expires_in: hostile("7200"),
  },
  { requiredKeys: ["access_token"] },
);

test("whatever a token response holds, the values are safe in a shell, or the error has nothing of the token", () => {
  const seen = { accepted: 0, rejected: 0 };
  fc.assert(
    fc.property(hostileFields, fc.constantFrom(HOSTS, OWN_DOMAIN), (fields, hosts) => {
      const saved = revocable(fields, hosts);
      if (saved) assert.match(`${saved.accessToken} ${saved.instanceUrl}`, /^[\w.!-]+ https:\/\/[a-z\d.-]+(?::\d+)?$/);
      try {
        const { accessToken, instanceUrl, identityUrl, ...rest } = checkToken(fields, hosts);
        seen.accepted++;
        assert.match(accessToken, /^[\w.!-]+$/);
        assert.match(instanceUrl, /^https:\/\/[a-z\d.-]+(?::\d+)?$/);
        assert.match(identityUrl, /^$|^https:\/\/[\w.:/-]+$/);
        for (const value of Object.values(rest)) assert.doesNotMatch(value, /[^\x20-\x7e]/);
      } catch (error) {
        assert.ok(error instanceof ActionError, String(error));
        seen.rejected++;
        for (const secret of secretsOf(fields)) assert.ok(!everythingOn(error).includes(secret));
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(Math.min(seen.accepted, seen.rejected) > 20, JSON.stringify(seen));
});

describe("the secrets of a token response", () => {
  test("are the token and its part after the org", () => {
    assert.deepEqual(secretsOf(RESPONSE), [OPAQUE_TOKEN, OPAQUE_TOKEN.slice(16)]);
  });

  test("include a token of a shape that will be rejected", () => {
    assert.deepEqual(secretsOf({ access_token: "not a token::x" }), ["not a token::x"]);
  });

  test("are the long lines among the first ten of a text of many, since the runner masks each line by itself", () => {
    assert.deepEqual(secretsOf({ access_token: "not a token\ne\r\na\ro\n1\n another line " }), [
      "not a token",
      "another line",
    ]);
    const flood = Array.from({ length: 50_000 }, (_, line) => `line ${line + 100}`).join("\n");
    assert.equal(secretsOf({ access_token: flood }).length, 10);
  });

  test("are nothing with fewer than eight characters, which would hide half the log", () => {
    for (const token of ["", "        ", "1234567 "]) assert.deepEqual(secretsOf({ access_token: token }), []);
    assert.deepEqual(secretsOf({ access_token: "00D!1234567" }), ["00D!1234567"]);
    assert.deepEqual(secretsOf({ access_token: "00D!12345678" }), ["00D!12345678", "12345678"]);
  });

  test("are nothing if the token isn't text", () => {
    for (const token of [undefined, null, 7, {}, ["x".repeat(20)]]) {
      assert.deepEqual(secretsOf({ access_token: token }), []);
    }
  });
});

describe("what a revocation needs", () => {
  test("is found in a response that fails other checks", () => {
    const fields = { access_token: OPAQUE_TOKEN, instance_url: `${MY_DOMAIN}/`, scope: 7 };
    assert.deepEqual(revocable(fields, HOSTS), { accessToken: OPAQUE_TOKEN, instanceUrl: MY_DOMAIN });
  });

  test("is the host that granted the token if the response names no host that can be trusted", () => {
    for (const instance_url of [undefined, "http://acme.my.salesforce.com", "https://a.example", "https://[::1]", 7]) {
      assert.deepEqual(revocable({ access_token: JWT, instance_url }, HOSTS), { accessToken: JWT, instanceUrl: LOGIN });
    }
  });

  test("is nothing without a token of a known format", () => {
    for (const token of [undefined, "", "x", `${OPAQUE_TOKEN} `, 7]) {
      assert.equal(revocable({ access_token: token, instance_url: MY_DOMAIN }, HOSTS), undefined);
    }
  });
});
