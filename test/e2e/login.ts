import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { findLeaks, type NamedSecret } from "../fakes/runner/leaks.ts";
import { type JobOptions, runJob, runStep, type StepOptions, type StepResult } from "../fakes/runner/step.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import {
  type Fault,
  type RecordedConnect,
  type RecordedRequest,
  type Salesforce,
  type SalesforceOptions,
  startSalesforce,
} from "../fakes/salesforce/index.ts";

/** An embedded Salesforce with an app whose certificate fits a key: all that a login needs. */
export interface TestEnvironment {
  readonly salesforce: Salesforce;
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  readonly consumerKey: string;
  /** Inputs of a login that works, at production's My Domain. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The key, in the forms that it has before and after the action reads it. */
  readonly secrets: readonly NamedSecret[];
  close(): Promise<void>;
}

/** The key of a test environment. Environments that share one are searched for its leaks in less time. */
export type TestKey = Pick<TestEnvironment, "privateKeyPem" | "certificatePem" | "secrets">;

/** Makes a key, its certificate, and the texts that no log may contain because of it. */
export async function testKey(): Promise<TestKey> {
  const { privateKeyPem, certificatePem } = await clientKey();
  const pkcs1 = createPrivateKey(privateKeyPem).export({ type: "pkcs1", format: "pem" }).toString();
  const secrets = [
    { name: "key", value: privateKeyPem },
    { name: "key in PKCS#1", value: pkcs1 },
  ];
  return { privateKeyPem, certificatePem, secrets };
}

/** Starts the embedded Salesforce, with a key of its own if none is given. */
export async function startTestEnvironment({
  key,
  ...options
}: SalesforceOptions & { key?: TestKey } = {}): Promise<TestEnvironment> {
  const salesforce = await startSalesforce(options);
  const { privateKeyPem, certificatePem, secrets } = key ?? (await testKey());
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const inputs = {
    consumer_key: consumerKey,
    username: salesforce.org.username,
    private_key: privateKeyPem,
    login_url: salesforce.org.instanceUrl,
  };
  return { salesforce, privateKeyPem, certificatePem, consumerKey, inputs, secrets, close: () => salesforce.close() };
}

/** A run of the shipped action. An input that is `undefined` is not passed. */
export interface LoginOptions extends Omit<StepOptions, "with"> {
  readonly with?: Readonly<Record<string, string | undefined>>;
  /** More secrets to search for: other forms of the key, a proxy's password. */
  readonly secret?: readonly NamedSecret[];
  /** Inputs that contain a part of a secret, or look like one, although they are public. */
  readonly public?: readonly string[];
}

/** Runs the shipped action on the embedded Salesforce, and fails if any part of a secret can be read anywhere. */
export async function login(environment: TestEnvironment, options: LoginOptions = {}): Promise<StepResult> {
  const assertNothingLeaks = leakCheck(environment, options);
  const result = await runStep(stepOptions(environment, options));
  assertNothingLeaks(result);
  return result;
}

/** Options of a job in which the action is the only step. */
export type LoginJobOptions = LoginOptions & Pick<JobOptions, "between">;

/** As {@link login}, with the post step at the end of the job. */
export async function loginJob(
  environment: TestEnvironment,
  options: LoginJobOptions = {},
): Promise<{ main: StepResult; post: StepResult }> {
  const assertNothingLeaks = leakCheck(environment, options);
  const job = await runJob({
    ...stepOptions(environment, options),
    ...(options.between && { between: options.between }),
  });
  for (const result of [job.main, job.post]) assertNothingLeaks(result);
  return job;
}

/** What goes wrong at the host that a login uses. */
export interface FaultOptions extends LoginOptions {
  /** Each occurs once, in this order. */
  readonly faults?: readonly Fault[];
  /** Occurs on every request after those. */
  readonly always?: Fault;
  /** The host to log in at, which serves production's org; by default one that no other run uses. */
  readonly host?: string;
}

/** A login with the requests and connections that it made. */
export interface RecordedLogin {
  readonly result: StepResult;
  readonly host: string;
  readonly requests: readonly RecordedRequest[];
  readonly connects: readonly RecordedConnect[];
}

/** As {@link login}, at a host where faults occur. Runs at hosts of their own don't take each other's faults. */
export async function loginWithFaults(
  environment: TestEnvironment,
  { faults = [], always, host = ownHost(), ...options }: FaultOptions,
): Promise<RecordedLogin> {
  const { salesforce } = environment;
  salesforce.serve(host, { org: salesforce.org });
  for (const fault of faults) salesforce.misbehave(fault, { host });
  if (always) salesforce.misbehave(always, { host, times: "always" });
  const result = await login(environment, { ...options, with: { login_url: `https://${host}`, ...options.with } });
  const atHost = <T extends { readonly host: string }>(records: readonly T[]) =>
    records.filter((record) => record.host === host);
  return { result, host, requests: atHost(salesforce.requests), connects: atHost(salesforce.connects) };
}

/** A production org's My Domain that no other run uses. */
export function ownHost(): string {
  return `acme-${randomBytes(8).toString("hex")}.my.salesforce.com`;
}

function stepOptions(
  { salesforce, inputs }: TestEnvironment,
  { with: changed = {}, env = {}, secret: _secret, public: _public, ...rest }: LoginOptions,
): StepOptions {
  const passed = Object.entries({ ...inputs, ...changed }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  // As in a workflow that takes both from secrets: the runner masks their values when it prints `with:`.
  const { private_key = "", private_key_passphrase = "" } = Object.fromEntries(passed);
  const secrets = [private_key, private_key_passphrase].filter((value) => value.trim() !== "");
  return { secrets, ...rest, with: Object.fromEntries(passed), env: { ...salesforce.env, ...env } };
}

/** The only places that may contain the token. */
const TOKEN_PLACES = { outputs: ["access_token"], env: ["SF_ACCESS_TOKEN"], state: ["revoke_access_token"] };

/** Searches for what Salesforce receives and sends from now on, so that other runs' tokens aren't searched again. */
function leakCheck(environment: TestEnvironment, options: LoginOptions): (result: StepResult) => void {
  const requests = environment.salesforce.requests.length;
  const minted = environment.salesforce.minted.length;
  const publicTexts = [...(options.public ?? []), options.with?.["certificate"] ?? ""];
  return (result) => {
    const secrets = [
      ...environment.secrets,
      ...secretsOfOptions(options),
      ...assertionsOf(environment.salesforce.requests.slice(requests)),
      ...[...new Set(environment.salesforce.minted.slice(minted))].flatMap(tokenSecrets),
    ];
    assert.deepEqual(findLeaks(result, secrets, { allow: TOKEN_PLACES, strict: true, public: publicTexts }), []);
    assert.deepEqual(result.legacyCommands, [], "outputs, variables and state are written to files");
  };
}

function secretsOfOptions(options: LoginOptions): NamedSecret[] {
  const { with: changed = {}, state = {}, secret = [], public: publicTexts = [] } = options;
  const given = ["private_key", "private_key_passphrase"].flatMap((name) => {
    const value = changed[name] ?? "";
    return value.trim() === "" || publicTexts.includes(value) ? [] : [{ name, value }];
  });
  return [...given, ...tokenSecrets(state["revoke_access_token"] ?? ""), ...secret];
}

function assertionsOf(requests: readonly RecordedRequest[]): NamedSecret[] {
  return requests.flatMap(({ form }) => (form["assertion"] ? [{ name: "assertion", value: form["assertion"] }] : []));
}

/** For everyone who knows the org, the part after the `!` is as good as the token. */
function tokenSecrets(token: string): NamedSecret[] {
  if (token.trim() === "") return [];
  const whole = { name: "token", value: token };
  return token.includes("!") ? [whole, { name: "token tail", value: token.slice(token.indexOf("!") + 1) }] : [whole];
}
