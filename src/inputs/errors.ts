import { ActionError } from "../lib/action-error.ts";
import { KEY_PAIR_COMMAND, MY_DOMAIN, SET_CLOCK, UPLOAD_PATH } from "../lib/setup-steps.ts";
import type { InputName } from "./raw-inputs.ts";

/** One input that can't be used. */
export interface InputIssue {
  readonly input: InputName;
  /** The anchor of its entry in `docs/troubleshooting.md`. */
  readonly code: string;
  /** A predicate that follows the input's name, without a full stop. Never a secret. */
  readonly message: string;
  /** One to four acts, the surest first. */
  readonly fixes: readonly string[];
}

interface Reason {
  /** `{detail}` is where {@link inputError} puts what it is given. */
  readonly message: string;
  readonly fixes: readonly string[];
}

const STORE = "Store the whole file of the private key: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const THEN_STORE = "Then store the new file: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const PRIVATE_FILE =
  "Use the file that openssl wrote with -keyout. Its first line says BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY.";
const NEW_PAIR = `Make a new pair with setup/setup.sh in the action's repository, or with: ${KEY_PAIR_COMMAND}`;
const LOST = `If the private key is lost, make a new pair, store its key, and upload its certificate to the app (${UPLOAD_PATH}): ${KEY_PAIR_COMMAND}`;
const UPLOAD = `Upload the new salesforce.crt: ${UPLOAD_PATH}.`;
const CHECK_KEY_FILE =
  "Look at the file's first line: head -n 1 salesforce.key prints BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY between dashes.";
const STORE_CERTIFICATE =
  "Store the file that openssl wrote with -out: gh variable set SALESFORCE_CERTIFICATE < salesforce.crt";
const COPY_MY_DOMAIN = `Copy the org's own address: ${MY_DOMAIN} (https://acme.my.salesforce.com, for example).`;
const COPY_ORG_ID = "Copy it again: Setup > Company Information > Salesforce.com Organization ID.";
const REMOVE_USER_INFO = "Remove everything between https:// and the host, the @ included.";
const WITH_PKCS1 =
  "Use RSASSA_PKCS1_V1_5_SHA_256 (AWS), a key for RSA_SIGN_PKCS1_2048_SHA256 (Google), RS256 (Azure), pkcs1v15 (Vault), or SHA256-RSA-PKCS (PKCS#11).";
const COMPARE_STEP = "Compare the signing step with the one in docs/kms.md for your KMS or HSM.";
const LEAVE_AUDIENCE_OUT = "Remove audience from the step: it then follows from login_url.";

/** Every reason to refuse an input, by its error code. */
export const INPUT_ERRORS = {
  "input-blank": { message: "{detail}", fixes: [] },
  "input-is-a-private-key": {
    message: "is a private key, and this input isn't for one",
    fixes: [
      "Pass the key as private_key: private_key: ${{ secrets.SALESFORCE_PRIVATE_KEY }}",
      "If the key came from a variable or from the workflow file, replace it: make a new pair and delete the old one. GitHub shows such values.",
    ],
  },
  "input-placeholder": {
    message: "is {detail}, not a value",
    fixes: [
      "In the step itself, use an expression such as ${{ secrets.NAME }} or ${{ vars.NAME }}. GitHub doesn't replace shell variables under with:.",
      "If the step has that already, the stored value is wrong: store the value itself, not a name.",
    ],
  },
  "input-quoted": {
    message: "{detail}",
    fixes: ["Remove the quotes, the brackets, or mailto: from the stored value, or from the step."],
  },
  "input-too-long": {
    message: "{detail}",
    fixes: ["Check what is stored: this is probably the value of another input, or a whole file."],
  },
  "input-not-a-boolean": { message: "is neither true nor false", fixes: ["Write true or false."] },
  "input-not-a-number": {
    message: "isn't a whole number from {detail}",
    fixes: ["Write a number from {detail}, in digits only."],
  },

  "consumer-key-malformed": {
    message: "{detail}",
    fixes: [
      "Copy it with its button: Setup > External Client App Manager > your app > Settings > OAuth Settings > Consumer Key and Secret.",
    ],
  },
  "username-malformed": {
    message: "{detail}",
    fixes: ["Copy it from the user's page: Setup > Users > the user > Username. It has the form of an email address."],
  },

  "login-given-twice": {
    message: "and {detail} are set, and one of them is enough",
    fixes: ["Keep one of them, and remove the others from the step."],
  },
  "input-without-effect": { message: "has no effect with {detail}", fixes: ["Remove it from the step."] },
  "private-key-file-unreadable": { message: "{detail}", fixes: [] },
  "private-key-empty": {
    message: "is empty",
    fixes: [
      "If a step writes the file from a secret, check the secret's name: a secret that doesn't exist is blank.",
      STORE,
    ],
  },
  "private-key-is-public": { message: "is a public key, not a private key", fixes: [PRIVATE_FILE, STORE, LOST] },
  "private-key-is-certificate": {
    message: "is a certificate{detail}, not the private key that belongs to it",
    fixes: [PRIVATE_FILE, STORE, "Pass the certificate itself as certificate, if you like.", LOST],
  },
  "private-key-other-format": {
    message: "is in {detail} format, and the action needs a PEM file",
    fixes: [THEN_STORE],
  },
  "private-key-encrypted-file": {
    message: "is a text that {detail} encrypted, not a PEM file",
    fixes: [
      "Decrypt it on your machine with the tool that encrypted it.",
      `${THEN_STORE}. GitHub encrypts secrets itself.`,
    ],
  },
  "private-key-other-value": { message: "is {detail}, not a private key", fixes: [PRIVATE_FILE, STORE] },
  "private-key-is-file-path": {
    message: "is the path or address of a file, not the key in it",
    fixes: ["If the file is on the runner, pass its path as private_key_file instead.", STORE],
  },
  "private-key-not-rsa": {
    message: "isn't an RSA key (its type is {detail}), and Salesforce accepts only RSA keys",
    fixes: [NEW_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-too-short": {
    message: "is an RSA key of {detail} bits, and RS256 requires 2048 or more",
    fixes: [NEW_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-needs-passphrase": {
    message: "is encrypted, and private_key_passphrase is blank",
    fixes: [
      "Add private_key_passphrase: ${{ secrets.SALESFORCE_PRIVATE_KEY_PASSPHRASE }} to the step, and store it (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Or decrypt the key, since GitHub encrypts secrets itself: openssl pkey -in encrypted.key -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-wrong-passphrase": {
    message: "can't be decrypted with private_key_passphrase",
    fixes: [
      "Try the passphrase on the file (openssl asks for it): openssl pkey -in salesforce.key -noout",
      "If it opens the file, store it again, without quotes (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Store the same file again too, in case the stored key is damaged: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-encryption-unsupported": {
    message: "is encrypted in a way that Node.js can't read, such as RC2 or single DES",
    fixes: [
      "Encrypt it again: openssl pkey -provider legacy -provider default -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-truncated": {
    message: "is a private key, but a part of it is missing or damaged",
    fixes: [
      "Store the whole file again, from the BEGIN line to the END line: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
      "Check the file itself: openssl pkey -in salesforce.key -noout -check",
      LOST,
    ],
  },
  "private-key-unrecognized": {
    message: "doesn't contain a private key in a known form",
    fixes: [STORE, CHECK_KEY_FILE, LOST],
  },

  "login-url-blank": {
    message: "is set, but blank, and the action doesn't fall back to production",
    fixes: [
      "If it comes from a variable, check the variable's name, and that this repository, organization or environment has it.",
      COPY_MY_DOMAIN,
    ],
  },
  "login-url-characters": {
    message: "contains whitespace, a backslash or a control character",
    fixes: ["Give exactly one address, on one line.", COPY_MY_DOMAIN],
  },
  "login-url-not-https": {
    message: "begins with http:, and the assertion must not be sent unencrypted",
    fixes: ["Write https:// in place of http://"],
  },
  "login-url-scheme": {
    message: "begins with a scheme other than https:",
    fixes: ["Write https:// and the host, or the host alone.", COPY_MY_DOMAIN],
  },
  "login-url-username": {
    message: "is a username or an email address, not the address of an org",
    fixes: ["Pass the Salesforce username as username.", COPY_MY_DOMAIN],
  },
  "login-url-user-info": {
    message: "contains a user name or password before the host",
    fixes: [
      REMOVE_USER_INFO,
      "If that was a password, change it: the runner may have printed it with the step's inputs.",
    ],
  },
  "login-url-incomplete": { message: "is one word without a dot, not a whole host name", fixes: [COPY_MY_DOMAIN] },
  "login-url-ip-address": {
    message: "is an IP address, and Salesforce's certificates aren't valid for one",
    fixes: [COPY_MY_DOMAIN],
  },
  "login-url-unreadable": { message: "can't be read as the address of a host", fixes: [COPY_MY_DOMAIN] },
  "login-url-misspelled": { message: "{detail}", fixes: [COPY_MY_DOMAIN] },
  "login-url-no-login-host": { message: "{detail}", fixes: [COPY_MY_DOMAIN] },

  "audience-not-https-url": {
    message: "isn't an https URL, and Salesforce documents only those as audience",
    fixes: [
      LEAVE_AUDIENCE_OUT,
      "Or give https://login.salesforce.com, https://test.salesforce.com, the My Domain with https:// in front, or a site's URL with its path.",
    ],
  },
  "audience-user-info": { message: "contains a user name or password before the host", fixes: [REMOVE_USER_INFO] },
  "audience-at-other-host": {
    message: "is an address of Salesforce, but login_url isn't: whoever runs that host could log in",
    fixes: [
      "If login_url is a site under your company's own domain, set it to the site's own address at Salesforce (https://acme.my.site.com/PATH): Setup > Digital Experiences > All Sites.",
      LEAVE_AUDIENCE_OUT,
    ],
  },

  "assertion-not-a-jwt": {
    message: "{detail}",
    fixes: ["In the signing step, convert each part: base64 | tr '+/' '-_' | tr -d '=\\r\\n'", COMPARE_STEP],
  },
  "assertion-is-another-token": {
    message: "is {detail}, not an assertion that your key signed",
    fixes: [
      "Pass the output of the signing step, for example steps.assertion.outputs.assertion.",
      "To log in with GitHub's OIDC token, set github_oidc: true and remove assertion.",
    ],
  },
  "assertion-algorithm": { message: "{detail}, and Salesforce accepts only RS256", fixes: [WITH_PKCS1] },
  "assertion-claim": {
    message: "{detail}",
    fixes: ["In the signing step, set iss to the app's consumer key, and sub to the Salesforce username."],
  },
  "assertion-mismatch": {
    message: "isn't the {detail}",
    fixes: ["Remove it from the step, since the assertion contains it.", "Or correct the signing step."],
  },
  "assertion-audience": { message: "{detail}", fixes: [] },
  "assertion-expiration": {
    message: "{detail}",
    fixes: [
      "In the signing step, set exp to the present time in seconds plus 180, directly before this step.",
      SET_CLOCK,
    ],
  },
  "assertion-signature": { message: "{detail}", fixes: [WITH_PKCS1, COMPARE_STEP] },

  "token-handler-malformed": {
    message: "isn't an API name, which has letters, digits, and underscores",
    fixes: ["Copy the handler's name: Setup > Token Exchange Handlers."],
  },
  "login-url-not-for-keyless": {
    message: "is neither a My Domain nor a Salesforce site, which github_oidc requires",
    fixes: [COPY_MY_DOMAIN],
  },
  "audience-missing-at-site": {
    message: "is required with github_oidc at a site",
    fixes: [`Set audience to the org's My Domain: ${MY_DOMAIN}.`],
  },

  "certificate-is-a-request": {
    message: "is a certificate signing request, not a certificate",
    fixes: [
      "Make the certificate of it: openssl x509 -req -sha256 -days 730 -in salesforce.csr -signkey salesforce.key -out salesforce.crt",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-public-key": {
    message: "is a public key, not the certificate that contains it",
    fixes: [STORE_CERTIFICATE],
  },
  "certificate-is-a-file-name": {
    message: "is the path of a file, not the certificate in it",
    fixes: [STORE_CERTIFICATE],
  },
  "certificate-truncated": {
    message: "is a certificate, but a part of it is missing or damaged",
    fixes: ["Copy the whole file, its last line included.", STORE_CERTIFICATE],
  },
  "certificate-unreadable": {
    message: "doesn't contain a certificate in PEM or base64",
    fixes: [
      STORE_CERTIFICATE,
      "From a PKCS#12 file: openssl pkcs12 -in salesforce.p12 -clcerts -nokeys -out salesforce.crt",
      "From a PKCS#7 file: openssl pkcs7 -in salesforce.p7b -print_certs -out salesforce.crt",
    ],
  },
  "certificate-key-mismatch": {
    message: "and the private key aren't a pair: store both files of one pair again",
    fixes: [
      "Store both files of one pair again: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key and gh variable set SALESFORCE_CERTIFICATE < salesforce.crt",
      "If the app has the certificate of this private key, and only the input is old, remove certificate from the step: the login works without it.",
      "Find the old one: the SHA-256 {detail}.",
      "Compare with your files: openssl pkey -in salesforce.key -pubout -outform DER | openssl dgst -sha256 (key), openssl x509 -noout -pubkey -in salesforce.crt | openssl pkey -pubin -outform DER | openssl dgst -sha256 (certificate)",
    ],
  },

  "org-id-malformed": {
    message: "isn't a Salesforce ID, which has 15 or 18 letters and digits",
    fixes: [COPY_ORG_ID],
  },
  "org-id-prefix": {
    message: "isn't an org ID, which begins with 00D (a capital D)",
    fixes: [COPY_ORG_ID],
  },
  "org-id-checksum": {
    message: "has a wrong checksum: a character, or the case of a letter, was changed",
    fixes: [COPY_ORG_ID],
  },
} as const satisfies Record<string, Reason>;

export type InputErrorCode = keyof typeof INPUT_ERRORS;

/** Why an input can't be used. Whoever reads the inputs knows which one it is. */
export class InputError extends ActionError {
  readonly fixes: readonly string[];

  constructor(code: InputErrorCode, message: string, fixes: readonly string[]) {
    super({ code, headline: message, causes: fixes.map((fix) => ({ fix })) });
    this.fixes = fixes;
  }
}

/**
 * Returns the error for an input that can't be used.
 *
 * @param details `detail` is put where the table says `{detail}`, and is never a part of a secret; `fixes` come before
 *   those of the table
 */
export function inputError(
  code: InputErrorCode,
  details: { readonly detail?: string; readonly fixes?: readonly (string | undefined)[] } = {},
): InputError {
  const { message, fixes }: Reason = INPUT_ERRORS[code];
  const filled = (text: string) => text.replace("{detail}", () => details.detail ?? "");
  const first = (details.fixes ?? []).filter((fix) => fix !== undefined);
  return new InputError(code, filled(message), [...first, ...fixes.map(filled)].slice(0, 4));
}

/** All inputs that can't be used, found together so that one run of the workflow names them all. */
export class InputsError extends ActionError {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super({ code: "inputs", headline: "Invalid inputs.", causes: [] });
    this.issues = issues;
  }
}
