import type { IncomingHttpHeaders } from "node:http";
import type { NetworkFault } from "./network-fault.ts";
import type { Plan } from "./remedy.ts";
import type { TokenAnswer } from "./token-response.ts";

/** No whole answer came. */
export interface Unreachable extends NetworkFault {
  readonly kind: "unreachable";
}

/** How a token request ended. */
export interface Exchange {
  readonly outcome: TokenAnswer | Unreachable;
  readonly attempts: number;
  readonly durationMs: number;
  /** What the last assertion was signed with. */
  readonly plan: Plan;
  /** Salesforce's clock minus the runner's by the last answer's `Date`, in milliseconds. */
  readonly measuredSkewMs: number | undefined;
  /** The outcome may pass, but there was no time left to see; with the wait in milliseconds that the server asked for. */
  readonly outOfTime: { readonly retryAfterMs: number } | undefined;
}

/** What one attempt brought. */
export interface Attempt {
  readonly outcome: TokenAnswer | Unreachable;
  /** Of the answer; none where none came. */
  readonly headers: IncomingHttpHeaders;
  /** Both clocks when the answer came, in milliseconds since 1970; Salesforce's from its `Date` header. */
  readonly runnerTime: number;
  readonly salesforceTime: number | undefined;
}
