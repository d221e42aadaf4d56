import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Connection, connectionOver, trackSockets } from "./connection.ts";
import { hostKey } from "./hosts.ts";
import type { Misbehaviour, ProxyFault } from "./misbehaviour.ts";

/** A CONNECT as it came in, and what became of it. */
export interface RecordedConnect {
  /** As asked: `login.salesforce.com:443`. */
  readonly target: string;
  /** Without the port where it is 443. */
  readonly host: string;
  readonly headers: IncomingHttpHeaders;
  /** On the machine's clock, in milliseconds since 1970. */
  readonly at: number;
  /** The status of the proxy's answer; undefined without an answer. */
  status: number | undefined;
  /** The fault's name, or `tunnel`, `unknown host`, `wrong credentials`. */
  answeredWith: string;
}

/** Name and password that a proxy requires. */
export interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

/** What a proxy needs. */
export interface ProxyOptions {
  /** The port to which all tunnels lead, for any host name. */
  readonly serverPort: number;
  readonly knows: (host: string) => boolean;
  readonly misbehaviour: Misbehaviour;
  readonly credentials: ProxyCredentials | undefined;
}

/** The way out to the network. */
export interface ConnectProxy {
  readonly port: number;
  readonly connects: readonly RecordedConnect[];
  /** The client's connection at the other end of a tunnel. @param port at which the tunnel leaves the proxy */
  connectionAt(port: number | undefined): Connection | undefined;
  close(): void;
}

/** What a proxy says with its "no". */
export interface RefusedConnect {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the record. */
  readonly name?: string;
}

const ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";
const WRONG_CREDENTIALS = { headers: { "Proxy-Authenticate": 'Basic realm="proxy"' }, name: "wrong credentials" };
const UNKNOWN_HOST = { body: "unknown host", name: "unknown host" };

/** What the parts of the proxy share. */
interface Context extends ProxyOptions {
  readonly tunnels: Map<number, Connection>;
  readonly track: (socket: Socket) => void;
}

/** Starts a proxy on loopback that does nothing but CONNECT (RFC 9110 §9.3.6). */
export async function startProxy(options: ProxyOptions): Promise<ConnectProxy> {
  const sockets = trackSockets();
  const connects: RecordedConnect[] = [];
  const context: Context = { ...options, tunnels: new Map(), track: sockets.add };
  const server = createServer((_, response) => void response.writeHead(405).end("this proxy does CONNECT alone"));
  server.on("connection", sockets.add);
  server.on("connect", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    const client = socket as Socket;
    if (head.length > 0) client.unshift(head);
    const record = recordConnect(message);
    connects.push(record);
    const { name, status, meet } = outcomeOf(record, context);
    Object.assign(record, { answeredWith: name, status });
    meet(client);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    connects,
    connectionAt: (port) => context.tunnels.get(port ?? 0),
    close() {
      server.close();
      sockets.destroyAll();
    },
  };
}

/** The proxy's "no" to a CONNECT. */
export function refuseConnect(
  status: number,
  { headers = {}, body = "", name = `proxy: ${status}` }: RefusedConnect = {},
): ProxyFault {
  const all = { "Content-Type": "text/plain", "Content-Length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries({ ...all, Connection: "close" }).map(([header, value]) => `${header}: ${value}\r\n`);
  const answer = `HTTP/1.1 ${status} No Tunnel\r\n${lines.join("")}\r\n${body}`;
  return { stage: "proxy", name, status, meet: (client) => void client.end(answer) };
}

function recordConnect({ url = "", headers }: IncomingMessage): RecordedConnect {
  return { target: url, host: hostKey(url), headers, at: Date.now(), status: undefined, answeredWith: "" };
}

/** Refused, met by a fault, or let through. */
function outcomeOf(record: RecordedConnect, context: Context): Pick<ProxyFault, "name" | "status" | "meet"> {
  const { host } = record;
  const { misbehaviour, credentials, knows } = context;
  if (!isWelcome(record, credentials)) return refuseConnect(407, WRONG_CREDENTIALS);
  const fault = misbehaviour.take({ stage: "proxy", host });
  if (fault) return fault;
  if (!knows(host)) return refuseConnect(502, UNKNOWN_HOST);
  const tunnelFault = misbehaviour.take({ stage: "tunnel", host });
  if (!tunnelFault) return { name: "tunnel", status: 200, meet: (client) => openTunnel(client, context) };
  const meet = (client: Socket) => {
    client.write(ESTABLISHED);
    tunnelFault.meet(client);
  };
  return { name: tunnelFault.name, status: 200, meet };
}

function isWelcome({ headers }: RecordedConnect, credentials: ProxyCredentials | undefined): boolean {
  if (!credentials) return true;
  const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  return headers["proxy-authorization"] === `Basic ${expected}`;
}

function openTunnel(client: Socket, context: Context): void {
  const server = connect(context.serverPort, "127.0.0.1", () => {
    const port = server.localPort ?? 0;
    context.tunnels.set(port, connectionOver(client));
    server.once("close", () => context.tunnels.delete(port));
    client.write(ESTABLISHED);
    client.pipe(server).pipe(client);
  });
  context.track(server);
  client.once("close", () => server.destroy());
  server.once("close", () => client.end());
}
