/** A likely cause of a failure and the act that ends it. */
export interface Cause {
  /** A full sentence; left out if the first line of the message says it already. */
  readonly cause?: string;
  /** A full sentence in the imperative: where to click, the command to run, or which input gets which value. */
  readonly fix: string;
}

/** What an {@link ActionError} is made of. None of it is ever a secret or unsanitized text of a server. */
export interface ErrorDetails {
  /** Stable name of the failure: the anchor of its entry in `docs/troubleshooting.md`. */
  readonly code: string;
  /** What is wrong: a sentence of at most 120 characters without an address. Lists of annotations show nothing else. */
  readonly headline: string;
  /** Lines below the first: what Salesforce or the network said, then who and where. */
  readonly context?: readonly string[];
  /** Most likely first. */
  readonly causes: readonly Cause[];
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/** Thrown for expected errors, which the user can do something about; any other error is a bug. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly code: string;
  readonly context: readonly string[];
  readonly causes: readonly Cause[];

  constructor({ code, headline, context = [], causes, cause }: ErrorDetails) {
    super(headline, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
    this.causes = causes;
  }
}
