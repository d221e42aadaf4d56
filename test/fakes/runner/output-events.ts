export type StreamName = "stdout" | "stderr";

/** One line of output. */
export interface OutputEvent {
  readonly stream: StreamName;
  readonly line: string;
}

/** Lines in the order in which the runner takes them. */
export interface OutputEvents {
  add(stream: StreamName, lines: readonly string[]): void;
  /** Ends a batch. Of a batch the runner takes stderr first (actions/runner, ProcessInvoker). */
  endBatch(): void;
  readonly taken: readonly OutputEvent[];
}

/** No lines yet. */
export function outputEvents(): OutputEvents {
  const taken: OutputEvent[] = [];
  const batch: Record<StreamName, OutputEvent[]> = { stderr: [], stdout: [] };
  return {
    add: (stream, lines) => void batch[stream].push(...lines.map((line) => ({ stream, line }))),
    endBatch: () => void taken.push(...batch.stderr.splice(0), ...batch.stdout.splice(0)),
    taken,
  };
}

/** The worst that batches can come to: a mask on stdout doesn't surely come before text on stderr. */
export function stderrFirst(events: readonly OutputEvent[]): OutputEvent[] {
  return (["stderr", "stdout"] as const).flatMap((name) => events.filter(({ stream }) => stream === name));
}
