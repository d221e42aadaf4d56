import type { Socket } from "node:net";

/** Ends a connection in ways that HTTP has no words for. */
export interface Connection {
  /** As when a machine on the way loses it: RST. */
  reset(): void;
  /** In good order, but too early: FIN. */
  close(): void;
}

/** The connection over a socket. */
export function connectionOver(socket: Socket): Connection {
  return { reset: () => void socket.resetAndDestroy(), close: () => void socket.destroy() };
}

/** Sockets that are open, so that all of them can be ended at once. */
export interface OpenSockets {
  add(socket: Socket): void;
  destroyAll(): void;
}

/** Keeps track of sockets. Their errors are the clients' business: what became of a request is in its record. */
export function trackSockets(): OpenSockets {
  const sockets = new Set<Socket>();
  return {
    add(socket) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      socket.on("error", () => {});
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
