import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { after, before, test } from "node:test";
import type { Registration } from "./apps.ts";
import { ASSERTION_RULES } from "./assertion-check.ts";
import { addUser } from "./index.ts";
import { GRANT_TYPE, goodLogin, type Login, logIn, rs256, type Setup, secondsFromNow, send, setUp } from "./login.ts";

const LIMIT = { timeout: 20_000 };
const NO_SIGNATURE = () => "";
let setup: Setup;

before(async () => {
  setup = await setUp();
  addUser(setup.salesforce.org, { username: "frozen@acme.example", active: false });
});
after(() => setup.salesforce.close());

/** One thing that is wrong with a log-in, and what Salesforce makes of it. */
interface Refused {
  readonly wrong: string;
  readonly change: (good: Login, setup: Setup) => Partial<Login>;
  readonly error: string;
  /** Matches the recorded reason: other defects may have the same answer. */
  readonly because: RegExp;
}

const INVALID = "invalid_grant: invalid assertion";
const AUDIENCE = "invalid_grant: audience is invalid";
const EXPIRED = "invalid_grant: expired authorization code";
const NOT_APPROVED = "invalid_grant: user hasn't approved this consumer";
const UNSUPPORTED = "unsupported_grant_type: grant type not supported";
const UNFIT = "invalid_request: invalid request";

function claim(name: string, value: unknown): Refused["change"] {
  return ({ claims }) => ({ claims: { ...claims, [name]: value } });
}

function field(name: string, value: string): Refused["change"] {
  return ({ body }) => ({ body: (assertion) => `${body(assertion)}&${name}=${encodeURIComponent(value)}` });
}

function at(url: string, claims: Record<string, unknown> = {}): Refused["change"] {
  return (good) => ({
    url: `${url}/services/oauth2/token`,
    claims: { ...good.claims, aud: url, ...claims },
  });
}

function otherKey(): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

// biome-ignore format: a table, one row a line where it fits
const REFUSED: readonly Refused[] = [
  { wrong: "the signature of another key", change: () => ({ sign: (signed) => rs256(signed, otherKey()) }), error: INVALID, because: /signature does not verify/ },
  { wrong: "a signature of other claims", change: (_, { key }) => ({ sign: (signed) => rs256(`${signed}.`, key.privateKey) }), error: INVALID, because: /signature does not verify/ },
  { wrong: "no signature", change: () => ({ sign: NO_SIGNATURE }), error: INVALID, because: /signature does not verify/ },
  { wrong: "alg none", change: () => ({ header: { alg: "none" }, sign: NO_SIGNATURE }), error: INVALID, because: /alg is "none"/ },
  { wrong: "alg none with a good signature", change: () => ({ header: { alg: "none" } }), error: INVALID, because: /alg is "none"/ },
  { wrong: "alg HS256 with the certificate as its key", change: (_, { key }) => ({ header: { alg: "HS256" }, sign: (signed) => createHmac("sha256", key.certificatePem).update(signed).digest("base64url") }), error: INVALID, because: /alg is "HS256"/ },
  { wrong: "alg RS512", change: (_, { key }) => ({ header: { alg: "RS512" }, sign: (signed) => rs256(signed, key.privateKey, "RSA-SHA512") }), error: INVALID, because: /alg is "RS512"/ },
  { wrong: "SHA-512 under the name of RS256", change: (_, { key }) => ({ sign: (signed) => rs256(signed, key.privateKey, "RSA-SHA512") }), error: INVALID, because: /signature does not verify/ },
  { wrong: "no alg", change: () => ({ header: { typ: "JWT" } }), error: INVALID, because: /alg is undefined/ },
  { wrong: "a header with crit", change: () => ({ header: { alg: "RS256", crit: ["exp"] } }), error: INVALID, because: /header has crit/ },
  { wrong: "a header with another typ", change: () => ({ header: { alg: "RS256", typ: "at+jwt" } }), error: INVALID, because: /typ is not JWT/ },
  { wrong: "an assertion of four parts", change: ({ sign }) => ({ sign: (signed) => `${sign(signed)}.x` }), error: INVALID, because: /no JWS/ },
  { wrong: "padding that doesn't fit", change: ({ sign }) => ({ sign: (signed) => `${sign(signed)}=` }), error: INVALID, because: /no JWS/ },
  { wrong: "padding before the end", change: ({ sign }) => ({ sign: (signed) => `==${sign(signed)}` }), error: INVALID, because: /no JWS/ },
  { wrong: "an assertion that is no JWS", change: ({ body }) => ({ body: () => body("assertion") }), error: INVALID, because: /no JWS/ },
  { wrong: "no iss", change: claim("iss", undefined), error: "invalid_client_id: client identifier invalid", because: /iss/ },
  { wrong: "an unknown iss", change: claim("iss", "3MVG9unknown"), error: "invalid_client_id: client identifier invalid", because: /iss/ },
  { wrong: "no sub", change: claim("sub", undefined), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "an unknown sub", change: claim("sub", "unknown@acme.example"), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "a good sub beside an unknown prn", change: claim("prn", "unknown@acme.example"), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "the username of another org", change: claim("sub", "deploy@globex.example"), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "a frozen user", change: claim("sub", "frozen@acme.example"), error: "invalid_grant: inactive user", because: /frozen/ },
  { wrong: "a production user at test", change: at("https://test.salesforce.com"), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "a sandbox user at login", change: at("https://login.salesforce.com", { sub: "deploy@acme.example.uat" }), error: NOT_APPROVED, because: /no username of the org/ },
  { wrong: "no aud", change: claim("aud", undefined), error: AUDIENCE, because: /aud is undefined/ },
  { wrong: "the sandboxes' aud", change: claim("aud", "https://test.salesforce.com"), error: AUDIENCE, because: /aud is/ },
  { wrong: "an aud with a slash", change: claim("aud", "https://acme.my.salesforce.com/"), error: AUDIENCE, because: /aud is/ },
  { wrong: "an aud with the endpoint's path", change: claim("aud", "https://acme.my.salesforce.com/services/oauth2/token"), error: AUDIENCE, because: /aud is/ },
  { wrong: "a list as aud", change: claim("aud", ["https://acme.my.salesforce.com"]), error: AUDIENCE, because: /aud is/ },
  { wrong: "the My Domain's aud at login", change: at("https://login.salesforce.com", { aud: "https://acme.my.salesforce.com" }), error: AUDIENCE, because: /aud is/ },
  { wrong: "the aud of a site without its path", change: at("https://acme.my.site.com/partners", { aud: "https://acme.my.site.com" }), error: AUDIENCE, because: /aud is/ },
  { wrong: "the aud of login at a site", change: at("https://acme.my.site.com/partners", { aud: "https://login.salesforce.com" }), error: AUDIENCE, because: /aud is/ },
  { wrong: "the aud of login at a custom domain", change: at("https://login.acme.example/partners", { aud: "https://login.salesforce.com" }), error: AUDIENCE, because: /aud is/ },
  { wrong: "no exp", change: claim("exp", undefined), error: INVALID, because: /whole number/ },
  { wrong: "exp in milliseconds", change: claim("exp", Date.now() + 180_000), error: INVALID, because: /s ahead/ },
  { wrong: "exp with a fraction", change: claim("exp", secondsFromNow(100) + 0.5), error: INVALID, because: /whole number/ },
  { wrong: "exp as a string with more than digits", change: claim("exp", ` ${secondsFromNow(180)}`), error: INVALID, because: /whole number/ },
  { wrong: "exp as a string of milliseconds", change: claim("exp", String(Date.now() + 180_000)), error: INVALID, because: /s ahead/ },
  { wrong: "exp as a string in the past", change: claim("exp", String(secondsFromNow(-2))), error: EXPIRED, because: /s ago/ },
  { wrong: "exp in the past", change: claim("exp", secondsFromNow(-2)), error: EXPIRED, because: /s ago/ },
  { wrong: "exp ten minutes ahead", change: claim("exp", secondsFromNow(600)), error: INVALID, because: /s ahead/ },
  { wrong: "a scope", change: field("scope", "api"), error: "invalid_request: scope parameter not supported", because: /scope/ },
  { wrong: "two assertions", change: field("assertion", "x.y.z"), error: UNFIT, because: /assertion, assertion/ },
  { wrong: "no assertion", change: () => ({ body: () => `grant_type=${encodeURIComponent(GRANT_TYPE)}` }), error: UNFIT, because: /fields are grant_type$/ },
  { wrong: "no grant type", change: () => ({ body: (assertion) => `assertion=${assertion}` }), error: UNSUPPORTED, because: /grant_type/ },
  { wrong: "another grant type", change: () => ({ body: (assertion) => `grant_type=password&assertion=${assertion}` }), error: UNSUPPORTED, because: /grant_type/ },
  { wrong: "something in the query string", change: ({ url }) => ({ url: `${url}?format=json` }), error: UNFIT, because: /query string/ },
  { wrong: "a GET", change: () => ({ method: "GET" }), error: "invalid_request: must use HTTP POST", because: /GET/ },
  { wrong: "a PUT", change: () => ({ method: "PUT" }), error: "invalid_request: must use HTTP POST", because: /PUT/ },
  { wrong: "a JSON body", change: () => ({ contentType: "application/json", body: (assertion) => JSON.stringify({ grant_type: GRANT_TYPE, assertion }) }), error: UNSUPPORTED, because: /not a form/ },
  { wrong: "a form that calls itself JSON", change: () => ({ contentType: "application/json" }), error: UNSUPPORTED, because: /not a form/ },
];
for (const { wrong, change, error, because } of REFUSED) {
  test(`${wrong} gets "${error}"`, LIMIT, async () => {
    const good = goodLogin(setup);
    const { status, headers, body } = await send(setup.salesforce, { ...good, ...change(good, setup) });
    const fields = JSON.parse(body);
    assert.deepEqual([status, `${fields.error}: ${fields.error_description}`], [400, error]);
    assert.equal(headers["content-type"], "application/json;charset=UTF-8");
    assert.match(headers["cache-control"] ?? "", /no-store/);
    assert.ok(Math.abs(Date.parse(headers.date ?? "") - Date.now()) < 60_000);
    assert.match(setup.salesforce.requests.at(-1)?.because ?? "", because);
  });
}

/** What Salesforce is known to take beyond what its help page prints first; the checks say who sends it. */
const TAKEN: Readonly<Record<string, Refused["change"]>> = {
  "a header with typ, kid and x5t": () => ({ header: { alg: "RS256", typ: "JWT", kid: "1", x5t: "Zm9v" } }),
  "claims with iat": claim("iat", secondsFromNow(0)),
  "exp as a string of digits": claim("exp", String(secondsFromNow(180))),
  "exp five minutes ahead": claim("exp", secondsFromNow(299)),
  "a username in capitals": claim("sub", "Deploy@ACME.example"),
  "padded base64url": ({ sign }) => ({ sign: (signed) => `${sign(signed)}==` }),
  "other fields in the form": ({ body }) => ({
    body: (assertion) => `${body(assertion)}&client_id=3MVG9&redirect_uri=&format=json`,
  }),
};
for (const [taken, change] of Object.entries(TAKEN)) {
  test(`accepts ${taken}`, LIMIT, async () => {
    const good = goodLogin(setup);
    const { status, body } = await send(setup.salesforce, { ...good, ...change(good, setup) });
    assert.equal(status, 200, body);
  });
}

test("every check of an assertion names what it requires and its source", () => {
  for (const { requires, source } of ASSERTION_RULES) {
    assert.match(requires, /\w/);
    assert.match(source, /help|RFC \d+|unproven/i);
  }
});

test("a jti is accepted once", LIMIT, async () => {
  const jti = "3f0c";
  const results = [
    await logIn(setup, {}, { jti }),
    await logIn(setup, {}, { jti }),
    await logIn(setup, {}, { jti: "4f" }),
  ];
  assert.deepEqual(
    results.map(({ status }) => status),
    [200, 400, 200],
  );
});

interface AppCase {
  readonly app: string;
  readonly registration: (setup: Setup) => Registration;
  readonly url?: string;
  readonly error: string;
}

const LOGIN = "https://login.salesforce.com";
const APPS: readonly AppCase[] = [
  { app: "that lost its certificate", registration: () => ({}), error: INVALID },
  { app: "for other users", registration: () => ({ users: ["ci@acme.example"] }), error: NOT_APPROVED },
  {
    app: "of another org",
    registration: ({ salesforce }) => ({ orgs: [salesforce.orgs.other] }),
    error: "app_not_found: External client app is not installed in this org",
  },
  {
    app: "of a sandbox at login",
    registration: ({ salesforce }) => ({ orgs: [salesforce.orgs.uat] }),
    url: LOGIN,
    error: "invalid_client_id: client identifier invalid",
  },
  {
    app: "that only its My Domain finds, at login",
    registration: () => ({ myDomainOnly: true }),
    url: LOGIN,
    error: "app_not_found: External client app is not installed in this org",
  },
];
for (const { app, registration, url, error } of APPS) {
  test(`an app ${app} gets "${error}"`, LIMIT, async () => {
    const certificate = app.includes("lost") ? {} : { certificate: setup.key.certificatePem };
    const registered = setup.salesforce.register({ ...certificate, ...registration(setup) });
    const change = url === undefined ? {} : { url: `${url}/services/oauth2/token` };
    const { fields } = await logIn({ ...setup, app: registered }, change, url === undefined ? {} : { aud: url });
    assert.equal(`${fields["error"]}: ${fields["error_description"]}`, error);
  });
}

test("an app may take milliseconds, from one user agent alone", LIMIT, async () => {
  const app = setup.salesforce.register({ certificate: setup.key.certificatePem, lenientExpiry: /^sf toolbelt/ });
  const claims = { exp: Date.now() + 180_000 };
  const lenient = await logIn({ ...setup, app }, { headers: { "user-agent": "sf toolbelt:1" } }, claims);
  const strict = await logIn({ ...setup, app }, { headers: { "user-agent": "curl/8" } }, claims);
  assert.deepEqual([lenient.status, strict.status], [200, 400]);
});

test(
  "on a clock that is ahead, a good assertion has expired, and the Date header says by how much",
  LIMIT,
  async () => {
    const ahead = 10 * 60_000;
    setup.salesforce.clock(ahead);
    try {
      const { headers, body } = await send(setup.salesforce, goodLogin(setup));
      assert.equal(JSON.parse(body).error_description, "expired authorization code");
      assert.ok(Math.abs(Date.parse(headers.date ?? "") - Date.now() - ahead) < 60_000);
      const { status } = await logIn(setup, {}, { exp: secondsFromNow(ahead / 1000 + 180) });
      assert.equal(status, 200);
    } finally {
      setup.salesforce.clock(0);
    }
  },
);

test("a certificate of more than 4 KB can't be registered", () => {
  const certificate = setup.key.certificatePem.padEnd(5000, "\n");
  assert.throws(() => setup.salesforce.register({ certificate }), /4 KB/);
});
