/** A workflow command as a line of output holds it. */
export interface Command {
  /** In lower case: the runner doesn't mind the case. */
  readonly name: string;
  /** By key, in lower case too. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
  /** Whether it is written `##[name]`, which the runner understands from its first days. */
  readonly old: boolean;
}

type Escapes = readonly (readonly [code: string, character: string])[];

/** The percent sign comes last, so that an escaped escape is unescaped once (actions/runner, ActionCommand). */
const DATA: Escapes = [
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%25", "%"],
];
const PROPERTY: Escapes = [["%3A", ":"], ["%2C", ","], ...DATA];
const OLD: Escapes = [["%3B", ";"], ["%5D", "]"], ...DATA];

/**
 * Finds the command in a line: `::name key=value::data` at its start, or `##[name key=value]data` anywhere in it.
 *
 * @param isKnown whether the runner has a command of this name (in lower case); others are plain text
 */
export function parseCommand(line: string, isKnown: (name: string) => boolean): Command | undefined {
  return parseNew(line, isKnown) ?? parseOld(line, isKnown);
}

function parseNew(line: string, isKnown: (name: string) => boolean): Command | undefined {
  // Whitespace as .NET has it: JavaScript's, with the next-line character and without the byte order mark.
  const [, head, data] = /^(?:(?!\ufeff)[\s\u0085])*::(.*?)::(.*)$/s.exec(line) ?? [];
  if (head === undefined || data === undefined) return undefined;
  const command = parseHead(head, ",", PROPERTY);
  return isKnown(command.name) ? { ...command, data: decode(data, DATA), old: false } : undefined;
}

/** Only the first `##[` of a line is looked at. */
function parseOld(line: string, isKnown: (name: string) => boolean): Command | undefined {
  const [, head, data] = /^.*?##\[(.*?)\](.*)$/s.exec(line) ?? [];
  if (head === undefined || data === undefined) return undefined;
  const command = parseHead(head, ";", OLD);
  return isKnown(command.name) ? { ...command, data: decode(data, OLD), old: true } : undefined;
}

function parseHead(head: string, separator: string, escapes: Escapes): Pick<Command, "name" | "properties"> {
  const [, name = "", rest = ""] = /^([^ ]*) ?(.*)$/s.exec(head) ?? [];
  const pairs = rest
    .trim()
    .split(separator)
    .map((pair) => /^([^=]+)=(.+)$/s.exec(pair))
    .filter((match) => match !== null)
    .map(([, key = "", value = ""]) => [key.toLowerCase(), decode(value, escapes)] as const);
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs) };
}

function decode(text: string, escapes: Escapes): string {
  return escapes.reduce((rest, [code, character]) => rest.replaceAll(code, character), text);
}
