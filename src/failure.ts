/** What a {@link Failure} is made of. */
export interface FailureFacts {
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
 * An outcome that the user can do something about. Every room throws this and nothing else on purpose;
 * any other error is a defect of the action.
 *
 * @example
 * throw new Failure({
 *   code: "private-key-is-certificate",
 *   message: "this is a certificate, not a private key",
 *   steps: ["Store the file that openssl wrote with -keyout: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key"],
 * });
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: string;
  readonly causes: readonly string[];
  readonly steps: readonly string[];

  constructor({ code, message, causes = [], steps = [], cause }: FailureFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.causes = causes;
    this.steps = steps;
  }
}
