import type { KeyObject } from "node:crypto";
import { type GivenAssertion, verifyAssertion } from "./assertion.ts";
import { assertKeyPair, type Certificate, certificateWarning, readCertificate } from "./certificate.ts";
import { InputError, type InputIssue, InputsError, inputError } from "./errors.ts";
import { readKeyFile } from "./key-file.ts";
import { checkAudience, type LoginUrl, loginUrlNotices, parseLoginUrl } from "./login-url.ts";
import { findWays, isTrue, type Login, readLogin } from "./login-ways.ts";
import { parseBoolean, parseOrgId, parseWholeNumber, refuseBlank, refusePlaceholder, refuseQuotes } from "./parsers.ts";
import { decodedLinesToMask, decodeKeyFile, findPrivateKey, linesToMask } from "./pem.ts";
import { readPrivateKey } from "./private-key.ts";

export { type InputIssue, InputsError } from "./errors.ts";

/** Every input with the value that counts when it isn't passed, as in `action.yml`. */
export const INPUT_DEFAULTS = {
  consumer_key: "",
  username: "",
  private_key: "",
  private_key_file: "",
  assertion: "",
  github_oidc: "false",
  token_handler: "",
  private_key_passphrase: "",
  login_url: "https://login.salesforce.com",
  audience: "",
  certificate: "",
  certificate_warning_days: "30",
  expected_org_id: "",
  export_environment_variables: "false",
  revoke_token: "false",
  write_job_summary: "false",
  timeout_seconds: "60",
} as const;

export type InputName = keyof typeof INPUT_DEFAULTS;
const INPUT_NAMES = Object.keys(INPUT_DEFAULTS) as InputName[];

/** The inputs as the workflow gave them: a blank one that has a default is already that default, except `login_url`. */
export type RawInputs = Readonly<Record<InputName, string>>;

/** A login by GitHub's OIDC token. */
export interface Keyless {
  /** Undefined for the app's default handler. */
  readonly tokenHandler: string | undefined;
}

/** The inputs with every value checked. */
export interface Inputs {
  readonly consumerKey: string;
  readonly username: string;
  readonly privateKey: KeyObject;
  /** Set if an earlier step signed: then there is no private key. */
  readonly assertion?: GivenAssertion | undefined;
  /** Set for a login by GitHub's OIDC token: then there is neither a username nor a private key. */
  readonly keyless?: Keyless | undefined;
  readonly loginUrl: LoginUrl;
  /** The `aud` claim to begin with. */
  readonly audience: string;
  /** Another one to try when Salesforce refuses the first; none if the user chose one. */
  readonly fallbackAudience: string | undefined;
  readonly certificate: Certificate | undefined;
  /** 18 characters. */
  readonly expectedOrgId: string | undefined;
  readonly exportEnvironmentVariables: boolean;
  readonly revokeToken: boolean;
  readonly writeJobSummary: boolean;
  readonly timeoutSeconds: number;
  /** What works, but needs attention soon. */
  readonly warnings: readonly string[];
  /** Lines for the log. */
  readonly notices: readonly string[];
}

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

/**
 * Takes the inputs out of the step's environment (`INPUT_…`, as GitHub's runner passes them).
 *
 * @param env the step's environment
 */
export function rawInputs(env: NodeJS.ProcessEnv): RawInputs {
  const entries = Object.entries(INPUT_DEFAULTS).map(([name, otherwise]) => {
    const given = env[`INPUT_${name.toUpperCase()}`];
    // A login_url that was passed but is blank must not quietly become production.
    const blankCounts = name === "login_url" && given !== undefined;
    return [name, given?.trim() || blankCounts ? (given as string) : otherwise];
  });
  return Object.freeze(Object.fromEntries(entries));
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

/** Returns whether a job summary is wanted, even if other inputs can't be used. */
export function wantsSummary(raw: RawInputs): boolean {
  return isTrue(raw.write_job_summary);
}

/**
 * Checks and reads all inputs.
 *
 * @throws InputsError with every problem there is
 */
export function readInputs(given: RawInputs, deps: InputDependencies): Inputs {
  const { ways, raw, unused } = findWays(given);
  const reader = inputReader(raw, deps);
  const { issues, read, readOptional } = reader;
  const { read: readUnused } = inputReader(given, deps, issues);
  const loginUrl = read("login_url", parseLoginUrl);
  const login = readLogin(ways, reader, {
    loginUrl,
    audience: raw.audience,
    now: deps.now,
    readKey: () => readKey(raw, deps),
  });
  // Checked beside the default where login_url can't be used, so that this problem is told as well.
  const chosen = readOptional("audience", (text) =>
    checkAudience(text, loginUrl ?? parseLoginUrl(INPUT_DEFAULTS.login_url)),
  );
  const certificate = readCertificateOf(login, reader);
  const warningDays = read("certificate_warning_days", (text) => parseWholeNumber(text, { from: 0, to: 3650 }));
  const others = {
    expectedOrgId: readOptional("expected_org_id", parseOrgId),
    exportEnvironmentVariables: read("export_environment_variables", parseBoolean),
    revokeToken: read("revoke_token", parseBoolean),
    writeJobSummary: read("write_job_summary", parseBoolean),
    timeoutSeconds: read("timeout_seconds", (text) => parseWholeNumber(text, { from: 1, to: 600 })),
  };
  for (const { input, error } of unused) {
    readUnused(input, () => {
      throw error;
    });
  }
  if (issues.length > 0) throw new InputsError(issues.sort(byInput));
  const signedFor = login.assertion?.claims.aud;

  return Object.freeze({
    ...login,
    loginUrl,
    audience: signedFor ?? chosen?.audience ?? loginUrl?.audience,
    fallbackAudience: signedFor || chosen || login.keyless ? undefined : loginUrl?.fallbackAudience,
    certificate,
    ...others,
    warnings: [
      chosen?.warning,
      certificate && certificateWarning({ certificate, now: deps.now, warningDays: warningDays ?? 0 }),
    ].filter((warning) => warning !== undefined),
    notices: loginUrl ? loginUrlNotices(loginUrl, raw.login_url !== INPUT_DEFAULTS.login_url) : [],
  }) as Inputs;
}

/** Reads the certificate, and checks that it is the private key's, or that of the key that signed. */
function readCertificateOf({ privateKey, assertion }: Login, { take, readOptional }: InputReader) {
  const certificate = readOptional("certificate", (text) => readCertificate(text, privateKey));
  if (certificate && privateKey) take("certificate", () => assertKeyPair({ certificate, privateKey }));
  if (certificate && assertion) take("assertion", () => verifyAssertion(assertion, certificate.publicKey));
  return certificate;
}

/** The order of `action.yml`. */
function byInput(one: InputIssue, other: InputIssue): number {
  return INPUT_NAMES.indexOf(one.input) - INPUT_NAMES.indexOf(other.input);
}

/** What {@link inputReader} returns. */
export type InputReader = ReturnType<typeof inputReader>;

/** Reads inputs one by one, and collects what is wrong with them. */
function inputReader(raw: RawInputs, deps: InputDependencies, issues: InputIssue[] = []) {
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
function refuseUnusable(input: InputName, text: string): void {
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

function readKey(raw: RawInputs, deps: InputDependencies): KeyObject {
  const { private_key: key, private_key_file: file } = raw;
  if (key === "" && file === "") return refuseBlank("is blank, and so are private_key_file and assertion", deps);
  refuseUnusable(key === "" ? "private_key_file" : "private_key", key || file);
  const text = key || decodeKeyFile(readKeyFile(file, deps));
  linesToMask(text).forEach(deps.mask);
  return readPrivateKey({ text, passphrase: raw.private_key_passphrase || undefined, mask: deps.mask });
}
