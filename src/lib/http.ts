import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import { isIP, type Socket } from "node:net";
import { DEFAULT_MIN_VERSION } from "node:tls";
import { HttpClient } from "@actions/http-client";

/** The most of a response's body that is read and kept, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

/**
 * How long one of a host's addresses may take to connect before the next one is tried. Node's default of 250 ms gives
 * up on every address of a distant host (nodejs/node issue 54359).
 */
const CONNECT_MS = 2000;

/**
 * Set on every connection, so that the environment can't weaken it: Node reads NODE_TLS_REJECT_UNAUTHORIZED and
 * `--tls-min-v1.0` only for connections that don't say.
 */
const TLS_OPTIONS = {
  rejectUnauthorized: true,
  minVersion: DEFAULT_MIN_VERSION === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2",
} as const;

/** A form to send. */
export interface FormRequest {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** Ends the request at any stage: in the proxy, in TLS, in headers or body. */
  readonly signal: AbortSignal;
}

/** A resource to read with a bearer token (RFC 6750 §2.1). */
export interface GetRequest {
  readonly url: string;
  readonly bearer: string;
  readonly signal: AbortSignal;
}

/** What came back, whatever the status. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most {@link BODY_LIMIT} bytes, without a byte order mark (RFC 8259 §8.1). */
  readonly body: string;
  /** There was more than the limit, and it was not read. */
  readonly oversized: boolean;
}

/**
 * Sends one form and reads the response.
 *
 * @throws Error with {@link Progress} when there is no complete response
 */
export type HttpPost = (request: FormRequest) => Promise<HttpResponse>;

/**
 * Reads one resource, under the conditions of {@link HttpPost}.
 *
 * @throws Error with {@link Progress} when there is no complete response
 */
export type HttpGet = (request: GetRequest) => Promise<HttpResponse>;

/** How far a request got before it failed: a connection to the proxy, to the host, and TLS with the host. */
export type Stage = "not connected" | "connected to the proxy" | "connected" | "secured";

/** What {@link httpPost} adds to the errors that it throws. */
export interface Progress {
  readonly stage?: Stage;
}

/**
 * Sends a form in one POST: never redirected, never repeated, through the proxy of `https_proxy` and `no_proxy`.
 *
 * @throws the error of the socket, the proxy or TLS, or the signal's reason; with {@link Progress}
 */
export const httpPost: HttpPost = ({ url, form, signal }) => {
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  return exchange(signal, (client) => client.post(url, new URLSearchParams(form).toString(), headers));
};

/** Sends one GET, under the conditions of {@link httpPost}. */
export const httpGet: HttpGet = ({ url, bearer, signal }) => {
  const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
  return exchange(signal, (client) => client.get(url, headers));
};

async function exchange(
  signal: AbortSignal,
  send: (client: HttpClient) => ReturnType<HttpClient["get"]>,
): Promise<HttpResponse> {
  const client = new HttpClient("salesforce-jwt-auth", [configure(signal)], { allowRedirects: false });
  const progress: { stage: Stage } = { stage: "not connected" };
  // The caller sees the reason as soon as it aborts, before this function does.
  signal.addEventListener("abort", () => Object.assign(signal.reason, progress), { once: true });
  try {
    const { message } = await watch(progress, () => send(client));
    return { status: message.statusCode ?? 0, headers: message.headers, ...(await readBody(message)) };
  } catch (error) {
    throw signal.aborted ? signal.reason : Object.assign(error as Error, progress);
  }
}

/**
 * Warns before the first request when NODE_TLS_REJECT_UNAUTHORIZED is set: it has no effect on this action.
 *
 * @param env the step's environment. The variable is removed from it: Node's own warning would say that it has an effect.
 * @param send sends the request
 */
export function ignoreTlsSwitch<Request>(
  env: NodeJS.ProcessEnv,
  warn: (message: string) => void,
  send: (request: Request) => Promise<HttpResponse>,
): (request: Request) => Promise<HttpResponse> {
  return (request) => {
    if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
      delete env["NODE_TLS_REJECT_UNAUTHORIZED"];
      warn(
        "NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this action: it verifies every server's certificate. To trust your company's CA, set NODE_EXTRA_CA_CERTS to its certificate file in the step's env.",
      );
    }
    return send(request);
  };
}

/**
 * The client has no way to end or configure a request, so this goes in where it lets handlers change the options. Node
 * prefers the agent's options to the request's. Behind a proxy the agent makes the TLS connection with the host from
 * its own options, and the CONNECT, a request of its own, from `proxyOptions`.
 */
function configure(signal: AbortSignal) {
  return {
    prepareRequest(options: RequestOptions): void {
      const connection = { ...TLS_OPTIONS, autoSelectFamilyAttemptTimeout: CONNECT_MS };
      const agent = options.agent as Agent & { options: object; proxyOptions?: { host: string } };
      options.signal = signal;
      Object.assign(agent.options, connection);
      if (!agent.proxyOptions) return;
      // A URL has an IPv6 address in brackets, which a socket takes for a name.
      const host = agent.proxyOptions.host.replace(/^\[(.*)\]$/, "$1");
      // Without a name of its own, Node would check the proxy's certificate for the host that the CONNECT names.
      const servername = isIP(host) === 0 ? host : "";
      Object.assign(agent.proxyOptions, connection, { signal, host, servername });
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("unreachable: no authentication is handled")),
  };
}

/** Follows the requests that `send` makes at once: the POST and, behind a proxy, its CONNECT. */
function watch<T>(progress: { stage: Stage }, send: () => T): T {
  const follow = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const isConnect = request.method === "CONNECT";
    request.once("socket", (socket: Socket) => {
      socket.once("connect", () => {
        progress.stage = isConnect ? "connected to the proxy" : "connected";
      });
      if (!isConnect) socket.once("secureConnect", () => (progress.stage = "secured"));
    });
    if (isConnect) request.prependOnceListener("connect", () => (progress.stage = "connected"));
  };
  subscribe("http.client.request.created", follow);
  try {
    return send();
  } finally {
    unsubscribe("http.client.request.created", follow);
  }
}

/** The client's own `readBody()` has no limit and never settles when the body is cut off. */
async function readBody(message: IncomingMessage): Promise<Pick<HttpResponse, "body" | "oversized">> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop destroys the connection, so no more than this is ever kept.
    if (size > BODY_LIMIT) break;
  }
  const body = Buffer.concat(chunks)
    .subarray(0, BODY_LIMIT)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  return { body, oversized: size > BODY_LIMIT };
}
