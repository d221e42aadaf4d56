import type { KeyObject } from "node:crypto";
import { type GivenAssertion, verifyAssertion } from "./assertion.ts";
import { assertKeyPair, type Certificate, certificateWarning, readCertificate } from "./certificate.ts";
import { type InputIssue, InputsError } from "./errors.ts";
import { readKeyFile } from "./key-file.ts";
import { checkAudience, type LoginUrl, loginUrlNotices, parseLoginUrl } from "./login-url.ts";
import { findWays, isTrue, type Login, readLogin } from "./login-ways.ts";
import { parseBoolean, parseOrgId, parseWholeNumber, refuseBlank } from "./parsers.ts";
import { decodeKeyFile, linesToMask } from "./pem.ts";
import { readPrivateKey } from "./private-key.ts";
import { INPUT_DEFAULTS, INPUT_NAMES, type RawInputs } from "./raw-inputs.ts";
import { type InputDependencies, type InputReader, inputReader, refuseUnusable } from "./reader.ts";

/** A login by GitHub's OIDC token. */
export interface Keyless {
  /** Undefined for the app's default handler. */
  readonly tokenHandler: string | undefined;
}

/** The inputs with every value checked. */
export interface Inputs {
  readonly consumerKey: string;
  readonly username: string;
  readonly privateKey: KeyObject;
  /** Set if an earlier step signed: then there is no private key. */
  readonly assertion?: GivenAssertion | undefined;
  /** Set for a login by GitHub's OIDC token: then there is neither a username nor a private key. */
  readonly keyless?: Keyless | undefined;
  readonly loginUrl: LoginUrl;
  /** The `aud` claim to begin with. */
  readonly audience: string;
  /** Another one to try when Salesforce refuses the first; none if the user chose one. */
  readonly fallbackAudience: string | undefined;
  readonly certificate: Certificate | undefined;
  /** 18 characters. */
  readonly expectedOrgId: string | undefined;
  readonly exportEnvironmentVariables: boolean;
  readonly revokeToken: boolean;
  readonly writeJobSummary: boolean;
  readonly timeoutSeconds: number;
  /** What works, but needs attention soon. */
  readonly warnings: readonly string[];
  /** Lines for the log. */
  readonly notices: readonly string[];
}

/** Returns whether a job summary is wanted, even if other inputs can't be used. */
export function wantsSummary(raw: RawInputs): boolean {
  return isTrue(raw.write_job_summary);
}

/**
 * Checks and reads all inputs.
 *
 * @throws InputsError with every problem there is
 */
export function readInputs(given: RawInputs, deps: InputDependencies): Inputs {
  const { ways, raw, unused } = findWays(given);
  const reader = inputReader(raw, deps);
  const { issues, read, readOptional } = reader;
  const { read: readUnused } = inputReader(given, deps, issues);
  const loginUrl = read("login_url", parseLoginUrl);
  const login = readLogin(ways, reader, {
    loginUrl,
    audience: raw.audience,
    now: deps.now,
    readKey: () => readKey(raw, deps),
  });
  // Checked beside the default where login_url can't be used, so that this problem is told as well.
  const chosen = readOptional("audience", (text) =>
    checkAudience(text, loginUrl ?? parseLoginUrl(INPUT_DEFAULTS.login_url)),
  );
  const certificate = readCertificateOf(login, reader);
  const warningDays = read("certificate_warning_days", (text) => parseWholeNumber(text, { from: 0, to: 3650 }));
  const others = {
    expectedOrgId: readOptional("expected_org_id", parseOrgId),
    exportEnvironmentVariables: read("export_environment_variables", parseBoolean),
    revokeToken: read("revoke_token", parseBoolean),
    writeJobSummary: read("write_job_summary", parseBoolean),
    timeoutSeconds: read("timeout_seconds", (text) => parseWholeNumber(text, { from: 1, to: 600 })),
  };
  for (const { input, error } of unused) {
    readUnused(input, () => {
      throw error;
    });
  }
  if (issues.length > 0) throw new InputsError(issues.sort(byInput));
  const signedFor = login.assertion?.claims.aud;

  return Object.freeze({
    ...login,
    loginUrl,
    audience: signedFor ?? chosen?.audience ?? loginUrl?.audience,
    fallbackAudience: signedFor || chosen || login.keyless ? undefined : loginUrl?.fallbackAudience,
    certificate,
    ...others,
    warnings: [
      chosen?.warning,
      certificate && certificateWarning({ certificate, now: deps.now, warningDays: warningDays ?? 0 }),
    ].filter((warning) => warning !== undefined),
    notices: loginUrl ? loginUrlNotices(loginUrl, raw.login_url !== INPUT_DEFAULTS.login_url) : [],
  }) as Inputs;
}

/** Reads the certificate, and checks that it is the private key's, or that of the key that signed. */
function readCertificateOf({ privateKey, assertion }: Login, { take, readOptional }: InputReader) {
  const certificate = readOptional("certificate", (text) => readCertificate(text, privateKey));
  if (certificate && privateKey) take("certificate", () => assertKeyPair({ certificate, privateKey }));
  if (certificate && assertion) take("assertion", () => verifyAssertion(assertion, certificate.publicKey));
  return certificate;
}

/** The order of `action.yml`. */
function byInput(one: InputIssue, other: InputIssue): number {
  return INPUT_NAMES.indexOf(one.input) - INPUT_NAMES.indexOf(other.input);
}

function readKey(raw: RawInputs, deps: InputDependencies): KeyObject {
  const { private_key: key, private_key_file: file } = raw;
  if (key === "" && file === "") return refuseBlank("is blank, and so are private_key_file and assertion", deps);
  refuseUnusable(key === "" ? "private_key_file" : "private_key", key || file);
  const text = key || decodeKeyFile(readKeyFile(file, deps));
  linesToMask(text).forEach(deps.mask);
  return readPrivateKey({ text, passphrase: raw.private_key_passphrase || undefined, mask: deps.mask });
}
