import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, createApp, type Registration } from "./apps.ts";
import { type Authority, createAuthority } from "./authority.ts";
import type { ServeOptions } from "./hosts.ts";
import { createMisbehaviour, type Fault, type Misbehaviour, type Occasion } from "./misbehaviour.ts";
import type { Org, Orgs } from "./orgs.ts";
import { type ConnectProxy, type ProxyCredentials, type RecordedConnect, startProxy } from "./proxy.ts";
import type { RecordedRequest } from "./requests.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { type Server, startServer } from "./server.ts";
import { createWorld, type World } from "./world.ts";

export type { ClientKey, ClientKeyOptions } from "./client-key.ts";
export { clientKey } from "./client-key.ts";
export * as faults from "./faults.ts";
export type { Fault, Occasion } from "./misbehaviour.ts";
export { addUser } from "./orgs.ts";
export type { App, Org, Orgs, RecordedConnect, RecordedRequest, Registration, Route, ServeOptions };

/** How a Salesforce begins. */
export interface SalesforceOptions {
  /** Apps to register at once. */
  readonly apps?: readonly Registration[];
  /** What the proxy requires; nothing by default. */
  readonly proxyCredentials?: ProxyCredentials;
  /** Routes besides the usual ones, which they come before. */
  readonly routes?: readonly Route[];
}

/** A Salesforce of one's own: its hosts behind a proxy, on this machine, until it is closed. */
export interface Salesforce {
  /** The variables that a client's process requires. */
  readonly env: { readonly https_proxy: string; readonly NODE_EXTRA_CA_CERTS: string };
  /** PEM of the authority, for clients in this process. */
  readonly authority: string;
  /** Makes a certificate that clients with {@link Salesforce.env} trust. */
  readonly certificateFor: Authority["certificateFor"];
  /** Where all hosts answer on loopback, for clients that need no proxy. */
  readonly port: number;
  /** Production of Acme. */
  readonly org: Org;
  readonly orgs: Orgs;
  /** All requests, in the order in which they began. Their assertions are in them. */
  readonly requests: readonly RecordedRequest[];
  readonly connects: readonly RecordedConnect[];
  /** Every token that was issued, in order. */
  readonly minted: readonly string[];
  /** Sets up an app, or one that exists anew. */
  register(registration: Registration): App;
  /** Answers at a host (`*.` before it for all below), for an org. */
  serve(host: string, options: ServeOptions): void;
  /** Whether a token is valid. */
  isLive(token: string): boolean;
  /** Ends the session of a token, as an administrator or another job would. */
  endSession(token: string): void;
  /** Whether a user gets the same token from the same app for as long as it lives: on by default. */
  reuseSessions(reuse: boolean): void;
  /** Sets Salesforce's clock ahead of the machine's, in milliseconds; behind it if negative. */
  clock(offset: number): void;
  misbehave(fault: Fault, occasion?: Occasion): void;
  /** No more faults. */
  behave(): void;
  /** Names of the counted faults that have not come yet. */
  pendingFaults(): string[];
  /** Closes everything at once, open connections included. */
  close(): Promise<void>;
}

/** Starts a Salesforce. */
export async function startSalesforce(options: SalesforceOptions = {}): Promise<Salesforce> {
  const world = createWorld(options.apps);
  const misbehaviour = createMisbehaviour();
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), "embedded-salesforce-"));
  const certificateFile = join(folder, "ca.pem");
  await writeFile(certificateFile, authority.certificatePem);
  const { server, proxy } = await startNetwork({ world, misbehaviour, authority, options });
  const { proxyCredentials } = options;
  return {
    env: { https_proxy: proxyUrl(proxy.port, proxyCredentials), NODE_EXTRA_CA_CERTS: certificateFile },
    authority: authority.certificatePem,
    certificateFor: authority.certificateFor,
    port: server.port,
    requests: server.requests,
    connects: proxy.connects,
    ...controls(world, misbehaviour),
    async close() {
      proxy.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Parts {
  readonly world: World;
  readonly misbehaviour: Misbehaviour;
  readonly authority: Authority;
  readonly options: SalesforceOptions;
}

/** The proxy needs the server's port, and the server the proxy's connections. */
async function startNetwork({
  world,
  misbehaviour,
  authority,
  options,
}: Parts): Promise<{ server: Server; proxy: ConnectProxy }> {
  const routes = [...(options.routes ?? []), ...ROUTES];
  let proxy: ConnectProxy | undefined;
  const connectionAt: ConnectProxy["connectionAt"] = (port) => proxy?.connectionAt(port);
  const server = await startServer({ world, misbehaviour, authority, routes, connectionAt });
  proxy = await startProxy({
    serverPort: server.port,
    knows: world.hosts.knows,
    misbehaviour,
    credentials: options.proxyCredentials,
  });
  return { server, proxy };
}

function proxyUrl(port: number, credentials: ProxyCredentials | undefined): string {
  const { username, password } = credentials ?? {};
  const user = credentials ? `${encodeURIComponent(username ?? "")}:${encodeURIComponent(password ?? "")}@` : "";
  return `http://${user}127.0.0.1:${port}`;
}

function controls(world: World, misbehaviour: Misbehaviour) {
  return {
    org: world.orgs.production,
    orgs: world.orgs,
    minted: world.sessions.minted,
    register(registration: Registration): App {
      const app = createApp(registration);
      world.apps.set(app.consumerKey, app);
      return app;
    },
    serve: world.hosts.serve,
    isLive: (token: string) => world.sessions.find(token) !== undefined,
    endSession: (token: string) => void world.sessions.end(token),
    reuseSessions(reuse: boolean) {
      world.sessions.reuse = reuse;
    },
    clock(offset: number) {
      world.clockOffset = offset;
    },
    misbehave: misbehaviour.add,
    behave: misbehaviour.clear,
    pendingFaults: misbehaviour.pending,
  };
}
