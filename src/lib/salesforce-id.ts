import { InputFailure } from "./input-failure.ts";

/** Every reason to refuse an id, by its failure code. */
export const ORG_ID_PROBLEMS = {
  "org-id-malformed": { message: "this is not a Salesforce id: one has 15 or 18 letters and digits" },
  "org-id-prefix": { message: "this is not an org id: one begins with 00D, with a capital D" },
  "org-id-checksum": {
    message: "this id has a wrong check sum: a character, or the case of a letter, was changed on its way here",
  },
} as const;

const COPY_ORG_ID = "Copy it again: Setup → Company Information → Salesforce.com Organization ID.";
const ID = /^[A-Za-z\d]{15}([A-Za-z\d]{3})?$/;
const CHECKSUM_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/**
 * The 18-character form of a Salesforce id, which stays unique where case is ignored.
 *
 * @param id 15 characters, or 18 with their check sum
 * @throws Failure `org-id-malformed` or `org-id-checksum`
 */
export function to18Characters(id: string): string {
  if (!ID.test(id)) throw orgIdFailure("org-id-malformed");
  const shortId = id.slice(0, 15);
  const longId = shortId + checksum(shortId);
  if (id.length === 18 && id !== longId) throw orgIdFailure("org-id-checksum");
  return longId;
}

/**
 * Reads an org id as a user gives it.
 *
 * @param text 15 or 18 characters
 * @returns 18 characters
 * @throws Failure with a code of {@link ORG_ID_PROBLEMS}
 */
export function parseOrgId(text: string): string {
  const id = text.trim();
  if (!ID.test(id)) throw orgIdFailure("org-id-malformed");
  // Key prefixes: Salesforce help, "Standard Field Record ID Prefix Decoder".
  if (!id.startsWith("00D")) throw orgIdFailure("org-id-prefix");
  return to18Characters(id);
}

/** Whether both are ids of one record, in whichever length. What isn't an id is the same as nothing. */
export function sameId(a: string, b: string): boolean {
  return ID.test(a) && ID.test(b) && a.slice(0, 15) === b.slice(0, 15);
}

/** Each check digit says which of five characters are upper case, the first one in the lowest bit. */
function checksum(shortId: string): string {
  const digits = [0, 5, 10].map((start) => {
    const upper = [...shortId.slice(start, start + 5)].map((character) => /[A-Z]/.test(character));
    return CHECKSUM_DIGITS.charAt(upper.reduce((bits, isUpper, index) => bits + (isUpper ? 2 ** index : 0), 0));
  });
  return digits.join("");
}

function orgIdFailure(code: keyof typeof ORG_ID_PROBLEMS): InputFailure {
  return new InputFailure({ code, ...ORG_ID_PROBLEMS[code], steps: [COPY_ORG_ID] });
}
