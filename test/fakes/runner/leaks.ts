import { ARMOR, type Spelling, spellingsOf } from "./spellings.ts";
import type { StepResult } from "./step.ts";

/** Something that no log may contain. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

export interface LeakOptions {
  /** Where a secret is meant to be, by name. */
  readonly allow?: Readonly<Partial<Record<"outputs" | "env" | "state", readonly string[]>>>;
  /** Also searches what the runner masks: nothing but `add-mask` commands may hold a secret. */
  readonly strict?: boolean;
  /** Texts that everyone may read although a part of a secret is in them, like a certificate given as Base64. */
  readonly public?: readonly string[];
}

/** What of a step is searched. */
export type Readable = Pick<
  StepResult,
  "log" | "annotations" | "summary" | "outputs" | "env" | "state" | "path" | "stdout" | "stderr" | "files"
>;

/** Long enough not to occur by chance, short enough that a leak of a piece is found. */
const PIECE = 16;
/** Shorter lines of a secret, and shorter encoded secrets, are too common to be searched. */
const SHORTEST_LINE = 12;
const SHORTEST_ENCODED = 8;
/** Runs of blanks, dashes or zeros say nothing about a secret. */
const FEWEST_DIFFERENT = 4;

/** A certificate and a private key share the public key, and so their texts may share some of its lines. */
const PUBLIC_BLOCKS = /-----BEGIN (CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----.*?-----END \1-----/gs;
/** What is the same in everyone's secret: the armor of a key, and the first part of a signed token (RFC 7515 §3.1). */
const SAME_FOR_ALL = [new RegExp(`(?:\\\\[rn]|\\s)*${ARMOR.source}(?:\\\\[rn]|\\s)*`, "g"), /^eyJ[\w-]+\./g];

/** What to look for, with the spelling of the secret that it comes from. */
interface Needles {
  /** All of length {@link PIECE}. */
  readonly pieces: ReadonlyMap<string, string>;
  /** What is too short for that. */
  readonly short: ReadonlyMap<string, string>;
}

/** Text that someone can read, and what to call it. */
type Place = readonly [name: string, text: string];

/**
 * Searches all that a reader of the log, the annotations, the summary or a later step can see for secrets: plain,
 * encoded, and in pieces of 16 characters.
 *
 * @returns what leaked, how it is written and where, without the secret itself; empty when nothing did
 */
export function findLeaks(
  result: Readable,
  secrets: readonly NamedSecret[],
  { allow = {}, strict = false, public: publicTexts = [] }: LeakOptions = {},
): string[] {
  const places = [...visible(result, allow), ...(strict ? unmasked(result) : [])].map(
    ([name, text]): Place => [name, withoutPublic(text, publicTexts)],
  );
  return secrets.flatMap((secret) => {
    const needles = needlesOf(secret);
    return places.flatMap(([place, text]) => {
      const spelling = find(needles, text);
      return spelling === undefined ? [] : [`${secret.name} (${spelling}) in ${place}`];
    });
  });
}

function visible(result: Readable, allow: NonNullable<LeakOptions["allow"]>): Place[] {
  const { log, summary, annotations, outputs, env, state, path } = result;
  const values = (what: string, pairs: Readonly<Record<string, string>>, allowed: readonly string[] = []) =>
    Object.entries(pairs)
      .filter(([name]) => !allowed.includes(name))
      .map(([name, value]): Place => [`${what} ${name}`, `${name}=${value}`]);
  return [
    ["the log", log],
    ["the summary", summary],
    ...annotations.flatMap(({ type, title, file, message }, index): Place[] => [
      [`the ${type} annotation ${index + 1}`, message],
      [`the title of the ${type} annotation ${index + 1}`, `${title ?? ""}\n${file ?? ""}`],
    ]),
    ...values("output", outputs, allow.outputs),
    ...values("variable", env, allow.env),
    ...values("state", state, allow.state),
    ["the path", path.join("\n")],
  ];
}

function unmasked({ stdout, stderr, files }: Readable): Place[] {
  return [
    ["unmasked stdout", withoutMasks(stdout)],
    ["unmasked stderr", withoutMasks(stderr)],
    ["the unmasked summary", files.step_summary],
  ];
}

function withoutMasks(output: string): string {
  return output
    .split(/[\r\n]/)
    .filter((line) => !/^\s*::add-mask::/.test(line))
    .join("\n");
}

function withoutPublic(text: string, publicTexts: readonly string[]): string {
  const known = publicTexts.filter((publicText) => publicText !== "");
  return known.reduce((rest, publicText) => rest.replaceAll(publicText, ""), text).replace(PUBLIC_BLOCKS, "");
}

/** A key is looked for in run after run, and has tens of thousands of pieces. */
const SPELT_OUT = new WeakMap<NamedSecret, Needles>();

function needlesOf(secret: NamedSecret): Needles {
  const needles = SPELT_OUT.get(secret) ?? spellOut(secret.value);
  SPELT_OUT.set(secret, needles);
  return needles;
}

function spellOut(secret: string): Needles {
  const pieces = new Map<string, string>();
  const short = new Map<string, string>();
  const same = new Set(SAME_FOR_ALL.flatMap((pattern) => secret.match(pattern) ?? []).flatMap(allPieces));
  for (const { name, texts } of spellingsToFind(secret)) {
    for (const piece of texts.flatMap(piecesOf)) {
      if (!same.has(piece) && !pieces.has(piece)) pieces.set(piece, name);
    }
    for (const text of texts) if (text.length < PIECE && !short.has(text)) short.set(text, name);
  }
  return { pieces, short };
}

/** Plain, it is looked for line by line. */
function spellingsToFind(secret: string): Spelling[] {
  const [plain, ...encoded] = spellingsOf(secret);
  return [
    { name: plain?.name ?? "", texts: linesOf(secret) },
    ...encoded.map(({ name, texts }) => ({ name, texts: texts.filter((text) => text.length >= SHORTEST_ENCODED) })),
  ];
}

/** The lines of a secret but for armor and for what is too short; a single line is never too short. */
function linesOf(secret: string): string[] {
  const lines = secret
    .split(new RegExp(`[\\r\\n]+|\\\\[rn]|${ARMOR.source}`))
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.length === 1 ? lines : lines.filter((line) => line.length >= SHORTEST_LINE);
}

function allPieces(text: string): string[] {
  return spellingsOf(text).flatMap(({ texts }) => texts.flatMap(piecesOf));
}

function piecesOf(text: string): string[] {
  if (text.length < PIECE) return [];
  return Array.from({ length: text.length - PIECE + 1 }, (_, start) => text.slice(start, start + PIECE));
}

/** @returns the spelling that was found */
function find({ pieces, short }: Needles, text: string): string | undefined {
  for (const [needle, spelling] of short) if (text.includes(needle)) return spelling;
  for (let at = 0; at + PIECE <= text.length; at++) {
    const piece = text.slice(at, at + PIECE);
    const spelling = pieces.get(piece);
    if (spelling !== undefined && new Set(piece).size >= FEWEST_DIFFERENT) return spelling;
  }
  return undefined;
}
