import type { Masker } from "./masker.ts";

/** Levels of an annotation, which the runner calls issues. */
export type AnnotationType = "error" | "warning" | "notice";

/** What GitHub shows on the summary page of a run and beside the code. */
export interface Annotation {
  readonly type: AnnotationType;
  /** As it was sent: the runner doesn't mask it. */
  readonly title: string | undefined;
  /** As it was sent: the runner doesn't mask it. */
  readonly file: string | undefined;
  /** Masked and cut. */
  readonly message: string;
}

const LONGEST_MESSAGE = 4096;
const MOST_OF_A_TYPE = 10;

/** The log of one step, as a user sees it, with the annotations that come from it. */
export class StepLog {
  readonly annotations: Annotation[] = [];
  readonly #lines: string[] = [];
  readonly #counts: Record<AnnotationType, number> = { error: 0, warning: 0, notice: 0 };
  readonly #masker: Masker;
  readonly #debug: boolean;

  /** @param debug whether debug lines are shown */
  constructor(masker: Masker, debug: boolean) {
    this.#masker = masker;
    this.#debug = debug;
  }

  /** All that was written, masked, one line after the other. */
  get text(): string {
    return this.#lines.join("\n");
  }

  write(text: string): void {
    this.#lines.push(this.#masker.mask(text));
  }

  /** A line each, where debugging is on. */
  debug(text: string): void {
    if (!this.#debug) return;
    for (const line of text.replaceAll("\r\n", "\n").split("\n")) this.write(`##[debug]${line}`);
  }

  /** An annotation, cut at its limit, and its line in the log. An empty message makes neither. */
  annotate(type: AnnotationType, message: string, title?: string, file?: string): void {
    const shown = this.#masker.mask(message).slice(0, LONGEST_MESSAGE);
    this.#counts[type] += 1;
    if (this.#counts[type] <= MOST_OF_A_TYPE && shown.trim() !== "") {
      this.annotations.push({ type, title, file, message: shown });
    }
    if (shown !== "") this.write(`##[${type}]${shown}`);
  }
}
