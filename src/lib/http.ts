import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from "node:http";
import { HttpClient } from "@actions/http-client";

/** The most of an answer's body that is read and kept, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

/** A form to send. */
export interface FormRequest {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  /** Ends the request wherever it stands: in the proxy, in TLS, in headers or body. */
  readonly signal: AbortSignal;
}

/** What came back, whatever the status. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most {@link BODY_LIMIT} bytes. */
  readonly body: string;
  /** There was more than the limit, and it was not read. */
  readonly oversized: boolean;
}

/** Sends one form and reads the answer; throws only where there is no whole answer. */
export type HttpPost = (post: FormRequest) => Promise<HttpResponse>;

/**
 * Sends a form in one POST: never redirected, never repeated, through the proxy of `https_proxy` and `no_proxy`.
 *
 * @throws the socket's, the proxy's or TLS's error, or the signal's reason
 */
export const httpPost: HttpPost = async ({ url, form, signal }) => {
  const client = new HttpClient("salesforce-jwt-auth", [abortWith(signal)], { allowRedirects: false });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  try {
    const { message } = await client.post(url, new URLSearchParams(form).toString(), headers);
    return { status: message.statusCode ?? 0, headers: message.headers, ...(await readBody(message)) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};

/**
 * Refuses to post where a proxy is set whose address the client can't read: it would pass over the proxy and go
 * straight to the host, past whatever the proxy is there for.
 *
 * @param proxy value of `https_proxy`; it may hold a password, so no error repeats it
 * @param post what sends the form otherwise
 */
export function requireReadableProxy(proxy: string | undefined, post: HttpPost): HttpPost {
  if (!proxy || isProxyAddress(proxy)) return post;
  return async () => {
    const message = "https_proxy is set, but not to http://host:port";
    throw Object.assign(new Error(message), { code: "ERR_INVALID_URL" });
  };
}

/** As the client reads it: what has no scheme and is no URL either, such as 10.0.0.1:3128, gets one. */
function isProxyAddress(proxy: string): boolean {
  try {
    const isUrl = /^https?:\/\//.test(proxy) || URL.canParse(proxy);
    const { protocol, hostname, username, password } = new URL(isUrl ? proxy : `http://${proxy}`);
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol) && hostname !== "";
  } catch {
    return false;
  }
}

/**
 * The client has no way to end a request, so the signal goes in where it lets handlers change the options. Behind a
 * proxy the CONNECT is a request of its own, made by the agent, and would outlive ours without the signal.
 */
function abortWith(signal: AbortSignal) {
  return {
    prepareRequest(options: RequestOptions): void {
      options.signal = signal;
      const { proxyOptions } = options.agent as Agent & { proxyOptions?: { signal?: AbortSignal } };
      if (proxyOptions) proxyOptions.signal = signal;
    },
    canHandleAuthentication: () => false,
    handleAuthentication: () => Promise.reject(new Error("unreachable: no authentication is handled")),
  };
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
  return { body: Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString("utf8"), oversized: size > BODY_LIMIT };
}
