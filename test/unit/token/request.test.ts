import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Claims } from "../../../src/token/assertion.ts";
import { givenAssertion, jwtBearer } from "../../../src/token/grants.ts";
import { type FailedResult, requestToken, type TokenRequest, type TokenResult } from "../../../src/token/request.ts";
import { BEGINNING, fault, json, type Recorder, record, refusal, type Step, silence } from "../../support/recorder.ts";
import { assertSilent, OPAQUE_TOKEN, secretLines } from "../../support/secrets.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY_LINES = secretLines(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const ENDPOINT = "https://acme.my.salesforce.com/services/oauth2/token";
const AUDIENCE = "https://acme.my.salesforce.com";
const FALLBACK = "https://login.salesforce.com";
const REQUEST: TokenRequest = {
  tokenEndpoint: ENDPOINT,
  grants: jwtBearer({ consumerKey: "3MVG9consumer", username: "ci@example.com", privateKey }),
  signing: { audience: AUDIENCE, fallbackAudience: FALLBACK, skewMs: undefined },
  timeoutSeconds: 60,
};
const GRANT = json(200, { access_token: OPAQUE_TOKEN });
const BUSY: Step = { status: 503, body: "busy", takes: 1 };
const REFUSED_AUDIENCE = refusal("invalid_grant", "audience is invalid");
/** A `Date` header of a Salesforce whose clock differs from the runner's when an answer comes after 322 ms. */
const dated = (skewMs: number) => ({ date: new Date(BEGINNING + 322 + skewMs).toUTCString() });
const expired = (skewMs: number): Step => ({
  ...refusal("invalid_grant", "expired authorization code", dated(skewMs)),
  takes: 322,
});

interface Run {
  readonly result: TokenResult;
  readonly recorder: Recorder;
}

/** Asks a scripted server, and checks that no reader could see a secret meanwhile. */
async function ask(script: readonly Step[], change: Partial<TokenRequest> = {}, random = 0.5): Promise<Run> {
  const recorder = record(script);
  const { claims, ...result } = await requestToken({ ...REQUEST, ...change }, { ...recorder, random: () => random });
  assert.deepEqual({ ...claims }, claimsOf(recorder).at(-1), "it says what the last assertion said");
  assertSilent([...KEY_LINES, OPAQUE_TOKEN], recorder);
  return { result, recorder };
}

async function fail(...args: Parameters<typeof ask>): Promise<{ result: FailedResult; recorder: Recorder }> {
  const { result, recorder } = await ask(...args);
  assert.ok(result.kind === "failed");
  return { result, recorder };
}

const named = (recorder: Recorder, ...names: string[]) => recorder.calls.filter(([name]) => names.includes(name));
const values = (recorder: Recorder, name: string) => named(recorder, name).map(([, value]) => value);
const claimsOf = (recorder: Recorder): Claims[] =>
  recorder.sent.map(({ form }) => {
    const [, payload = ""] = (form["assertion"] ?? "").split(".");
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
  });
const audiences = (recorder: Recorder) => claimsOf(recorder).map(({ aud }) => aud);

test("a normal token request is one POST of an assertion that was masked before", async () => {
  const { result, recorder } = await ask([{ ...GRANT, takes: 250, headers: { "x-request-id": "0a1B-2c" } }]);
  const exp = Math.floor(BEGINNING / 1000) + 180;
  assert.deepEqual(recorder.lines(), [
    "withTimeout 15000",
    "mask <assertion 1>",
    `post ${ENDPOINT} {"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"<assertion 1>"}`,
    `debug Attempt 1: POST ${ENDPOINT}, claims {"iss":"3MVG9consumer","sub":"ci@example.com","aud":"${AUDIENCE}","exp":${exp}}: HTTP 200 (request 0a1B-2c), Salesforce granted a token, 250 ms`,
  ]);
  assert.deepEqual(result, { kind: "granted", fields: { access_token: OPAQUE_TOKEN } });
});

test("the assertion that is sent is signed with the private key", async () => {
  const { recorder } = await ask([GRANT]);
  const [header, payload, signature = ""] = (recorder.sent[0]?.form["assertion"] ?? "").split(".");
  const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  assert.ok(verifier.verify(publicKey, Buffer.from(signature, "base64url")));
});

describe("a transient error is retried, with a line that says why and when:", () => {
  // biome-ignore format: a table, one row a line
  const transient: readonly (readonly [what: string, step: Step, reason: string])[] = [
    ["a 503", { status: 503 }, "the server answered HTTP 503 with an empty body"],
    ["an unsafe error code", json(503, { error: "x ##[error]y" }), "Salesforce answered HTTP 503"],
    ["an error code of 60 letters", json(500, { error: "k".repeat(60) }), `Salesforce answered HTTP 500 ${"k".repeat(60)}`],
    ["an error code of 61 letters", json(500, { error: "k".repeat(61) }), "Salesforce answered HTTP 500"],
    ["a page with HTTP 200", { body: "<html>Down</html>" }, "the server answered HTTP 200 with a web page"],
    ["server_error", refusal("server_error", "oops"), "Salesforce answered HTTP 400 server_error"],
    ["a broken connection", fault("ECONNRESET"), "(.*ECONNRESET.*)"],
    ["no answer", silence, "no answer within 15.0 s: no complete response came"],
  ];
  for (const [what, step, reason] of transient) {
    test(what, async () => {
      const { result, recorder } = await ask([step, GRANT]);
      assert.equal(result.kind, "granted");
      assert.deepEqual(
        recorder.calls.filter(([name]) => name !== "debug").map(([name]) => name),
        ["withTimeout", "mask", "post", "info", "sleep", "withTimeout", "mask", "post"],
      );
      const [line] = values(recorder, "info");
      const expected = `Attempt 1 failed: ${reason}. Next attempt in 0.3 s.`;
      if (reason.startsWith("(")) assert.match(String(line), new RegExp(expected));
      else assert.equal(line, expected);
      assert.deepEqual(values(recorder, "sleep"), [250]);
    });
  }
});

describe("a permanent error ends the token request at once:", () => {
  for (const [what, step, code] of [
    ["a refusal", refusal("invalid_client", ""), "client-credentials-invalid"],
    ["login rate exceeded with HTTP 503", json(503, { error: "rate_limit_exceeded" }), "login-rate-exceeded"],
    ["a redirect", { status: 302, headers: { location: "https://elsewhere.example" } }, "answer-redirect"],
    ["an unknown host", fault("ENOTFOUND"), "host-unknown"],
  ] as const) {
    test(what, async () => {
      const { result, recorder } = await fail([{ ...step, takes: 30 }, GRANT]);
      const { response, ...rest } = result;
      assert.equal(response.rule.code, code);
      assert.deepEqual(rest, {
        kind: "failed",
        attempts: 1,
        durationMs: 30,
        signing: REQUEST.signing,
        measuredSkewMs: undefined,
        deadlineExceeded: undefined,
      });
      assert.deepEqual(named(recorder, "sleep", "info", "warning"), []);
      assert.equal(recorder.sent.length, 1);
    });
  }
});

describe("every attempt", () => {
  test("masks and sends a new assertion, signed at its own time, to the same address", async () => {
    const slow = { ...BUSY, takes: 4000 };
    const { recorder } = await ask([slow, slow, GRANT]);
    const sent = recorder.sent.map(({ form }) => form["assertion"]);
    assert.equal(new Set(sent).size, 3);
    // Each answer takes 4 s, and the waits are 0.25 and 0.5 s.
    const expected = [0, 4250, 8750].map((start) => Math.floor((BEGINNING + start) / 1000) + 180);
    assert.deepEqual(
      claimsOf(recorder).map(({ exp }) => exp),
      expected,
    );
    assert.deepEqual(values(recorder, "mask"), sent);
    assert.deepEqual(
      named(recorder, "mask", "post").map(([name]) => name),
      ["mask", "post", "mask", "post", "mask", "post"],
    );
    assert.deepEqual(new Set(recorder.sent.map(({ url }) => url)), new Set([ENDPOINT]));
  });

  test("waits for a random part of a time that doubles, on top of what Retry-After asks for", async () => {
    const { recorder } = await ask([BUSY, { ...BUSY, headers: { "retry-after": "5" } }, BUSY, GRANT], {}, 0.999_999);
    assert.deepEqual(values(recorder, "sleep"), [499, 5999, 1999]);
  });
});

describe("the budget", () => {
  test("gives an attempt 15 seconds and half of what is left at most, and ends with less than one second", async () => {
    const { result, recorder } = await fail([silence], {}, 0);
    assert.deepEqual(values(recorder, "withTimeout"), [15_000, 15_000, 15_000, 7500, 3750, 1875]);
    const { attempts, durationMs, deadlineExceeded } = result;
    assert.deepEqual(
      { attempts, durationMs, deadlineExceeded },
      { attempts: 6, durationMs: 58_125, deadlineExceeded: { retryAfterMs: 0 } },
    );
  });

  test("isn't used for a wait that the server asked for and that is longer", async () => {
    const { result, recorder } = await fail([{ status: 503, headers: { "retry-after": "120" } }]);
    assert.deepEqual(named(recorder, "sleep", "info"), []);
    assert.deepEqual(result.deadlineExceeded, { retryAfterMs: 120_000 });
  });

  test("gives an attempt no time, rather than less, if a wait took longer than it should", async () => {
    const recorder = record([BUSY]);
    const clock = { ...recorder.clock, sleep: (milliseconds: number) => recorder.clock.sleep(milliseconds + 60_000) };
    await requestToken(REQUEST, { ...recorder, clock, random: () => 0.5 });
    assert.deepEqual(values(recorder, "withTimeout"), [15_000, 0]);
  });

  test("that ends in silence reports what Salesforce answered before, with its time and its assertion", async () => {
    const busy = { ...BUSY, takes: 322, headers: dated(9000) };
    const { result } = await fail([fault("ECONNRESET"), { ...busy, takes: 72 }, silence], { timeoutSeconds: 10 }, 0.5);
    assert.equal(result.response.kind, "invalid");
    assert.equal(result.measuredSkewMs, 9000);
    assert.ok(result.attempts > 2);
    assert.notEqual(result.deadlineExceeded, undefined);
  });

  test("that ends in silence after another audience was tried reports the audience that Salesforce rejected", async () => {
    const { result } = await fail([REFUSED_AUDIENCE, silence]);
    assert.equal(result.response.rule.code, "audience-refused");
    assert.deepEqual(result.signing, REQUEST.signing);
  });

  test("that ends in silence without an answer of Salesforce reports what the proxy answered before", async () => {
    const refused = new Error("tunneling socket could not be established, statusCode=502");
    const proxy502 = { fault: Object.assign(refused, { code: "ECONNRESET" }) };
    const { result } = await fail([proxy502, silence], { timeoutSeconds: 10 });
    assert.equal(result.response.rule.code, "proxy-unreachable");
  });

  test("that ends without any answer reports the last network error", async () => {
    const { result } = await fail([fault("ECONNRESET"), silence], { timeoutSeconds: 10 });
    assert.equal(result.response.rule.code, "no-answer-in-time");
  });

  test("that ends in a broken connection reports that, since it isn't silence", async () => {
    const { result } = await fail(
      [
        { ...BUSY, takes: 500 },
        { ...fault("ECONNRESET"), takes: 500 },
      ],
      { timeoutSeconds: 4 },
    );
    assert.equal(result.response.rule.code, "connection-failed");
  });

  const steps = fc.constantFrom<Step>(
    silence,
    { ...BUSY, takes: 400 },
    { ...BUSY, takes: 14_000 },
    { ...BUSY, takes: 300, headers: { "retry-after": "20" } },
    { ...fault("ECONNRESET"), takes: 900 },
  );

  test("holds whatever the server does", async () => {
    const script = fc.array(steps, { minLength: 1, maxLength: 6 });
    const budget = fc.oneof(fc.constantFrom(1, 2, 60, 600), fc.integer({ min: 1, max: 120 }));
    await fc.assert(
      fc.asyncProperty(
        script,
        budget,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (does, seconds, random) => {
          const recorder = record(does);
          const start = recorder.clock.monotonic();
          const result = await requestToken(
            { ...REQUEST, timeoutSeconds: seconds },
            { ...recorder, random: () => random },
          );
          assert.ok(result.kind === "failed" && result.deadlineExceeded !== undefined);
          assert.ok(recorder.clock.monotonic() - start <= seconds * 1000);
          const given = values(recorder, "withTimeout").map(Number);
          assert.ok(
            given.every((time, index) => time <= 15_000 && (index === 0 || time >= 1000)),
            String(given),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a wrong clock of the runner", () => {
  test("is corrected at once and once, with a warning, and stays corrected", async () => {
    const { result, recorder } = await ask([expired(412_000), { ...BUSY, takes: 5000 }, GRANT]);
    assert.equal(result.kind, "granted");
    const salesforceTime = Math.round((BEGINNING + 322 + 412_000) / 1000);
    const [, second, third] = claimsOf(recorder).map(({ exp }) => exp - 180 - salesforceTime);
    assert.deepEqual([second, third], [0, 5]);
    assert.match(String(values(recorder, "warning")), /^The runner's clock is 412 s behind Salesforce's/);
    assert.deepEqual(values(recorder, "sleep"), [500]);
  });

  test("isn't corrected twice: the next refusal is final", async () => {
    const { result, recorder } = await fail([expired(412_000), expired(900_000), GRANT]);
    assert.equal(result.signing.skewMs, 412_000);
    assert.equal(named(recorder, "warning").length, 1);
    assert.equal(recorder.sent.length, 2);
  });

  test("that is more than 24 hours off is reported, and no assertion is signed for that date", async () => {
    const thirtyYears = 30 * 365 * 86_400_000;
    const { result, recorder } = await fail([expired(thirtyYears), GRANT]);
    assert.equal(result.measuredSkewMs, thirtyYears);
    assert.equal(recorder.sent.length, 1);
    assert.deepEqual(named(recorder, "warning"), []);
  });

  test("isn't measured without a date in the response", async () => {
    assert.equal((await fail([json(400, { error: "x" }, { date: "today" })])).result.measuredSkewMs, undefined);
  });
});

describe("an audience that Salesforce rejects", () => {
  const lines = (recorder: Recorder) => named(recorder, "info", "warning");

  test("is replaced at once, and the input to set is named after Salesforce accepted the other", async () => {
    const { result, recorder } = await ask([REFUSED_AUDIENCE, GRANT]);
    assert.equal(result.kind, "granted");
    assert.deepEqual(audiences(recorder), [AUDIENCE, FALLBACK]);
    assert.deepEqual(values(recorder, "sleep"), []);
    assert.deepEqual(lines(recorder), [
      ["info", `Salesforce rejected the audience ${AUDIENCE}. Retrying once with ${FALLBACK}.`],
      [
        "info",
        `Salesforce accepted the audience ${FALLBACK}. To save a request in each run, set the input audience to it.`,
      ],
    ]);
  });

  test("is replaced once: a second refusal is final, and doesn't say which input to set", async () => {
    const { result, recorder } = await fail([REFUSED_AUDIENCE, REFUSED_AUDIENCE, GRANT]);
    assert.deepEqual(audiences(recorder), [AUDIENCE, FALLBACK]);
    assert.equal(result.signing.audience, FALLBACK);
    assert.equal(lines(recorder).length, 1);
  });

  test("stays replaced after a transient error", async () => {
    const { recorder } = await ask([BUSY, REFUSED_AUDIENCE, BUSY, GRANT]);
    assert.deepEqual(audiences(recorder), [AUDIENCE, AUDIENCE, FALLBACK, FALLBACK]);
  });

  test("is replaced after a wrong clock was corrected, which it keeps", async () => {
    const { result, recorder } = await ask([expired(412_000), REFUSED_AUDIENCE, GRANT]);
    assert.equal(result.kind, "granted");
    const [, second, third] = claimsOf(recorder);
    assert.deepEqual([third?.aud, third?.exp], [FALLBACK, second?.exp]);
  });
});

describe("the log of a token request", () => {
  test("has nothing from a server that the runner would act on", async () => {
    const hostile = "x\n::error::y ##[error]z\r::add-mask::e";
    const { recorder } = await ask([
      json(503, { error: hostile, error_description: hostile }, { "x-request-id": hostile }),
      { status: 503, body: `<html>${hostile}</html>` },
      fault("ECONNRESET", hostile),
      json(400, { error: hostile, error_description: hostile }),
    ]);
    const lines = named(recorder, "info", "warning", "debug");
    assert.equal(lines.length, 7);
    for (const [, line] of lines) assert.doesNotMatch(String(line), /[\r\n]|##\[|^\s*::/);
  });

  test("doesn't show an assertion that the server sends back", async () => {
    const recorder = record();
    const httpPost: typeof recorder.httpPost = async (post) => {
      await recorder.httpPost(post);
      const { assertion = "" } = post.form as { assertion?: string };
      const body = JSON.stringify({ error: assertion, error_description: `bad ${assertion}` });
      const status = recorder.sent.length === 1 ? 503 : 400;
      return { status, headers: { "x-request-id": assertion }, body, oversized: false };
    };
    const result = await requestToken(REQUEST, { ...recorder, httpPost, random: () => 0 });
    assert.equal(recorder.sent.length, 2);
    assertSilent(KEY_LINES, recorder, new Error(JSON.stringify(result)));
  });

  for (const [name, id, shown] of [
    ["x-request-id", "a".repeat(36), ` (request ${"a".repeat(36)})`],
    ["x-sfdc-request-id", "0f", " (request 0f)"],
    ["sfdc-request-id", "F", " (request F)"],
    ["x-request-id", "a".repeat(37), ""],
    ["x-request-id", "0g", ""],
    ["x-request-id", "g0", ""],
    ["x-request-id", ["0f"], ""],
  ] as const) {
    test(`${shown ? "shows" : "doesn't show"} the request ID ${id} of the header ${name} in debug`, async () => {
      const { recorder } = await ask([{ ...GRANT, headers: { [name]: id } as Record<string, string> }]);
      assert.ok(String(values(recorder, "debug")).endsWith(`: HTTP 200${shown}, Salesforce granted a token, 0 ms`));
    });
  }

  test("shows in debug how an attempt without a response ended, and how long it took", async () => {
    const { recorder } = await ask([{ ...fault("EPIPE"), takes: 30.4 }, GRANT]);
    assert.match(String(values(recorder, "debug")[0]), /^Attempt 1: POST https:.*\}: [^,]*EPIPE.*, 30 ms$/);
  });
});

describe("an assertion that was signed elsewhere", () => {
  const claims = { iss: "3MVG9consumer", sub: "ci@example.com", aud: AUDIENCE, exp: Math.floor(BEGINNING / 1000) + 60 };
  const text = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2lnbmF0dXJlLW9mLWEta21z`;
  const grants = givenAssertion({ text, claims });

  test("is sent again as it is", async () => {
    const { result, recorder } = await ask([BUSY, GRANT], { grants });
    assert.equal(result.kind, "granted");
    assert.deepEqual(
      recorder.sent.map(({ form }) => form["assertion"]),
      [text, text],
    );
  });

  test("isn't sent again once it has expired", async () => {
    const expiring = { ...grants, validUntil: BEGINNING };
    const { result } = await fail([BUSY], { grants: expiring });
    assert.deepEqual(result.deadlineExceeded, { retryAfterMs: 0, assertionExpires: true });
    assert.equal(result.attempts, 1);
  });

  test("isn't sent for another audience", async () => {
    const { result } = await fail([REFUSED_AUDIENCE], { grants });
    assert.equal(result.attempts, 1);
  });
});
