import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { BODY_LIMIT, httpGet, httpPost, ignoreTlsSwitch, type Progress } from "../../../src/lib/http.ts";
import { createAuthority } from "../../fakes/salesforce/authority.ts";

/** Long enough for any machine, so that a request that would hang for ever fails its test instead. */
const LIMIT = { timeout: 20_000 };
const FORM = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: "e30.e30.c2ln" };

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A server on loopback, and what it received so far. */
interface Server {
  readonly url: string;
  readonly received: readonly Received[];
  readonly sockets: readonly Socket[];
}

async function serve(
  t: TestContext,
  answer: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<Server> {
  const received: Received[] = [];
  const sockets: Socket[] = [];
  const listener: RequestListener = async (request, response) => {
    received.push({ request, body: await text(request) });
    answer(response, request);
  };
  const server = createServer(listener);
  server.on("connection", (socket) => sockets.push(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/oauth2/token`, received, sockets };
}

const post = (url: string, signal = new AbortController().signal) => httpPost({ url, form: FORM, signal });

test("httpGet reads a resource by one GET, with the token in its header, and follows no redirect", LIMIT, async (t) => {
  const server = await serve(t, (response) => response.writeHead(302, { location: "/elsewhere" }).end("moved"));
  const signal = new AbortController().signal;
  const { status, body } = await httpGet({ url: `${server.url}?audience=a`, bearer: "request-token", signal });
  assert.deepEqual([status, body, server.received.length], [302, "moved", 1]);
  const [{ request } = assert.fail()] = server.received;
  assert.deepEqual([request.method, request.url], ["GET", "/services/oauth2/token?audience=a"]);
  assert.equal(request.headers.authorization, "Bearer request-token");
});

describe("httpPost", LIMIT, () => {
  test("sends a form as one POST, in the body and nowhere else", async (t) => {
    const server = await serve(t, (response) => response.end("{}"));
    await post(server.url);
    assert.equal(server.received.length, 1);
    const [{ request, body } = assert.fail()] = server.received;
    assert.equal(request.method, "POST");
    assert.equal(request.url, "/services/oauth2/token");
    assert.equal(body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=e30.e30.c2ln");
    assert.equal(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert.equal(request.headers["content-length"], String(body.length));
    assert.equal(request.headers.accept, "application/json");
    assert.ok(!JSON.stringify(request.headers).includes(FORM.assertion));
  });

  test("sends any value of a form unchanged", async (t) => {
    const server = await serve(t, (response) => response.end());
    const form = { token: "00D!a.b+c/d=&e f", "näme&=": "line\r\nend\0", empty: "" };
    await httpPost({ url: server.url, form, signal: new AbortController().signal });
    assert.deepEqual(Object.fromEntries(new URLSearchParams(server.received[0]?.body)), form);
  });
});

describe("httpPost", LIMIT, () => {
  const answers: readonly (readonly [status: number, headers: Record<string, string>])[] = [
    [200, { date: "Fri, 02 Jan 2026 03:04:05 GMT" }],
    [400, {}],
    [401, { "www-authenticate": "Basic realm=x" }],
    [407, { "proxy-authenticate": "Basic" }],
    [429, { "retry-after": "1" }],
    [502, {}],
    [503, { "retry-after": "0" }],
    [504, {}],
    ...[300, 301, 302, 303, 304, 307, 308].map((status) => [status, {}] as const),
  ];
  for (const [status, headers] of answers) {
    test(`returns HTTP ${status} after one request, with headers and body`, async (t) => {
      const server = await serve(t, (response, { headers: { host } }) => {
        response
          .writeHead(status, { ...headers, location: `http://${host}/elsewhere` })
          .end(status === 304 ? "" : "größe");
      });
      const answer = await post(server.url);
      assert.equal(server.received.length, 1);
      assert.equal(answer.status, status);
      assert.equal(answer.body, status === 304 ? "" : "größe");
      assert.equal(answer.oversized, false);
      for (const [name, value] of Object.entries(headers)) assert.equal(answer.headers[name], value);
    });
  }

  test("joins a body that comes in pieces, even cut through a letter", async (t) => {
    const [first = 0, ...rest] = Buffer.from("ü", "utf8");
    const server = await serve(t, (response) => {
      response.write(Buffer.from([0x61, first]));
      setTimeout(() => response.end(Buffer.from([...rest, 0x62])), 30);
    });
    assert.equal((await post(server.url)).body, "aüb");
  });

  test("removes a byte order mark from a body", async (t) => {
    const server = await serve(t, (response) => response.end('\ufeff{"a":"\ufeff"}'));
    assert.equal((await post(server.url)).body, '{"a":"\ufeff"}');
  });

  test("returns a body of exactly 1 MiB whole", async (t) => {
    const server = await serve(t, (response) => response.end(Buffer.alloc(BODY_LIMIT, "x")));
    const { body, oversized } = await post(server.url);
    assert.deepEqual({ length: body.length, oversized }, { length: 1_048_576, oversized: false });
  });
});

describe("httpPost", LIMIT, () => {
  test("cuts a body of 1 MiB and a byte, and says so", async (t) => {
    const server = await serve(t, (response) => response.end(Buffer.alloc(BODY_LIMIT + 1, "x")));
    const { body, oversized } = await post(server.url);
    assert.deepEqual({ length: body.length, oversized }, { length: 1_048_576, oversized: true });
  });

  test("cuts a body without an end, and ends its connection", async (t) => {
    const piece = Buffer.alloc(65_536, "x");
    const server = await serve(t, (response) => {
      const send = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", send);
      send();
    });
    const { body, oversized } = await post(server.url);
    assert.deepEqual({ length: body.length, oversized }, { length: 1_048_576, oversized: true });
    await ended(server.sockets[0]);
  });
});

describe("httpPost", LIMIT, () => {
  const halves: readonly (readonly [what: string, send: (response: ServerResponse) => void])[] = [
    [
      "a body that is shorter than promised",
      (response) => response.writeHead(200, { "content-length": "100" }).write("half"),
    ],
    ["a body in chunks without the last one", (response) => response.writeHead(200).write("half")],
    [
      "a body that breaks off after its headers",
      (response) => response.writeHead(200, { "content-length": "9" }).flushHeaders(),
    ],
    ["a connection that ends before the answer", () => {}],
  ];
  for (const [what, send] of halves) {
    test(`throws ECONNRESET for ${what}`, async (t) => {
      const server = await serve(t, (response) => {
        send(response);
        setTimeout(() => response.destroy(), 30);
      });
      await assert.rejects(post(server.url), { code: "ECONNRESET" });
      assert.equal(server.received.length, 1);
    });
  }

  test("throws a parser's error for a response that isn't HTTP", async (t) => {
    const port = await listen(t, (socket) => socket.end("220 mail.example ESMTP\r\n"));
    await assert.rejects(post(`http://127.0.0.1:${port}/`), { code: /^HPE_/ });
  });

  test("throws ECONNREFUSED for a port without a server", async (t) => {
    const port = await listen(t, () => {});
    await new Promise<void>((closed) => void servers.get(port)?.close(() => closed()));
    await assert.rejects(post(`http://127.0.0.1:${port}/`), { code: "ECONNREFUSED" });
  });
});

describe("httpPost", LIMIT, () => {
  const reason = new Error("the time is over");

  test("throws the reason of a signal that was aborted before, and sends nothing", async (t) => {
    const server = await serve(t, (response) => response.end("{}"));
    await assert.rejects(post(server.url, AbortSignal.abort(reason)), reason);
    assert.equal(server.received.length, 0);
  });

  const stalls: readonly (readonly [where: string, send: (response: ServerResponse) => void])[] = [
    ["while nothing comes", () => {}],
    ["between headers and body", (response) => response.flushHeaders()],
    ["in the middle of the body", (response) => response.writeHead(200, { "content-length": "100" }).write("half")],
  ];
  for (const [where, send] of stalls) {
    test(`ends a request and its connection with the signal's reason ${where}`, async (t) => {
      const controller = new AbortController();
      const server = await serve(t, (response) => {
        send(response);
        setTimeout(() => controller.abort(reason), 30);
      });
      await assert.rejects(post(server.url, controller.signal), reason);
      await ended(server.sockets[0]);
    });
  }

  test("ends the connection to a proxy that doesn't answer its CONNECT, with the signal's reason", async (t) => {
    const controller = new AbortController();
    const heard: string[] = [];
    const sockets: Socket[] = [];
    const port = await listen(t, (socket) => {
      sockets.push(socket);
      socket.once("data", (data) => {
        heard.push(data.toString("latin1"));
        controller.abort(reason);
      });
    });
    setVariables(t, { http_proxy: `http://127.0.0.1:${port}`, no_proxy: undefined, NO_PROXY: undefined });
    await assert.rejects(post("http://acme.my.salesforce.com/", controller.signal), reason);
    assert.match(heard[0] ?? "", /^CONNECT acme\.my\.salesforce\.com:80 HTTP\/1\.1\r\n/);
    await ended(sockets[0]);
  });
});

test("httpPost sends no form through a proxy that rejects its CONNECT", LIMIT, async (t) => {
  const heard: string[] = [];
  const port = await listen(t, (socket) => {
    socket.on("data", (data) => {
      heard.push(data.toString("latin1"));
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
  });
  setVariables(t, { http_proxy: `http://127.0.0.1:${port}`, no_proxy: undefined, NO_PROXY: undefined });
  await assert.rejects(post("http://acme.my.salesforce.com/"), /statusCode=407/);
  assert.equal(heard.length, 1);
  assert.ok(!heard.join("").includes(FORM.assertion));
});

const HOST = "acme.my.salesforce.com";
const NO_PROXY = { https_proxy: undefined, HTTPS_PROXY: undefined, no_proxy: undefined, NO_PROXY: undefined };

/** A TLS server with a certificate that is signed by an authority that this process doesn't trust. */
async function serveTls(t: TestContext, host: string): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const tls = createTlsServer(await (await createAuthority()).certificateFor(host), (socket) => {
    socket.on("error", () => {}).on("data", (data) => heard.push(data.toString("latin1")));
  });
  tls.on("tlsClientError", () => {});
  const port = await listen(t, (socket) => void tls.emit("connection", socket));
  return { port, heard };
}

/** A proxy that connects everything to one port on loopback. */
async function serveProxy(t: TestContext, target: number): Promise<number> {
  return listen(t, (client) => {
    client.once("data", () => {
      const server = connect(target, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(server).pipe(client);
      });
      server.on("error", () => {});
      t.after(() => server.destroy());
    });
  });
}

describe("httpPost with NODE_TLS_REJECT_UNAUTHORIZED=0", LIMIT, () => {
  const switchOff = { ...NO_PROXY, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };

  test("verifies the host's certificate on a direct connection", async (t) => {
    const { port, heard } = await serveTls(t, "localhost");
    setVariables(t, switchOff);
    await assert.rejects(post(`https://localhost:${port}/`), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    assert.deepEqual(heard, []);
  });

  test("verifies the host's certificate in the tunnel of a proxy", async (t) => {
    const { port, heard } = await serveTls(t, HOST);
    setVariables(t, { ...switchOff, https_proxy: `http://127.0.0.1:${await serveProxy(t, port)}` });
    await assert.rejects(post(`https://${HOST}/`), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    assert.deepEqual(heard, []);
  });

  test("verifies the certificate of a proxy that is reached by TLS", async (t) => {
    const { port, heard } = await serveTls(t, "localhost");
    setVariables(t, { ...switchOff, https_proxy: `https://localhost:${port}` });
    await assert.rejects(post(`https://${HOST}/`), /tunneling socket.*unable to verify the first certificate/);
    assert.deepEqual(heard, []);
  });
});

describe("ignoreTlsSwitch", () => {
  const sendTwice = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
    const warnings: string[] = [];
    const sent: unknown[] = [];
    const answer = { status: 200, headers: {}, body: "", oversized: false };
    const send = ignoreTlsSwitch(
      env,
      (message) => warnings.push(message),
      async (request) => {
        sent.push(request);
        return answer;
      },
    );
    const request = { url: `https://${HOST}`, form: FORM, signal: new AbortController().signal };
    assert.deepEqual([await send(request), await send(request)], [answer, answer]);
    assert.deepEqual(sent, [request, request]);
    return warnings;
  };

  test("warns once of NODE_TLS_REJECT_UNAUTHORIZED=0 and removes it, so that Node doesn't say that it has an effect", async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", PATH: "x" };
    const [warning, ...others] = await sendTwice(env);
    assert.match(warning ?? "", /^NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect on this action.*NODE_EXTRA_CA_CERTS/);
    assert.deepEqual(others, []);
    assert.deepEqual(env, { PATH: "x" });
  });

  for (const value of ["1", "", undefined]) {
    test(`doesn't warn of NODE_TLS_REJECT_UNAUTHORIZED=${value}`, async () => {
      assert.deepEqual(await sendTwice({ NODE_TLS_REJECT_UNAUTHORIZED: value }), []);
    });
  }
});

describe("httpPost", LIMIT, () => {
  const stageOf = async (result: Promise<unknown>): Promise<Progress["stage"]> => {
    const error = await result.then(
      () => assert.fail("no error"),
      (reason: Progress) => reason,
    );
    return error.stage;
  };
  /** Ends the request at the latest at the end of the test. */
  const aborting = () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort(new Error("the time is over")) };
  };

  test("says in its error that no connection opened", async (t) => {
    const port = await listen(t, () => {});
    await new Promise<void>((closed) => void servers.get(port)?.close(() => closed()));
    assert.equal(await stageOf(post(`http://127.0.0.1:${port}/`)), "not connected");
  });

  test("says in its error that only the connection to the proxy opened", async (t) => {
    const { signal, abort } = aborting();
    const port = await listen(t, (socket) => void socket.once("data", abort));
    setVariables(t, { ...NO_PROXY, https_proxy: `http://127.0.0.1:${port}` });
    assert.equal(await stageOf(post(`https://${HOST}/`, signal)), "connected to the proxy");
  });

  test("says in its error that a direct connection opened without TLS", async (t) => {
    const { signal, abort } = aborting();
    const port = await listen(t, (socket) => void socket.once("data", abort));
    setVariables(t, NO_PROXY);
    assert.equal(await stageOf(post(`https://127.0.0.1:${port}/`, signal)), "connected");
  });

  test("says in its error that a connection through a proxy opened without TLS", async (t) => {
    const { signal, abort } = aborting();
    const port = await listen(t, (socket) => void socket.once("data", abort));
    setVariables(t, { ...NO_PROXY, https_proxy: `http://127.0.0.1:${await serveProxy(t, port)}` });
    assert.equal(await stageOf(post(`https://${HOST}/`, signal)), "connected");
  });

  test("says in the signal's reason how far the request got, as soon as it is aborted", async (t) => {
    const { signal, abort } = aborting();
    const port = await listen(t, (socket) => void socket.once("data", abort));
    setVariables(t, NO_PROXY);
    const seen = new Promise((resolve) =>
      signal.addEventListener("abort", () => queueMicrotask(() => resolve(signal.reason))),
    );
    post(`https://127.0.0.1:${port}/`, signal).catch(() => {});
    assert.equal(((await seen) as Progress).stage, "connected");
  });
});

test("httpPost connects to a proxy by its IPv6 address", LIMIT, async (t) => {
  const server = createSocketServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  const listening = await new Promise((done) =>
    server.once("error", () => done(false)).listen(0, "::1", () => done(true)),
  );
  if (!listening) return t.skip("this machine has no IPv6");
  t.after(() => server.close());
  setVariables(t, { ...NO_PROXY, https_proxy: `http://[::1]:${(server.address() as AddressInfo).port}` });
  await assert.rejects(post(`https://${HOST}/`), /statusCode=403/);
});

const servers = new Map<number, ReturnType<typeof createSocketServer>>();

/** A server for sockets on loopback. */
async function listen(t: TestContext, meet: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createSocketServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    meet(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  servers.set(port, server);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return port;
}

/** Waits until the other side has ended a connection; the test's time limit is for one that never does. */
async function ended(socket: Socket | undefined): Promise<void> {
  assert.ok(socket);
  socket.resume();
  // Not `once()`, which takes a reset for a failure.
  if (!socket.destroyed) await new Promise((closed) => socket.once("close", closed));
}

function setVariables(t: TestContext, variables: Readonly<Record<string, string | undefined>>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  t.after(() => {
    for (const [name, value] of before) set(name, value);
  });
}
