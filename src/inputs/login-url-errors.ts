import { InputFailure } from "../lib/input-failure.ts";

interface Problem {
  readonly message: string;
  readonly steps: readonly string[];
}

const COPY_MY_DOMAIN =
  "Copy the org's own address: Setup → My Domain → Current My Domain URL (acme.my.salesforce.com, for example).";
const GENERIC_LOGINS =
  "Or use https://login.salesforce.com for production, https://test.salesforce.com for a sandbox or scratch org.";

/** Every reason to refuse a login URL, by its failure code. No message holds the text that was given. */
export const LOGIN_URL_PROBLEMS = {
  "login-url-blank": {
    message: "it was passed, but is blank, and a silent default would mean production",
    steps: [
      "If it comes from a variable: check the name, and that this repository, organization or environment has it.",
      "To log in at https://login.salesforce.com, leave login_url out.",
    ],
  },
  "login-url-placeholder": {
    message: "this is a shell variable or an expression that nothing has replaced",
    steps: [
      "Use an expression of GitHub Actions (vars.SALESFORCE_LOGIN_URL, for example) in the step itself: shell variables are not replaced under with:.",
      COPY_MY_DOMAIN,
    ],
  },
  "login-url-characters": {
    message: "it has white space, a backslash or a control character in it, which no address has",
    steps: ["Give exactly one address, on one line.", COPY_MY_DOMAIN],
  },
  "login-url-not-https": {
    message: "it begins with http:, and the assertion must not travel unencrypted",
    steps: ["Write https:// in place of http://"],
  },
  "login-url-scheme": {
    message: "it begins with a scheme other than https:",
    steps: ["Write https:// and the host, or the host alone.", COPY_MY_DOMAIN],
  },
  "login-url-username": {
    message: "this is a username or an e-mail address, not an address to log in at",
    steps: ["Give the Salesforce username as the input username.", COPY_MY_DOMAIN],
  },
  "login-url-user-info": {
    message: "it has a user name or password in front of the host (before an @), which this flow has no use for",
    steps: [
      "Remove everything between https:// and the host, the @ included.",
      "If that was a password, change it: the runner may have printed it with the step's inputs.",
    ],
  },
  "login-url-incomplete": {
    message: "the host is a bare word without a dot, so a part of it is missing",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-ip-address": {
    message: "the host is an IP address, and no certificate of Salesforce is valid for one",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-unreadable": {
    message: "this can't be read as the address of a host",
    steps: [COPY_MY_DOMAIN, GENERIC_LOGINS],
  },
  "login-url-misspelt": { message: "the host is misspelt", steps: [COPY_MY_DOMAIN] },
  "login-url-no-login-host": { message: "no org logs in at this host", steps: [COPY_MY_DOMAIN, GENERIC_LOGINS] },
} as const satisfies Record<string, Problem>;

/** Every reason to refuse an explicit audience, by its failure code. */
export const AUDIENCE_PROBLEMS = {
  "audience-not-https-url": {
    message: "Salesforce documents only https URLs as audience, and this isn't one",
    steps: [
      "Give https://login.salesforce.com, https://test.salesforce.com, the My Domain with https:// in front, or a site's URL with its path.",
      "Or leave audience out: it then follows from login_url.",
    ],
  },
  "audience-user-info": {
    message: "it has a user name or password in front of the host (before an @)",
    steps: ["Remove everything between https:// and the host, the @ included."],
  },
} as const satisfies Record<string, Problem>;

/** Words that people give alone, and what to do about each. */
const BARE_WORDS: ReadonlyMap<string, string> = new Map([
  ["login", "Use https://login.salesforce.com"],
  ["production", "Use https://login.salesforce.com, or better the org's My Domain."],
  ["prod", "Use https://login.salesforce.com, or better the org's My Domain."],
  ["test", "Use https://test.salesforce.com"],
  ["sandbox", "Use https://test.salesforce.com, or better the sandbox's My Domain."],
  ["http", "Write https:// once, with its colon and both slashes."],
  ["https", "Write https:// once, with its colon and both slashes."],
]);

/**
 * What to do about a host without a dot.
 *
 * @param word lower case
 */
export function hintForBareWord(word: string): string {
  return BARE_WORDS.get(word) ?? `If ${word} is the org's My Domain name, use https://${word}.my.salesforce.com`;
}

/**
 * The failure of a login URL.
 *
 * @param details a message that says more than the table's, and a step to put first
 */
export function loginUrlFailure(
  code: keyof typeof LOGIN_URL_PROBLEMS,
  details: { readonly message?: string; readonly hint?: string | undefined } = {},
): InputFailure {
  const { message, steps } = LOGIN_URL_PROBLEMS[code];
  const { hint } = details;
  return new InputFailure({
    code,
    message: details.message ?? message,
    steps: hint === undefined ? steps : [hint, ...steps],
  });
}

/** The failure of an explicit audience. */
export function audienceFailure(code: keyof typeof AUDIENCE_PROBLEMS): InputFailure {
  return new InputFailure({ code, ...AUDIENCE_PROBLEMS[code] });
}
