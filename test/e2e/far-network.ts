// Replaces the network in a process that is started with `--import` of this file: every host name has an address that
// answers after FAR_MS milliseconds, and an IPv6 address without a route. Connections go to loopback.
import dns from "node:dns";
import net from "node:net";
import { getSystemErrorMap } from "node:util";

type Connect = (request: unknown, address: string, port: number) => number;
interface Handle {
  connect: Connect;
  connect6: Connect;
}

const NEAR = "127.0.0.1";
const UNROUTABLE = "2001:db8::1";
const farMs = Number(process.env["FAR_MS"]);
const [noRoute = 0] = [...getSystemErrorMap()].find(([, [name]]) => name === "ENETUNREACH") ?? [];

Object.assign(dns, {
  lookup: (_host: string, options: dns.LookupOptions, callback: (...results: unknown[]) => void) => {
    const addresses = [
      { address: NEAR, family: 4 },
      { address: UNROUTABLE, family: 6 },
    ];
    process.nextTick(() => (options.all ? callback(null, addresses) : callback(null, NEAR, 4)));
  },
});

/** What all TCP sockets of Node have in common, below its public interface. */
function tcpPrototype(): Handle {
  const socket = net.connect({ host: NEAR, port: 1 }).on("error", () => {});
  const handle = (socket as unknown as { _handle: Handle })._handle;
  socket.destroy();
  return Object.getPrototypeOf(handle);
}

const tcp = tcpPrototype();
const { connect } = tcp;
tcp.connect = function (this: Handle, ...args) {
  // On a handle that was closed in the meantime, because its time to connect was over, this does nothing.
  setTimeout(() => connect.apply(this, args), farMs);
  return 0;
};
tcp.connect6 = () => noRoute;
