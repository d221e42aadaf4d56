import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { REFUSALS, type RefusalCode, UNKNOWN_REFUSAL } from "../../src/token/refusals.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { addUser, faults } from "../fakes/salesforce/index.ts";
import { login, loginMeeting, startTestEnvironment } from "./login.ts";
import { linkedCodes, onlyError } from "./outcomes.ts";

const SIDE_BY_SIDE = { concurrency: 4 };
const DAY_MS = 86_400_000;

const bench = await startTestEnvironment();
after(() => bench.close());
const { salesforce } = bench;

/** An answer of Salesforce, both fields and status, and how many requests are answered so. */
type Row = readonly [error: string, description: string | undefined, status?: number, requests?: number];

/** What Salesforce says in its own words, by the entry that explains it. Those that pass with time are retried, and tested there. */
const ROWS: Readonly<Record<Exclude<RefusalCode, "salesforce-unavailable">, readonly Row[]>> = {
  "login-rate-exceeded": [
    ["rate_limit_exceeded", undefined, 429],
    ["invalid_grant", "login rate exceeded"],
  ],
  "user-has-not-approved": [
    ["invalid_grant", "user hasn't approved this consumer"],
    ["invalid_grant", "User hasn’t approved this consumer", 401],
  ],
  "user-not-admin-approved": [
    ["invalid_app_access", "user is not admin approved to access this app"],
    ["OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app"],
    ["invalid_grant", "user is not admin approved to access this app"],
  ],
  "app-not-found": [
    ["app_not_found", "External client app is not installed in this org"],
    ["OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"],
  ],
  "client-identifier-invalid": [
    ["invalid_client_id", "client identifier invalid"],
    ["invalid_client", "client identifier invalid", 401],
  ],
  "app-not-installed": [["invalid_client", "app must be installed into org"]],
  "client-credentials-invalid": [
    ["invalid_client", "invalid client credentials"],
    ["invalid_client", undefined, 401],
  ],
  "assertion-expired": [["invalid_grant", "expired authorization code"]],
  "assertion-invalid": [
    ["invalid_grant", "invalid assertion"],
    ["INVALID_GRANT", "Invalid Assertion"],
  ],
  "audience-refused": [
    ["invalid_grant", "audience is invalid", 400, 2],
    ["invalid_grant", "Audience validation failed", 400, 2],
  ],
  "user-inactive": [
    ["invalid_grant", "inactive user"],
    ["inactive_user", "user is inactive"],
  ],
  "org-inactive": [
    ["invalid_grant", "inactive organization"],
    ["inactive_org", "organization is inactive", 403],
  ],
  "ip-restricted": [
    ["invalid_grant", "ip restricted"],
    ["invalid_grant", "restricted IP"],
  ],
  "no-valid-scopes": [["invalid_grant", "no valid scopes defined"]],
  "domain-not-supported": [["invalid_grant", "request not supported on this domain"]],
  "refresh-token-scope-required": [
    ["invalid_request", "refresh_token scope is required and the connected app should be installed and preauthorized."],
  ],
  "scope-not-supported": [["invalid_request", "scope parameter not supported"]],
  "grant-type-not-supported": [["unsupported_grant_type", "grant type not supported"]],
  "flow-not-enabled": [["unauthorized_client", undefined, 401]],
  "app-blocked": [["OAUTH_APP_BLOCKED", "this app is blocked by admin"]],
  "app-not-approved": [["OAUTH_APPROVAL_ERROR_GENERIC", undefined]],
  "authentication-failure": [["invalid_grant", "authentication failure"]],
  "unknown-refusal": [
    ["invalid_grant", undefined],
    ["invalid_grant", "something that nobody has heard of yet"],
    ["SOMETHING_NEW", "", 403],
  ],
};

describe(
  "a refusal is one error with both fields, the likeliest cause, what to do and where to read on",
  SIDE_BY_SIDE,
  () => {
    const entries = new Map([...REFUSALS, UNKNOWN_REFUSAL].map((entry) => [entry.code, entry]));

    test("for every entry of the catalogue", () => {
      assert.deepEqual(new Set([...Object.keys(ROWS), "salesforce-unavailable"]), new Set(entries.keys()));
    });

    for (const [code, rows] of Object.entries(ROWS)) {
      for (const [error, description, status = 400, expected = 1] of rows) {
        test(`${code}: HTTP ${status} ${error}: ${description ?? "(left out)"}`, async () => {
          const { result, requests } = await loginMeeting(bench, faults.refusal(error, description, { status }));
          const message = onlyError(result);
          assert.equal(requests.length, expected);
          assert.deepEqual(linkedCodes(message), [code]);
          const { meaning, causes, steps } = entries.get(code as RefusalCode) ?? {};
          assert.match(message, new RegExp(`^No token for deploy@acme\\.example at ${requests[0]?.host} \\(audience `));
          assert.ok(message.includes(meaning ?? "?"));
          const answer = `error: ${error}\n  error_description: ${description || "(none)"}\n`;
          assert.ok(message.includes(`Salesforce answered HTTP ${status}:\n  ${answer}`));
          assert.ok(sectionOf(message, "Likely causes, most likely first").includes(causes?.[0] ?? "?"));
          for (const step of steps ?? ["?"]) assert.ok(sectionOf(message, "What to do").includes(step));
        });
      }
    }
  },
);

/** The items below a heading. */
function sectionOf(message: string, heading: string): string[] {
  const [, list = ""] = new RegExp(`^${heading}:\n((?:  - .*\n)+)`, "m").exec(message) ?? [];
  return list
    .trimEnd()
    .split("\n")
    .map((line) => line.replace("  - ", ""));
}

const firstCause = (message: string) => sectionOf(message, "Likely causes, most likely first")[0] ?? "";
const firstStep = (message: string) => sectionOf(message, "What to do")[0] ?? "";

describe("the link of an error", SIDE_BY_SIDE, () => {
  const ACTION = { GITHUB_ACTION_REPOSITORY: "your-org/salesforce-jwt-auth", GITHUB_ACTION_REF: "v1" };
  const PAGE = "your-org/salesforce-jwt-auth/blob/v1/docs/troubleshooting.md";
  const LINKS: Readonly<Record<string, readonly [env: Readonly<Record<string, string>>, page: string]>> = {
    "leads to this version's document": [ACTION, `https://github.com/${PAGE}`],
    "leads to it on GitHub Enterprise Server": [
      { ...ACTION, GITHUB_SERVER_URL: "https://github.acme.example" },
      `https://github.acme.example/${PAGE}`,
    ],
    "is a path for an action of the repository's own": [
      { GITHUB_ACTION_REPOSITORY: "", GITHUB_ACTION_REF: "" },
      "docs/troubleshooting.md",
    ],
  };
  for (const [what, [env, page]] of Object.entries(LINKS)) {
    test(what, async () => {
      const refused = await loginMeeting(bench, faults.refusal("invalid_grant", "inactive user"), { env });
      assert.deepEqual(linkedCodes(onlyError(refused.result), page), ["user-inactive"]);
      const unusable = await login(bench, { env, with: { username: "", login_url: "http://acme.example" } });
      assert.deepEqual(linkedCodes(onlyError(unusable), page), ["input-blank", "login-url-not-https"]);
    });
  }
});

describe("what the run itself shows comes first among the causes", SIDE_BY_SIDE, () => {
  test("a sandbox's username at a production host", async () => {
    const username = "deploy@acme.com.uat";
    const { result } = await loginMeeting(
      bench,
      faults.refusal("invalid_grant", "user hasn't approved this consumer"),
      {
        with: { username },
      },
    );
    const message = onlyError(result);
    assert.match(firstCause(message), /^The username ends in \.uat, as a sandbox's does, but acme-.+ is no sandbox's/);
    assert.match(firstStep(message), /^To log in to the sandbox, set login_url to its own address .* take \.uat off/);
  });

  test("a production username at a sandbox's host", async () => {
    const { instanceUrl } = salesforce.orgs.uat;
    const inputs = { login_url: instanceUrl, username: "deploy@acme.com" };
    const message = onlyError(await login(bench, { with: inputs }));
    assert.deepEqual(linkedCodes(message), ["user-has-not-approved"]);
    assert.match(firstCause(message), /^The username has no sandbox's name at its end, but .* is the sandbox uat\./);
    assert.match(firstStep(message), /deploy@acme\.com\.uat$/);
  });

  test("a generic login host that doesn't find an External Client App", async () => {
    const { consumerKey } = salesforce.register({ certificate: bench.certificatePem, myDomainOnly: true });
    const inputs = { consumer_key: consumerKey, login_url: "login.salesforce.com" };
    const message = onlyError(await login(bench, { with: inputs }));
    assert.deepEqual(linkedCodes(message), ["app-not-found"]);
    assert.match(firstCause(message), /^The request went to login\.salesforce\.com\. Since Spring '26 /);
    assert.match(firstStep(message), /^Set login_url to the org's own address/);
  });

  test("a consumer key that looks like none", async () => {
    const message = onlyError(await login(bench, { with: { consumer_key: "0123456789ABCDEF" } }));
    assert.deepEqual(linkedCodes(message), ["client-identifier-invalid"]);
    assert.match(firstCause(message), /^consumer_key has 16 characters and does not begin with 3MVG9/);
  });

  test("a clock that is ahead of Salesforce's", async () => {
    const fault = faults.dated(-600_000, faults.refusal("invalid_grant", "invalid assertion"));
    const { result } = await loginMeeting(bench, fault);
    const message = onlyError(result);
    assert.match(firstCause(message), /^The runner's clock is \d+ s ahead of Salesforce's: /);
    assert.match(firstStep(message), /^Set the runner's clock by NTP/);
  });

  test("a certificate that has lapsed", async () => {
    const [start, end] = [new Date(Date.now() - 400 * DAY_MS), new Date(Date.now() - 2 * DAY_MS)];
    const { privateKeyPem, certificatePem } = await clientKey({ notBefore: start, notAfter: end });
    const { consumerKey } = salesforce.register({ certificate: bench.certificatePem });
    const inputs = { consumer_key: consumerKey, private_key: privateKeyPem, certificate: certificatePem };
    const { annotations, conclusion } = await login(bench, { with: inputs });
    assert.equal(conclusion, "failure");
    assert.deepEqual(
      annotations.map(({ type }) => type),
      ["warning", "error"],
    );
    const message = annotations[1]?.message ?? "";
    assert.deepEqual(linkedCodes(message), ["assertion-invalid"]);
    assert.match(firstCause(message), new RegExp(`^The certificate lapsed on ${end.toISOString().slice(0, 10)}\\.`));
  });

  test("a certificate that the app doesn't hold", async () => {
    const { privateKeyPem, certificatePem } = await clientKey();
    const inputs = { private_key: privateKeyPem, certificate: certificatePem };
    const message = onlyError(await login(bench, { with: inputs }));
    assert.match(firstCause(message), /^The private key fits the input certificate, so the app holds another/);
  });

  test("an audience that was chosen and doesn't follow from login_url", async () => {
    const message = onlyError(await login(bench, { with: { audience: "https://test.salesforce.com" } }));
    assert.deepEqual(linkedCodes(message), ["audience-refused"]);
    assert.match(firstCause(message), /^The input audience is https:\/\/test\.salesforce\.com, but https:\/\/acme\./);
    assert.equal(firstStep(message), "Remove the input audience from the step.");
  });
});

describe("what the embedded Salesforce refuses by itself", SIDE_BY_SIDE, () => {
  test("an app without certificate", async () => {
    const { consumerKey } = salesforce.register({});
    const message = onlyError(await login(bench, { with: { consumer_key: consumerKey } }));
    assert.deepEqual(linkedCodes(message), ["assertion-invalid"]);
  });

  test("a user who may not use the app", async () => {
    const { consumerKey } = salesforce.register({ certificate: bench.certificatePem, users: [] });
    const message = onlyError(await login(bench, { with: { consumer_key: consumerKey } }));
    assert.deepEqual(linkedCodes(message), ["user-has-not-approved"]);
  });

  test("a user who is frozen", async () => {
    const { username } = addUser(salesforce.org, { username: "frozen@acme.example", active: false });
    const message = onlyError(await login(bench, { with: { username } }));
    assert.deepEqual(linkedCodes(message), ["user-inactive"]);
  });

  test("an app of another org", async () => {
    const { consumerKey } = salesforce.register({
      certificate: bench.certificatePem,
      orgs: [salesforce.orgs.other],
    });
    const message = onlyError(await login(bench, { with: { consumer_key: consumerKey } }));
    assert.deepEqual(linkedCodes(message), ["app-not-found"]);
  });
});
