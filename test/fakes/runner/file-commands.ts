import { readFile } from "node:fs/promises";
import { parseKeyValues } from "./key-values.ts";
import { fail, type StepRecord } from "./step-record.ts";

/** The files for outputs, variables, state and so on, by what the runner calls them, with the variable that names each. */
export const FILE_COMMANDS = {
  path: "GITHUB_PATH",
  env: "GITHUB_ENV",
  output: "GITHUB_OUTPUT",
  state: "GITHUB_STATE",
  step_summary: "GITHUB_STEP_SUMMARY",
} as const;

export type FileCommand = keyof typeof FILE_COMMANDS;

/** Text of the files as the step left them. */
export type FileTexts = Readonly<Record<FileCommand, string>>;

const LARGEST_SUMMARY = 1024 * 1024;

/** Node would obey it in every later action of the job (actions/runner, SetEnvFileCommand). */
const REFUSED_VARIABLES = ["NODE_OPTIONS"];

const READERS: Readonly<Record<FileCommand, (step: StepRecord, text: string) => string | undefined>> = {
  path: (step, text) => {
    step.path.push(...text.split(/\r\n|\n/).filter((line) => line !== ""));
    return undefined;
  },
  env: (step, text) => readPairs(text, (key, value) => setVariable(step, key, value)),
  output: (step, text) =>
    readPairs(text, (key, value) => {
      step.outputs.set(key, value);
      step.log.debug(`Set output ${key} = ${value}`);
    }),
  state: (step, text) =>
    readPairs(text, (key, value) => {
      step.state.set(key, value);
      step.log.debug(`Save intra-action state ${key} = ${value}`);
    }),
  step_summary: (step, text) => {
    setSummary(step, text);
    return undefined;
  },
};

/** Reads the files that a step left; one that it took away counts as empty. */
export async function readFileCommands(paths: Readonly<Record<FileCommand, string>>): Promise<FileTexts> {
  const read = async (path: string) => {
    const text = await readFile(path, "utf8").catch(() => "");
    return text.replace(/^\ufeff/, "");
  };
  const names = Object.keys(FILE_COMMANDS) as FileCommand[];
  const texts = await Promise.all(names.map(async (name) => [name, await read(paths[name])] as const));
  return Object.fromEntries(texts) as FileTexts;
}

/** Does what the files ask for. The runner does so when the process has ended, also when it failed. */
export function obeyFileCommands(step: StepRecord, texts: FileTexts): void {
  for (const [name, read] of Object.entries(READERS)) {
    const problem = read(step, texts[name as FileCommand]);
    if (problem !== undefined) fail(step, `file command '${name}'`, problem);
  }
}

/** Pairs before a line that can't be understood count. */
function readPairs(text: string, take: (key: string, value: string) => void): string | undefined {
  const { pairs, problem } = parseKeyValues(text);
  for (const [key, value] of pairs) take(key, value);
  return problem;
}

function setVariable(step: StepRecord, key: string, value: string): void {
  if (REFUSED_VARIABLES.includes(key.toUpperCase())) {
    step.log.annotate("error", `Can't store ${key} output parameter using '$GITHUB_ENV' command.`);
    return;
  }
  step.env.set(key, value);
  step.log.debug(`${key}='${value}'`);
}

/** The summary is shown masked, line by line; one that is too large is not shown at all. */
function setSummary(step: StepRecord, text: string): void {
  const size = Buffer.byteLength(text);
  if (size > LARGEST_SUMMARY) {
    step.log.annotate("error", `$GITHUB_STEP_SUMMARY upload aborted: at most 1024k, got ${Math.floor(size / 1024)}k.`);
    return;
  }
  step.summary = text
    .split(/(\r\n|\r|\n)/)
    .map((line) => step.masker.mask(line))
    .join("");
}
