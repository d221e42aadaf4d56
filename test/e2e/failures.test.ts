import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepResult } from "../fakes/runner/step.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { addUser, type Fault, faults } from "../fakes/salesforce/index.ts";
import { login, loginWithFaults, ownHost, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, linkedCodes, onlyCode, onlyError } from "./outcomes.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

const { answer, grantWith, jsonAnswer, maintenancePage, redirect, refusal, status, withHeaders } = faults;
const SIDE_BY_SIDE = { concurrency: 4 };
const SUMMARY = { write_job_summary: "true" };

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, certificatePem } = environment;

describe("a rejected login", SIDE_BY_SIDE, () => {
  test("fails with both fields of Salesforce's answer, the user, the host and a link, after one request", async () => {
    const always = refusal("invalid_app_access", "user is not admin approved to access this app");
    const { result, host, requests } = await loginWithFaults(environment, { always });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["user-not-admin-approved"]);
    for (const part of ["400", "invalid_app_access", "user is not admin approved to access this app"]) {
      assert.ok(message.includes(part), part);
    }
    for (const part of [salesforce.org.username, host]) assert.ok(message.includes(part), part);
    assert.equal(requests.length, 1);
    assert.equal(result.summary, "");
  });

  test("links to the document of the version in use, on the server that runs the workflow", async () => {
    const env = {
      GITHUB_ACTION_REPOSITORY: "your-org/salesforce-jwt-auth",
      GITHUB_ACTION_REF: "v1",
      GITHUB_SERVER_URL: "https://github.acme.example",
    };
    const page = "https://github.acme.example/your-org/salesforce-jwt-auth/blob/v1/docs/troubleshooting.md";
    const { result } = await loginWithFaults(environment, { always: refusal("inactive_user"), env });
    assert.deepEqual(linkedCodes(onlyError(result), page), ["user-inactive"]);
  });

  test("names what this run shows: a sandbox's username at a production host", async () => {
    const result = await login(environment, { with: { username: "deploy@acme.com.uat" } });
    const message = onlyError(result);
    assert.deepEqual(linkedCodes(message), ["user-has-not-approved"]);
    assert.match(message, /\.uat\b.*sandbox/);
  });

  /** What the embedded Salesforce rejects without a fault: what the app and the user are, and the inputs. */
  const REJECTED: Readonly<Record<string, readonly [code: string, inputs: () => Promise<Record<string, string>>]>> = {
    "of a key that isn't the app's": [
      "assertion-invalid",
      async () => ({ private_key: (await clientKey()).privateKeyPem }),
    ],
    "of a user without the app": [
      "user-has-not-approved",
      async () => ({ consumer_key: salesforce.register({ certificate: certificatePem, users: [] }).consumerKey }),
    ],
    "of an app that the generic host doesn't find": [
      "app-not-found",
      async () => ({
        consumer_key: salesforce.register({ certificate: certificatePem, myDomainOnly: true }).consumerKey,
        login_url: "login.salesforce.com",
      }),
    ],
    "of a frozen user": [
      "user-inactive",
      async () => ({ username: addUser(salesforce.org, { username: "frozen@acme.example", active: false }).username }),
    ],
  };
  for (const [what, [code, inputs]] of Object.entries(REJECTED)) {
    test(`${what} fails with the link to ${code}`, async () => {
      assert.equal(onlyCode(await login(environment, { with: await inputs() })), code);
    });
  }
});

/** The server notices a little later that a client has left. */
async function waitUntil(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    assert.ok(waited < 10_000, String(condition));
    await sleep(50);
  }
}

describe("an answer that contains no token", SIDE_BY_SIDE, () => {
  /** Final answers, one of each kind. The tests of `response.ts` and `refusals.ts` have them all. */
  const FINAL: Readonly<Record<string, readonly [fault: Fault, code: string]>> = {
    "HTTP 404 with an HTML page": [maintenancePage(404), "answer-html"],
    "JSON with other fields": [jsonAnswer(200, { ok: true }), "answer-unusable"],
    "a body without an end": [faults.endlessBody(), "answer-unusable"],
    "login rate exceeded with HTTP 503": [
      refusal("server_error", "login rate exceeded", { status: 503 }),
      "login-rate-exceeded",
    ],
  };
  for (const [what, [fault, code]] of Object.entries(FINAL)) {
    test(`fails at once: ${what}`, async () => {
      const { result, requests } = await loginWithFaults(environment, { always: fault });
      assert.equal(onlyCode(result), code);
      assert.equal(requests.length, 1);
    });
  }

  test("is read up to hardly more than 1 MiB", async () => {
    const endless = faults.endlessBody();
    let sent = Number.POSITIVE_INFINITY;
    const deliver: typeof endless.deliver = async (exchange, make) => {
      await endless.deliver(exchange, make);
      sent = exchange.message.socket.bytesWritten;
    };
    onlyCode((await loginWithFaults(environment, { always: { ...endless, deliver } })).result);
    // The buffers of the system, of TLS and of the proxy contain what was sent before the client left.
    await waitUntil(() => sent < 16 * 1024 * 1024);
  });

  for (const code of [302, 307]) {
    test(`is not followed to another host if it redirects with HTTP ${code}`, async () => {
      const elsewhere = ownHost();
      salesforce.serve(elsewhere, { org: salesforce.org });
      const always = redirect(code, `https://${elsewhere}/services/oauth2/token`);
      const { result, requests } = await loginWithFaults(environment, { always });
      const message = onlyError(result);
      assert.deepEqual(linkedCodes(message), ["answer-redirect"]);
      assert.ok(message.includes(elsewhere), "the message names the host");
      assert.equal(requests.length, 1);
      assert.ok(salesforce.connects.every(({ host }) => host !== elsewhere));
    });
  }
});

/** Is in all that a server says here, to tell it from the action's own words. */
const MARK = "hostile";
const COMMANDS = ["add-mask", "stop-commands", "error", "set-output name=access_token", "add-path", "save-state name=a"]
  .flatMap((name) => [`::${name}::${MARK}`, `##[${name}]${MARK}`])
  .flatMap((command) =>
    ["\n", "\r", "\u2028", "\u001b[2K\r", "\u0000\n", "%0A", "#\u0000"].map((start) => start + command),
  );
/** Headers can't contain line ends. */
const HEADER = COMMANDS.map((command) => command.replace(/[^ -~]/g, "")).join(" \t ");

/** Comes first, since a text is cut before it is shown: what could begin a line, or hide what follows. */
const BEGINNINGS = [
  "\n::add-mask::",
  "\u001b[2K\r::error::",
  "\u2028##[add-path]",
  "#\u0000#[error]",
  "\u200b::stop-commands::",
]
  .map((beginning) => beginning + MARK)
  .join(" ");

const TEXT = ["<img src=x>", BEGINNINGS, ...COMMANDS].join(" ");

/** An answer that contains the assertion of the request: a part of it, encoded, and as it is. */
function echo(write: (text: string, assertion: string) => AnswerFault): AnswerFault {
  return {
    ...answer({ name: "echo" }),
    make: (exchange) => {
      const assertion = exchange.request.form["assertion"] ?? "";
      const hex = Buffer.from(assertion).toString("hex");
      const base64 = Buffer.from(assertion).toString("base64");
      const text = [assertion.slice(80, 140), hex.slice(100, 164), assertion, hex, base64].join(" ");
      return write(text, assertion).make(exchange);
    },
  };
}

function page(text: string, code: number): AnswerFault {
  return answer({ status: code, body: `<html><head><title>${text}</title></head><body>${text}</body></html>` });
}

/** Fails if a server's words did more than become text in the log. Secrets are searched for in every run. */
function assertInert({ masks, outputs, env, state, path, files, summary, log }: StepResult): void {
  assert.ok(!JSON.stringify([masks, outputs, env, state, path, files.output, files.env, files.state]).includes(MARK));
  assert.doesNotMatch(summary, /<(?!\/?(?:pre|br|table|tr|th|td)>)/);
  assert.doesNotMatch(log, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
}

describe("what a server says runs no command and shows no assertion", SIDE_BY_SIDE, () => {
  /** Each place of an answer from which text gets into the log. */
  const FINAL: Readonly<Record<string, readonly [fault: Fault, code: string]>> = {
    "in both fields of an error": [refusal(TEXT, TEXT), "unknown-refusal"],
    "after a known error, and in headers": [
      withHeaders({ "X-Request-Id": HEADER, Server: HEADER }, refusal("invalid_grant", `inactive user ${TEXT}`)),
      "user-inactive",
    ],
    "in an HTML page": [page(TEXT, 404), "answer-html"],
    "in plain text": [answer({ status: 404, body: TEXT }), "answer-unusable"],
    "in both fields, if it repeats the assertion": [echo((text) => refusal(text, text)), "unknown-refusal"],
    "in an HTML page, if it repeats the assertion": [echo((text) => page(text, 404)), "answer-html"],
    "in plain text and headers, if they repeat the assertion": [
      echo((text, assertion) => answer({ status: 404, body: text, headers: { "X-Request-Id": assertion } })),
      "answer-unusable",
    ],
    "in the host of a redirect": [
      echo((_, assertion) => redirect(302, `https://${Buffer.from(assertion).toString("hex")}.example/${HEADER}`)),
      "answer-redirect",
    ],
    "in the proxy's answer": [
      faults.refuseConnect(403, { body: COMMANDS.join(""), headers: { Location: HEADER } }),
      "proxy-refused",
    ],
    "instead of TLS": [faults.plainTextInTls(`${COMMANDS.join("")}\r\n\r\n`), "tls-handshake"],
    "in a field of a token response": [
      grantWith({ fields: { scope: COMMANDS[0], instance_url: `https://acme.my.salesforce.com${COMMANDS[1]}` } }),
      "token-answer-malformed",
    ],
  };
  for (const [where, [always, code]] of Object.entries(FINAL)) {
    test(where, async () => {
      const { result } = await loginWithFaults(environment, { always, debug: true, with: SUMMARY });
      assertInert(result);
      assert.equal(onlyCode(result), code);
      assert.notEqual(result.summary, "");
    });
  }

  /** Transient faults, whose reasons are in lines of the log. */
  const TRANSIENT: Readonly<Record<string, readonly Fault[]>> = {
    "in answers that are retried": [
      page(TEXT, 503),
      refusal("server_error", TEXT),
      echo((text) => refusal("server_error", text)),
    ],
    "in what isn't HTTP": [
      faults.garbageFromProxy(`${COMMANDS.join("")}\r\n\r\n`),
      faults.garbage(`${COMMANDS.join("")}\r\n\r\n`),
    ],
  };
  for (const [where, transient] of Object.entries(TRANSIENT)) {
    test(where, async () => {
      const { result } = await loginWithFaults(environment, { faults: transient, debug: true, with: SUMMARY });
      assertInert(result);
      assertLoggedIn(result);
    });
  }
});

test("a status without a body is shown as what it is", async () => {
  const { result } = await loginWithFaults(environment, { always: status(418) });
  assert.match(onlyError(result), /\b418\b/);
});
