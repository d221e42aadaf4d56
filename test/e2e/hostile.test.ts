import assert from "node:assert/strict";
import type { StepResult } from "../fakes/runner/step.ts";
import { type Fault, faults } from "../fakes/salesforce/index.ts";
import { type FaultRow, testRows } from "./fault-table.ts";

type AnswerFault = Fault & { readonly stage: "answer" };

const { answer, grantWith, jsonAnswer, redirect, refusal, refuseConnect, withHeaders } = faults;

/** Stands in all that a server says here, so that it can be told from the action's own words. */
const MARK = "hostile";
const COMMANDS = [
  `::add-mask::${MARK}`,
  `::stop-commands::${MARK}`,
  `::set-output name=access_token::${MARK}`,
  `::save-state name=${MARK}::1`,
  `::set-env name=NODE_OPTIONS::${MARK}`,
  `::add-path::${MARK}`,
  `::error::${MARK}`,
  `::notice file=${MARK}::x`,
  `::debug::${MARK}`,
  "::echo::on",
  `::group::${MARK}`,
  `::add-matcher::${MARK}`,
  `##[add-path]${MARK}`,
  `##[set-output name=${MARK}]1`,
  `##[add-mask]${MARK}`,
  `##[error]${MARK}`,
];
/** What could begin a line, hide what follows or take its place. */
const BEFORE = [
  "",
  "\n",
  "\r",
  "\r\n",
  "\n \t",
  "\u0085",
  "\u2028",
  "\v",
  "\u001b[2K\r",
  "\u0000\n",
  "%0A",
  "&#10;",
  "\\n",
];
/** What would become a command by taking something out. */
const SPLIT = ["#\u0000#[add-path]hostile", "\n:\u001b[0m:add-mask:\u200b:hostile", "##\u200b[error]hostile"];
const TEXTS = [...BEFORE.flatMap((before) => COMMANDS.map((command) => before + command)), ...SPLIT];

/** All of it, each time with another beginning: a text is cut before it is shown. */
function rotation(turn: number): string {
  const start = (turn * 29) % TEXTS.length;
  return [...TEXTS.slice(start), ...TEXTS.slice(0, start)].join("");
}

/** Headers can't have line ends in them. */
const HEADER = COMMANDS.join(" \t ");
const LONG = rotation(3).repeat(1000).slice(0, 600_000);
const OPTIONS = { debug: true, with: { write_job_summary: "true" } };

function says(fault: Fault, outcome: string, row: Partial<FaultRow> = {}): FaultRow {
  return { faults: [fault], outcome, attempts: 1, options: OPTIONS, check: nothingActed, ...row };
}

const twice = { attempts: 2 };

function nothingActed(result: StepResult): void {
  assert.deepEqual(
    result.masks.filter((mask) => mask.includes(MARK)),
    [],
  );
  nothingHandedOn(result);
}

/** Fails where a server's words came to more than text in the log. */
function nothingHandedOn({ outputs, env, state, path, files, summary, log }: StepResult): void {
  assert.ok(!JSON.stringify([outputs, env, state, path, files.output, files.env, files.state]).includes(MARK));
  assert.doesNotMatch(summary, /<(?!\/?(?:pre|br|table|tr|th|td)>)/);
  assert.doesNotMatch(log, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
}

function page(text: string, status = 404): AnswerFault {
  return answer({ status, body: `<html><head><title>${text}</title></head><body>${text}</body></html>` });
}

testRows("workflow commands do nothing in", {
  error: says(refusal(rotation(0), "x"), "unknown-refusal"),
  error_description: says(refusal("invalid_grant", rotation(1)), "unknown-refusal"),
  "both fields": says(refusal(rotation(2), rotation(3)), "unknown-refusal"),
  "a known refusal": says(refusal("invalid_grant", `inactive user ${rotation(4)}`), "user-inactive"),
  "a long error_description": says(refusal("invalid_grant", LONG), "unknown-refusal"),
  "a long error": says(refusal(LONG, "x"), "unknown-refusal"),
  "a refusal of more than 1 MiB": says(refusal(LONG, LONG), "answer-unusable"),
  "a page's title": says(page(rotation(5)), "answer-html"),
  "a page without a title": says(answer({ status: 404, body: `<html><body>${rotation(6)}` }), "answer-html"),
  "a long page": says(page(LONG.slice(0, 300_000)), "answer-html"),
  "plain text": says(answer({ body: rotation(7) }), "answer-unusable"),
  "long plain text": says(answer({ body: LONG }), "answer-unusable"),
  "names of fields": says(jsonAnswer(200, { [rotation(8)]: 1, [rotation(9)]: rotation(9) }), "answer-unusable"),
  "a redirect's path": says(redirect(307, `https://other.example/${HEADER}?${HEADER}`), "answer-redirect"),
  "a redirect's host": says(redirect(307, "https://##[add-path]hostile/::add-mask::hostile"), "answer-redirect"),
  "a redirect to no address": says(redirect(307, HEADER), "answer-redirect"),
  "a page that is asked for again": says(page(rotation(10), 503), "minted", twice),
  "text that is asked for again": says(answer({ status: 429, body: rotation(11) }), "minted", twice),
  "a refusal that is asked for again": says(refusal(rotation(12), "retry your request"), "minted", twice),
  "the headers of a refusal": says(
    withHeaders(everyHeader(), refusal("invalid_grant", "inactive user")),
    "user-inactive",
  ),
  "the headers of a grant": says(withHeaders({ "X-Request-Id": HEADER, Date: HEADER }), "minted"),
  "a proxy's refusal": says(refuseConnect(403, { body: rotation(13), headers: { Location: HEADER } }), "proxy-refused"),
  "a proxy's wish for a password": says(
    refuseConnect(407, { body: LONG, headers: { "Proxy-Authenticate": `Basic realm="${HEADER}"` } }),
    "proxy-authentication",
  ),
  "a proxy's 503": says(refuseConnect(503, { body: rotation(14) }), "minted", twice),
  "what is no proxy": says(faults.garbageFromProxy(`${rotation(15)}\r\n\r\n`), "minted", twice),
  "what is no TLS": says(faults.plainTextInTls(`${rotation(16)}\r\n\r\n`), "tls-handshake"),
  "what is no HTTP": says(faults.garbage(`${rotation(17)}\r\n\r\n`), "minted", twice),
});

function everyHeader(): Record<string, string> {
  const names = ["X-Request-Id", "X-SFDC-Request-Id", "Date", "Retry-After", "Content-Type", "Server", "Set-Cookie"];
  return Object.fromEntries(names.map((name) => [name, HEADER]));
}

testRows("a summary shows markup as text:", {
  "a server's": says(
    refusal("<h1>hostile</h1>", "<img src=https://other.example/x> </pre><script>alert(1)</script>"),
    "unknown-refusal",
    { check: (result) => assert.match(result.summary, /&lt;img src=https:/) },
  ),
});

const ORG = "00Dxx0000001gPL";

function distrusts(field: string, value: unknown): FaultRow {
  return {
    faults: [grantWith({ fields: { [field]: value } })],
    outcome: "token-answer-malformed",
    attempts: 1,
    options: OPTIONS,
    says: [new RegExp(`trusted: ${field} is `)],
    check: nothingHandedOn,
  };
}

testRows("a token of the wrong shape is not handed over:", {
  "with a space": distrusts("access_token", `${ORG}!AQ8 AQ${"x".repeat(80)}`),
  "with a space at its end": distrusts("access_token", `${ORG}!AQ8AQ${"x".repeat(80)} `),
  "with a line end": distrusts("access_token", `${ORG}!AQ8AQ${"x".repeat(80)}\n`),
  "with a line more": distrusts("access_token", `${ORG}!AQ8AQ${"x".repeat(80)}\r\n::set-output name=hostile::1`),
  "with a control character": distrusts("access_token", `${ORG}!AQ8AQ\u0000${"x".repeat(80)}`),
  "with a terminal's sequence": distrusts("access_token", `${ORG}!AQ8AQ\u001b[2K${"x".repeat(80)}`),
  "with a command": distrusts("access_token", `${ORG}!::add-mask::hostile${"x".repeat(80)}`),
  "that is a command": distrusts("access_token", "::stop-commands::hostile-hostile-hostile"),
  "that is an old command": distrusts("access_token", "##[set-output name=access_token]hostile-hostile"),
  "that ends a file command": distrusts("access_token", `${ORG}!AQ\nghadelimiter_hostile\nhostile=1`),
  "of a kilobyte too many": distrusts("access_token", `${ORG}!${"x".repeat(30_000)}`),
  "that is empty": distrusts("access_token", ""),
  "that is a number": distrusts("access_token", 5),
  "that is a list": distrusts("access_token", [`${ORG}!AQ8AQ${"x".repeat(80)}`]),
  "that is null": distrusts("access_token", null),
});

testRows("a field of the wrong shape is not handed over:", {
  "instance_url without encryption": distrusts("instance_url", "http://acme.my.salesforce.com"),
  "instance_url with a path": distrusts("instance_url", "https://acme.my.salesforce.com/hostile"),
  "instance_url with a query": distrusts("instance_url", "https://acme.my.salesforce.com?hostile"),
  "instance_url with a fragment": distrusts("instance_url", "https://acme.my.salesforce.com#hostile"),
  "instance_url with a user": distrusts("instance_url", "https://hostile@acme.my.salesforce.com"),
  "instance_url with a line more": distrusts("instance_url", "https://acme.my.salesforce.com\n::add-path::hostile"),
  "instance_url with a space": distrusts("instance_url", " https://acme.my.salesforce.com"),
  "instance_url with a tab in it": distrusts("instance_url", "https://acme\t.my.salesforce.com"),
  "instance_url with a backslash": distrusts("instance_url", "https:\\\\acme.my.salesforce.com"),
  "instance_url that is a script": distrusts("instance_url", "javascript:hostile"),
  "instance_url that is a file": distrusts("instance_url", "file:///hostile"),
  "instance_url that is no text": distrusts("instance_url", { hostile: "hostile" }),
  "id without encryption": distrusts("id", "http://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"),
  "id that is a command": distrusts("id", "\n::add-path::hostile"),
  "id with a line more": distrusts("id", "https://login.salesforce.com/id/00Dxx0000001gPL/005xx000001SwiU\nhostile"),
  "scope with a line more": distrusts("scope", "api\n::set-output name=hostile::1"),
  "token_type of another kind": distrusts("token_type", "hostile"),
  "issued_at that is no time": distrusts("issued_at", "::debug::hostile"),
  "issued_at beyond all times": distrusts("issued_at", "999999999999999"),
});

/** Salesforce has the assertion: what it sends back of it is not for the log. */
const WRITTEN: Readonly<Record<string, (assertion: string) => string>> = {
  whole: (assertion) => assertion,
  "whole, in quotes": (assertion) => `the assertion "${assertion}" is not good`,
  "as in the request": (assertion) => `grant_type=x&assertion=${assertion}&`,
  "cut at its end": (assertion) => assertion.slice(0, 300),
  "cut at its beginning": (assertion) => assertion.slice(-150),
  "cut on both sides": (assertion) => assertion.slice(80, 280),
  "on lines of 64": (assertion) => assertion.replace(/.{64}/g, "$&\n"),
  "with colours in it": (assertion) => assertion.replace(/.{20}/g, "$&\u001b[31m"),
  "where a long text is cut": (assertion) => `${"\u0001".repeat(4096 - 100)}${assertion}`,
  hexadecimal: (assertion) => Buffer.from(assertion).toString("hex"),
  "hexadecimal in capitals": (assertion) => Buffer.from(assertion).toString("hex").toUpperCase(),
  base64: (assertion) => Buffer.from(assertion).toString("base64"),
  "base64 on lines": (assertion) => Buffer.from(assertion).toString("base64").replace(/.{76}/g, "$&\r\n"),
  base64url: (assertion) => Buffer.from(`assertion ${assertion}`).toString("base64url"),
};

/** A fault that is made of the assertion in the request. */
function echo(write: (assertion: string) => AnswerFault): AnswerFault {
  return {
    ...answer({ name: "echo" }),
    make: (exchange) => write(exchange.request.form["assertion"] ?? "").make(exchange),
  };
}

testRows("an assertion that is sent back is not shown:", {
  ...Object.fromEntries(
    Object.entries(WRITTEN).map(([how, write]) => [
      how,
      says(
        echo((assertion) => refusal(write(assertion).slice(0, 5000), write(assertion))),
        "unknown-refusal",
      ),
    ]),
  ),
  "as text": says(
    echo((assertion) => answer({ body: assertion })),
    "answer-unusable",
  ),
  "as a page's title": says(
    echo((assertion) => page(`Cannot POST ${assertion}`)),
    "answer-html",
  ),
  "as a page": says(
    echo((assertion) => answer({ status: 404, body: `<html><body><b>${assertion}` })),
    "answer-html",
  ),
  "as a field's name": says(
    echo((assertion) => jsonAnswer(200, { [assertion]: 1 })),
    "answer-unusable",
  ),
  "as a redirect's path": says(
    echo((assertion) => redirect(302, `https://x.example/${assertion}`)),
    "answer-redirect",
  ),
  "as a redirect's host": says(
    echo((assertion) => redirect(302, `https://${Buffer.from(assertion).toString("hex")}.example/`)),
    "answer-redirect",
  ),
  "as the request's id": says(
    echo((assertion) => withHeaders({ "X-Request-Id": assertion }, refusal("invalid_grant", "inactive user"))),
    "user-inactive",
  ),
  "with a fault that passes": says(
    echo((assertion) => refusal("server_error", assertion)),
    "minted",
    twice,
  ),
  "with a page that passes": says(
    echo((assertion) => page(assertion, 503)),
    "minted",
    twice,
  ),
});
