import type { IncomingHttpHeaders } from "node:http";
import type { SigningOptions } from "./adjustment.ts";
import type { NetworkError } from "./network-errors.ts";
import type { TokenResponse } from "./response.ts";

/** No whole answer came. */
export interface NoResponse extends NetworkError {
  readonly kind: "unreachable";
}

/** How a token request ended. */
export interface TokenResult {
  readonly outcome: TokenResponse | NoResponse;
  readonly attempts: number;
  readonly durationMs: number;
  /** What the last assertion was signed with. */
  readonly signing: SigningOptions;
  /** Salesforce's clock minus the runner's by the last answer's `Date`, in milliseconds. */
  readonly measuredSkewMs: number | undefined;
  /** The outcome may pass, but there was no time left to see; with the wait in milliseconds that the server asked for. */
  readonly deadlineExceeded: { readonly retryAfterMs: number } | undefined;
}

/** What one attempt brought. */
export interface Attempt {
  readonly outcome: TokenResponse | NoResponse;
  /** Of the answer; none where none came. */
  readonly headers: IncomingHttpHeaders;
  /** Both clocks when the answer came, in milliseconds since 1970; Salesforce's from its `Date` header. */
  readonly runnerTime: number;
  readonly salesforceTime: number | undefined;
}
