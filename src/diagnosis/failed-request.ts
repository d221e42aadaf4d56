import type { Inputs } from "../inputs/inputs.ts";
import type { TokenResult } from "../token/token-result.ts";

/** What a diagnosis is made from: how the token request ended and what was asked. */
export interface FailedRequest {
  readonly result: TokenResult;
  readonly inputs: Inputs;
  /** The runner's time. */
  readonly now: Date;
}
