import type { Socket } from "node:net";
import type { CertificateFlaw } from "./authority.ts";
import type { CertificateFault, ProxyFault, TunnelFault } from "./misbehaviour.ts";

export { refuseConnect } from "./proxy.ts";

// What goes wrong before there is a request: at the proxy, in the tunnel, in TLS.

/** An address where no proxy listens: port 1 is free on every machine that runs tests. */
export const CLOSED_PROXY = "http://127.0.0.1:1";

/** The proxy takes the CONNECT and says nothing, for ever. */
export function silentProxy(): ProxyFault {
  return { stage: "proxy", name: "proxy: silence", status: undefined, meet: () => {} };
}

/** The connection to the proxy is lost. */
export function resetByProxy(): ProxyFault {
  return { stage: "proxy", name: "proxy: reset", status: undefined, meet: (client) => void client.resetAndDestroy() };
}

/** The proxy closes the connection without a word. */
export function closeByProxy(): ProxyFault {
  return { stage: "proxy", name: "proxy: closed", status: undefined, meet: (client) => void client.end() };
}

/** What answers is no proxy. */
export function garbageFromProxy(text = "SSH-2.0-OpenSSH_9.9\r\n"): ProxyFault {
  return { stage: "proxy", name: "proxy: garbage", status: undefined, meet: (client) => void client.end(text) };
}

/** The tunnel opens, and the client's TLS is never answered. */
export function silentTls(): TunnelFault {
  return { stage: "tunnel", name: "TLS: silence", meet: (client) => void client.resume() };
}

/** The connection is lost in the middle of the TLS handshake. */
export function resetInTls(): TunnelFault {
  return { stage: "tunnel", name: "TLS: reset", meet: onHello((client) => client.resetAndDestroy()) };
}

/** The connection is closed in the middle of the TLS handshake. */
export function closeInTls(): TunnelFault {
  return { stage: "tunnel", name: "TLS: closed", meet: onHello((client) => client.end()) };
}

/** What answers in the tunnel speaks no TLS. */
export function plainTextInTls(text = "HTTP/1.1 400 Bad Request\r\n\r\n"): TunnelFault {
  return { stage: "tunnel", name: "TLS: plain text", meet: onHello((client) => client.end(text)) };
}

/** The host shows a certificate that isn't good. */
export function badCertificate(flaw: CertificateFlaw): CertificateFault {
  return { stage: "certificate", name: `TLS: certificate ${flaw}`, flaw };
}

/** Does something once the client's first TLS message is there, which has to be taken for a reset to be one. */
function onHello(then: (client: Socket) => unknown): (client: Socket) => void {
  return (client) => void client.once("data", () => then(client));
}
