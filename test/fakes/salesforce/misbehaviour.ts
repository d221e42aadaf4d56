import type { Socket } from "node:net";
import type { Answer } from "./answer.ts";
import type { CertificateFlaw } from "./authority.ts";
import type { Exchange } from "./exchange.ts";

/** What the proxy does with a CONNECT instead of opening a tunnel. */
export interface ProxyFault {
  readonly stage: "proxy";
  readonly name: string;
  /** Of the proxy's answer, if it is one. */
  readonly status: number | undefined;
  meet(client: Socket): void;
}

/** What happens in a tunnel, once it is open, instead of TLS. */
export interface TunnelFault {
  readonly stage: "tunnel";
  readonly name: string;
  meet(client: Socket): void;
}

/** A host's certificate that no client should take. */
export interface CertificateFault {
  readonly stage: "certificate";
  readonly name: string;
  readonly flaw: CertificateFlaw;
}

/** What comes in place of an answer, and how it gets to the client. */
export interface AnswerFault {
  readonly stage: "answer";
  readonly name: string;
  make(exchange: Exchange): Answer;
  deliver(exchange: Exchange, make: () => Answer): void | Promise<void>;
}

/** Something that goes wrong between a client and Salesforce, by the stage of a request at which it does. */
export type Fault = ProxyFault | TunnelFault | CertificateFault | AnswerFault;

/** When a fault comes. */
export interface Occasion {
  /** How often; once by default. Faults that are always there wait until the counted ones are used up. */
  readonly times?: number | "always";
  /** At which route: `token` by default. Faults before the answer don't know the route, and take every connection. */
  readonly route?: string;
  /** Only at this host. */
  readonly host?: string;
}

/** The stage that a request has come to. */
export interface Moment<Stage extends Fault["stage"]> {
  readonly stage: Stage;
  readonly host: string;
  /** The name of the route, where it is known already. */
  readonly route?: string | undefined;
}

/** Faults to come. */
export interface Misbehaviour {
  add(fault: Fault, occasion?: Occasion): void;
  /** The fault that is due, if any; a counted one is used up by that. */
  take<Stage extends Fault["stage"]>(moment: Moment<Stage>): Extract<Fault, { stage: Stage }> | undefined;
  /** Names of the counted faults that are still to come. */
  pending(): string[];
  /** No more faults. */
  clear(): void;
}

interface Entry {
  readonly fault: Fault;
  readonly route: string;
  readonly host: string | undefined;
  left: number;
}

/**
 * A queue of faults. Those for one route come in the order in which they were added, whatever their stages are: a
 * request that is past the stage of the first fault in the queue meets no fault.
 */
export function createMisbehaviour(): Misbehaviour {
  let entries: Entry[] = [];
  return {
    add(fault, { times = 1, route = "token", host } = {}) {
      entries.push({ fault, route, host, left: times === "always" ? Number.POSITIVE_INFINITY : times });
    },
    take<Stage extends Fault["stage"]>(moment: Moment<Stage>) {
      const due = nextOf(
        entries.filter((entry) => concerns(entry, moment)),
        moment.stage,
      );
      if (!due) return undefined;
      due.left -= 1;
      entries = entries.filter(({ left }) => left > 0);
      return due.fault as Extract<Fault, { stage: Stage }>;
    },
    pending: () => entries.filter(isCounted).map(({ fault }) => fault.name),
    clear() {
      entries = [];
    },
  };
}

function nextOf(entries: readonly Entry[], stage: Fault["stage"]): Entry | undefined {
  const [first] = entries.filter(isCounted);
  if (first) return first.fault.stage === stage ? first : undefined;
  return entries.find(({ fault }) => fault.stage === stage);
}

/** Before the answer, the routes of what is to come are not known: faults for the token endpoint are next in line. */
function concerns({ fault, route, host }: Entry, moment: Moment<Fault["stage"]>): boolean {
  if (host !== undefined && host !== moment.host) return false;
  const asked = moment.stage === "answer" ? moment.route : "token";
  return fault.stage !== "answer" || route === asked;
}

function isCounted({ left }: Entry): boolean {
  return left !== Number.POSITIVE_INFINITY;
}
