import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Salesforce } from "./index.ts";

/** The request; by default a GET. */
export interface ClientRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Ends the request at any stage; after ten seconds by default. */
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const LONGEST_MS = 10_000;

/**
 * Asks an embedded Salesforce as any client would: CONNECT, TLS, one request. Nothing of the product is in it.
 *
 * @throws the socket's or TLS's error, the signal's reason, or what the proxy answered
 */
export async function ask(
  { env, authority }: Pick<Salesforce, "env" | "authority">,
  { url, method = "GET", headers = {}, body, signal = AbortSignal.timeout(LONGEST_MS) }: ClientRequest,
): Promise<ClientAnswer> {
  const tunnel = await openTunnel(new URL(env.https_proxy), new URL(url), signal);
  const socket = await startTls(tunnel, new URL(url).hostname, authority, signal);
  try {
    const message = await new Promise<IncomingMessage>((answered, failed) => {
      const all = { connection: "close", ...headers };
      // Without an agent of its own, the request would think of port 80.
      const options = { method, headers: all, signal, defaultPort: 443, createConnection: () => socket };
      httpsRequest(url, options, answered).once("error", failed).end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(chunks).toString("utf8") };
  } finally {
    socket.destroy();
  }
}

function openTunnel(proxy: URL, { host, port }: URL, signal: AbortSignal): Promise<Socket> {
  const path = port === "" ? `${host}:443` : host;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers = user === ":" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` };
  return new Promise((opened, failed) => {
    httpRequest({ method: "CONNECT", host: proxy.hostname, port: proxy.port, path, headers, signal })
      .once("connect", ({ statusCode }, socket) => {
        if (statusCode === 200) return opened(socket as Socket);
        socket.destroy();
        return failed(new Error(`the proxy answered ${statusCode}`));
      })
      .once("error", failed)
      .end();
  });
}

function startTls(socket: Socket, servername: string, ca: string, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((started, failed) => {
    const leave = () => secure.destroy(signal.reason);
    const secure = connect({ socket, servername, ca }, () => {
      signal.removeEventListener("abort", leave);
      secure.off("error", failed);
      started(secure);
    }).once("error", failed);
    signal.addEventListener("abort", leave, { once: true });
  });
}
