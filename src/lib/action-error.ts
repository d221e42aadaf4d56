/** A likely cause of a failure and the act that ends it. */
export interface Cause {
  /** A full sentence; left out where the first line of the message says it already. */
  readonly cause?: string;
  /** A full sentence in the imperative: where to click, the command to run, or which input gets which value. */
  readonly fix: string;
}

/** What an {@link ActionError} is made of. */
export interface ErrorDetails {
  /** Stable name of the failure: the anchor of its entry in `docs/troubleshooting.md`. */
  readonly code: string;
  /** What was refused and why, in plain words. Never a secret, and never raw text of a server. */
  readonly message: string;
  /** What it may come from, most likely first, where that isn't plain from the message. */
  readonly causes?: readonly string[];
  /** What to do about it, most likely first: where to click, or the command to run. */
  readonly steps?: readonly string[];
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
}

/**
 * Thrown for expected errors, which the user can do something about; any other error is a bug.
 *
 * @example
 * throw new ActionError({
 *   code: "private-key-is-certificate",
 *   message: "this is a certificate, not a private key",
 *   steps: ["Store the file that openssl wrote with -keyout: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key"],
 * });
 */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly code: string;
  readonly causes: readonly string[];
  readonly steps: readonly string[];

  constructor({ code, message, causes = [], steps = [], cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.causes = causes;
    this.steps = steps;
  }
}
