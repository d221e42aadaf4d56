import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ask } from "./client.ts";
import { addUser, clientKey, startSalesforce } from "./index.ts";
import { logIn, type Setup, setUp } from "./login.ts";

const LIMIT = { timeout: 20_000 };
let setup: Setup;

before(async () => {
  setup = await setUp();
});
after(() => setup.salesforce.close());

async function freshToken(): Promise<string> {
  const { fields } = await logIn(setup);
  return String(fields["access_token"]);
}

async function get(path: string, token: string, host = setup.salesforce.org.instanceUrl) {
  const { status, body } = await ask(setup.salesforce, {
    url: `${host}${path}`,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status, fields: JSON.parse(body) };
}

function revoke(token: string, host = setup.salesforce.org.instanceUrl) {
  return ask(setup.salesforce, {
    url: `${host}/services/oauth2/revoke`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token }).toString(),
  });
}

function query(soql: string, token: string) {
  return get(`/services/data/v60.0/query?${new URLSearchParams({ q: soql })}`, token);
}

interface ApiVersion {
  readonly version: string;
  readonly label: string;
}

test("a good assertion gets a token in an answer as Salesforce's", LIMIT, async () => {
  const { status, fields } = await logIn(setup);
  const { orgId, userId, instanceUrl } = setup.salesforce.org;
  assert.equal(status, 200);
  assert.match(String(fields["access_token"]), /^00Dxx0000001gPL!AQ[\w.]{94}$/);
  assert.deepEqual(
    { ...fields, access_token: "" },
    {
      access_token: "",
      scope: "api",
      instance_url: instanceUrl,
      id: `https://login.salesforce.com/id/${orgId}/${userId}`,
      token_type: "Bearer",
    },
  );
  assert.equal(setup.salesforce.minted.at(-1), fields["access_token"]);
});

test("ids have the check characters that Salesforce's documentation shows", () => {
  assert.equal(setup.salesforce.org.orgId, "00Dxx0000001gPLEAY");
});

test("the token works with userinfo, versions and query, with a double slash too", LIMIT, async () => {
  const token = await freshToken();
  const { orgId, username } = setup.salesforce.org;
  const info = await get("/services/oauth2/userinfo", token);
  assert.deepEqual([info.status, info.fields.organization_id, info.fields.preferred_username], [200, orgId, username]);
  const versions = await get("//services/data", token);
  const labels = new Map(versions.fields.map(({ version, label }: ApiVersion) => [version, label]));
  assert.deepEqual(
    ["31.0", "59.0", "60.0"].map((version) => labels.get(version)),
    ["Summer '14", "Winter '24", "Spring '24"],
  );
  const { fields } = await query("SELECT Id, Name, IsSandbox FROM Organization", token);
  const [{ attributes, ...row }] = fields.records;
  assert.deepEqual([row, attributes.type], [{ Id: orgId, Name: "Acme", IsSandbox: false }, "Organization"]);
});

interface Asked {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What clients ask for first: path, headers besides the token's, and a part of the answer. */
const FIRST_REQUESTS: Readonly<
  Record<string, (token: string) => readonly [asked: Asked, status: number, body: RegExp]>
> = {
  "the versions without a token": () => [{ path: "/services/data/" }, 200, /"version":"60\.0"/],
  "the resources with the scheme OAuth": (token) => [
    { path: "/services/data/v60.0", headers: { authorization: `OAuth ${token}` } },
    200,
    /"limits":"\/services\/data\/v60\.0\/limits".*"identity":"https:\/\/login\.salesforce\.com\/id\/00D/,
  ],
  "the limits": (token) => [{ path: "/services/data/v60.0/limits/", ...bearer(token) }, 200, /"DailyApiRequests"/],
  "the objects": (token) => [{ path: "/services/data/v60.0/sobjects", ...bearer(token) }, 200, /"name":"Account"/],
  "the description of an object": (token) => [
    { path: "/services/data/v60.0/sobjects/User/describe", ...bearer(token) },
    200,
    /"name":"IsActive","label":"IsActive","type":"boolean"/,
  ],
  "the description of an unknown object": (token) => [
    { path: "/services/data/v60.0/sobjects/Shoe/describe", ...bearer(token) },
    404,
    /NOT_FOUND/,
  ],
  "a version that it doesn't have": (token) => [
    { path: "/services/data/v30.0/limits", ...bearer(token) },
    404,
    /NOT_FOUND/,
  ],
  "the limits with another scheme": (token) => [
    { path: "/services/data/v60.0/limits", headers: { authorization: `Basic ${token}` } },
    401,
    /INVALID_SESSION_ID/,
  ],
};
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
for (const [what, request] of Object.entries(FIRST_REQUESTS)) {
  test(`answers a request for ${what}`, LIMIT, async () => {
    const [{ path, headers = {} }, status, body] = request(await freshToken());
    const answer = await ask(setup.salesforce, { url: `${setup.salesforce.org.instanceUrl}${path}`, headers });
    assert.equal(answer.status, status);
    assert.match(answer.body, body);
  });
}

test("serves the identity URL that the token response names, at the generic host and at the org's", LIMIT, async () => {
  const { salesforce } = setup;
  const token = await freshToken();
  const { orgId, userId, instanceUrl, username } = salesforce.org;
  const path = `/id/${orgId}/${userId}`;
  const byHeader = await get(path, token, "https://login.salesforce.com");
  assert.deepEqual(
    [byHeader.status, byHeader.fields.username, byHeader.fields.organization_id],
    [200, username, orgId],
  );
  const query = new URLSearchParams({ format: "json", oauth_token: token });
  const byQuery = await ask(salesforce, { url: `${instanceUrl}${path}?${query}` });
  assert.deepEqual(JSON.parse(byQuery.body), byHeader.fields);
  const refused = await Promise.all(
    [
      { url: `${instanceUrl}${path}` },
      { url: `${instanceUrl}${path}`, ...bearer("00Dxx0000001gPL!AQnever") },
      { url: `${instanceUrl}/id/${salesforce.orgs.other.orgId}/${userId}`, ...bearer(token) },
      { url: `${salesforce.orgs.other.instanceUrl}${path}`, ...bearer(token) },
      { url: `${instanceUrl}/id/${orgId}/005xx0000099999`, ...bearer(token) },
    ].map((request) => ask(salesforce, request)),
  );
  assert.deepEqual(
    refused.map(({ status, body }) => `${status} ${body}`),
    ["403 Missing_OAuth_Token", "403 Bad_OAuth_Token", "403 Wrong_Org", "403 Wrong_Org", "404 Bad_Id"],
  );
});

const QUERIES: readonly [soql: string, status: number, expected: unknown][] = [
  ["select username from user where isactive = true limit 1", 200, "deploy@acme.example"],
  ["SELECT Username FROM User WHERE Username = 'unknown'", 200, undefined],
  ["SELECT COUNT() FROM Account", 200, 2],
  ["SELECT COUNT() FROM Account WHERE Name = 'Edge Communications'", 200, 1],
  ["SELECT Id FROM ScratchOrgInfo", 400, "INVALID_TYPE"],
  ["SELECT Shoe FROM User", 400, "INVALID_FIELD"],
  ["SELECT Id FROM User WHERE Shoe = 'left'", 400, "INVALID_FIELD"],
  ["SELECT Id FROM User ORDER BY Id", 400, "MALFORMED_QUERY"],
  ["", 400, "MALFORMED_QUERY"],
];
for (const [soql, status, expected] of QUERIES) {
  test(`the query "${soql}" gets ${status}, ${expected}`, LIMIT, async () => {
    const result = await query(soql, await freshToken());
    const { records, totalSize } = result.fields;
    const found =
      status === 200 ? (/count/i.test(soql) ? totalSize : records[0]?.Username) : result.fields[0].errorCode;
    assert.deepEqual([result.status, found], [status, expected]);
  });
}

test("rejects a token that was never issued, or is another org's", LIMIT, async () => {
  const refused = [{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }];
  const other = setup.salesforce.orgs.other.instanceUrl;
  const answers = await Promise.all([
    get("/services/data/v60.0", "00Dxx0000001gPL!AQnever"),
    get("/services/oauth2/userinfo", ""),
    get("/services/data/v60.0/limits", await freshToken(), other),
  ]);
  assert.deepEqual(answers, Array(3).fill({ status: 401, fields: refused }));
});

test("a session is reused until it is revoked, and a revoked token opens nothing", LIMIT, async () => {
  const token = await freshToken();
  assert.equal(await freshToken(), token);
  assert.deepEqual(await revoke(token).then(({ status, body }) => [status, body]), [200, ""]);
  assert.equal(setup.salesforce.isLive(token), false);
  const { status } = await get("/services/oauth2/userinfo", token);
  assert.equal(status, 401);
  assert.notEqual(await freshToken(), token);
});

test("without reuse every log-in has a session of its own", LIMIT, async () => {
  setup.salesforce.reuseSessions(false);
  const tokens = [await freshToken(), await freshToken()];
  setup.salesforce.reuseSessions(true);
  assert.notEqual(tokens[0], tokens[1]);
  assert.deepEqual(tokens.map(setup.salesforce.isLive), [true, true]);
});

test("revocation refuses what isn't a token of this org", LIMIT, async () => {
  const error = async (answer: ReturnType<typeof revoke>) => JSON.parse((await answer).body).error;
  const token = await freshToken();
  assert.equal(await error(revoke("shoe")), "unsupported_token_type");
  assert.equal(await error(revoke("00Dxx0000001gPL!AQnever")), "invalid_token");
  assert.equal(await error(revoke(token, setup.salesforce.orgs.other.instanceUrl)), "invalid_token");
  assert.ok(setup.salesforce.isLive(token));
});

test("an app with JWT-based tokens issues them, with the fields that it adds to the answer", LIMIT, async () => {
  const tokens = { format: "jwt", lifetimeSeconds: 900, also: ["issued_at", "expires_in", "signature"] } as const;
  const app = setup.salesforce.register({ certificate: setup.key.certificatePem, tokens });
  const { fields } = await logIn({ ...setup, app });
  const claims = JSON.parse(Buffer.from(String(fields["access_token"]).split(".")[1] ?? "", "base64url").toString());
  assert.deepEqual([fields["token_format"], fields["expires_in"]], ["jwt", 900]);
  assert.equal(claims.exp, claims.iat + 900);
  assert.match(String(fields["access_token"]), /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
  assert.match(String(fields["issued_at"]), /^\d{13}$/);
  const { status } = await get("/services/oauth2/userinfo", String(fields["access_token"]));
  assert.equal(status, 200);
});

interface Place {
  readonly url: string;
  readonly aud?: string;
  readonly org?: "production" | "uat" | "scratch";
}

const PLACES: readonly Place[] = [
  { url: "https://login.salesforce.com" },
  { url: "https://test.salesforce.com", org: "uat" },
  { url: "https://test.salesforce.com", org: "scratch" },
  { url: "https://acme.my.salesforce.com", aud: "https://login.salesforce.com" },
  { url: "https://acme--uat.sandbox.my.salesforce.com", org: "uat" },
  { url: "https://acme--uat.sandbox.my.salesforce.com", aud: "https://test.salesforce.com", org: "uat" },
  { url: "https://acme--uat.my.salesforce.com", aud: "https://test.salesforce.com", org: "uat" },
  { url: "https://power-saas-1234-dev-ed.scratch.my.salesforce.com", org: "scratch" },
  { url: "https://eu46.salesforce.com", aud: "https://login.salesforce.com" },
  { url: "https://acme.my.site.com/partners" },
  { url: "https://acme.force.com" },
  { url: "https://login.acme.example/partners" },
];
for (const { url, aud = url, org = "production" } of PLACES) {
  test(`${org} logs in at ${url} with the audience ${aud}`, LIMIT, async () => {
    const sub = setup.salesforce.orgs[org].username;
    const { status, fields } = await logIn(setup, { url: `${url}/services/oauth2/token` }, { aud, sub });
    const loginHost = org === "production" ? "login" : "test";
    assert.deepEqual([status, fields["instance_url"]], [200, setup.salesforce.orgs[org].instanceUrl]);
    assert.match(
      String(fields["id"]),
      new RegExp(`^https://${loginHost}\\.salesforce\\.com/id/00D\\w{15}/005\\w{15}$`),
    );
  });
}

test("hosts can be added: a pattern, another port, another set of audiences", LIMIT, async () => {
  const { production: org } = setup.salesforce.orgs;
  setup.salesforce.serve("*.my.sfcrmproducts.cn", { org });
  setup.salesforce.serve("acme.my.salesforce.mil:8443", { org, audiences: ["https://login.salesforce.com"] });
  const china = "https://acme.my.sfcrmproducts.cn";
  const military = "https://acme.my.salesforce.mil:8443";
  const results = await Promise.all([
    logIn(setup, { url: `${china}/services/oauth2/token` }, { aud: china }),
    logIn(setup, { url: `${military}/services/oauth2/token` }, { aud: military }),
    logIn(setup, { url: `${military}/services/oauth2/token` }, { aud: "https://login.salesforce.com" }),
  ]);
  const told = results.map(({ status, fields }) => [status, fields["error_description"]]);
  assert.deepEqual(told, [
    [200, undefined],
    [400, "audience is invalid"],
    [200, undefined],
  ]);
});

test("a site below a Salesforce domain takes its own audience alone", LIMIT, async () => {
  const site = "https://sites.acme.my.salesforce.com/partners";
  setup.salesforce.serve(new URL(site).host, { org: setup.salesforce.org, path: "/partners" });
  const url = `${site}/services/oauth2/token`;
  const results = [
    await logIn(setup, { url }, { aud: site }),
    await logIn(setup, { url }, { aud: "https://login.salesforce.com" }),
  ];
  assert.deepEqual(
    results.map(({ status }) => status),
    [200, 400],
  );
});

test("a host that is not served is unknown to the proxy, and a site answers below its path only", LIMIT, async () => {
  const { salesforce } = setup;
  await assert.rejects(ask(salesforce, { url: "https://acme.my.salesforce.example/" }), /the proxy answered 502/);
  assert.deepEqual(salesforce.connects.at(-1)?.answeredWith, "unknown host");
  const { status } = await ask(salesforce, { url: "https://acme.my.site.com/services/oauth2/userinfo" });
  assert.equal(status, 404);
});

test("a user that was added logs in", LIMIT, async () => {
  addUser(setup.salesforce.org, { username: "ci@acme.example" });
  const { status, fields } = await logIn(setup, {}, { sub: "ci@acme.example" });
  assert.deepEqual([status, /005\w{15}$/.test(String(fields["id"]))], [200, true]);
});

test("the record has the request with its assertion, and the tunnel that it came through", LIMIT, async () => {
  await logIn(setup);
  const { requests, connects, org } = setup.salesforce;
  const request = requests.at(-1);
  assert.deepEqual(
    [request?.method, request?.host, request?.path, request?.query, request?.route],
    ["POST", "acme.my.salesforce.com", "/services/oauth2/token", "", "token"],
  );
  assert.deepEqual([request?.status, request?.answeredWith, request?.claims?.["sub"]], [200, "granted", org.username]);
  assert.deepEqual(request?.header, { alg: "RS256" });
  assert.ok(request?.rawBody.includes(String(request.form["assertion"])));
  const { target, status, answeredWith } = connects.at(-1) ?? {};
  assert.deepEqual([target, status, answeredWith], ["acme.my.salesforce.com:443", 200, "tunnel"]);
});

test("a process with nothing but the two variables gets through", LIMIT, async () => {
  const script = `import { HttpClient } from "@actions/http-client";
    const answer = await new HttpClient("child").get("https://login.salesforce.com/services/data");
    console.log(answer.message.statusCode, await answer.readBody());`;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...setup.salesforce.env } });
  assert.match(stdout, /^200 .*"label":"Summer '14"/);
});

test("the proxy may want a name and a password, which stand in the environment then", LIMIT, async () => {
  const proxyCredentials = { username: "ci", password: "p@ss:word" };
  const key = await clientKey();
  const apps = [{ certificate: key.certificatePem, consumerKey: "3MVG9behindTheProxy" }];
  const salesforce = await startSalesforce({ apps, proxyCredentials });
  try {
    const url = "https://login.salesforce.com/services/data";
    assert.equal((await ask(salesforce, { url })).status, 200);
    const https_proxy = salesforce.env.https_proxy.replace("p%40ss", "wrong");
    const wrong = { ...salesforce, env: { ...salesforce.env, https_proxy } };
    await assert.rejects(ask(wrong, { url }), /the proxy answered 407/);
    assert.deepEqual(salesforce.connects.at(-1)?.answeredWith, "wrong credentials");
  } finally {
    await salesforce.close();
  }
});
