import { InputError, type InputIssue, inputError } from "./errors.ts";
import { refuseBlank, refusePlaceholder, refuseQuotes } from "./parsers.ts";
import { decodedLinesToMask, findPrivateKey, linesToMask } from "./pem.ts";
import { INPUT_NAMES, type InputName, type RawInputs } from "./raw-inputs.ts";

/** What reading the inputs needs. */
export interface InputDependencies {
  /** The step's environment: it says why secrets may be blank, and where the workspace is. */
  readonly env: NodeJS.ProcessEnv;
  /** Reads a regular file. @throws an error with a `code` */
  readonly readFile: (path: string, maxBytes: number) => Buffer;
  /** Masks one line in the log of the job. */
  readonly mask: (line: string) => void;
  readonly now: Date;
}

/** Inputs that nothing prints. A private key in any other one is in the wrong place. */
const SECRETS: readonly InputName[] = ["private_key", "private_key_passphrase"];
/** The most characters that an input may have, and bytes of the passphrase: OpenSSL reads no more (PEM_BUFSIZE). */
const LIMITS: Readonly<Partial<Record<InputName, number>>> = {
  private_key: 64 * 1024,
  private_key_file: 4096,
  assertion: 16 * 1024,
  token_handler: 80,
  private_key_passphrase: 1024,
  login_url: 2048,
  audience: 2048,
  certificate: 64 * 1024,
};
const DEFAULT_LIMIT = 255;
/** Inputs whose value may be any word, so that only what no one would choose counts as a placeholder. */
const ANY_WORD: readonly InputName[] = ["private_key_file", "private_key_passphrase"];
/** Inputs in which quotes do no harm, or belong to the value. */
const MAY_BE_QUOTED: readonly InputName[] = [...SECRETS, "certificate", "login_url"];

/**
 * Returns what has to be masked before anything else is printed, one line each: of a key's text all but short lines and
 * BEGIN and END lines, of the passphrase every line.
 */
export function secretsOfInputs(raw: RawInputs): string[] {
  const passphrase = raw.private_key_passphrase.split(/[\r\n]/).map((line) => line.trim());
  const misplaced = INPUT_NAMES.filter((input) => !SECRETS.includes(input)).flatMap((input) => {
    const decoded = findPrivateKey(raw[input]);
    return decoded ? [...linesToMask(raw[input]), ...decodedLinesToMask(decoded)] : [];
  });
  const assertion = raw.assertion.split(/[\s"'`]+/).flatMap((word) => [word, word.slice(word.lastIndexOf(".") + 1)]);
  const others = [...passphrase.filter((line) => line !== ""), ...assertion.filter((part) => part.length >= 8)];
  return [...new Set([...linesToMask(raw.private_key), ...others, ...misplaced])];
}

/** What {@link inputReader} returns. */
export type InputReader = ReturnType<typeof inputReader>;

/** Reads inputs one by one, and collects what is wrong with them. */
export function inputReader(raw: RawInputs, deps: InputDependencies, issues: InputIssue[] = []) {
  const take = <T>(input: InputName, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push({ input, code: error.code, message: error.message, fixes: error.fixes });
      return undefined;
    }
  };
  const read = <T>(input: InputName, parse: (text: string) => T): T | undefined =>
    take(input, () => {
      refuseUnusable(input, raw[input]);
      return parse(raw[input]);
    });
  const readOptional = <T>(input: InputName, parse: (text: string) => T): T | undefined =>
    raw[input] === "" ? undefined : read(input, parse);
  const readRequired = <T>(input: InputName, parse: (text: string) => T): T | undefined =>
    raw[input] === "" ? take<never>(input, () => refuseBlank("is blank", deps)) : read(input, parse);
  return { issues, take, read, readOptional, readRequired };
}

/** Refuses what is wrong with a text whatever its input is for. */
export function refuseUnusable(input: InputName, text: string): void {
  if (!SECRETS.includes(input) && findPrivateKey(text)) throw inputError("input-is-a-private-key");
  const limit = LIMITS[input] ?? DEFAULT_LIMIT;
  const isBytes = input === "private_key_passphrase";
  const length = isBytes ? Buffer.byteLength(text.replace(/\r?\n$|\r$/, "")) : text.length;
  if (length > limit) {
    const detail = `has ${length} ${isBytes ? "bytes" : "characters"}, and the limit is ${limit}`;
    throw inputError("input-too-long", { detail });
  }
  // A key may be found beside a placeholder, so it looks for one itself.
  if (input !== "private_key") refusePlaceholder(text, ANY_WORD.includes(input));
  if (!MAY_BE_QUOTED.includes(input)) refuseQuotes(text);
}
