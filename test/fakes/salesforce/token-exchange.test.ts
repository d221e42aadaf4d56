import assert from "node:assert/strict";
import { createHmac, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { claimsOf, createGithubOidc, DEPLOY_JOB, type GithubOidc, type Job } from "../github-oidc/index.ts";
import { ask } from "./client.ts";
import { addUser, clientKey, type Salesforce, startSalesforce } from "./index.ts";
import { keylessProject, type MetadataFiles, readKeylessApp } from "./token-exchange-metadata.ts";

const LIMIT = { timeout: 20_000 };
const USER = "deploy@acme.example";
const UNVERIFIED = "GitHub login refused: the token could not be verified as one of GitHub";
const PROJECT = keylessProject({
  username: USER,
  runAs: USER,
  repositoryId: DEPLOY_JOB.repositoryId,
  repositoryOwnerId: DEPLOY_JOB.repositoryOwnerId,
  environment: "production",
});

/** The project with a text replaced in the files whose path contains a word. */
function changed(word: string, from: string | RegExp, to: string): MetadataFiles {
  const files = [...PROJECT].map(
    ([path, text]) => [path, path.includes(word) ? text.replace(from, to) : text] as const,
  );
  assert.notDeepEqual(new Map(files), PROJECT);
  return new Map(files);
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

describe("the token exchange of an embedded org", LIMIT, () => {
  let github: GithubOidc;
  let salesforce: Salesforce;
  let consumerKey: string;

  before(async () => {
    github = createGithubOidc();
    salesforce = await startSalesforce({ routes: github.routes });
    ({ consumerKey } = salesforce.register(readKeylessApp(PROJECT, github.keys)));
  });
  after(() => salesforce.close());

  const now = () => Math.floor(Date.now() / 1000);
  const claims = (job: Partial<Job> = {}, audience = salesforce.org.instanceUrl) =>
    claimsOf({ ...DEPLOY_JOB, ...job }, { audience, now: now(), jti: "j" });
  const goodForm = (): Record<string, string> => ({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: github.token({ claims: claims() }),
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    client_id: consumerKey,
  });

  /** Sends the form with some fields changed; undefined takes one away. */
  async function exchange(
    change: Readonly<Record<string, string | undefined>> = {},
    host = salesforce.org.instanceUrl,
  ) {
    const fields = Object.entries({ ...goodForm(), ...change }).filter(
      (field): field is [string, string] => field[1] !== undefined,
    );
    const { status, body } = await ask(salesforce, {
      url: `${host}/services/oauth2/token`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
    return { status, fields: JSON.parse(body) as Record<string, unknown> };
  }

  async function assertRefused(sent: ReturnType<typeof exchange>, error: string, description: string): Promise<void> {
    const { status, fields } = await sent;
    assert.deepEqual([status, fields], [400, { error, error_description: description }]);
  }

  test("answers with a token of the rule's user, as Salesforce's documentation shows it", async () => {
    const { status, fields } = await exchange();
    const { instanceUrl, orgId, userId } = salesforce.org;
    assert.equal(status, 200);
    assert.ok(salesforce.isLive(String(fields["access_token"])));
    assert.equal(fields["instance_url"], `${instanceUrl}/`);
    assert.equal(fields["id"], `https://login.salesforce.com/id/${orgId}/${userId}`);
    assert.equal(fields["scope"], "api");
    assert.deepEqual(Object.keys(fields).sort(), [
      "access_token",
      "id",
      "instance_url",
      "issued_at",
      "scope",
      "signature",
      "token_type",
    ]);
  });

  test("takes the handler by its name", async () => {
    assert.equal((await exchange({ token_handler: "GitHubLoginHandler" })).status, 200);
  });

  test("takes a token of the immutable subject format", async () => {
    const token = github.token({ claims: claims({ subjectFormat: "immutable" }) });
    assert.equal((await exchange({ subject_token: token })).status, 200);
  });

  test("answers at a site of the org", async () => {
    assert.equal((await exchange({}, "https://acme.my.site.com/partners")).status, 200);
  });

  const forms: readonly (readonly [
    what: string,
    change: Record<string, string | undefined>,
    error: string,
    text: string,
  ])[] = [
    ["without subject_token", { subject_token: undefined }, "invalid_request", "invalid request"],
    ["without client_id", { client_id: undefined }, "invalid_request", "invalid request"],
    ["with a username", { username: USER }, "invalid_request", "invalid request"],
    ["with an assertion", { assertion: "x" }, "invalid_request", "invalid request"],
    ["with another token type", { subject_token_type: "urn:x:jwt" }, "invalid_request", "invalid subject_token_type"],
    [
      "with the token type in capitals",
      { subject_token_type: "urn:ietf:params:oauth:token-type:JWT" },
      "invalid_request",
      "invalid subject_token_type",
    ],
    [
      "with a token type that the handler doesn't have",
      { subject_token_type: "urn:ietf:params:oauth:token-type:id_token" },
      "invalid_request",
      "token handler validation failed",
    ],
    ["with a token that is too long", { subject_token: "x".repeat(10_001) }, "invalid_grant", "invalid subject token"],
    ["of an unknown app", { client_id: "3MVG9unknown" }, "invalid_client_id", "client identifier invalid"],
    ["with an unknown handler", { token_handler: "Other" }, "invalid_request", "token handler not found"],
  ];
  for (const [what, change, error, text] of forms) {
    test(`refuses a request ${what}`, () => assertRefused(exchange(change), error, text));
  }

  test("refuses a request at the generic login host", () =>
    assertRefused(
      exchange({}, "https://login.salesforce.com"),
      "invalid_grant",
      "request not supported on this domain",
    ));

  /** Attacks, by the token that is sent. */
  const attacks: readonly (readonly [what: string, token: () => string, reason: string])[] = [
    [
      "without a signature",
      () => github.token({ header: { alg: "none", kid: "x" }, claims: claims(), sign: () => "" }),
      UNVERIFIED,
    ],
    [
      "signed by HS256 with the public key",
      () => {
        const header = { alg: "HS256", kid: github.keys()[0]?.["kid"] };
        return github.token({
          header,
          claims: claims(),
          sign: (text) => createHmac("sha256", github.publicKeyPem()).update(text).digest("base64url"),
        });
      },
      UNVERIFIED,
    ],
    [
      "with an unknown kid",
      () => github.token({ header: { alg: "RS256", kid: "unknown" }, claims: claims() }),
      UNVERIFIED,
    ],
    [
      "with claims that were exchanged after the signature",
      () => {
        const [header, , signature] = github.token({ claims: claims({ repositoryId: "999" }) }).split(".");
        return [header, encode(claims()), signature].join(".");
      },
      UNVERIFIED,
    ],
    ["that is no token", () => "token", UNVERIFIED],
    [
      "for another audience",
      () => github.token({ claims: claims({}, "https://github.com/acme") }),
      'GitHub login refused: aud is "https://github.com/acme", and this org is https://acme.my.salesforce.com',
    ],
    [
      "that has a claim twice",
      () =>
        github.token({
          payload: JSON.stringify(claims({ repositoryId: "999" })).replace("{", '{"repository_id":"712345678",'),
        }),
      "GitHub login refused: the claims are not a JSON object with each name once",
    ],
    [
      "of another repository in an environment named like ours",
      () =>
        github.token({ claims: claims({ repository: "mallory/crm", repositoryId: "999", repositoryOwnerId: "666" }) }),
      'GitHub login refused: no login rule is for repository_id "999"',
    ],
    [
      "of a pull request",
      () => github.token({ claims: claims({ eventName: "pull_request", ref: "refs/pull/1/merge" }) }),
      'GitHub login refused: event_name "pull_request" is always refused',
    ],
  ];
  for (const [what, token, reason] of attacks) {
    test(`refuses a token ${what}`, () =>
      assertRefused(exchange({ subject_token: token() }), "invalid_request", reason));
  }

  test("refuses a token signed by another key under a known kid", async () => {
    const { privateKey } = await clientKey();
    const header = { alg: "RS256", kid: github.keys()[0]?.["kid"] };
    const token = github.token({
      header,
      claims: claims(),
      sign: (text) => sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url"),
    });
    await assertRefused(exchange({ subject_token: token }), "invalid_request", UNVERIFIED);
  });

  test("refuses a token for production at a sandbox", () =>
    assertRefused(exchange({}, salesforce.orgs.uat.instanceUrl), "invalid_request", "token handler validation failed"));

  test("refuses a token that expired on Salesforce's clock", async () => {
    salesforce.clock(400_000);
    const token = github.token({ claims: claims() });
    const expired = "GitHub login refused: the token has expired, or has no time of expiry";
    await assertRefused(exchange({ subject_token: token }), "invalid_request", expired);
    salesforce.clock(-700_000);
    const early = "GitHub login refused: the token is not valid yet, or does not say from when on it is";
    await assertRefused(exchange({ subject_token: token }), "invalid_request", early);
    salesforce.clock(0);
  });

  test("takes tokens of a new key, and refuses those of a retired one", async () => {
    const old = github.token({ claims: claims() });
    github.rotateKeys();
    assert.equal((await exchange({ subject_token: old })).status, 200);
    assert.equal((await exchange()).status, 200);
    github.retireOldKeys();
    await assertRefused(exchange({ subject_token: old }), "invalid_request", UNVERIFIED);
  });

  /** Orgs in which one thing is set up differently. */
  const setups: readonly (readonly [what: string, files: MetadataFiles, error: string, text: string])[] = [
    [
      "the flow is off in the app",
      changed("glbloauth", "TokenExchangeEnabled>true", "TokenExchangeEnabled>false"),
      "unsupported_grant_type",
      "grant type not supported",
    ],
    [
      "the flow is off in the policies",
      changed("oauthPlcy", "FlowEnabled>true", "FlowEnabled>false"),
      "invalid_request",
      "app not enabled for token exchange",
    ],
    [
      "the app requires its secret",
      changed("glbloauth", "Exchange>false", "Exchange>true"),
      "invalid_client",
      "invalid client credentials",
    ],
    [
      "the handler is off",
      changed("oauthtokenexchangehandlers", "isEnabled>true", "isEnabled>false"),
      "invalid_request",
      "token handler not found",
    ],
    [
      "the handler is not enabled for the app",
      changed("oauthtokenexchangehandlers", /<enablements>[\s\S]*<\/enablements>/, ""),
      "invalid_request",
      "token handler not found",
    ],
    [
      "the handler is not the default",
      changed("oauthtokenexchangehandlers", "isDefault>true", "isDefault>false"),
      "invalid_request",
      "token handler not found",
    ],
    [
      "the handler doesn't take JWTs",
      changed("oauthtokenexchangehandlers", "isJwtSupported>true", "isJwtSupported>false"),
      "invalid_request",
      "token handler validation failed",
    ],
    [
      "the remote site is missing",
      changed("remoteSite", "isActive>true", "isActive>false"),
      "invalid_request",
      UNVERIFIED,
    ],
    [
      "the rule is not active",
      changed("customMetadata", ">true<", ">false<"),
      "invalid_request",
      "GitHub login refused: the login rule is not active",
    ],
    [
      "the rule's user does not exist",
      changed("customMetadata", USER, "gone@acme.example"),
      "invalid_request",
      "GitHub login refused: the user of the login rule does not exist or is not active",
    ],
  ];
  for (const [what, files, error, text] of setups) {
    test(`refuses a login where ${what}`, () => {
      const app = salesforce.register(readKeylessApp(files, github.keys));
      return assertRefused(exchange({ client_id: app.consumerKey }), error, text);
    });
  }

  test("refuses a user that isn't active, and one that the app isn't for", async () => {
    addUser(salesforce.org, { username: "frozen@acme.example", active: false });
    const app = readKeylessApp(PROJECT, github.keys);
    const frozen = salesforce.register(
      readKeylessApp(changed("customMetadata", USER, "frozen@acme.example"), github.keys),
    );
    const noUser = "GitHub login refused: the user of the login rule does not exist or is not active";
    await assertRefused(exchange({ client_id: frozen.consumerKey }), "invalid_request", noUser);
    const unapproved = salesforce.register({ ...app, users: [] });
    await assertRefused(
      exchange({ client_id: unapproved.consumerKey }),
      "invalid_grant",
      "user hasn't approved this consumer",
    );
  });
});
