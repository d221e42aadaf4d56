import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Claims } from "../../../src/token/assertion.ts";
import { requestToken, type TokenRequest } from "../../../src/token/request.ts";
import type { TokenResult } from "../../../src/token/token-result.ts";
import { BEGINNING, fault, json, type Recorder, record, refusal, type Step, silence } from "../../support/recorder.ts";
import { assertSilent, OPAQUE_TOKEN, secretLines } from "../../support/secrets.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY_LINES = secretLines(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const ENDPOINT = "https://acme.my.salesforce.com/services/oauth2/token";
const REQUEST: TokenRequest = {
  consumerKey: "3MVG9consumer",
  username: "ci@example.com",
  privateKey,
  tokenEndpoint: ENDPOINT,
  audience: "https://acme.my.salesforce.com",
  fallbackAudience: "https://login.salesforce.com",
  timeoutSeconds: 60,
};
const GRANT = json(200, { access_token: OPAQUE_TOKEN });
const BUSY: Step = { status: 503, body: "busy" };

interface Run {
  readonly exchange: TokenResult;
  readonly recorder: Recorder;
}

/** Asks a scripted server, and makes sure that nobody could read a secret meanwhile. */
async function ask(script: readonly Step[], change: Partial<TokenRequest> = {}, random = 0.5): Promise<Run> {
  const recorder = record(script);
  const exchange = await requestToken({ ...REQUEST, ...change }, { ...recorder, random: () => random });
  assertSilent([...KEY_LINES, OPAQUE_TOKEN], recorder);
  return { exchange, recorder };
}

const named = (recorder: Recorder, ...names: string[]) => recorder.calls.filter(([name]) => names.includes(name));
const sleeps = (recorder: Recorder) => named(recorder, "sleep").map(([, milliseconds]) => milliseconds);
const claimsOf = (recorder: Recorder): Claims[] =>
  recorder.sent.map(({ form }) => {
    const [, payload = ""] = (form["assertion"] ?? "").split(".");
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
  });
/** A `Date` header of a Salesforce whose clock differs from the runner's by so much, `after` milliseconds from the start. */
const dated = (skewMs: number, after = 0) => ({ date: new Date(BEGINNING + after + skewMs).toUTCString() });

test("a normal run is one POST, of an assertion that is masked before", async () => {
  const { exchange, recorder } = await ask([{ ...GRANT, takes: 250, headers: { "x-request-id": "0a1B-2c" } }]);
  const exp = Math.floor(BEGINNING / 1000) + 180;
  assert.deepEqual(recorder.lines(), [
    "mask <assertion 1>",
    "withTimeout 15000",
    `post ${ENDPOINT} {"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"<assertion 1>"}`,
    `debug Attempt 1: POST ${ENDPOINT}, claims {"iss":"3MVG9consumer","sub":"ci@example.com","aud":"https://acme.my.salesforce.com","exp":${exp}}: HTTP 200 (request 0a1B-2c), a token was granted, 250 ms`,
  ]);
  assert.deepEqual(exchange, {
    outcome: { kind: "granted", fields: { access_token: OPAQUE_TOKEN } },
    attempts: 1,
    durationMs: 250,
    signing: {
      audience: "https://acme.my.salesforce.com",
      fallbackAudience: "https://login.salesforce.com",
      skewMs: undefined,
    },
    measuredSkewMs: undefined,
    deadlineExceeded: undefined,
  });
});

test("an assertion is signed with the private key and valid for three minutes", async () => {
  const { recorder } = await ask([GRANT]);
  const [header, payload, signature = ""] = (recorder.sent[0]?.form["assertion"] ?? "").split(".");
  const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  assert.ok(verifier.verify(publicKey, Buffer.from(signature, "base64url")));
  assert.equal(claimsOf(recorder)[0]?.exp, Math.floor(BEGINNING / 1000) + 180);
});

const transient: readonly (readonly [what: string, step: Step, reason: string])[] = [
  ["408", { status: 408 }, "the answer was HTTP 408 with an empty body"],
  ["425", { status: 425, body: "early" }, "the answer was HTTP 425 with something that is not JSON"],
  ["429", json(429, {}), "the answer was HTTP 429 with JSON that is neither a token nor an error"],
  ["500", { status: 500, oversized: true }, "the answer was HTTP 500 with more than 1 MiB"],
  ["502", { status: 502 }, "the answer was HTTP 502 with an empty body"],
  ["503 with an error", json(503, { error: "x ##[error]y" }), "Salesforce answered HTTP 503"],
  ["504", { status: 504 }, "the answer was HTTP 504 with an empty body"],
  ["a page of 200", { body: "<html>Down</html>" }, "the answer was HTTP 200 with an HTML page"],
  ["server_error", refusal("server_error", "oops"), "Salesforce answered HTTP 400 server_error"],
  [
    "temporarily_unavailable",
    json(401, { error: "temporarily_unavailable" }),
    "Salesforce answered HTTP 401 temporarily_unavailable",
  ],
  ["retry your request", refusal("unknown_error", "retry your request"), "Salesforce answered HTTP 400 unknown_error"],
  ["a reset", fault("ECONNRESET", "read ECONNRESET"), "the connection failed (read ECONNRESET)"],
  ["a refused connection", fault("ECONNREFUSED"), "the connection failed (ECONNREFUSED)"],
  ["a name server that is down", fault("EAI_AGAIN"), "the connection failed (EAI_AGAIN)"],
  ["no answer", silence, "no answer within 15.0 s"],
  [
    "a proxy's 503",
    fault("ECONNRESET", "tunneling socket could not be established, statusCode=503"),
    "the proxy could not reach Salesforce (tunneling socket could not be established, statusCode=503)",
  ],
];

describe("asked again, with a word why and when:", () => {
  for (const [what, step, reason] of transient) {
    test(what, async () => {
      const { exchange, recorder } = await ask([step, GRANT]);
      assert.deepEqual({ attempts: exchange.attempts, kind: exchange.outcome.kind }, { attempts: 2, kind: "granted" });
      assert.deepEqual(
        recorder.calls.filter(([name]) => name !== "debug").map(([name]) => name),
        ["mask", "withTimeout", "post", "info", "sleep", "mask", "withTimeout", "post"],
      );
      assert.deepEqual(named(recorder, "info"), [["info", `Attempt 1 failed: ${reason}. Next attempt in 0.3 s.`]]);
      assert.deepEqual(sleeps(recorder), [250]);
    });
  }
});

const final: readonly (readonly [what: string, step: Step, kind: string])[] = [
  ["a token", GRANT, "granted"],
  ["user hasn't approved this consumer", refusal("invalid_grant", "user hasn't approved this consumer"), "refused"],
  ["401", json(401, { error: "invalid_client" }), "refused"],
  ["login rate exceeded", refusal("invalid_grant", "login rate exceeded"), "refused"],
  [
    "login rate exceeded with 503",
    json(503, { error: "server_error", error_description: "login rate exceeded" }),
    "refused",
  ],
  [
    "login rate exceeded with 429 and Retry-After",
    json(429, { error: "rate_limit_exceeded" }, { "retry-after": "1" }),
    "refused",
  ],
  ["a redirect", { status: 302, headers: { location: "https://elsewhere.example" } }, "unusable"],
  ["a page of 404", { status: 404, body: "<html>" }, "unusable"],
  ["JSON of another kind", json(200, []), "unusable"],
  ["an empty 200", {}, "unusable"],
  ["an unknown host", fault("ENOTFOUND"), "unreachable"],
  ["a certificate that doesn't verify", fault("SELF_SIGNED_CERT_IN_CHAIN"), "unreachable"],
  ["a proxy's 407", fault("ECONNRESET", "tunneling socket could not be established, statusCode=407"), "unreachable"],
  ["a proxy's 403", fault("ECONNRESET", "tunneling socket could not be established, statusCode=403"), "unreachable"],
];

describe("final at once:", () => {
  for (const [what, step, kind] of final) {
    test(what, async () => {
      const { exchange, recorder } = await ask([step, GRANT]);
      assert.deepEqual(
        { attempts: exchange.attempts, kind: exchange.outcome.kind, deadlineExceeded: exchange.deadlineExceeded },
        { attempts: 1, kind, deadlineExceeded: undefined },
      );
      assert.equal(recorder.sent.length, 1);
      assert.deepEqual(named(recorder, "sleep", "info", "warning"), []);
    });
  }
});

describe("every attempt", () => {
  test("sends an assertion of its own, signed when it is sent, and masked before", async () => {
    const slow = { ...BUSY, takes: 4000 };
    const { recorder } = await ask([slow, slow, slow, GRANT]);
    const sent = recorder.sent.map(({ form }) => form["assertion"]);
    assert.equal(new Set(sent).size, 4);
    // Each answer takes 4 s, and the waits are 0.25, 0.5 and 1 s.
    const starts = [0, 4250, 8750, 13_750];
    assert.deepEqual(
      claimsOf(recorder).map(({ exp }) => exp),
      starts.map((start) => Math.floor((BEGINNING + start) / 1000) + 180),
    );
    const order = named(recorder, "mask", "post").map(([name]) => name);
    assert.deepEqual(order, ["mask", "post", "mask", "post", "mask", "post", "mask", "post"]);
    assert.deepEqual(
      named(recorder, "mask").map(([, secret]) => secret),
      sent,
    );
  });

  test("waits twice as long as the one before, up to eight seconds", async () => {
    const { recorder } = await ask([BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, GRANT], {}, 0.999_999);
    assert.deepEqual(sleeps(recorder), [499, 999, 1999, 3999, 7999, 7999]);
  });

  test("gets fifteen seconds at most, and half of what is left", async () => {
    const { recorder } = await ask([silence], { timeoutSeconds: 60 }, 0);
    const given = named(recorder, "withTimeout").map(([, milliseconds]) => Number(milliseconds));
    assert.deepEqual(given.slice(0, 5), [15_000, 15_000, 15_000, 7500, 3750]);
  });

  test("gets no less than no time, where a wait took longer than it should", async () => {
    const recorder = record([BUSY]);
    const clock = { ...recorder.clock, sleep: (milliseconds: number) => recorder.clock.sleep(milliseconds + 60_000) };
    const { attempts } = await requestToken(REQUEST, { ...recorder, clock, random: () => 0.5 });
    const given = named(recorder, "withTimeout").map(([, milliseconds]) => milliseconds);
    assert.deepEqual([attempts, given], [2, [15_000, 0]]);
  });

  test("goes to the same address", async () => {
    const { recorder } = await ask([BUSY, { ...silence }, fault("EPIPE"), GRANT]);
    assert.deepEqual(new Set(recorder.sent.map(({ url }) => url)), new Set([ENDPOINT]));
  });
});

describe("Retry-After", () => {
  const asked: readonly (readonly [what: string, headers: Record<string, string>, waitMs: number])[] = [
    ["in seconds", { "retry-after": "7" }, 7250],
    ["as a date, on Salesforce's own clock", { "retry-after": dated(-300_000, 9000).date, ...dated(-300_000) }, 9250],
    ["as a date without Date, on the runner's", { "retry-after": new Date(BEGINNING + 9322).toUTCString() }, 9572],
    ["in the past", { "retry-after": dated(-60_000).date }, 250],
    ["as nonsense", { "retry-after": "soon" }, 250],
  ];
  for (const [what, headers, waitMs] of asked) {
    test(`${what} is waited for, with the jitter on top`, async () => {
      const { exchange, recorder } = await ask([{ status: 429, headers }, GRANT]);
      assert.equal(exchange.attempts, 2);
      assert.deepEqual(sleeps(recorder), [waitMs]);
    });
  }

  test("beyond the budget ends the request at once, and says for how long the server wanted to be left alone", async () => {
    const { exchange, recorder } = await ask([{ status: 503, headers: { "retry-after": "120" } }]);
    assert.deepEqual(sleeps(recorder), []);
    assert.deepEqual(exchange.deadlineExceeded, { retryAfterMs: 120_000 });
    assert.deepEqual({ attempts: exchange.attempts, durationMs: exchange.durationMs }, { attempts: 1, durationMs: 0 });
    assert.deepEqual(named(recorder, "info"), []);
  });

  test("holds for the attempt that it came with", async () => {
    const { recorder } = await ask([{ status: 503, headers: { "retry-after": "5" } }, BUSY, GRANT]);
    assert.deepEqual(sleeps(recorder), [5250, 500]);
  });
});

describe("the budget", () => {
  const steps = fc.constantFrom<Step>(
    silence,
    { ...BUSY, takes: 400 },
    { ...BUSY, takes: 14_000 },
    { ...BUSY, takes: 300, headers: { "retry-after": "20" } },
    { ...fault("ECONNRESET"), takes: 900 },
  );

  /** Asks, and keeps of each attempt what it was given and what was left of the budget then. */
  async function shares(script: readonly Step[], timeoutSeconds: number, random: number) {
    const recorder = record(script);
    const { clock } = recorder;
    const end = clock.monotonic() + timeoutSeconds * 1000;
    const given: { readonly milliseconds: number; readonly left: number }[] = [];
    const within: typeof clock.withTimeout = (milliseconds, work) => {
      given.push({ milliseconds, left: end - clock.monotonic() });
      return clock.withTimeout(milliseconds, work);
    };
    const around = { ...recorder, clock: { ...clock, within }, random: () => random };
    const exchange = await requestToken({ ...REQUEST, timeoutSeconds }, around);
    return { exchange, given, left: end - clock.monotonic() };
  }

  test("holds whatever the server does, and no attempt gets more than its share", async () => {
    const script = fc.array(steps, { minLength: 1, maxLength: 6 });
    const budget = fc.oneof(fc.constantFrom(1, 2, 60, 600), fc.integer({ min: 1, max: 120 }));
    const random = fc.double({ min: 0.1, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(script, budget, random, async (does, timeoutSeconds, share) => {
        const { exchange, given, left } = await shares(does, timeoutSeconds, share);
        assert.ok(left >= 0, "all of it within the budget");
        assert.ok(exchange.durationMs <= timeoutSeconds * 1000);
        assert.notEqual(exchange.outcome.kind, "granted");
        assert.notEqual(exchange.deadlineExceeded, undefined);
        for (const attempt of given) assert.ok(attempt.milliseconds <= Math.min(15_000, attempt.left / 2));
      }),
      { numRuns: 40 },
    );
  });

  test("that is over is told, without a wait that the server asked for", async () => {
    const { exchange } = await ask([silence], { timeoutSeconds: 1 });
    assert.equal(exchange.outcome.kind, "unreachable");
    assert.deepEqual(exchange.deadlineExceeded, { retryAfterMs: 0 });
  });

  test("is used for what little a small one allows", async () => {
    const { exchange } = await ask(
      [
        { ...BUSY, takes: 100 },
        { ...GRANT, takes: 100 },
      ],
      { timeoutSeconds: 1 },
    );
    assert.deepEqual(
      { kind: exchange.outcome.kind, durationMs: exchange.durationMs },
      { kind: "granted", durationMs: 450 },
    );
  });
});

describe("a runner's clock that is wrong", () => {
  const expired = (skewMs: number, after = 0) =>
    refusal("invalid_grant", "expired authorization code", dated(skewMs, after));

  for (const skewMs of [412_000, -412_000, 3_600_000]) {
    test(`by ${skewMs} ms is set right, at once and with a warning`, async () => {
      const { exchange, recorder } = await ask([expired(skewMs), GRANT]);
      assert.equal(exchange.outcome.kind, "granted");
      assert.equal(exchange.attempts, 2);
      // A Date header has whole seconds.
      const salesforceTime = Math.floor((BEGINNING + skewMs) / 1000) * 1000;
      assert.equal(exchange.signing.skewMs, salesforceTime - BEGINNING);
      assert.equal(claimsOf(recorder)[1]?.exp, salesforceTime / 1000 + 180);
      assert.deepEqual(sleeps(recorder), []);
      const [[, warning] = [], ...others] = named(recorder, "info", "warning");
      assert.deepEqual(others, []);
      assert.match(String(warning), skewMs > 0 ? /41\d s behind|3599 s behind/ : /413 s ahead of/);
      assert.match(String(warning), /signed once more/);
    });
  }

  test("is set right once: the next refusal is final", async () => {
    const { exchange, recorder } = await ask([expired(412_000), expired(900_000), GRANT]);
    assert.equal(exchange.outcome.kind, "refused");
    assert.equal(recorder.sent.length, 2);
    assert.equal(named(recorder, "warning").length, 1);
  });

  test("stays set right in the attempts that follow", async () => {
    const { recorder } = await ask([expired(412_000), { ...BUSY, takes: 5000 }, GRANT]);
    const salesforceTime = Math.floor((BEGINNING + 412_000) / 1000) * 1000;
    assert.equal(claimsOf(recorder)[2]?.exp, Math.floor((salesforceTime + 5500) / 1000) + 180);
  });

  test("is not the cause up to a minute, nor without a Date", async () => {
    for (const step of [expired(60_000), expired(-59_000), refusal("invalid_grant", "expired authorization code")]) {
      const { recorder } = await ask([step, GRANT]);
      assert.equal(recorder.sent.length, 1);
      assert.deepEqual(named(recorder, "warning"), []);
    }
  });

  test("is measured at the last answer, also where it is not the cause", async () => {
    const denied = (skewMs: number, after: number) => ({
      ...refusal("inactive_user", "", dated(skewMs, after)),
      takes: 322,
    });
    assert.equal((await ask([denied(-100_000, 322)])).exchange.measuredSkewMs, -100_000);
    assert.equal((await ask([json(400, { error: "x" }, { date: "today" })])).exchange.measuredSkewMs, undefined);
    assert.equal((await ask([fault("ENOTFOUND")])).exchange.measuredSkewMs, undefined);
  });
});

describe("an audience that Salesforce refuses", () => {
  const refusedAudience = refusal("invalid_grant", "audience is invalid");
  const audiences = (recorder: Recorder) => claimsOf(recorder).map(({ aud }) => aud);

  test("is replaced by the documented one, at once and with a line that says so", async () => {
    const { exchange, recorder } = await ask([refusedAudience, GRANT]);
    assert.equal(exchange.outcome.kind, "granted");
    assert.deepEqual(audiences(recorder), ["https://acme.my.salesforce.com", "https://login.salesforce.com"]);
    assert.deepEqual(sleeps(recorder), []);
    const [[name, line] = [], ...others] = named(recorder, "info", "warning");
    assert.deepEqual([name, others], ["info", []]);
    assert.match(
      String(line),
      /refused the audience https:\/\/acme\.my\.salesforce\.com; trying https:\/\/login\.salesforce\.com once/,
    );
  });

  test("is replaced once: the next refusal is final, and the plan says what it was about", async () => {
    const { exchange, recorder } = await ask([refusedAudience, refusedAudience, GRANT]);
    assert.deepEqual(audiences(recorder), ["https://acme.my.salesforce.com", "https://login.salesforce.com"]);
    assert.equal(exchange.outcome.kind, "refused");
    assert.equal(exchange.signing.audience, "https://login.salesforce.com");
  });

  test("is not replaced where there is no other to try", async () => {
    const { exchange, recorder } = await ask([refusedAudience, GRANT], { fallbackAudience: undefined });
    assert.equal(exchange.outcome.kind, "refused");
    assert.deepEqual(audiences(recorder), ["https://acme.my.salesforce.com"]);
  });

  test("is replaced also behind a transient fault, and stays replaced behind another", async () => {
    const { recorder } = await ask([BUSY, refusedAudience, BUSY, GRANT]);
    assert.deepEqual(audiences(recorder), [
      ...["https://acme.my.salesforce.com", "https://acme.my.salesforce.com"],
      ...["https://login.salesforce.com", "https://login.salesforce.com"],
    ]);
  });

  test("and a clock that is wrong are set right one after the other", async () => {
    const expired = refusal("invalid_grant", "expired authorization code", dated(412_000));
    const { exchange, recorder } = await ask([expired, refusedAudience, GRANT]);
    assert.equal(exchange.outcome.kind, "granted");
    assert.equal(recorder.sent.length, 3);
    assert.equal(claimsOf(recorder)[2]?.aud, "https://login.salesforce.com");
    assert.equal(claimsOf(recorder)[2]?.exp, claimsOf(recorder)[1]?.exp);
  });

  test("is not replaced when no time is left to see the answer", async () => {
    const { exchange, recorder } = await ask([{ ...refusedAudience, takes: 500 }, GRANT], { timeoutSeconds: 1 });
    assert.equal(exchange.outcome.kind, "granted", "half a second is time enough");
    assert.equal(recorder.sent.length, 2);
    const late = await ask([{ ...BUSY, takes: 400 }, { ...refusedAudience, takes: 150 }, GRANT], { timeoutSeconds: 1 });
    assert.equal(late.exchange.outcome.kind, "refused");
    assert.equal(late.recorder.sent.length, 2);
  });
});

describe("lines of the log", () => {
  test("hold nothing of a server that the runner could act on", async () => {
    const hostile = "x\n::error::y ##[error]z\r::add-mask::e";
    const steps: Step[] = [
      json(503, { error: hostile, error_description: hostile }, { "x-request-id": hostile }),
      { status: 503, body: `<html>${hostile}</html>` },
      fault("ECONNRESET", hostile),
      json(400, { error: hostile, error_description: hostile }),
    ];
    const { recorder } = await ask(steps);
    assert.equal(recorder.sent.length, 4);
    const lines = named(recorder, "info", "warning", "debug");
    assert.equal(lines.length, 7);
    for (const [, line] of lines) assert.doesNotMatch(String(line), /[\r\n]|##\[|^\s*::/);
  });

  test("hold no assertion, even when the server sends it back", async () => {
    const recorder = record();
    const httpPost: typeof recorder.httpPost = async (post) => {
      await recorder.httpPost(post);
      const body = JSON.stringify({
        error: post.form["assertion"],
        error_description: `bad ${post.form["assertion"]}`,
      });
      const headers = { "x-request-id": post.form["assertion"] ?? "" };
      return { status: recorder.sent.length === 1 ? 503 : 400, headers, body, oversized: false };
    };
    const exchange = await requestToken(REQUEST, { ...recorder, httpPost, random: () => 0 });
    assert.equal(exchange.attempts, 2);
    assertSilent(KEY_LINES, recorder, new Error(JSON.stringify(exchange)));
  });

  test("say of each attempt in debug where it went, what was claimed, how it ended and how long it took", async () => {
    const { recorder } = await ask([
      { ...fault("EPIPE"), takes: 30 },
      { ...GRANT, takes: 1234.4 },
    ]);
    const lines = named(recorder, "debug").map(([, line]) => String(line));
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^Attempt 1: POST https:.* the connection failed \(EPIPE\), 30 ms$/);
    assert.match(lines[1] ?? "", /^Attempt 2: .*"sub":"ci@example\.com".*: HTTP 200, a token was granted, 1234 ms$/);
  });
});
