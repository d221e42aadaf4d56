import { InputFailure } from "../lib/input-failure.ts";

/** Compiled when needed: V8 is slow at Unicode's classes, and most inputs are plain ASCII. */
const INVISIBLE = "[\\s\\p{C}]";

/** What a required input that arrives blank usually comes from, most frequent first. */
const WHY_BLANK: readonly string[] = [
  "Check the name: a secret or variable that doesn't exist is silently blank.",
  "A secret of an environment reaches only jobs that name it: add environment: to the job.",
  "Workflows that run for a fork or for Dependabot get no secrets (Dependabot has a store of its own).",
  "A reusable workflow gets secrets only by secrets: inherit or by name.",
];

/** The failure of an input that must not be blank. */
export function missingInput(message: string): InputFailure {
  return new InputFailure({ code: "input-blank", message, steps: WHY_BLANK });
}

/**
 * @param text the consumer key: an opaque identifier, without any white space
 * @throws Failure
 */
export function parseConsumerKey(text: string): string {
  const key = text.trim();
  if (key === "") throw missingInput("it is blank");
  refuseOddCharacters(key, "consumer-key-malformed", [
    "Copy it with the copy button: Setup → External Client App Manager → your app → Settings → OAuth Settings → Consumer Key and Secret.",
  ]);
  return key;
}

/**
 * @param text a Salesforce username: in the form of an e-mail address, but not one
 * @throws Failure
 */
export function parseUsername(text: string): string {
  const username = text.trim();
  if (username === "") throw missingInput("it is blank");
  const steps = [
    "Copy it from the user's page: Setup → Users → Username. It is in the form of an e-mail address and need not be one.",
  ];
  refuseOddCharacters(username, "username-malformed", steps);
  if (!/^[^@]+@[^@]+$/.test(username)) {
    throw new InputFailure({
      code: "username-malformed",
      message: "a Salesforce username has one @ in it, and this has not",
      steps,
    });
  }
  return username;
}

function refuseOddCharacters(text: string, code: string, steps: readonly string[]): void {
  if (text.includes("${{")) {
    const message = "it holds an expression that GitHub did not replace";
    throw new InputFailure({
      code,
      message,
      steps: ["Write the expression into the step itself, without quotes that keep it from being read.", ...steps],
    });
  }
  // White space and control characters belong into neither, and would let a value end a line of the log.
  if (hasInvisible(text)) {
    throw new InputFailure({ code, message: "it has white space or an invisible character in it", steps });
  }
}

function hasInvisible(text: string): boolean {
  return !/^[!-~]*$/.test(text) && new RegExp(INVISIBLE, "u").test(text);
}

/**
 * @param text `true` or `false` in the spellings of YAML 1.2
 * @throws Failure
 */
export function parseBoolean(text: string): boolean {
  const value = text.trim();
  if (/^(?:true|True|TRUE)$/.test(value)) return true;
  if (/^(?:false|False|FALSE)$/.test(value)) return false;
  throw new InputFailure({
    code: "input-not-a-boolean",
    message: "it is neither true nor false",
    steps: ["Write true or false."],
  });
}

/**
 * @param text decimal digits
 * @param range the least and the greatest number that is allowed
 * @throws Failure
 */
export function parseWholeNumber(text: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const value = text.trim();
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  const message = `it is not a whole number from ${from} to ${to}`;
  throw new InputFailure({
    code: "input-not-a-number",
    message,
    steps: [`Write a number from ${from} to ${to}, digits only.`],
  });
}
