import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { findLeaks, type NamedSecret } from "../fakes/runner/leaks.ts";
import { type JobOptions, runJob, runStep, type StepOptions, type StepResult } from "../fakes/runner/step.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import {
  type Fault,
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

/** The key of a bench. Benches that share one are searched for its leaks in less time. */
export type TestKey = Pick<TestEnvironment, "privateKeyPem" | "certificatePem" | "secrets">;

/** Makes a key, its certificate, and a list of what nobody may see. */
export async function testKey(): Promise<TestKey> {
  const { privateKeyPem, certificatePem } = await clientKey();
  const pkcs1 = createPrivateKey(privateKeyPem).export({ type: "pkcs1", format: "pem" }).toString();
  const secrets = [
    { name: "key", value: privateKeyPem },
    { name: "key in PKCS#1", value: pkcs1 },
  ];
  return { privateKeyPem, certificatePem, secrets };
}

/** Starts the embedded Salesforce for one test file, or with a key of its own for one test. */
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
  /** More that nobody may see: other forms of the key, a proxy's password. */
  readonly secret?: readonly NamedSecret[];
  /** Inputs that hold a part of a secret, or look like one, and that everyone may read all the same. */
  readonly public?: readonly string[];
}

/** Runs the shipped action on the bench's Salesforce, and fails if anything of a secret can be read anywhere. */
export async function login(environment: TestEnvironment, options: LoginOptions = {}): Promise<StepResult> {
  const assertNothingLeaks = leakCheck(environment, options);
  const result = await runStep(stepOptions(environment, options));
  assertNothingLeaks(result);
  return result;
}

/** As {@link login}, with the end of the job. */
export async function loginJob(
  environment: TestEnvironment,
  options: LoginOptions & Pick<JobOptions, "between"> = {},
): Promise<{ main: StepResult; post: StepResult }> {
  const assertNothingLeaks = leakCheck(environment, options);
  const job = await runJob({
    ...stepOptions(environment, options),
    ...(options.between && { between: options.between }),
  });
  for (const result of [job.main, job.post]) assertNothingLeaks(result);
  return job;
}

/** A login that something goes wrong with, or differently. */
export interface MeetingOptions extends LoginOptions {
  /** Host to log in at, for production's org; a My Domain of its own by default. */
  readonly at?: string;
}

/**
 * As {@link login}, at a host of its own where a fault awaits every token request: so runs side by side don't take
 * each other's faults.
 */
export async function loginMeeting(
  environment: TestEnvironment,
  fault: Fault,
  { at = ownHost(), ...options }: MeetingOptions = {},
): Promise<{ result: StepResult; requests: RecordedRequest[] }> {
  const { salesforce } = environment;
  salesforce.serve(at, { org: salesforce.org });
  salesforce.misbehave(fault, { host: at, times: "always" });
  const result = await login(environment, { ...options, with: { login_url: `https://${at}`, ...options.with } });
  return { result, requests: salesforce.requests.filter(({ host }) => host === at) };
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
  // As a workflow that takes them from secrets: the runner masks what it prints of `with:`, and nothing else.
  const { private_key = "", private_key_passphrase = "" } = Object.fromEntries(passed);
  const secrets = [private_key, private_key_passphrase].filter((value) => value.trim() !== "");
  return { secrets, ...rest, with: Object.fromEntries(passed), env: { ...salesforce.env, ...env } };
}

/** The token goes where it is meant to go, and nothing else goes anywhere. */
const MEANT = { outputs: ["access_token"], env: ["SF_ACCESS_TOKEN"], state: ["revoke_access_token"] };

/** Begins with what Salesforce has heard and said so far: what other runs were about need not be searched again. */
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
    assert.deepEqual(findLeaks(result, secrets, { allow: MEANT, strict: true, public: publicTexts }), []);
    assert.deepEqual(result.legacyCommands, [], "everything is handed over by files");
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

/** The part after the `!` is as good as the token to whoever knows the org. */
function tokenSecrets(token: string): NamedSecret[] {
  if (token.trim() === "") return [];
  const whole = { name: "token", value: token };
  return token.includes("!") ? [whole, { name: "token tail", value: token.slice(token.indexOf("!") + 1) }] : [whole];
}
