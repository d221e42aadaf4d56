const ID = /^[A-Za-z\d]{15}([A-Za-z\d]{3})?$/;
const CHECKSUM_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** Returns whether a text has the form of a Salesforce ID: 15 or 18 letters and digits. */
export function isSalesforceId(text: string): boolean {
  return ID.test(text);
}

/**
 * Returns the 18-character form of a Salesforce ID, which stays unique where case is ignored.
 *
 * @returns undefined if it isn't an ID, or if its checksum is wrong
 */
export function to18Characters(id: string): string | undefined {
  if (!isSalesforceId(id)) return undefined;
  const shortId = id.slice(0, 15);
  const longId = shortId + checksum(shortId);
  return id.length === 15 || id === longId ? longId : undefined;
}

/** Returns whether both are IDs of one record, in whichever length. */
export function sameId(a: string, b: string): boolean {
  return isSalesforceId(a) && isSalesforceId(b) && a.slice(0, 15) === b.slice(0, 15);
}

/** Each checksum digit says which of five characters are upper case, the first one in the lowest bit. */
function checksum(shortId: string): string {
  const digits = [0, 5, 10].map((start) => {
    const upper = [...shortId.slice(start, start + 5)].map((character) => /[A-Z]/.test(character));
    return CHECKSUM_DIGITS.charAt(upper.reduce((bits, isUpper, index) => bits + (isUpper ? 2 ** index : 0), 0));
  });
  return digits.join("");
}
