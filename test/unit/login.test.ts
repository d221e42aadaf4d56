import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ActionError } from "../../src/lib/action-error.ts";
import { type Dependencies, login } from "../../src/login.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { BEGINNING, fault, json, type Recorder, record, refusal, type Step, silence } from "../support/recorder.ts";
import { assertSilent, everythingOn, jwtToken, OPAQUE_TOKEN, secretLines } from "../support/secrets.ts";

const DAY_MS = 86_400_000;
const ORG = "00D5e000000AbCdEAK";
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
const linesOf = (pem: string) => secretLines(pem).join("\n");
const bodyOf = (pem: string) => secretLines(pem).join("");

const KEY_LINES = [privateKeyPem, encryptedPem].flatMap(secretLines);
/** Whatever of these comes up, no reader may see it. */
const SECRETS = [...KEY_LINES, PASSPHRASE, OPAQUE_TOKEN, TAIL, JWT];
/** How they read in a transcript. */
const NAMES = {
  key: privateKeyPem,
  "key lines": linesOf(privateKeyPem),
  "key body": bodyOf(privateKeyPem),
  "encrypted key": encryptedPem,
  "encrypted lines": linesOf(encryptedPem),
  "encrypted body": bodyOf(encryptedPem),
  passphrase: PASSPHRASE,
  token: OPAQUE_TOKEN,
  tail: TAIL,
  jwt: JWT,
};

const ANSWER = {
  access_token: OPAQUE_TOKEN,
  scope: "api",
  instance_url: MY_DOMAIN,
  id: `https://login.salesforce.com/id/${ORG}/${USER}`,
  token_type: "Bearer",
  issued_at: String(BEGINNING),
};
const grant = (change: object = {}): Step => json(200, { ...ANSWER, ...change });

interface Run {
  readonly recorder: Recorder;
  readonly error: unknown;
}

/** Runs the whole step on a scripted Salesforce; no outcome may show a secret, or use one before it is masked. */
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
  const world = { ...recorder, env, readFile, random: () => 0.5, ...change(recorder) };
  const error = await login(world).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assertSilent(SECRETS, recorder, error);
  assertMaskedFirst(recorder);
  return { recorder, error };
}

/** What is secret is masked in the first call that holds it, and the key before anything else is said. */
function assertMaskedFirst({ calls, sent }: Recorder): void {
  const texts = calls.map((call) => JSON.stringify(call));
  const inJson = (secret: string) => JSON.stringify(secret).slice(1, -1);
  const assertions = sent.map(({ form }) => form["assertion"] ?? "");
  for (const secret of [...SECRETS, ...assertions].map(inJson)) {
    const first = calls[texts.findIndex((text) => text.includes(secret))];
    assert.equal(first?.[0] ?? "mask", "mask", "a secret was used before it was masked");
  }
  const lastOfKey = texts.findLastIndex((text) => KEY_LINES.some((line) => text.includes(line)));
  assert.notEqual(lastOfKey, -1, "the key is not masked");
  assert.deepEqual(new Set(calls.slice(0, lastOfKey + 1).map(([name]) => name)), new Set(["mask"]));
}

const of = (recorder: Recorder, ...names: string[]) => recorder.calls.filter(([name]) => names.includes(name));
/** The transcript without what debug says, which the token endpoint's own tests are about. */
const transcript = (recorder: Recorder) => recorder.lines(NAMES).filter((line) => !line.startsWith("debug "));
const handedOver = (recorder: Recorder) => of(recorder, "output", "exportVariable", "summarise");

function failureOf({ error }: Run, code: string): ActionError {
  assert.ok(error instanceof ActionError, String(error));
  assert.equal(error.code, code);
  return error;
}

const KEY_MASKS = ["mask <key>", "mask <key lines>", "mask <key body>"];
const REQUEST = [
  "mask <assertion 1>",
  "withTimeout 15000",
  `post ${ENDPOINT} {"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"<assertion 1>"}`,
];
const TOKEN_MASKS = ["mask <token>", "mask <tail>"];
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
const SAVED = ["saveState revoke_access_token <token>", `saveState revoke_instance_url ${MY_DOMAIN}`];

describe("a login", () => {
  test("masks the key, masks and sends one assertion, masks the token, and hands it over, in this order", async () => {
    const { recorder, error } = await run([grant()]);
    assert.equal(error, undefined);
    assert.deepEqual(transcript(recorder), [
      ...KEY_MASKS,
      ...REQUEST,
      ...TOKEN_MASKS,
      ...OUTPUTS,
      `info Logged in to ${MY_DOMAIN} as ci@example.com.`,
    ]);
  });

  test("with all that can be asked for", async () => {
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
    const [summary = ""] = recorder.lines(NAMES).filter((line) => line.startsWith("summarise "));
    const [warning = ""] = recorder.lines(NAMES).filter((line) => line.startsWith("warning "));
    assert.match(warning, /certificate ends on 2026-01-22/);
    assert.match(summary, /ci@example\.com/);
    assert.deepEqual(transcript(recorder), [
      "mask <encrypted key>",
      "mask <passphrase>",
      "mask <encrypted lines>",
      "mask <encrypted body>",
      warning,
      ...REQUEST,
      ...TOKEN_MASKS,
      ...OUTPUTS.slice(0, -2),
      "output expires_at 2026-01-02T05:04:05.678Z",
      "output certificate_expires_at 2026-01-22T03:04:05.000Z",
      "exportVariable SF_ACCESS_TOKEN <token>",
      `exportVariable SF_ORG_INSTANCE_URL ${MY_DOMAIN}`,
      `info Logged in to ${MY_DOMAIN} as ci@example.com.`,
      summary,
      ...SAVED,
    ]);
  });

  test("with a key file masks its text before anything is said", async () => {
    const paths: string[] = [];
    const readFile = (path: string) => {
      paths.push(path);
      return Buffer.from(privateKeyPem);
    };
    const { recorder, error } = await run(
      [grant()],
      { private_key: "", private_key_file: "keys/salesforce.key" },
      () => ({ readFile }),
    );
    assert.equal(error, undefined);
    assert.deepEqual(paths, ["keys/salesforce.key"]);
    assert.deepEqual(transcript(recorder).slice(0, 4), [...KEY_MASKS, "mask <assertion 1>"]);
  });

  test("that gets a JWT token without further fields takes the instance from the My Domain", async () => {
    const { recorder, error } = await run([json(200, { access_token: JWT })], { export_environment_variables: "true" });
    assert.equal(error, undefined);
    assert.deepEqual(
      recorder
        .lines(NAMES)
        .filter((line) => /^output (access_token|instance_url|org_id|token_format|expires_at)/.test(line)),
      [
        "output access_token <jwt>",
        `output instance_url ${MY_DOMAIN}`,
        "output org_id ",
        "output token_format jwt",
        "output expires_at 2026-01-02T05:00:00.000Z",
      ],
    );
    assert.match(String(of(recorder, "warning")[0]?.[1]), /Metadata API/);
  });

  test("that needs a second attempt masks each assertion before it is sent", async () => {
    const { recorder, error } = await run([{ ...fault("ECONNRESET"), takes: 3000 }, grant()]);
    assert.equal(error, undefined);
    assert.deepEqual(
      transcript(recorder)
        .filter((line) => line.includes("assertion"))
        .map((line) => line.replace(/ https.*<|<|>.*/g, " ").trim()),
      ["mask  assertion 1", "post assertion 1", "mask  assertion 2", "post assertion 2"],
    );
  });

  test("keeps no token for the end of the job unless that is asked for", async () => {
    assert.deepEqual(of((await run([grant()])).recorder, "saveState"), []);
    assert.equal(of((await run([grant()], { revoke_token: "true" })).recorder, "saveState").length, 2);
  });

  for (const [what, expected] of [
    ["in 18 characters", ORG],
    ["in 15 characters", ORG.slice(0, 15)],
  ] as const) {
    test(`to the expected org, given ${what}, is handed over`, async () => {
      const { recorder, error } = await run([grant()], { expected_org_id: expected });
      assert.equal(error, undefined);
      assert.equal(of(recorder, "output").length, 11);
    });
  }

  test("to the expected org is known by the token where the answer has no id", async () => {
    const { error } = await run([grant({ id: undefined })], { expected_org_id: ORG });
    assert.equal(error, undefined);
  });
});

describe("a refusal", () => {
  test("is an error with both fields, and nothing is handed over or kept", async () => {
    const outcome = await run([refusal("invalid_grant", "user hasn't approved this consumer")], {
      revoke_token: "true",
      export_environment_variables: "true",
      write_job_summary: "true",
    });
    assert.ok(outcome.error instanceof ActionError);
    assert.match(outcome.error.message, /ci@example\.com at acme\.my\.salesforce\.com/);
    assert.match(everythingOn(outcome.error), /invalid_grant.*user hasn't approved this consumer/s);
    assert.deepEqual(transcript(outcome.recorder), [...KEY_MASKS, ...REQUEST]);
  });

  const ends: readonly (readonly [what: string, step: Step])[] = [
    ["another refusal", refusal("invalid_client", "invalid client credentials")],
    ["an unknown host", fault("ENOTFOUND")],
    ["a certificate that doesn't verify", fault("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate")],
    ["a redirect", { status: 302, headers: { location: "https://elsewhere.example/" } }],
    ["a page", { status: 404, body: "<html><title>x</title>" }],
    ["JSON of another kind", json(200, { token: OPAQUE_TOKEN })],
    ["a token answer that was cut off", { body: JSON.stringify(ANSWER).slice(0, -1) }],
    ["too large an answer", { body: JSON.stringify(ANSWER), oversized: true }],
    ["a server that is never ready", { status: 503, body: OPAQUE_TOKEN, takes: 500 }],
    ["silence", silence],
  ];
  for (const [what, step] of ends) {
    test(`or ${what} hands nothing over`, async () => {
      const { recorder, error } = await run([step], { revoke_token: "true", export_environment_variables: "true" });
      assert.ok(error instanceof ActionError, String(error));
      assert.ok(error.steps.length > 0);
      assert.deepEqual(of(recorder, "output", "exportVariable", "saveState", "summarise"), []);
      assert.ok(recorder.clock.now() - BEGINNING <= 60_000);
    });
  }

  test("that sends the assertion back doesn't show it", async () => {
    const { error } = await run([], {}, (recorder) => ({
      httpPost: async (post) => {
        await recorder.httpPost(post);
        const assertion = post.form["assertion"] ?? "";
        const fields = { error: `x${assertion}`, error_description: `invalid assertion ${assertion}` };
        return { status: 400, headers: { "x-request-id": assertion }, body: JSON.stringify(fields), oversized: false };
      },
    }));
    assert.match(everythingOn(error), /invalid assertion \[…\]/);
  });
});

describe("a token for another org", () => {
  const mismatches: readonly (readonly [what: string, fields: object, expected: string, named: string])[] = [
    ["of 18 characters", {}, "00D000000000001EAA", ORG],
    ["of 15 characters", {}, "00D000000000001", ORG],
    ["that differs by the case of a letter", {}, "00D5e000000aBCD", ORG],
    ["where the answer has no id", { id: undefined }, "00D000000000001", ORG],
    ["where nothing names the org", { access_token: JWT, id: undefined }, ORG, "an org that Salesforce did not name"],
  ];
  for (const [what, fields, expected, named] of mismatches) {
    test(`${what} is an error that names both, and nothing is handed over`, async () => {
      const outcome = await run([grant(fields)], {
        expected_org_id: expected,
        export_environment_variables: "true",
        write_job_summary: "true",
      });
      const { message, steps } = failureOf(outcome, "org-mismatch");
      assert.ok(message.includes(named), message);
      assert.ok(message.includes(expected), message);
      assert.ok(steps.length > 0);
      assert.deepEqual(handedOver(outcome.recorder), []);
      assert.deepEqual(of(outcome.recorder, "saveState", "info"), []);
    });
  }

  test("is masked all the same, and kept for revocation where that is asked for", async () => {
    const outcome = await run([grant()], { expected_org_id: "00D000000000001", revoke_token: "true" });
    failureOf(outcome, "org-mismatch");
    assert.deepEqual(transcript(outcome.recorder), [...KEY_MASKS, ...REQUEST, ...TOKEN_MASKS, ...SAVED]);
  });
});

describe("an answer that can't be trusted", () => {
  test("is masked all the same, and its token is kept for revocation at the host that granted it", async () => {
    const outcome = await run([grant({ instance_url: "http://evil.example" })], { revoke_token: "true" });
    failureOf(outcome, "token-answer-malformed");
    assert.deepEqual(transcript(outcome.recorder), [...KEY_MASKS, ...REQUEST, ...TOKEN_MASKS, ...SAVED]);
  });

  test("is not kept where its token is none, and hands nothing over", async () => {
    const odd = `${OPAQUE_TOKEN}\n::set-output name=x::y`;
    const outcome = await run([grant({ access_token: odd })], {
      revoke_token: "true",
      export_environment_variables: "true",
    });
    failureOf(outcome, "token-answer-malformed");
    const lines = outcome.recorder.lines({ ...NAMES, odd, "odd tail": odd.slice(16) });
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("debug ")),
      [...KEY_MASKS, ...REQUEST, "mask <odd>", "mask <odd tail>"],
    );
  });

  const spoilt: readonly (readonly [what: string, fields: object])[] = [
    ["no instance, from a host that is no My Domain", { instance_url: undefined }],
    ["an identity that is none", { id: "https://login.salesforce.com/id/x" }],
    ["a time that is an object", { issued_at: { toString: null } }],
    ["a scope with a line end", { scope: "api\nfull" }],
    ["a token that is no text", { access_token: [OPAQUE_TOKEN] }],
  ];
  for (const [what, fields] of spoilt) {
    test(`for ${what} hands nothing over`, async () => {
      const outcome = await run([grant(fields)], { login_url: "https://login.salesforce.com" });
      failureOf(outcome, "token-answer-malformed");
      assert.deepEqual(handedOver(outcome.recorder), []);
    });
  }
});

describe("inputs that can't be used", () => {
  test("are told without a request, behind the masks of what was given", async () => {
    const outcome = await run([grant()], { username: "", timeout_seconds: "x", private_key_passphrase: PASSPHRASE });
    failureOf(outcome, "inputs");
    assert.deepEqual(transcript(outcome.recorder), [
      "mask <key>",
      "mask <passphrase>",
      "mask <key lines>",
      "mask <key body>",
    ]);
  });

  test("such as a key where its path should be, are told behind a mask of it", async () => {
    const outcome = await run([grant()], { private_key: "", private_key_file: privateKeyPem });
    failureOf(outcome, "inputs");
    assert.deepEqual(transcript(outcome.recorder), ["mask <key>"]);
  });

  test("such as a wrong passphrase, are told behind the masks of the key", async () => {
    const outcome = await run([grant()], { private_key: encryptedPem, private_key_passphrase: "not the passphrase" });
    failureOf(outcome, "inputs");
    assert.doesNotMatch(everythingOn(outcome.error), /not the passphrase/);
    assert.deepEqual(transcript(outcome.recorder), [
      "mask <encrypted key>",
      "mask not the passphrase",
      "mask <encrypted lines>",
      "mask <encrypted body>",
    ]);
  });
});

describe("whatever a server says,", () => {
  const answer = JSON.stringify(ANSWER);
  const body = fc.constantFrom(
    answer,
    answer.slice(0, -1),
    `[${answer}]`,
    JSON.stringify(OPAQUE_TOKEN),
    JSON.stringify({ token: OPAQUE_TOKEN, [OPAQUE_TOKEN]: 1 }),
    JSON.stringify({ error: OPAQUE_TOKEN, error_description: `for ${JWT}`, access_token: OPAQUE_TOKEN }),
    JSON.stringify({ ...ANSWER, scope: `${OPAQUE_TOKEN}\n` }),
    JSON.stringify({ ...ANSWER, id: `https://login.salesforce.com/${OPAQUE_TOKEN}` }),
    `<html><title>${OPAQUE_TOKEN}</title>`,
    `<html><p>token=${OPAQUE_TOKEN}&jwt=${JWT}</p>`,
    `token ${TAIL}\n::error::${JWT} ##[error]${OPAQUE_TOKEN}`,
    "",
  );
  const text = fc.constantFrom(`https://login.example/?t=${OPAQUE_TOKEN}`, OPAQUE_TOKEN, `"${JWT}"`, "1");
  const headers = fc.record(
    { location: text, "x-request-id": text, "retry-after": text, date: text },
    { requiredKeys: [] },
  );
  const answered = fc.record({
    status: fc.constantFrom(200, 200, 201, 302, 400, 401, 404, 429, 503),
    headers,
    body,
    oversized: fc.boolean(),
    takes: fc.integer({ min: 500, max: 20_000 }),
  });
  const broken = fc.constantFrom(OPAQUE_TOKEN, `aborted\n::add-mask::${JWT}`).map((message) => fault("EPIPE", message));
  const script = fc.array(fc.oneof(answered, broken), { minLength: 1, maxLength: 4 });

  test("nothing that is secret shows, nothing runs, and it ends with a token or an error", async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const { recorder, error } = await run(steps, { revoke_token: "true" });
        assert.equal(of(recorder, "output").length, error === undefined ? 11 : 0);
        assert.ok(error === undefined || error instanceof ActionError, String(error));
        for (const [, line] of of(recorder, "info")) assert.doesNotMatch(String(line), /[\r\n]|##\[|^\s*::/);
        assert.ok(recorder.clock.now() - BEGINNING <= 60_000);
      }),
      { numRuns: 100 },
    );
  });
});

test("a token that can't be handed over is kept for revocation all the same", async () => {
  const missing = new Error("GITHUB_OUTPUT is not set");
  const output = () => {
    throw missing;
  };
  const { recorder, error } = await run([grant()], { revoke_token: "true" }, ({ runner }) => ({
    runner: { ...runner, output },
  }));
  assert.equal(error, missing);
  assert.deepEqual(transcript(recorder), [...KEY_MASKS, ...REQUEST, ...TOKEN_MASKS, ...SAVED]);
});
