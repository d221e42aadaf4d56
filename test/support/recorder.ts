import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../../src/lib/clock.ts";
import { TimeoutError } from "../../src/lib/clock.ts";
import type { FormRequest, HttpGet, HttpPost, HttpResponse } from "../../src/lib/http.ts";
import type { Runner } from "../../src/lib/runner.ts";

/** One call that a module made: its name, then its arguments. */
export type Call = readonly [name: string, ...args: readonly unknown[]];

/** How a scripted server answers one request. `takes` is virtual milliseconds; a server that takes forever is silent. */
export type Step = { readonly takes?: number } & (Partial<HttpResponse> | { readonly fault: unknown });

/** A clock on which time passes only when someone sleeps or the scripted server takes its time. */
export interface FakeClock extends Clock {
  /** @throws TimeoutError if the surrounding `withTimeout` ends first */
  pass(milliseconds: number): void;
}

/** Dependencies that record every call, in order. */
export interface Recorder {
  readonly calls: readonly Call[];
  readonly sent: readonly FormRequest[];
  readonly runner: Runner;
  readonly clock: FakeClock;
  readonly httpPost: HttpPost;
  /** Has no script of its own: a login by a key reads nothing. */
  readonly httpGet: HttpGet;
  /** The calls as lines, with secrets given by name: `{ token: "00D…" }` makes them read `<token>`. */
  lines(names?: Readonly<Record<string, string>>): string[];
  /** Everything that a reader of log, annotations, summary, and identifiers can see. */
  visible(): string;
}

/** What the runner's clock says when a recording begins. */
export const BEGINNING = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/**
 * Records what a module does with its dependencies.
 *
 * @param script what the server does, request by request; the last step repeats
 */
export function record(script: readonly Step[] = []): Recorder {
  const calls: Call[] = [];
  const sent: FormRequest[] = [];
  const note = (...call: Call) => void calls.push(call);
  const clock = fakeClock(note);
  const httpPost: HttpPost = async (post) => {
    sent.push(post);
    note("post", post.url, post.form);
    const step = script[Math.min(sent.length, script.length) - 1] ?? {};
    clock.pass(step.takes ?? 0);
    if ("fault" in step) throw step.fault;
    const { status = 200, headers = {}, body = "", oversized = false } = step;
    return { status, headers, body, oversized };
  };
  return {
    calls,
    sent,
    runner: recordingRunner(note),
    clock,
    httpPost,
    httpGet: () => Promise.reject(new Error("unexpected GET")),
    lines: (names = {}) => calls.map((call) => line(call, { ...names, ...assertionNames(sent) })),
    visible: () => calls.filter(isVisible).map(describe).join("\n"),
  };
}

/** An answer with a JSON body. */
export function json(status: number, body: unknown, headers: IncomingHttpHeaders = {}): Step {
  return { status, body: JSON.stringify(body), headers };
}

/** A refusal as Salesforce sends it. */
export function refusal(error: string, description: string, headers: IncomingHttpHeaders = {}): Step {
  return json(400, { error, error_description: description }, headers);
}

/** An error as Node's sockets raise it. */
export function fault(code: string, message = code): Step {
  return { fault: Object.assign(new Error(message), { code }) };
}

/** A server that never answers. */
export const silence: Step = { takes: Number.POSITIVE_INFINITY };

function recordingRunner(note: (...call: Call) => void): Runner {
  return {
    mask: (secret) => note("mask", secret),
    debug: (message) => note("debug", message),
    info: (message) => note("info", message),
    warning: (message) => note("warning", message),
    error: (message) => note("error", message),
    requireFiles: (files) => note("requireFiles", ...files),
    output: (name, value) => note("output", name, value),
    exportVariable: (name, value) => note("exportVariable", name, value),
    saveState: (name, value) => note("saveState", name, value),
    addSummary: (markdown) => note("addSummary", markdown),
  };
}

function fakeClock(note: (...call: Call) => void): FakeClock {
  // Not 0, so that it can't be mistaken for the time since 1970 or since the step's start.
  const origin = 123_456.5;
  let elapsed = origin;
  let deadline: { readonly at: number; readonly reach: () => TimeoutError } | undefined;
  return {
    now: () => BEGINNING + (elapsed - origin),
    monotonic: () => elapsed,
    sleep: async (milliseconds) => {
      note("sleep", milliseconds);
      elapsed += milliseconds;
    },
    withTimeout: async (milliseconds, work) => {
      note("withTimeout", milliseconds);
      const controller = new AbortController();
      const reach = () => {
        const error = new TimeoutError(milliseconds);
        controller.abort(error);
        return error;
      };
      deadline = { at: elapsed + milliseconds, reach };
      try {
        return await work(controller.signal);
      } finally {
        deadline = undefined;
      }
    },
    pass: (milliseconds) => {
      if (deadline !== undefined && elapsed + milliseconds > deadline.at) {
        elapsed = deadline.at;
        throw deadline.reach();
      }
      elapsed += milliseconds;
    },
  };
}

/** These pass a secret to the runner by a channel that readers don't see; everything else is visible. */
function isVisible([name, first]: Call): boolean {
  if (name === "mask" || name === "post") return false;
  const channels: Readonly<Record<string, string>> = {
    output: "access_token",
    exportVariable: "SF_ACCESS_TOKEN",
    saveState: "revoke_access_token",
  };
  return channels[name] === undefined || channels[name] !== first;
}

function describe([name, ...args]: Call): string {
  return [name, ...args.map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)))].join(" ");
}

function assertionNames(sent: readonly FormRequest[]): Record<string, string> {
  const assertions = new Set(sent.map(({ form }) => form["assertion"]).filter((assertion) => assertion !== undefined));
  return Object.fromEntries([...assertions].map((assertion, index) => [`assertion ${index + 1}`, assertion]));
}

function line(call: Call, names: Readonly<Record<string, string>>): string {
  // The longest first: a token's tail is a part of the token.
  const byLength = Object.entries(names).sort(([, one], [, other]) => other.length - one.length);
  return byLength.reduce((text, [name, value]) => text.replaceAll(value, `<${name}>`), describe(call));
}
