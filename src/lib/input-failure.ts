import { ActionError } from "./action-error.ts";

/** Stands in until all input errors come from one table. */
export class InputFailure extends ActionError {
  readonly steps: readonly string[];
  constructor({ code, message, steps = [] }: { code: string; message: string; steps?: readonly string[] }) {
    super({ code, headline: message, causes: steps.map((fix) => ({ fix })) });
    this.steps = steps;
  }
}
