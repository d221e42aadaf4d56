import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { InputsError } from "../../src/inputs/errors.ts";
import { ActionError } from "../../src/lib/action-error.ts";
import { type Dependencies, login } from "../../src/login.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { assertMessageForm } from "../support/message-form.ts";
import { BEGINNING, fault, json, type Recorder, record, refusal, type Step, silence } from "../support/recorder.ts";
import { assertSilent, everythingOn, jwtToken, OPAQUE_TOKEN, secretLines } from "../support/secrets.ts";

const DAY_MS = 86_400_000;
const ORG = "00D5e000000AbCdEAK";
const OTHER_ORG = "00D000000000001EAA";
const USER = "0055e000000XyZ1AAK";
const MY_DOMAIN = "https://acme.my.salesforce.com";
const ENDPOINT = `${MY_DOMAIN}/services/oauth2/token`;
const PASSPHRASE = "correct horse battery staple";
const TAIL = OPAQUE_TOKEN.slice(16);
const JWT = jwtToken(1_767_330_000);

const { privateKey, privateKeyPem, certificatePem } = await clientKey({
  notBefore: new Date(BEGINNING - DAY_MS),
  notAfter: new Date(BEGINNING + 20 * DAY_MS),
});
const encryptedPem = privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
  .toString();

const KEY_LINES = [privateKeyPem, encryptedPem].flatMap(secretLines);
/** No reader may see any of these, in any run. */
const SECRETS = [...KEY_LINES, PASSPHRASE, OPAQUE_TOKEN, TAIL, JWT];
const NAMES = { token: OPAQUE_TOKEN, tail: TAIL, jwt: JWT };

const RESPONSE = {
  access_token: OPAQUE_TOKEN,
  scope: "api",
  instance_url: MY_DOMAIN,
  id: `https://login.salesforce.com/id/${ORG}/${USER}`,
  token_type: "Bearer",
  issued_at: String(BEGINNING),
};
const grant = (change: object = {}): Step => json(200, { ...RESPONSE, ...change });

interface Run {
  readonly recorder: Recorder;
  readonly error: unknown;
}

/** Runs the whole step on a scripted Salesforce, and checks that no secret is shown, or used before it is masked. */
async function run(
  script: readonly Step[],
  given: Readonly<Record<string, string>> = {},
  change: (recorder: Recorder) => Partial<Dependencies> = () => ({}),
): Promise<Run> {
  const recorder = record(script);
  const inputs = {
    consumer_key: "3MVG9consumer",
    username: "ci@example.com",
    login_url: MY_DOMAIN,
    private_key: privateKeyPem,
    ...given,
  };
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const readFile = (path: string) => assert.fail(`${path} is not expected to be read`);
  const deps = { ...recorder, env, readFile, random: () => 0.5, ...change(recorder) };
  const error = await login(deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assertSilent(SECRETS, recorder, error);
  assertMaskedFirst(recorder);
  return { recorder, error };
}

/** The first call that has a secret masks it, and the key is masked before any other call. */
function assertMaskedFirst({ calls, sent }: Recorder): void {
  const texts = calls.map((call) => JSON.stringify(call));
  const assertions = sent.map(({ form }) => form["assertion"] ?? "").filter(Boolean);
  for (const secret of [...SECRETS, ...assertions].map((each) => JSON.stringify(each).slice(1, -1))) {
    const first = calls[texts.findIndex((text) => text.includes(secret))];
    assert.equal(first?.[0] ?? "mask", "mask", "a secret was used before it was masked");
  }
  const lastOfKey = texts.findLastIndex((text) => KEY_LINES.some((line) => text.includes(line)));
  assert.notEqual(lastOfKey, -1, "the key isn't masked");
  assert.deepEqual(new Set(calls.slice(0, lastOfKey + 1).map(([name]) => name)), new Set(["mask"]));
}

const named = (recorder: Recorder, ...names: string[]) => recorder.calls.filter(([name]) => names.includes(name));
/** All calls from the mask of the assertion on, without the debug log. */
const afterKey = (recorder: Recorder) => {
  const lines = recorder.lines(NAMES).filter((line) => !line.startsWith("debug "));
  const start = lines.indexOf("mask <assertion 1>");
  return start === -1 ? [] : lines.slice(start);
};

function assertFails({ error }: Run, code: string): ActionError {
  assert.ok(error instanceof ActionError, String(error));
  assert.equal(error.code, code);
  return error;
}

const REQUEST = [
  "mask <assertion 1>",
  `post ${ENDPOINT} {"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"<assertion 1>"}`,
];
const TOKEN_MASKS = ["mask <token>", "mask <tail>"];
const SAVED = ["saveState revoke_access_token <token>", `saveState revoke_instance_url ${MY_DOMAIN}`];
const OUTPUTS = [
  "output access_token <token>",
  `output instance_url ${MY_DOMAIN}`,
  `output org_id ${ORG}`,
  `output user_id ${USER}`,
  `output identity_url https://login.salesforce.com/id/${ORG}/${USER}`,
  "output scope api",
  "output token_type Bearer",
  "output token_format opaque",
  "output issued_at 2026-01-02T03:04:05.678Z",
  "output expires_at ",
  "output certificate_expires_at ",
];
const LOGGED_IN = `info Logged in to ${MY_DOMAIN} as ci@example.com.`;

describe("a login", () => {
  test("masks the key, masks and sends one assertion, masks the token, and sets the outputs, in this order", async () => {
    const { recorder, error } = await run([grant()]);
    assert.equal(error, undefined);
    assert.deepEqual(afterKey(recorder), [...REQUEST, ...TOKEN_MASKS, ...OUTPUTS, LOGGED_IN]);
  });

  test("with every option warns of the certificate first, saves the token before its outputs, and adds a summary", async () => {
    const { recorder, error } = await run([grant({ expires_in: 7200 })], {
      private_key: encryptedPem,
      private_key_passphrase: PASSPHRASE,
      certificate: certificatePem,
      expected_org_id: ORG,
      export_environment_variables: "true",
      revoke_token: "true",
      write_job_summary: "true",
    });
    assert.equal(error, undefined);
    const [summary = ""] = recorder.lines(NAMES).filter((line) => line.startsWith("addSummary "));
    assert.match(summary, /ci@example\.com.*2026-01-22T03:04:05\.000Z/);
    const before = recorder.calls.slice(
      0,
      recorder.calls.findIndex(([name]) => name === "withTimeout"),
    );
    assert.match(String(before.find(([name]) => name === "warning")?.[1]), /2026-01-22/);
    assert.deepEqual(afterKey(recorder), [
      ...REQUEST,
      ...TOKEN_MASKS,
      ...SAVED,
      ...OUTPUTS.slice(0, -2),
      "output expires_at 2026-01-02T05:04:05.678Z",
      "output certificate_expires_at 2026-01-22T03:04:05.000Z",
      "exportVariable SF_ACCESS_TOKEN <token>",
      `exportVariable SF_ORG_INSTANCE_URL ${MY_DOMAIN}`,
      summary,
      LOGGED_IN,
    ]);
  });

  test("with a key file reads it from its path and masks its text before any other call", async () => {
    const paths: string[] = [];
    const readFile = (path: string) => {
      paths.push(path);
      return Buffer.from(privateKeyPem);
    };
    const { recorder, error } = await run([grant()], { private_key: "", private_key_file: "a/b.key" }, () => ({
      readFile,
    }));
    assert.equal(error, undefined);
    assert.deepEqual(paths, ["a/b.key"]);
    assert.equal(recorder.sent.length, 1);
  });

  test("that gets a JWT-format token without other fields takes the instance from the My Domain", async () => {
    const { recorder, error } = await run([json(200, { access_token: JWT })]);
    assert.equal(error, undefined);
    const lines = afterKey(recorder).filter((line) =>
      /^output (?:access_token|instance_url|org_id|token_format)/.test(line),
    );
    assert.deepEqual(lines, [
      "output access_token <jwt>",
      `output instance_url ${MY_DOMAIN}`,
      "output org_id ",
      "output token_format jwt",
    ]);
  });

  test("that needs a second attempt masks each assertion before it is sent, within timeout_seconds", async () => {
    const { recorder, error } = await run([{ ...fault("ECONNRESET"), takes: 3000 }, grant()], {
      timeout_seconds: "20",
    });
    assert.equal(error, undefined);
    assert.deepEqual(named(recorder, "withTimeout"), [
      ["withTimeout", 10_000],
      ["withTimeout", (20_000 - 3250) / 2],
    ]);
  });

  test("sends the audience of login_url, and the documented one after a refusal", async () => {
    const { recorder } = await run([refusal("invalid_grant", "audience is invalid"), grant()]);
    const audiences = recorder.sent.map(({ form }) => {
      const [, payload = ""] = (form["assertion"] ?? "").split(".");
      return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { aud: string }).aud;
    });
    assert.deepEqual(audiences, [MY_DOMAIN, "https://login.salesforce.com"]);
  });

  for (const [what, fields, expected] of [
    ["in 18 characters", {}, ORG],
    ["in 15 characters", {}, ORG.slice(0, 15)],
    ["by the token if the response has no id", { id: undefined }, ORG],
  ] as const) {
    test(`accepts the expected org ${what}`, async () => {
      const { recorder, error } = await run([grant(fields)], { expected_org_id: expected });
      assert.equal(error, undefined);
      assert.equal(named(recorder, "output").length, OUTPUTS.length);
    });
  }
});

describe("a failed token request", () => {
  test("is an error with Salesforce's words, and nothing is set or saved", async () => {
    const outcome = await run([refusal("invalid_grant", "user hasn't approved this consumer")], {
      revoke_token: "true",
      export_environment_variables: "true",
      write_job_summary: "true",
    });
    const { message, context } = assertFails(outcome, "user-has-not-approved");
    assert.equal(
      message,
      "The user isn't preauthorized for the app in this org. Check the app's Policies and the user's permission sets.",
    );
    assert.deepEqual(context, [
      "Salesforce answered HTTP 400, invalid_grant: user hasn't approved this consumer",
      "User ci@example.com at acme.my.salesforce.com",
    ]);
    assert.deepEqual(afterKey(outcome.recorder), REQUEST);
  });

  const failures: readonly (readonly [what: string, step: Step, code: string])[] = [
    ["a redirect", { status: 302, headers: { location: "https://elsewhere.example/" } }, "answer-redirect"],
    ["JSON of another kind with a token in it", json(200, { token: OPAQUE_TOKEN }), "answer-unusable"],
    ["a token response that was cut off", { body: JSON.stringify(RESPONSE).slice(0, -1) }, "answer-unusable"],
    ["a server that is never ready", { status: 503, body: OPAQUE_TOKEN, takes: 500 }, "salesforce-unavailable"],
    ["a server that never answers", silence, "no-answer-in-time"],
  ];
  for (const [what, step, code] of failures) {
    test(`of ${what} is an error within the budget, and nothing is set or saved`, async () => {
      const outcome = await run([step], { revoke_token: "true", export_environment_variables: "true" });
      const { message, causes } = assertFails(outcome, code);
      assertMessageForm({ code, headline: message, causes });
      assert.deepEqual(named(outcome.recorder, "output", "exportVariable", "saveState", "addSummary"), []);
      assert.ok(outcome.recorder.clock.now() - BEGINNING <= 60_000);
    });
  }
});

describe("a token of another org than expected", () => {
  for (const [what, fields, expected] of [
    ["in 18 characters", {}, OTHER_ORG],
    ["in 15 characters", {}, OTHER_ORG.slice(0, 15)],
    ["that differs by the case of a letter", {}, "00D5e000000aBCD"],
    ["known by the token alone", { id: undefined }, OTHER_ORG],
  ] as const) {
    test(`${what} is an error that names both, and sets no outputs`, async () => {
      const outcome = await run([grant(fields)], { expected_org_id: expected, write_job_summary: "true" });
      const { code, message, context, causes } = assertFails(outcome, "org-mismatch");
      assert.ok(
        message.startsWith(`The token is for org ${ORG}, but expected_org_id is ${expected.slice(0, 15)}`),
        message,
      );
      assert.match(message, /\. No outputs were set\.$/);
      assert.deepEqual(context, [`User ci@example.com at ${MY_DOMAIN}`]);
      assert.equal(causes.length, 2);
      assertMessageForm({ code, headline: message, causes });
      assert.deepEqual(named(outcome.recorder, "output", "addSummary", "saveState", "info"), []);
    });
  }

  test("that Salesforce didn't name is an error that says so, and how to get a token that names it", async () => {
    const fields = { access_token: JWT, id: "" };
    const outcome = await run([grant(fields)], { expected_org_id: OTHER_ORG, write_job_summary: "true" });
    const { code, message, causes } = assertFails(outcome, "org-mismatch");
    assert.match(message, /^Salesforce didn't name the token's org.*No outputs were set\.$/);
    assert.match(causes.map(({ fix }) => fix).join(), /clear “Issue JSON Web Token.*remove expected_org_id/);
    assertMessageForm({ code, headline: message, causes });
    assert.deepEqual(named(outcome.recorder, "output", "addSummary", "saveState", "info"), []);
  });

  test("is masked, and saved for revocation if that is asked for", async () => {
    const outcome = await run([grant()], { expected_org_id: OTHER_ORG, revoke_token: "true" });
    assertFails(outcome, "org-mismatch");
    assert.deepEqual(afterKey(outcome.recorder), [...REQUEST, ...TOKEN_MASKS, ...SAVED]);
  });
});

describe("an invalid token response", () => {
  test("is masked, and its token is saved for revocation at the host that granted it", async () => {
    const outcome = await run([grant({ instance_url: "https://evil.example" })], { revoke_token: "true" });
    assertFails(outcome, "token-answer-malformed");
    assert.deepEqual(afterKey(outcome.recorder), [...REQUEST, ...TOKEN_MASKS, ...SAVED]);
  });

  test("is masked, but not saved, if its token has an unknown format", async () => {
    const odd = `${OPAQUE_TOKEN}\n::set-output name=x::y`;
    const outcome = await run([grant({ access_token: odd })], { revoke_token: "true" });
    assertFails(outcome, "token-answer-malformed");
    assert.deepEqual(named(outcome.recorder, "mask").slice(-3), [
      ["mask", OPAQUE_TOKEN],
      ["mask", "::set-output name=x::y"],
      ["mask", TAIL],
    ]);
    assert.deepEqual(named(outcome.recorder, "output", "saveState"), []);
  });

  test("sets no outputs without an instance from a host that isn't a My Domain", async () => {
    const outcome = await run([grant({ instance_url: undefined })], { login_url: "https://login.salesforce.com" });
    assertFails(outcome, "token-answer-malformed");
    assert.deepEqual(named(outcome.recorder, "output"), []);
  });

  test("may name hosts that aren't Salesforce's only if login_url isn't, either", async () => {
    const fields = { instance_url: "https://sites.acme.example", id: "" };
    assertFails(await run([grant(fields)]), "token-answer-malformed");
    assert.equal((await run([grant(fields)], { login_url: "https://sites.acme.example/x" })).error, undefined);
  });
});

describe("a token that can't be saved for revocation", () => {
  const full = new ActionError({ code: "disk-full", headline: "GITHUB_STATE can't be written.", causes: [] });
  const withoutState = ({ runner }: Recorder) => ({
    runner: {
      ...runner,
      saveState: () => {
        throw full;
      },
    },
  });
  const REVOKED = [
    "withTimeout 9000",
    `post ${MY_DOMAIN}/services/oauth2/revoke {"token":"<token>"}`,
    "info The access token was revoked.",
  ];

  test("is revoked at once, and no outputs are set", async () => {
    const { recorder, error } = await run([grant(), { status: 200 }], { revoke_token: "true" }, withoutState);
    assert.equal(error, full);
    assert.deepEqual(afterKey(recorder), [...REQUEST, ...TOKEN_MASKS, ...REVOKED]);
  });

  test("doesn't hide that it is of another org than expected", async () => {
    const given = { revoke_token: "true", expected_org_id: OTHER_ORG };
    const outcome = await run([grant(), { status: 200 }], given, withoutState);
    assertFails(outcome, "org-mismatch");
    assert.deepEqual(afterKey(outcome.recorder), [...REQUEST, ...TOKEN_MASKS, ...REVOKED]);
  });

  test("doesn't matter without revoke_token", async () => {
    assert.equal((await run([grant()], {}, withoutState)).error, undefined);
  });
});

test("a token whose outputs can't be set is saved for revocation before", async () => {
  const full = new Error("GITHUB_OUTPUT can't be written");
  const { recorder, error } = await run([grant()], { revoke_token: "true" }, ({ runner }) => ({
    runner: {
      ...runner,
      output: () => {
        throw full;
      },
    },
  }));
  assert.equal(error, full);
  assert.deepEqual(afterKey(recorder), [...REQUEST, ...TOKEN_MASKS, ...SAVED]);
});

describe("invalid inputs end the step without a request, after the secrets are masked:", () => {
  for (const [what, given, masked] of [
    ["a blank username", { username: "", private_key_passphrase: PASSPHRASE }, PASSPHRASE],
    [
      "a key where its path belongs",
      { private_key: "", private_key_file: privateKeyPem },
      secretLines(privateKeyPem)[1] ?? "?",
    ],
    [
      "a wrong passphrase",
      { private_key: encryptedPem, private_key_passphrase: "not the passphrase" },
      "not the passphrase",
    ],
  ] as const) {
    test(what, async () => {
      const { recorder, error } = await run([grant()], given);
      assert.ok(error instanceof InputsError);
      assert.ok(!everythingOn(error).includes(masked.trim()));
      assert.deepEqual(new Set(recorder.calls.map(([name]) => name)), new Set(["mask"]));
      assert.ok(recorder.calls.some(([, secret]) => secret === masked));
    });
  }
});

test("whatever a server sends, no secret is shown, no command runs, and the login ends with outputs or an error", async () => {
  const text = JSON.stringify(RESPONSE);
  const body = fc.constantFrom(
    text,
    text.slice(0, -1),
    `[${text}]`,
    JSON.stringify(OPAQUE_TOKEN),
    JSON.stringify({ token: OPAQUE_TOKEN, [OPAQUE_TOKEN]: 1 }),
    JSON.stringify({ error: OPAQUE_TOKEN, error_description: `for ${JWT}`, access_token: OPAQUE_TOKEN }),
    JSON.stringify({ ...RESPONSE, scope: `${OPAQUE_TOKEN}\n` }),
    JSON.stringify({ ...RESPONSE, id: `https://login.salesforce.com/${OPAQUE_TOKEN}` }),
    `<html><title>${OPAQUE_TOKEN}</title>`,
    `<html><p>token=${OPAQUE_TOKEN}&jwt=${JWT}</p>`,
    `token ${TAIL}\n::error::${JWT} ##[error]${OPAQUE_TOKEN}`,
    "",
  );
  const value = fc.constantFrom(`https://login.example/?t=${OPAQUE_TOKEN}`, OPAQUE_TOKEN, `"${JWT}"`, "1");
  const headers = fc.record(
    { location: value, "x-request-id": value, "retry-after": value, date: value },
    { requiredKeys: [] },
  );
  const answered = fc.record({
    status: fc.constantFrom(200, 200, 201, 302, 400, 401, 404, 429, 503),
    headers,
    body,
    oversized: fc.boolean(),
    takes: fc.integer({ min: 500, max: 20_000 }),
  });
  const broken = fc
    .constantFrom(OPAQUE_TOKEN, `aborted\n::add-mask::${JWT}`)
    .map((message) => ({ ...fault("EPIPE", message), takes: 1 }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(answered, broken), { minLength: 1, maxLength: 4 }), async (steps) => {
      const { recorder, error } = await run(steps, { revoke_token: "true" });
      assert.equal(named(recorder, "output").length, error === undefined ? OUTPUTS.length : 0);
      assert.ok(error === undefined || error instanceof ActionError, String(error));
      for (const [, line] of named(recorder, "info")) assert.doesNotMatch(String(line), /[\r\n]|##\[|^\s*::/);
      assert.ok(recorder.clock.now() - BEGINNING <= 60_000);
    }),
    { numRuns: 60 },
  );
});
