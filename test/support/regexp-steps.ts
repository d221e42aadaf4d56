/** Matches at a position, and goes on with what follows. */
type Matcher = (text: string, at: number, next: (at: number) => boolean) => boolean;

/** A part of a pattern; `width` if it always matches that number of characters, `isCharacter` if it is one character. */
interface Part {
  readonly match: Matcher;
  readonly width: number | undefined;
  readonly isCharacter: boolean;
}

const nativeExec = RegExp.prototype.exec;
let steps = 0;

/**
 * Counts the characters that a plain backtracking matcher looks at for all regular expressions that run in `work`. Unlike
 * time, the count is the same on every machine. V8's own matcher skips some of these steps, and never does more.
 */
export function countSteps(work: () => unknown): number {
  steps = 0;
  let problem: unknown;
  const counting = function (this: RegExp, text: string) {
    // The simulation uses regular expressions, too.
    RegExp.prototype.exec = nativeExec;
    try {
      simulate(this, String(text));
    } catch (error) {
      problem ??= error;
    }
    RegExp.prototype.exec = counting;
    return nativeExec.call(this, text);
  };
  RegExp.prototype.exec = counting;
  try {
    work();
  } catch {
    // What it says of the text is for other tests.
  } finally {
    RegExp.prototype.exec = nativeExec;
  }
  if (problem !== undefined) throw problem;
  return steps;
}

const compiled = new Map<string, Part>();

function simulate(pattern: RegExp, text: string): void {
  const key = `${pattern.source}/${pattern.flags}`;
  const { match } = compiled.get(key) ?? new PatternReader(pattern).read();
  if (!compiled.has(key)) compiled.set(key, { match, width: undefined, isCharacter: false });
  const first = pattern.global || pattern.sticky ? pattern.lastIndex : 0;
  const last = pattern.sticky || /^\^/.test(pattern.source) ? first : text.length;
  for (let at = first; at <= last; at++) if (match(text, at, () => true)) return;
}

const ASSERTIONS: Readonly<Record<string, (text: string, at: number) => boolean>> = {
  "^": (_text, at) => at === 0,
  $: (text, at) => at === text.length,
  "\\b": (text, at) => isWord(text[at - 1]) !== isWord(text[at]),
};
const isWord = (character = "") => /^\w$/.test(character);

/** Reads the syntax that the sources use; anything else is an error, so that it is added here. */
class PatternReader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags.replace(/[gy]/g, "");
  }

  read(): Part {
    const part = this.#alternatives();
    if (this.#at < this.#source.length) throw new SyntaxError(`unknown syntax in ${this.#source}`);
    return part;
  }

  #take(pattern: RegExp): string | undefined {
    const found = new RegExp(pattern.source, "y").exec(this.#source.slice(this.#at))?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take(/\|/)) parts.push(this.#sequence());
    if (parts.length === 1) return parts[0] as Part;
    const match: Matcher = (text, at, next) => parts.some((part) => part.match(text, at, next));
    return { match, width: undefined, isCharacter: false };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at)))
      parts.push(this.#quantified());
    const width = parts.reduce<number | undefined>((sum, part) => add(sum, part.width), 0);
    const from = (index: number): Matcher => {
      const part = parts[index];
      if (part === undefined) return (_text, at, next) => next(at);
      const rest = from(index + 1);
      return (text, at, next) => part.match(text, at, (end) => rest(text, end, next));
    };
    return { match: from(0), width, isCharacter: false };
  }

  #quantified(): Part {
    const part = this.#atom();
    const quantifier = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/);
    if (quantifier === undefined) return part;
    const [min, max] = limits(quantifier);
    const isLazy = /.\?$/.test(quantifier);
    const match = part.isCharacter ? repeatCharacter(part, min, max, isLazy) : repeat(part, min, max, isLazy);
    return { match, width: min === max && part.width !== undefined ? part.width * min : undefined, isCharacter: false };
  }

  #atom(): Part {
    const group = this.#take(/\((?:\?(?:[:=!]|<[=!]))?/);
    if (group !== undefined) return this.#group(group);
    const assertion = this.#take(/[$^]|\\b/);
    if (assertion !== undefined) {
      const holds = ASSERTIONS[assertion] as (text: string, at: number) => boolean;
      return { match: (text, at, next) => holds(text, at) && next(at), width: 0, isCharacter: false };
    }
    const source = this.#take(
      /\[(?:\\.|[^\]\\])*\]|\\(?:p\{\w+\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[^bpux1-9])|[^()[\]{}*+?\\|]|[\]{}]/,
    );
    if (source === undefined) throw new SyntaxError(`unknown syntax in ${this.#source} at ${this.#at}`);
    const pattern = new RegExp(`^(?:${source})$`, this.#flags);
    const known = new Map<string, boolean>();
    const match: Matcher = (text, at, next) => {
      steps++;
      const character = text[at];
      if (character === undefined) return false;
      if (!known.has(character)) known.set(character, pattern.test(character));
      return known.get(character) === true && next(at + 1);
    };
    return { match, width: 1, isCharacter: true };
  }

  #group(opening: string): Part {
    const inner = this.#alternatives();
    if (!this.#take(/\)/)) throw new SyntaxError(`no end of a group in ${this.#source}`);
    if (opening === "(" || opening === "(?:") return { ...inner, isCharacter: false };
    const isWanted = opening.endsWith("=");
    const back = opening.includes("<") ? inner.width : 0;
    if (back === undefined) throw new SyntaxError(`no fixed width in ${this.#source}`);
    const match: Matcher = (text, at, next) =>
      (at >= back && inner.match(text, at - back, () => true)) === isWanted && next(at);
    return { match, width: 0, isCharacter: false };
  }
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function limits(quantifier: string): [number, number] {
  const [min = "", max] = quantifier.replace(/[{}]|\?$/g, "").split(",");
  if (/^\d/.test(min)) return [Number(min), max === undefined ? Number(min) : Number(max || Number.POSITIVE_INFINITY)];
  return [quantifier.startsWith("+") ? 1 : 0, quantifier.startsWith("?") ? 1 : Number.POSITIVE_INFINITY];
}

/** Without recursion, so that it counts long texts. */
function repeatCharacter({ match }: Part, min: number, max: number, isLazy: boolean): Matcher {
  const matches = (text: string, at: number) => match(text, at, () => true);
  const lazy: Matcher = (text, at, next) => {
    let count = 0;
    while (count < min || !next(at + count)) if (count === max || !matches(text, at + count++)) return false;
    return true;
  };
  const greedy: Matcher = (text, at, next) => {
    let count = 0;
    while (count < max && matches(text, at + count)) count++;
    for (; count >= min; count--) if (next(at + count)) return true;
    return false;
  };
  return isLazy ? lazy : greedy;
}

function repeat({ match }: Part, min: number, max: number, isLazy: boolean): Matcher {
  const from = (count: number, text: string, at: number, next: (at: number) => boolean): boolean => {
    const again = () =>
      count < max && match(text, at, (end) => (end > at || count < min) && from(count + 1, text, end, next));
    if (count < min) return again();
    return isLazy ? next(at) || again() : again() || next(at);
  };
  return (text, at, next) => from(0, text, at, next);
}
