import type { KeyObject } from "node:crypto";
import { checkAssertionAudience, type GivenAssertion, parseAssertion } from "./assertion.ts";
import { type InputError, inputError } from "./errors.ts";
import { INPUT_DEFAULTS, type InputName, type InputReader, type RawInputs } from "./inputs.ts";
import type { LoginUrl } from "./login-url.ts";
import { parseBoolean, parseConsumerKey, parseTokenHandler, parseUsername } from "./parsers.ts";

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
}

/** The inputs that log in each by itself. */
const WAYS = ["private_key", "private_key_file", "assertion", "github_oidc"] as const;
type Way = (typeof WAYS)[number];

/** Inputs that do nothing beside one that logs in, and what to do in their place. */
type WithoutEffect = Readonly<Partial<Record<InputName, string>>>;
const NO_HANDLER: WithoutEffect = {
  token_handler: "If the job is to log in without a key, set github_oidc: true in place of the key.",
};
const WITHOUT_EFFECT: Readonly<Record<Way, WithoutEffect>> = {
  private_key: NO_HANDLER,
  private_key_file: NO_HANDLER,
  assertion: {
    token_handler: "",
    private_key_passphrase: "",
    audience: "To change the audience, set aud in the signing step.",
  },
  github_oidc: {
    username: "The token exchange handler in Salesforce chooses the user.",
    private_key_passphrase: "",
    certificate: "",
    certificate_warning_days: "",
  },
};

/** An input that is set, but does nothing. */
interface UnusedInput {
  readonly input: InputName;
  readonly error: InputError;
}

/** Returns whether the text of a boolean input is true, also if other inputs can't be used. */
export function isTrue(text: string): boolean {
  return text.trim().toLowerCase() === "true";
}

/**
 * Finds the inputs that are set to log in, and takes inputs that do nothing beside them for blank, so that nothing else is
 * said about those.
 *
 * @returns `ways` with one element, or more if the workflow sets too many; `private_key` if it sets none
 */
export function findWays(given: RawInputs): { ways: readonly Way[]; raw: RawInputs; unused: UnusedInput[] } {
  const set = WAYS.filter((name) => (name === "github_oidc" ? isTrue(given[name]) : given[name] !== ""));
  const [way = "private_key"] = set;
  if (set.length > 1) return { ways: set, raw: given, unused: [] };
  const entries = Object.entries(WITHOUT_EFFECT[way]) as [InputName, string][];
  const useless = entries.filter(([name]) => given[name] !== INPUT_DEFAULTS[name]);
  const unused = useless.map(([input, fix]) => {
    return { input, error: inputError("input-without-effect", { detail: way, fixes: [fix || undefined] }) };
  });
  const blank = Object.fromEntries(useless.map(([name]) => [name, INPUT_DEFAULTS[name]]));
  return { ways: [way], raw: { ...given, ...blank }, unused };
}

/**
 * Reads the inputs that say whose login it is, and with what.
 *
 * @param ways see {@link findWays}
 * @param readKey reads the private key
 */
export function readLogin(
  ways: readonly Way[],
  reader: InputReader,
  facts: LoginFacts,
  readKey: () => KeyObject,
): Login {
  const [way = "private_key", ...others] = ways;
  if (others.length > 0) return refuseWays(way, others, reader);
  if (way === "assertion") return readSigned(reader, facts);
  reader.read("github_oidc", parseBoolean);
  if (way === "github_oidc") return readKeyless(reader, facts);
  const { take, readOptional, readRequired } = reader;
  const consumerKey = readRequired("consumer_key", parseConsumerKey);
  const username = readRequired("username", parseUsername);
  readOptional("private_key_passphrase", (text) => text);
  return { consumerKey, username, privateKey: take(way, readKey) };
}

/** Which one is meant can't be told, so none is read, unless one can't be used anyway. */
function refuseWays(way: Way, others: readonly Way[], { issues, take, read, readOptional }: InputReader): Login {
  for (const each of [way, ...others]) read(each, (text) => text);
  if (issues.every(({ input }) => input !== way && !others.some((other) => other === input))) {
    take<never>(way, () => {
      throw inputError("login-given-twice", { detail: others.join(" and ") });
    });
  }
  const consumerKey = readOptional("consumer_key", parseConsumerKey);
  return { consumerKey, username: readOptional("username", parseUsername) };
}

function readSigned({ take, read, readOptional }: InputReader, { loginUrl, now }: LoginFacts): Login {
  const consumerKey = readOptional("consumer_key", parseConsumerKey);
  const username = readOptional("username", parseUsername);
  const assertion = read("assertion", (text) => parseAssertion(text, now));
  if (assertion === undefined) return { consumerKey, username };
  const { iss, sub } = assertion.claims;
  if (consumerKey !== undefined && consumerKey !== iss) {
    take<never>("consumer_key", () => refuseOther("iss of the assertion"));
  }
  // Salesforce doesn't distinguish the case of usernames.
  if (username !== undefined && username.toLowerCase() !== sub.toLowerCase()) {
    take<never>("username", () => refuseOther(`sub of the assertion, which is ${sub}`));
  }
  if (loginUrl) take("assertion", () => checkAssertionAudience(assertion, loginUrl));
  return { consumerKey: iss, username: sub, assertion };
}

function refuseOther(detail: string): never {
  const fixes = ["Remove it from the step: the value comes from the assertion.", "Or correct the signing step."];
  throw inputError("assertion-mismatch", { detail, fixes });
}

function readKeyless({ take, readOptional, readRequired }: InputReader, { loginUrl, audience }: LoginFacts): Login {
  const consumerKey = readRequired("consumer_key", parseConsumerKey);
  const tokenHandler = readOptional("token_handler", parseTokenHandler);
  if (loginUrl) take("login_url", () => refuseForExchange(loginUrl));
  // The default is the address of the site, and a handler compares it with the org's My Domain.
  if (loginUrl?.kind === "site" && audience === "") {
    take<never>("audience", () => {
      throw inputError("audience-missing-at-site");
    });
  }
  return { consumerKey, username: "", keyless: { tokenHandler } };
}

/** Token exchange is documented for My Domains and sites only. */
function refuseForExchange({ kind }: LoginUrl): void {
  if (kind !== "my-domain" && kind !== "site") throw inputError("login-url-not-for-keyless");
}
