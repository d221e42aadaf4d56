import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Answer } from "./answer.ts";
import type { Authority, CertificateFlaw } from "./authority.ts";
import { type Connection, connectionOver, trackSockets } from "./connection.ts";
import { type Exchange, send } from "./exchange.ts";
import type { Misbehaviour } from "./misbehaviour.ts";
import { type RecordedRequest, recordBody, recordRequest } from "./requests.ts";
import { notFound } from "./rest-api.ts";
import type { Route } from "./route.ts";
import { findRoute } from "./routes.ts";
import { now, type World } from "./world.ts";

/** What the server needs. */
export interface ServerOptions {
  readonly world: World;
  readonly authority: Authority;
  readonly misbehaviour: Misbehaviour;
  readonly routes: readonly Route[];
  /** The client's connection, by the port at which its tunnel reaches the server. */
  readonly connectionAt: (port: number | undefined) => Connection | undefined;
}

/** All of Salesforce's hosts behind one port. */
export interface Server {
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  close(): void;
}

/** More than any form, and less than what could hurt. */
const BODY_LIMIT = 1024 * 1024;

/** Starts the server on loopback. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const sockets = trackSockets();
  const requests: RecordedRequest[] = [];
  const server = createServer({ SNICallback: certificates(options) }, (message, response) => {
    const request = recordRequest(message);
    requests.push(request);
    respond({ request, message, response }, options).catch((error: unknown) => {
      // A defect of this server, or a client that left: the record says which.
      request.answeredWith ||= `failed: ${error}`;
      response.destroy();
    });
  });
  server.on("connection", sockets.add);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close() {
      server.close();
      sockets.destroyAll();
    },
  };
}

type Chosen = (error: Error | null, context?: SecureContext) => void;

/** Makes the certificate of a host when it is first asked for. */
function certificates({ authority, misbehaviour }: ServerOptions) {
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextFor = (host: string, flaw?: CertificateFlaw): Promise<SecureContext> => {
    const key = `${host} ${flaw ?? ""}`;
    const context = contexts.get(key) ?? authority.certificateFor(host, flaw).then(createSecureContext);
    contexts.set(key, context);
    return context;
  };
  return (host: string, chosen: Chosen): void => {
    const flaw = misbehaviour.take({ stage: "certificate", host })?.flaw;
    contextFor(host, flaw).then((context) => chosen(null, context), chosen);
  };
}

interface Incoming {
  readonly request: RecordedRequest;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

async function respond({ request, message, response }: Incoming, options: ServerOptions): Promise<void> {
  recordBody(request, await readBody(message));
  const { world, misbehaviour, routes, connectionAt } = options;
  const found = findRoute(request, world, routes);
  request.route = found?.route.name;
  const exchange: Exchange = {
    request,
    message,
    response,
    connection: connectionAt(message.socket.remotePort) ?? connectionOver(message.socket),
    now: now(world),
    honest: (tokens = {}): Answer => found?.answer(tokens) ?? notFound,
  };
  const fault = misbehaviour.take({ stage: "answer", route: request.route, host: request.host });
  if (!fault) return send(exchange, exchange.honest());
  request.answeredWith = fault.name;
  await fault.deliver(exchange, () => fault.make(exchange));
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new RangeError(`a request of more than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
