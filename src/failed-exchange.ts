import type { Exchange } from "./exchange.ts";
import type { Inputs } from "./inputs.ts";

/** What a diagnosis is made from: how the token request ended and what was asked. */
export interface FailedExchange {
  readonly exchange: Exchange;
  readonly inputs: Inputs;
  /** The runner's time. */
  readonly now: Date;
}
