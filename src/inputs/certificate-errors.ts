import { InputFailure } from "../lib/input-failure.ts";

const STORE_CERTIFICATE =
  "Give the file that openssl wrote with -out: gh variable set SALESFORCE_CERTIFICATE < salesforce.crt";

/** Every reason to refuse a certificate, by its failure code. */
export const CERTIFICATE_PROBLEMS = {
  "certificate-is-a-private-key": {
    message: "it holds a private key, and only the certificate belongs here",
    steps: [
      "The certificate is public and its input is not hidden in logs: if the key stood in a variable or in the workflow, make a new pair and delete the old one.",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-request": {
    message: "this is a certificate signing request, not a certificate",
    steps: [
      "Make the certificate of it: openssl x509 -req -sha256 -days 730 -in salesforce.csr -signkey salesforce.key -out salesforce.crt",
      STORE_CERTIFICATE,
    ],
  },
  "certificate-is-a-public-key": {
    message: "this is a bare public key, not a certificate",
    steps: [STORE_CERTIFICATE],
  },
  "certificate-is-a-file-name": {
    message: "this is a file path, and the input takes the certificate itself",
    steps: [STORE_CERTIFICATE],
  },
  "certificate-truncated": {
    message: "it begins as a certificate, but has no END CERTIFICATE line",
    steps: ["Copy the whole file, its last line included.", STORE_CERTIFICATE],
  },
  "certificate-unreadable": {
    message: "this can't be read as a certificate in PEM or base64",
    steps: [
      STORE_CERTIFICATE,
      "From a PKCS#12 file: openssl pkcs12 -in salesforce.p12 -clcerts -nokeys -out salesforce.crt",
      "From a PKCS#7 file: openssl pkcs7 -in salesforce.p7b -print_certs -out salesforce.crt",
    ],
  },
  "certificate-key-mismatch": {
    message: "the certificate and the private key are not a pair",
    steps: [
      "Compare the pair on your machine; both commands must print the same SHA-256.",
      "The certificate: openssl x509 -noout -pubkey -in salesforce.crt | openssl pkey -pubin -outform DER | openssl dgst -sha256",
      "The private key: openssl pkey -in salesforce.key -pubout -outform DER | openssl dgst -sha256",
      "Give the certificate that was made with this key, or the key that was made with the app's certificate. After a rotation both change together.",
    ],
  },
} as const satisfies Record<string, { readonly message: string; readonly steps: readonly string[] }>;

export type CertificateProblem = keyof typeof CERTIFICATE_PROBLEMS;

/**
 * The failure of a certificate.
 *
 * @param message one that says more than the table's
 */
export function certificateFailure(code: CertificateProblem, message?: string): InputFailure {
  const problem = CERTIFICATE_PROBLEMS[code];
  return new InputFailure({ code, message: message ?? problem.message, steps: problem.steps });
}
