import type { Inputs } from "./inputs.ts";
import type { Exchange } from "./token-endpoint.ts";

/** What a diagnosis is made from: how the token request ended and what was asked. */
export interface FailedExchange {
  readonly exchange: Exchange;
  readonly inputs: Inputs;
  /** The runner's time. */
  readonly now: Date;
}
