/** Ends of domain names that a sandbox is hardly ever named after. */
const OLD_DOMAINS = new Set(["com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "io", "eu"]);
/** Countries have two letters. So has the most frequent name of a sandbox, and few orgs are in that country. */
const COUNTRY = /^(?!qa$)[a-z]{2}$/;
/** A sandbox's name has up to ten letters and digits (Salesforce help, "Create a Sandbox"). */
const SANDBOX_NAME = /^[a-z\d]{1,10}$/;

/**
 * Guesses which sandbox a username is of: creating one appends `.` and its name to every username, so the name follows
 * on what was the end of a domain. Users made in the sandbox itself may be called anything.
 *
 * @param username in the form of an e-mail address
 * @returns the sandbox's name in lower case, an empty string where there is none, `undefined` where it can't be told
 */
export function sandboxOf(username: string): string | undefined {
  const labels = username
    .slice(username.lastIndexOf("@") + 1)
    .toLowerCase()
    .split(".");
  const last = labels.at(-1) ?? "";
  if (labels.length <= 2 || isDomainEnd(last)) return "";
  return isDomainEnd(labels.at(-2) ?? "") && SANDBOX_NAME.test(last) ? last : undefined;
}

function isDomainEnd(label: string): boolean {
  return OLD_DOMAINS.has(label) || COUNTRY.test(label);
}
