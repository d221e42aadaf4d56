import type { Masker } from "./masker.ts";
import type { StepLog } from "./step-log.ts";

/** All that a step does to its job, written down while it runs. */
export interface StepRecord {
  readonly masker: Masker;
  readonly log: StepLog;
  readonly masks: string[];
  readonly outputs: Map<string, string>;
  readonly state: Map<string, string>;
  readonly env: Map<string, string>;
  readonly path: string[];
  /** Names of the commands that the runner carried out. */
  readonly commands: string[];
  readonly legacyCommands: string[];
  summary: string;
  /** Whether the runner fails the step, even if its exit code is 0. */
  failed: boolean;
  /** Whether commands are shown as they are carried out. */
  echo: boolean;
  /** What ends a pause that `stop-commands` began. */
  stopToken: string | undefined;
}

/** The record of a step that did nothing yet. Debugging also turns the echo of commands on. */
export function newRecord(masker: Masker, log: StepLog, debug: boolean): StepRecord {
  return {
    masker,
    log,
    masks: [],
    outputs: new Map(),
    state: new Map(),
    env: new Map(),
    path: [],
    commands: [],
    legacyCommands: [],
    summary: "",
    failed: false,
    echo: debug,
    stopToken: undefined,
  };
}

/** Fails the step for something that the runner could not do. */
export function fail(step: StepRecord, what: string, why: string): void {
  step.failed = true;
  step.log.annotate("error", `Unable to process ${what} successfully.`);
  step.log.annotate("error", why);
}
