import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { lineReader } from "./lines.ts";
import { type OutputEvent, outputEvents, type StreamName } from "./output-events.ts";

/** When to cancel a step, as a user does with the button. */
export interface Cancel {
  /** Milliseconds from the start. */
  readonly afterMs?: number;
  /** A line of stdout that is waited for. */
  readonly onStdout?: RegExp;
  /** The signal to begin with: SIGINT, as the runner does. SIGTERM comes first where a machine is shut down. */
  readonly signal?: "SIGINT" | "SIGTERM";
  /** How the runner's waiting times between its signals are scaled: 1 is real time, and the default. */
  readonly timeScale?: number;
}

/** What to start, and how it is to end if not by itself. */
export interface Launch {
  readonly node: string;
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly cancel: Cancel | undefined;
}

/** How a process ended, and all that it wrote. */
export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** In the order in which the runner takes the lines. */
  readonly events: readonly OutputEvent[];
  readonly cancelled: boolean;
  readonly durationMs: number;
}

/**
 * The signals of a cancellation with the milliseconds that follow each (actions/runner, ProcessInvoker). On Windows
 * Node ends the process at the first.
 */
const SIGNALS: readonly (readonly [NodeJS.Signals, number])[] = [
  ["SIGINT", 7500],
  ["SIGTERM", 2500],
  ["SIGKILL", 0],
];

/** A grandchild may keep the pipes open; the runner waits so long for their end. */
const PIPES_MS = 5000;

/**
 * Runs a script to its end, as the runner runs an action: stdin closed, both streams piped, nothing in its environment
 * but what is given.
 *
 * @throws Error where node can't be started
 */
export async function runProcess({ node, script, cwd, env, timeoutMs, cancel }: Launch): Promise<Finished> {
  const begin = performance.now();
  const child = spawn(node, [script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const cancellation = cancel && watchForCancel(child, cancel);
  const output = collect(child, (line) => cancellation?.see(line));
  child.once("exit", () => void closePipes(child));
  try {
    const [exitCode, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    const durationMs = performance.now() - begin;
    return { exitCode, signal, ...output.end(), cancelled: cancellation?.begun() ?? false, durationMs };
  } finally {
    clearTimeout(timer);
    cancellation?.stop();
  }
}

async function closePipes(child: ChildProcess): Promise<void> {
  await delay(PIPES_MS, undefined, { ref: false });
  child.stdout?.destroy();
  child.stderr?.destroy();
}

interface Output {
  readonly end: () => Pick<Finished, "stdout" | "stderr" | "events">;
}

/** Reads both streams, line by line. What arrives between two looks at them makes a batch. */
function collect(child: ChildProcess, seeStdout: (line: string) => void): Output {
  const events = outputEvents();
  const texts: Record<StreamName, string> = { stdout: "", stderr: "" };
  const queue = (stream: StreamName, lines: readonly string[]) => {
    if (stream === "stdout") lines.forEach(seeStdout);
    events.add(stream, lines);
    setImmediate(events.endBatch);
  };
  for (const stream of ["stdout", "stderr"] as const) {
    const reader = lineReader();
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
      queue(stream, reader.read(text));
    });
    child[stream]?.once("close", () => queue(stream, reader.rest()));
  }
  return {
    end: () => {
      events.endBatch();
      return { ...texts, events: events.taken };
    },
  };
}

interface Cancellation {
  readonly see: (line: string) => void;
  readonly begun: () => boolean;
  readonly stop: () => void;
}

function watchForCancel(
  child: ChildProcess,
  { afterMs, onStdout, signal = "SIGINT", timeScale = 1 }: Cancel,
): Cancellation {
  let begun = false;
  const begin = () => {
    if (begun || hasEnded(child)) return;
    begun = true;
    void sendSignals(child, signal, timeScale);
  };
  const timer = afterMs === undefined ? undefined : setTimeout(begin, afterMs);
  return {
    see: (line) => {
      if (onStdout?.test(line)) begin();
    },
    begun: () => begun,
    stop: () => clearTimeout(timer),
  };
}

async function sendSignals(child: ChildProcess, first: NodeJS.Signals, timeScale: number): Promise<void> {
  const exited = once(child, "exit");
  for (const [signal, graceMs] of SIGNALS.slice(SIGNALS.findIndex(([name]) => name === first))) {
    child.kill(signal);
    await Promise.race([exited, delay(graceMs * timeScale, undefined, { ref: false })]);
    if (hasEnded(child)) return;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
