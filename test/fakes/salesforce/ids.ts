const CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const GROUP = 5;

/**
 * Completes a record id with its check characters: one for every five characters, whose bits say which of them are
 * upper case (Salesforce help, "What are 15 and 18 Character Salesforce IDs?").
 *
 * @param shortId 15 characters
 * @returns 18 characters
 */
export function longId(shortId: string): string {
  if (!/^[A-Za-z\d]{15}$/.test(shortId)) throw new RangeError(`no id of 15 characters: ${shortId}`);
  let checks = "";
  for (let start = 0; start < shortId.length; start += GROUP) {
    let bits = 0;
    for (let index = 0; index < GROUP; index += 1) {
      if (/[A-Z]/.test(shortId.charAt(start + index))) bits |= 1 << index;
    }
    checks += CHECK_CHARACTERS.charAt(bits);
  }
  return shortId + checks;
}
