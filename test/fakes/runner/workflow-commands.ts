import { type Command, parseCommand } from "./command.ts";
import type { AnnotationType } from "./step-log.ts";
import { fail, type StepRecord } from "./step-record.ts";

/** What the runner does with a command. */
interface Handling {
  /** Whether the line itself is shown first while the echo is on. */
  readonly echoed?: boolean;
  /** Whether files replaced the command: printing it is a mistake, or the effect of injected text. */
  readonly legacy?: boolean;
  /** @throws Refusal where it can't be done, which fails the step */
  readonly run: (step: StepRecord, command: Command) => void;
}

class Refusal extends Error {}

const STOP = "stop-commands";

/** The commands of the runner (actions/runner, ActionCommandManager). Matchers are understood, but don't match here. */
const COMMANDS: Readonly<Record<string, Handling>> = {
  "add-mask": { run: addMask },
  debug: { run: (step, { data }) => step.log.debug(data) },
  error: annotation("error"),
  warning: annotation("warning"),
  notice: annotation("notice"),
  group: { echoed: true, run: (step, { data }) => step.log.write(`##[group]${data}`) },
  endgroup: { echoed: true, run: (step) => step.log.write("##[endgroup]") },
  echo: { echoed: true, run: setEcho },
  "add-matcher": { echoed: true, run: () => {} },
  "remove-matcher": { echoed: true, run: () => {} },
  "set-output": { echoed: true, legacy: true, run: (step, command) => keep(step, command, step.outputs) },
  "save-state": { echoed: true, legacy: true, run: (step, command) => keep(step, command, step.state) },
  "set-env": { echoed: true, legacy: true, run: disabled },
  "add-path": { echoed: true, legacy: true, run: disabled },
};

/**
 * Takes one line of output: carries its command out, or shows it.
 *
 * @param step what the line is written down in
 * @param line without its line end, from either stream
 */
export function readLine(step: StepRecord, line: string): void {
  const command = parseCommand(line, (name) => isKnown(step, name));
  if (command === undefined || !obey(step, command, line)) step.log.write(line);
}

function isKnown(step: StepRecord, name: string): boolean {
  return Object.hasOwn(COMMANDS, name) || name === STOP || name === step.stopToken?.toLowerCase();
}

/** @returns false where the line is to be shown like any other */
function obey(step: StepRecord, command: Command, line: string): boolean {
  if (step.stopToken !== undefined) return resume(step, command, line);
  note(step, command);
  if (command.name === STOP) stop(step, command, line);
  else carryOut(step, command, line);
  return true;
}

function note(step: StepRecord, { name, old }: Command): void {
  step.commands.push(name);
  if (old) step.legacyCommands.push(`##[${name}]`);
  else if (COMMANDS[name]?.legacy) step.legacyCommands.push(name);
}

function carryOut(step: StepRecord, command: Command, line: string): void {
  const handling = COMMANDS[command.name];
  if (handling?.echoed && step.echo) step.log.write(line);
  try {
    handling?.run(step, command);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    fail(step, `command '${handling?.echoed ? line : command.name}'`, error.message);
  }
}

/** The token is hidden, so that a reader of the log can't end the pause. */
function stop(step: StepRecord, { data }: Command, line: string): void {
  if (data === "" || data.toLowerCase() === "pause-logging" || isKnown(step, data.toLowerCase())) {
    fail(step, `command '${STOP}'`, "The token that ends the pause must not be empty, pause-logging or a command.");
    return;
  }
  step.stopToken = data;
  if (data.length > 6) step.masker.addMask(data);
  step.log.write(line);
}

function resume(step: StepRecord, { name }: Command, line: string): boolean {
  if (name !== step.stopToken?.toLowerCase()) return false;
  step.stopToken = undefined;
  step.log.write(line);
  return true;
}

function addMask(step: StepRecord, { data }: Command): void {
  if (data.trim() === "") {
    step.log.annotate("warning", "Can't add secret mask for empty string in ##[add-mask] command.");
    return;
  }
  if (step.echo) step.log.write("::add-mask::***");
  step.masks.push(data);
  step.masker.addMask(data);
}

function annotation(type: AnnotationType): Handling {
  return {
    run: (step, { properties, data }) => step.log.annotate(type, data, properties["title"], properties["file"]),
  };
}

function setEcho(step: StepRecord, { data }: Command): void {
  const value = data.trim().toLowerCase();
  if (value !== "on" && value !== "off") throw new Refusal(`Invalid echo command value: '${data}'`);
  step.echo = value === "on";
}

function keep(step: StepRecord, { name, properties, data }: Command, where: Map<string, string>): void {
  step.log.annotate("warning", `The \`${name}\` command is deprecated and will be disabled soon.`);
  const key = properties["name"];
  if (!key) throw new Refusal(`Required field 'name' is missing in ##[${name}] command.`);
  where.set(key, data);
  step.log.debug(`${key}='${data}'`);
}

function disabled(_step: StepRecord, { name }: Command): never {
  throw new Refusal(`The \`${name}\` command is disabled.`);
}
