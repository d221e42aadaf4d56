import type { KeyObject } from "node:crypto";
import { ActionError } from "../lib/action-error.ts";
import { InputFailure } from "../lib/input-failure.ts";
import { parseOrgId } from "../lib/salesforce-id.ts";
import { MY_DOMAIN, USE_MY_DOMAIN } from "../lib/setup-steps.ts";
import { assertKeyPair, type Certificate, certificateWarning, readCertificate } from "./certificate.ts";
import { checkAudience, type LoginUrl, parseLoginUrl } from "./login-url.ts";
import { missingInput, parseBoolean, parseConsumerKey, parseUsername, parseWholeNumber } from "./parsers.ts";
import { decodeKeyFile, readPrivateKey } from "./private-key.ts";

/** Every input with the value that counts when it isn't passed, as in `action.yml`. */
export const INPUT_DEFAULTS = {
  consumer_key: "",
  username: "",
  private_key: "",
  private_key_file: "",
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

/** The inputs as the workflow gave them: a blank one that has a default already stands at that default, but for `login_url`. */
export type RawInputs = Readonly<Record<InputName, string>>;

/** The inputs as the rooms use them: every value checked. */
export interface Inputs {
  readonly consumerKey: string;
  readonly username: string;
  readonly privateKey: KeyObject;
  /** Set for a login by GitHub's OIDC token: then there is neither a username nor a private key. */
  readonly keyless?: Keyless | undefined;
  readonly loginUrl: LoginUrl;
  /** The `aud` claim to begin with. */
  readonly audience: string;
  /** Another one to try when Salesforce refuses the first; never where the user chose one. */
  readonly fallbackAudience: string | undefined;
  readonly certificate: Certificate | undefined;
  /** 18 characters. */
  readonly expectedOrgId: string | undefined;
  readonly exportEnvironmentVariables: boolean;
  readonly revokeToken: boolean;
  readonly writeJobSummary: boolean;
  readonly timeoutSeconds: number;
  /** What works but is worth a word. */
  readonly warnings: readonly string[];
}

/** A login by GitHub's OIDC token. */
export interface Keyless {
  /** Undefined for the app's default handler. */
  readonly tokenHandler: string | undefined;
}

/** What reading the inputs needs of the world. */
export interface InputDependencies {
  /** Gives the bytes of a key file. @throws Failure */
  readonly readFile: (path: string) => Buffer;
  /** Hides a value in the log. */
  readonly mask: (secret: string) => void;
  readonly now: Date;
}

/** One input that can't be used. */
export interface InputIssue {
  readonly input: InputName;
  readonly code: string;
  /** A predicate that follows the input's name, without a full stop. */
  readonly message: string;
  /** One to four acts, the surest first. */
  readonly fixes: readonly string[];
}

/** All inputs that can't be used, found in one go so that one run of the workflow is enough to learn of them. */
export class InputsError extends ActionError {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super({ code: "inputs", headline: "Invalid inputs.", causes: [] });
    this.issues = issues;
  }
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

/** A key in an input that is not for keys: its armor, plain or as base64 begins with it. */
const PRIVATE_KEY = /PRIVATE KEY|LS0tLS1CRUdJTiB(?:QUklW|SU0E|FTkNS)/;

/** The inputs that must be hidden before anything else is printed. */
export function secretsOfInputs(raw: RawInputs): string[] {
  const misplaced = [raw.private_key_file, raw.certificate].filter((text) => PRIVATE_KEY.test(text));
  return [raw.private_key, raw.private_key_passphrase, ...misplaced].filter((secret) => secret !== "");
}

/** Whether a job summary is wanted, also where other inputs can't be used. */
export function wantsSummary(raw: RawInputs): boolean {
  return raw.write_job_summary.trim().toLowerCase() === "true";
}

/**
 * Checks and reads all inputs.
 *
 * @throws InputsFailure with every problem there is
 */
export function readInputs(raw: RawInputs, deps: InputDependencies): Inputs {
  const issues: InputIssue[] = [];
  const take = <T>(input: InputName, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputFailure)) throw error;
      issues.push({ input, code: error.code, message: error.message, fixes: error.steps });
      return undefined;
    }
  };
  const read = <T>(input: InputName, parse: (text: string) => T): T | undefined => take(input, () => parse(raw[input]));
  const readOptional = <T>(input: InputName, parse: (text: string) => T) =>
    raw[input] === "" ? undefined : read(input, parse);

  const consumerKey = read("consumer_key", parseConsumerKey);
  const isKeyless = read("github_oidc", parseBoolean) === true;
  take("token_handler", () => checkTokenHandler(raw, isKeyless));
  const { username, privateKey } = isKeyless
    ? { username: "", privateKey: undefined }
    : { username: read("username", parseUsername), privateKey: take(keyInput(raw), () => readKey(raw, deps)) };
  const loginUrl = read("login_url", parseLoginUrl);
  if (isKeyless) issues.push(...inputsWithoutEffect(raw), ...(loginUrl ? unfitForKeyless(loginUrl, raw) : []));
  // Checked beside the default where login_url can't be used, so that this problem is told as well.
  const chosen = readOptional("audience", (text) =>
    checkAudience(text, loginUrl ?? parseLoginUrl(INPUT_DEFAULTS.login_url)),
  );
  const certificate = isKeyless ? undefined : readOptional("certificate", readCertificate);
  if (certificate && privateKey) take("certificate", () => assertKeyPair({ certificate, privateKey }));
  const warningDays = read("certificate_warning_days", (text) => parseWholeNumber(text, { from: 0, to: 3650 }));
  const expectedOrgId = readOptional("expected_org_id", parseOrgId);
  const exportEnvironmentVariables = read("export_environment_variables", parseBoolean);
  const revokeToken = read("revoke_token", parseBoolean);
  const writeJobSummary = read("write_job_summary", parseBoolean);
  const timeoutSeconds = read("timeout_seconds", (text) => parseWholeNumber(text, { from: 1, to: 600 }));
  if (issues.length > 0) throw new InputsError(issues);

  return Object.freeze({
    consumerKey,
    username,
    privateKey,
    keyless: isKeyless ? { tokenHandler: raw.token_handler || undefined } : undefined,
    loginUrl,
    audience: chosen?.audience ?? loginUrl?.audience,
    fallbackAudience: chosen || isKeyless ? undefined : loginUrl?.fallbackAudience,
    certificate,
    expectedOrgId,
    exportEnvironmentVariables,
    revokeToken,
    writeJobSummary,
    timeoutSeconds,
    warnings: [
      chosen?.warning,
      certificate && certificateWarning({ certificate, now: deps.now, warningDays: warningDays ?? 0 }),
    ].filter((warning) => warning !== undefined),
  }) as Inputs;
}

/** What only a login by a private key reads. A value that can't act is an error. */
const KEY_INPUTS = [
  "username",
  "private_key",
  "private_key_file",
  "private_key_passphrase",
  "certificate",
  "certificate_warning_days",
] as const;

function inputsWithoutEffect(raw: RawInputs): InputIssue[] {
  return KEY_INPUTS.filter((input) => raw[input] !== INPUT_DEFAULTS[input]).map((input) => ({
    input,
    code: "input-without-effect",
    message:
      input === "username"
        ? "has no effect with github_oidc: the login rule in Salesforce chooses the user"
        : "has no effect with github_oidc",
    fixes: [`Remove ${input} from the step, or remove github_oidc to log in with a private key.`],
  }));
}

/** The flow is documented for My Domains and sites; at a site, nothing says which org the token has to be for. */
function unfitForKeyless({ kind }: LoginUrl, { audience }: RawInputs): InputIssue[] {
  if (kind === "my-domain" || (kind === "site" && audience !== "")) return [];
  if (kind === "site") {
    const fixes = [`Set audience to the org's My Domain: ${MY_DOMAIN}.`];
    return [
      { input: "audience", code: "audience-missing-at-site", message: "is required with github_oidc at a site", fixes },
    ];
  }
  const message = "is neither a My Domain nor a Salesforce site, which github_oidc requires";
  return [{ input: "login_url", code: "login-url-not-for-keyless", message, fixes: [USE_MY_DOMAIN] }];
}

function checkTokenHandler({ token_handler: name }: RawInputs, isKeyless: boolean): void {
  if (name === "") return;
  if (!isKeyless) {
    throw new InputFailure({
      code: "input-without-effect",
      message: "has no effect without github_oidc",
      steps: ["Remove token_handler from the step, or set github_oidc to true."],
    });
  }
  if (/^[A-Za-z]\w{0,79}$/.test(name)) return;
  throw new InputFailure({
    code: "token-handler-malformed",
    message: "isn't the name of a handler: a letter, then letters, digits, and underscores, at most 80 characters",
    steps: [
      "Copy the name from Setup > Token Exchange Handlers, or remove token_handler to use the app's default handler.",
    ],
  });
}

function keyInput(raw: RawInputs): InputName {
  return raw.private_key === "" && raw.private_key_file !== "" ? "private_key_file" : "private_key";
}

function readKey(raw: RawInputs, { readFile, mask }: InputDependencies): KeyObject {
  if (raw.private_key !== "" && raw.private_key_file !== "") {
    throw new InputFailure({
      code: "private-key-given-twice",
      message: "private_key and private_key_file are both set, and only one can be the key",
      steps: ["Remove one of the two from the step."],
    });
  }
  if (raw.private_key === "" && raw.private_key_file === "")
    throw missingInput("private_key and private_key_file are both blank");
  const passphrase = raw.private_key_passphrase || undefined;
  if (raw.private_key !== "") return readPrivateKey({ text: raw.private_key, passphrase, mask });
  if (PRIVATE_KEY.test(raw.private_key_file)) {
    throw new InputFailure({
      code: "private-key-file-is-a-key",
      message: "it is a key, and should be the path of a file with the key in it",
      steps: ["Pass the key as private_key instead."],
    });
  }
  const text = decodeKeyFile(readFile(raw.private_key_file));
  mask(text);
  return readPrivateKey({ text, passphrase, mask });
}
