import assert from "node:assert/strict";
import { faults } from "../fakes/salesforce/index.ts";
import { type FaultRow, fails, heals, testRows } from "./fault-table.ts";

const { answer, jsonAnswer, maintenancePage, refusal, retryAt, status } = faults;
/** Long enough that half of it, which is what the first attempt gets, is no matter of luck. */
const STALLED = { seconds: 12 };

const each = <T extends string | number>(items: readonly T[], row: (item: T) => FaultRow, name: (item: T) => string) =>
  Object.fromEntries(items.map((item) => [name(item), row(item)]));

testRows("a connection that fails once is tried again:", {
  "reset before the answer": heals(faults.resetBeforeAnswer(), /the connection failed \(read ECONNRESET\)/),
  "reset after the token was minted": heals(faults.resetAfterMint(), /the connection failed \(read ECONNRESET\)/),
  "closed without an answer": heals(faults.closeBeforeAnswer(), /the connection failed \(socket hang up\)/),
  "an answer that is no HTTP": heals(faults.garbage(), /the connection failed \(Parse Error/),
  "reset in the TLS handshake": heals(faults.resetInTls(), /the connection failed \(read ECONNRESET\)/),
  "closed in the TLS handshake": heals(faults.closeInTls(), /the connection failed \(Client network socket/),
  "a body cut off before its length": heals(faults.cutOffBody(), /the connection failed \(aborted\)/),
  "a whole body that should be longer": heals(faults.cutOffBody(1e6), /the connection failed \(aborted\)/),
  "a body cut off in chunks": heals(faults.cutOffChunks(), /the connection failed \(aborted\)/),
  "three faults of three kinds": {
    faults: [faults.resetInTls(), status(503), faults.cutOffChunks()],
    outcome: "minted",
    attempts: 4,
    says: [/^Attempt 3 failed: the connection failed/m],
  },
});

const raw = (...lines: readonly string[]) => faults.garbage(lines.map((line) => `${line}\r\n`).join(""));

testRows("an answer in odd HTTP is tried again:", {
  "more headers than anybody sends": heals(
    raw("HTTP/1.1 200 OK", ...Array.from({ length: 2000 }, (_, index) => `X-${index}: hello`), "", "{}"),
    /the connection failed \(Parse Error: Header overflow\)/,
  ),
  "a length, and chunks as well": heals(
    raw("HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked", "", "{}"),
    /the connection failed \(Parse Error/,
  ),
  "interim answers alone": heals(
    raw("HTTP/1.1 103 Early Hints", "", "HTTP/1.1 100 Continue", ""),
    /the connection failed/,
  ),
  "HTTP/1.0 with a page, up to the end of the connection": heals(
    raw("HTTP/1.0 200 OK", "", "<html>Maintenance</html>"),
    /the answer was HTTP 200 with an HTML page/,
  ),
  "another protocol": heals(
    raw("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c", "", "hello"),
    /no answer within 6\.0 s/,
    STALLED,
  ),
});

testRows("a silence gets a part of the time, and the rest is for another attempt:", {
  "in the proxy": heals(faults.silentProxy(), /no answer within 6\.0 s/, STALLED),
  "in the TLS handshake": heals(faults.silentTls(), /no answer within 6\.0 s/, STALLED),
  "before the headers": heals(faults.silence(), /no answer within 6\.0 s/, STALLED),
  "an answer that is too late": heals(faults.late(30_000), /no answer within 6\.0 s/, STALLED),
  "in the body": heals(faults.stalledBody(), /no answer within 6\.0 s/, STALLED),
  "a body that drips": heals(faults.drippingBody(), /no answer within 6\.0 s/, STALLED),
});

testRows("an answer that may pass is tried again:", {
  ...each(
    [408, 425, 429, 500, 501, 502, 503, 504, 511, 599],
    (code) => heals(status(code), new RegExp(`the answer was HTTP ${code} with an empty body`)),
    (code) => `HTTP ${code}`,
  ),
  ...each(
    [200, 408, 429, 503],
    (code) => heals(maintenancePage(code), new RegExp(`the answer was HTTP ${code} with an HTML page`)),
    (code) => `HTTP ${code} with a maintenance page`,
  ),
  "HTTP 503 with more than 1 MiB": heals(
    faults.largeBody(undefined, undefined, 503),
    /.*HTTP 503 with more than 1 MiB/,
  ),
  "HTTP 503 with JSON of its own": heals(jsonAnswer(503, { status: "busy" }), /.*HTTP 503 with JSON/),
  "HTTP 503 with a refusal": heals(refusal("invalid_grant", "x", { status: 503 }), /Salesforce answered HTTP 503/),
  server_error: heals(refusal("server_error"), /Salesforce answered HTTP 400 server_error/),
  "server_error with 500": heals(refusal("server_error", "", { status: 500 }), /Salesforce answered HTTP 500/),
  temporarily_unavailable: heals(refusal("temporarily_unavailable", "x"), /.*HTTP 400 temporarily_unavailable/),
  "retry your request": heals(refusal("unknown_error", "retry your request"), /.*HTTP 400 unknown_error/),
  "retry your request with 401, in other letters": heals(
    refusal("unknown_error", "Unexpected: Please Retry Your Request.", { status: 401 }),
    /.*HTTP 401 unknown_error/,
  ),
});

testRows("a server that asks for a wait gets it:", {
  "in seconds": heals(status(503, { "Retry-After": "1" }), /.*Next attempt in 1\.[0-5] s/),
  "with 429": heals(status(429, { "Retry-After": "1" }), /.*Next attempt in 1\.[0-5] s/),
  "as a date": heals(retryAt(3), /.*Next attempt in 3\.[0-5] s/),
  "as a date of the past": heals(retryAt(-3600), /.*Next attempt in 0\.[0-5] s/),
  "in words that nobody understands": heals(status(503, { "Retry-After": "soon" }), /.*Next attempt in 0\.[0-5] s/),
  "as a date on its own clock, which is an hour ahead": {
    prepare: ({ salesforce }) => void salesforce.clock(3_600_000),
    faults: [retryAt(3)],
    outcome: "minted",
    attempts: 3,
    says: [/^Attempt 1 failed: .*Next attempt in 3\.[0-5] s/m],
    warnings: [/clock is 3[56]\d\d s behind/],
  },
  "unless it is longer than there is time": fails(
    status(503, { "Retry-After": "3600" }),
    "salesforce-unavailable",
    /no time for another one \(timeout_seconds: 40\)\. The server asked for a wait of 3600 s/,
  ),
  "unless it is a date after the end": fails(
    retryAt(3600, 429),
    "salesforce-unavailable",
    /The server asked for a wait of 3(600|59\d) s/,
  ),
});

/** Refusals as orgs really give them, with the entry that each leads to. */
const REFUSALS: Readonly<Record<string, readonly [error: string, description: string | undefined, code?: number]>> = {
  "user-has-not-approved": ["invalid_grant", "user hasn't approved this consumer"],
  "user-not-admin-approved": ["invalid_app_access", "user is not admin approved to access this app"],
  "app-not-found": ["app_not_found", "External client app is not installed in this org"],
  "client-identifier-invalid": ["invalid_client_id", "client identifier invalid"],
  "client-credentials-invalid": ["invalid_client", "invalid client credentials", 401],
  "app-not-installed": ["invalid_client", "app must be installed into org"],
  "assertion-invalid": ["invalid_grant", "invalid assertion"],
  "assertion-expired": ["invalid_grant", "expired authorization code"],
  "user-inactive": ["inactive_user", "inactive user"],
  "org-inactive": ["inactive_org", "inactive organization", 403],
  "ip-restricted": ["invalid_grant", "ip restricted"],
  "authentication-failure": ["invalid_grant", "authentication failure"],
  "no-valid-scopes": ["invalid_grant", "no valid scopes defined"],
  "domain-not-supported": ["invalid_grant", "request not supported on this domain"],
  "scope-not-supported": ["invalid_request", "scope parameter not supported"],
  "grant-type-not-supported": ["unsupported_grant_type", "grant type not supported"],
  "flow-not-enabled": ["unauthorized_client", undefined],
  "app-blocked": ["OAUTH_APP_BLOCKED", "this app is blocked by admin"],
  "app-not-approved": ["OAUTH_APPROVAL_ERROR_GENERIC", undefined],
  "unknown-refusal": ["some_new_error", "nobody has seen this yet"],
  "login-rate-exceeded": ["invalid_grant", "login rate exceeded"],
};

testRows("a refusal that stays is not tried again:", {
  ...each(
    Object.keys(REFUSALS),
    (code) => {
      const [error, description, http = 400] = REFUSALS[code] ?? [""];
      return fails(refusal(error, description, { status: http }), code, new RegExp(`error: ${error}$`, "m"));
    },
    (code) => code,
  ),
  "login rate exceeded with 503": fails(
    refusal("server_error", "login rate exceeded", { status: 503, headers: { "Retry-After": "1" } }),
    "login-rate-exceeded",
  ),
  "rate_limit_exceeded with 429": fails(refusal("rate_limit_exceeded", "", { status: 429 }), "login-rate-exceeded"),
});

/** RFC 9110 §15.5 and others, but for those that may pass. */
const PERMANENT = [
  400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426,
  428, 431, 451,
];

testRows("an answer that can't be used is not tried again:", {
  ...each(
    PERMANENT,
    (code) => fails(status(code), "answer-unusable", new RegExp(`HTTP ${code} with an empty body`)),
    (code) => `HTTP ${code}`,
  ),
  "an empty body": fails(status(200), "answer-unusable", /HTTP 200 with an empty body/),
  "no content": fails(status(204), "answer-unusable", /HTTP 204 with an empty body/),
  "white space": fails(answer({ body: " \r\n" }), "answer-unusable", /HTTP 200 with an empty body/),
  "JSON that ends too early": fails(faults.brokenJson(), "answer-unusable", /something that is not JSON/),
  text: fails(answer({ body: "OK" }), "answer-unusable", /something that is not JSON, "OK"/),
  "a token in a 201": fails(jsonAnswer(201, { access_token: "x" }), "answer-unusable", /HTTP 201 with JSON/),
  null: fails(jsonAnswer(200, null), "answer-unusable", /JSON that is neither a token nor an error/),
  "a number": fails(jsonAnswer(200, 1), "answer-unusable", /JSON that is neither a token nor an error/),
  "a list": fails(jsonAnswer(200, ["access_token"]), "answer-unusable", /JSON that is neither a token nor an error/),
  "other fields": fails(jsonAnswer(200, { ok: true }), "answer-unusable", /neither a token nor an error, "fields: ok"/),
  "an error that is no text": fails(jsonAnswer(400, { error: 1 }), "answer-unusable", /"fields: error"/),
  "a page of 404": fails(maintenancePage(404), "answer-html", /HTTP 404 with an HTML page, "Salesforce Maintenance"/),
  "a page of 403": fails(maintenancePage(403), "answer-html", /HTTP 403 with an HTML page/),
  "more than 1 MiB": fails(faults.largeBody(), "answer-unusable", /HTTP 200 with more than 1 MiB/),
  "a body without an end": fails(faults.endlessBody(), "answer-unusable", /HTTP 200 with more than 1 MiB/),
});

testRows("what an answer calls itself doesn't matter:", {
  "a token as text/html": {
    faults: [faults.withHeaders({ "Content-Type": "text/html" })],
    outcome: "minted",
    attempts: 1,
  },
  "a token without any type": { faults: [faults.withHeaders({ "Content-Type": "" })], outcome: "minted", attempts: 1 },
  "a refusal as text/plain": fails(
    refusal("invalid_grant", "inactive user", { headers: { "Content-Type": "text/plain" } }),
    "user-inactive",
  ),
});

/** A host that would take the assertion: the embedded Salesforce serves it. */
const ELSEWHERE = "globex.my.salesforce.com";

testRows("a redirect is not followed:", {
  ...each(
    [301, 302, 303, 307, 308],
    (code) => ({
      always: faults.redirect(code, `https://${ELSEWHERE}/services/oauth2/token`),
      outcome: "answer-redirect",
      attempts: 1,
      says: [
        new RegExp(`a redirect \\(HTTP ${code}\\) to ${ELSEWHERE}`),
        new RegExp(`set login_url: https://${ELSEWHERE}$`, "m"),
      ],
      check: (_, { salesforce }) => assertOnlyAt(salesforce.connects, "acme.my.salesforce.com"),
    }),
    (code) => `HTTP ${code}`,
  ),
  "withTimeout the host": fails(faults.redirect(307, "/other"), "answer-redirect", /a redirect \(HTTP 307\)/),
  "to no encryption": fails(faults.redirect(302, `http://${ELSEWHERE}/`), "answer-redirect", new RegExp(ELSEWHERE)),
  "to nowhere": fails(faults.redirect(302, "http://"), "answer-redirect", /a redirect \(HTTP 302\)/),
  "without saying where": fails(status(307), "answer-redirect", /a redirect \(HTTP 307\)/),
});

function assertOnlyAt(connects: readonly { readonly host: string }[], host: string): void {
  assert.deepEqual([...new Set(connects.map((connect) => connect.host))], [host]);
}
