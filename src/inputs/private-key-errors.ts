import { InputFailure } from "../lib/input-failure.ts";
import { KEY_PAIR_COMMAND, UPLOAD_PATH } from "../lib/key-pair-steps.ts";

const STORE = "Store the whole file of the private key: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const THEN_STORE = "Then store the new file: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key";
const PRIVATE_FILE =
  "The private key is the file that openssl wrote with -keyout. Its first line says BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY.";
const MAKE_PAIR = `Make a new pair: ${KEY_PAIR_COMMAND}`;
const LOST = `If the private key is lost, make a new pair and upload its salesforce.crt to your app: ${KEY_PAIR_COMMAND}`;
const UPLOAD = `Upload the new salesforce.crt: ${UPLOAD_PATH}.`;

/** Every reason to refuse a private key, by its failure code. No message holds a part of the key. */
export const PRIVATE_KEY_PROBLEMS = {
  "private-key-empty": {
    message: "it is empty: there is nothing but white space in it",
    steps: [
      "If a step writes the file from a secret, check the secret's name: one that doesn't exist is silently blank.",
      STORE,
    ],
  },
  "private-key-too-large": {
    message: "it is larger than 64 KiB, and no RSA key is",
    steps: ["Give the key alone, without the other files of its folder or archive.", STORE],
  },
  "private-key-is-public": {
    message: "this is a public key, and an assertion is signed with the private one",
    steps: [PRIVATE_FILE, STORE, LOST],
  },
  "private-key-is-certificate": {
    message: "this is a certificate, and an assertion is signed with the private key that belongs to it",
    steps: [PRIVATE_FILE, STORE, "The certificate itself may be given as the input certificate.", LOST],
  },
  "private-key-is-certificate-request": {
    message:
      "this is a certificate signing request, and an assertion is signed with the private key that it was made with",
    steps: [PRIVATE_FILE, STORE, LOST],
  },
  "private-key-is-openssh": {
    message: "this is a key in OpenSSH's own format, and a PEM file is needed",
    steps: [
      "Convert the file, which is overwritten (press Enter for no passphrase): ssh-keygen -p -m PEM -f salesforce.key",
      THEN_STORE,
      `If its first line still says BEGIN OPENSSH PRIVATE KEY, it is no RSA key. Make a new pair and upload its salesforce.crt to your app: ${KEY_PAIR_COMMAND}`,
    ],
  },
  "private-key-is-putty": {
    message: "this is a key in PuTTY's own format (.ppk), and a PEM file is needed",
    steps: ["Convert the file: puttygen salesforce.ppk -O private-openssh -o salesforce.key", THEN_STORE],
  },
  "private-key-is-keystore": {
    message: "this is a keystore (PKCS#12 or JKS), and the key has to be taken out of it",
    steps: [
      "A JKS file, such as Export to Keystore in Salesforce gives, becomes PKCS#12 first: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12",
      "From a PKCS#12 file (.p12, .pfx): openssl pkcs12 -in keystore.p12 -nocerts -nodes -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-is-json": {
    message: "this is JSON without a PEM key in it, such as a JWK, and a PEM file is needed",
    steps: [
      `Convert a JWK: node -p "require('crypto').createPrivateKey({key:JSON.parse(require('fs').readFileSync('key.json')),format:'jwk'}).export({type:'pkcs8',format:'pem'})" > salesforce.key`,
      THEN_STORE,
    ],
  },
  "private-key-is-masked": {
    message: "this is ***, which GitHub's log shows in place of a secret",
    steps: ["Copy the key from its file, not from a log.", STORE],
  },
  "private-key-is-placeholder": {
    message: "this is the name of a secret or variable, and nothing has put its value there",
    steps: [
      "In the step itself, write private_key: ${{ secrets.SALESFORCE_PRIVATE_KEY }} (shell variables are not replaced under with:).",
      "If the step has that already, the secret's own value is wrong. Store the file's text, not a name: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-is-file-path": {
    message: "this is the path or address of a file, and not the key that is in the file",
    steps: ["If the file is on the runner, give its path as private_key_file instead.", STORE],
  },
  "private-key-not-rsa": {
    message: "this is no RSA key (its type is {detail}), and Salesforce accepts RSA keys only",
    steps: [MAKE_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-too-short": {
    message: "this RSA key has {detail} bits, and RS256 takes 2048 or more",
    steps: [MAKE_PAIR, UPLOAD, THEN_STORE],
  },
  "private-key-needs-passphrase": {
    message: "the key is encrypted, and private_key_passphrase is blank or not set",
    steps: [
      "Store the passphrase (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "Add to the step: private_key_passphrase: ${{ secrets.SALESFORCE_PRIVATE_KEY_PASSPHRASE }}",
      "Or decrypt the key, as GitHub keeps secrets encrypted anyway: openssl pkey -in encrypted.key -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-wrong-passphrase": {
    message: "private_key_passphrase does not open this key",
    steps: [
      "Try it on the file (openssl asks for it): openssl pkey -in salesforce.key -noout",
      "If it opens the file, store it once more, without quotes (gh asks for it): gh secret set SALESFORCE_PRIVATE_KEY_PASSPHRASE",
      "And store the same file once more, in case the key was damaged: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
    ],
  },
  "private-key-passphrase-too-long": {
    message: "private_key_passphrase is longer than 1024 bytes, and OpenSSL reads no more",
    steps: [
      "Check that it is the passphrase, and not a key or another file.",
      "Give the key another one: openssl pkey -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-encryption-unsupported": {
    message: "the key is encrypted in a way that Node.js can't read, such as the old RC2 or single DES",
    steps: [
      "Encrypt it anew: openssl pkey -provider legacy -provider default -in encrypted.key -aes256 -out salesforce.key",
      THEN_STORE,
    ],
  },
  "private-key-truncated": {
    message: "this is a private key, but a part of it is missing or damaged",
    steps: [
      "Check the file: openssl pkey -in salesforce.key -noout -check",
      "If it is valid, store the whole file, from the BEGIN line to the END line: gh secret set SALESFORCE_PRIVATE_KEY < salesforce.key",
      LOST,
    ],
  },
  "private-key-unrecognised": {
    message: "no private key can be recognised in it",
    steps: [
      "Wanted is the text of an RSA private key: a PEM file, or its base64.",
      "See what the file is: head -n 1 salesforce.key should print BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY between dashes.",
      STORE,
    ],
  },
} as const satisfies Record<string, { readonly message: string; readonly steps: readonly string[] }>;

export type PrivateKeyProblem = keyof typeof PRIVATE_KEY_PROBLEMS;

/**
 * The failure of a private key.
 *
 * @param detail what stands for `{detail}` in the message; never a part of the key
 */
export function privateKeyFailure(code: PrivateKeyProblem, detail = ""): InputFailure {
  const { message, steps } = PRIVATE_KEY_PROBLEMS[code];
  return new InputFailure({ code, message: message.replace("{detail}", detail), steps });
}
