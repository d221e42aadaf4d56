import type { KeyObject } from "node:crypto";
import { checkAssertionAudience, type GivenAssertion, parseAssertion } from "./assertion.ts";
import { type InputError, inputError } from "./errors.ts";
import type { LoginUrl } from "./login-url.ts";
import { parseBoolean, parseConsumerKey, parseTokenHandler, parseUsername } from "./parsers.ts";
import { INPUT_DEFAULTS, type InputName, type RawInputs } from "./raw-inputs.ts";
import type { InputReader } from "./reader.ts";

/** Whose login it is, and with what. Undefined if it can't be read. */
export interface Login {
  readonly consumerKey: string | undefined;
  readonly username: string | undefined;
  readonly privateKey?: KeyObject | undefined;
  readonly assertion?: GivenAssertion | undefined;
  readonly keyless?: { readonly tokenHandler: string | undefined } | undefined;
}

/** What else a login is checked with. */
interface LoginFacts {
  readonly loginUrl: LoginUrl | undefined;
  /** The input as given. */
  readonly audience: string;
  readonly now: Date;
  readonly readKey: () => KeyObject;
}

/** An input that is set, but does nothing. */
interface UnusedInput {
  readonly input: InputName;
  readonly error: InputError;
}

/** The inputs that log in each by itself. */
const WAYS = ["private_key", "private_key_file", "assertion", "github_oidc"] as const;
type Way = (typeof WAYS)[number];

const WITHOUT_EFFECT: Readonly<Record<Way, readonly InputName[]>> = {
  private_key: ["token_handler"],
  private_key_file: ["token_handler"],
  assertion: ["token_handler", "private_key_passphrase", "audience"],
  github_oidc: ["username", "private_key_passphrase", "certificate", "certificate_warning_days"],
};

/** Returns whether the text of a boolean input is true, even if other inputs can't be used. */
export function isTrue(text: string): boolean {
  return text.trim().toLowerCase() === "true";
}

/** Finds the inputs that are set to log in, and takes inputs that do nothing beside them for blank. */
export function findWays(given: RawInputs): { ways: readonly Way[]; raw: RawInputs; unused: UnusedInput[] } {
  const set = WAYS.filter((name) => (name === "github_oidc" ? isTrue(given[name]) : given[name] !== ""));
  const [way = "private_key"] = set;
  if (set.length > 1) return { ways: set, raw: given, unused: [] };
  const unused = WITHOUT_EFFECT[way].filter((name) => given[name] !== INPUT_DEFAULTS[name]);
  const blank = Object.fromEntries(unused.map((name) => [name, INPUT_DEFAULTS[name]]));
  const error = inputError("input-without-effect", { detail: way });
  return { ways: [way], raw: { ...given, ...blank }, unused: unused.map((input) => ({ input, error })) };
}

/** Reads whose login it is, and with what. */
export function readLogin(ways: readonly Way[], reader: InputReader, facts: LoginFacts): Login {
  const [way = "private_key", ...others] = ways;
  const { issues, take, read, readOptional, readRequired } = reader;
  read("github_oidc", parseBoolean);
  const isKey = way !== "assertion" && way !== "github_oidc" && others.length === 0;
  const consumerKey = (isKey || way === "github_oidc" ? readRequired : readOptional)("consumer_key", parseConsumerKey);
  const username = (isKey ? readRequired : readOptional)("username", parseUsername) ?? "";
  if (others.length > 0) {
    for (const each of ways) read(each, (text) => text);
    const error = inputError("login-given-twice", { detail: others.join(" and ") });
    if (issues.every(({ input }) => !WAYS.some((name) => name === input))) take<never>(way, raise(error));
  } else if (way === "assertion") {
    const assertion = read(way, (text) => parseAssertion(text, facts.now));
    if (assertion) return readSigned({ consumerKey, username, assertion }, reader, facts);
  } else if (way === "github_oidc") {
    return { consumerKey, username: "", keyless: readKeyless(reader, facts) };
  } else {
    readOptional("private_key_passphrase", (text) => text);
    return { consumerKey, username, privateKey: take(way, facts.readKey) };
  }
  return { consumerKey, username };
}

function raise(error: InputError): () => never {
  return () => {
    throw error;
  };
}

function readSigned(
  { consumerKey, username, assertion }: Login & { readonly assertion: GivenAssertion },
  { take }: InputReader,
  { loginUrl }: LoginFacts,
): Login {
  const { iss, sub } = assertion.claims;
  const differs = (input: InputName, detail: string) =>
    take<never>(input, raise(inputError("assertion-mismatch", { detail })));
  if (consumerKey !== undefined && consumerKey !== iss) differs("consumer_key", "iss of the assertion");
  // Salesforce doesn't distinguish the case of usernames.
  const isOther = username && username.toLowerCase() !== sub.toLowerCase();
  if (isOther) differs("username", `sub of the assertion, which is ${sub}`);
  if (loginUrl) take("assertion", () => checkAssertionAudience(assertion, loginUrl));
  return { consumerKey: iss, username: sub, assertion };
}

/** Token exchange is documented for My Domains and sites only, and a handler compares the audience with the My Domain. */
function readKeyless({ take, readOptional }: InputReader, { loginUrl, audience }: LoginFacts): Login["keyless"] {
  const kind = loginUrl?.kind ?? "my-domain";
  if (kind !== "my-domain" && kind !== "site") take<never>("login_url", raise(inputError("login-url-not-for-keyless")));
  if (kind === "site" && audience === "") take<never>("audience", raise(inputError("audience-missing-at-site")));
  return { tokenHandler: readOptional("token_handler", parseTokenHandler) };
}
