import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { findLeaks, type NamedSecret } from "../runner/leaks.ts";
import { type JobOptions, runJob, runStep, type StepOptions, type StepResult } from "../runner/step.ts";
import { clientKey } from "../salesforce/client-key.ts";
import { type Salesforce, startSalesforce } from "../salesforce/index.ts";

/** An embedded Salesforce with an app whose certificate fits a key: all that a login needs. */
export interface Bench {
  readonly salesforce: Salesforce;
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  readonly consumerKey: string;
  /** Inputs of a login that works, at production's My Domain. */
  readonly inputs: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the embedded Salesforce for one test file. */
export async function startBench(): Promise<Bench> {
  const salesforce = await startSalesforce();
  const { privateKeyPem, certificatePem } = await clientKey();
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const inputs = {
    consumer_key: consumerKey,
    username: salesforce.org.username,
    private_key: privateKeyPem,
    login_url: salesforce.org.instanceUrl,
  };
  return { salesforce, privateKeyPem, certificatePem, consumerKey, inputs, close: () => salesforce.close() };
}

/** A run of the shipped action. An input that is `undefined` is not passed. */
export interface LoginOptions extends Omit<StepOptions, "with"> {
  readonly with?: Readonly<Record<string, string | undefined>>;
  /** More that nobody may see: other forms of the key, a proxy's password. */
  readonly secret?: readonly NamedSecret[];
}

/** Runs the shipped action on the bench's Salesforce, and fails if anything of a secret can be read anywhere. */
export async function login(bench: Bench, options: LoginOptions = {}): Promise<StepResult> {
  const step = stepOptions(bench, options);
  const result = await runStep(step);
  assertNothingLeaks(result, secretsOf(bench, options));
  return result;
}

/** As {@link login}, with the end of the job. */
export async function loginJob(
  bench: Bench,
  options: LoginOptions & Pick<JobOptions, "between"> = {},
): Promise<{ main: StepResult; post: StepResult }> {
  const job = await runJob({ ...stepOptions(bench, options), ...(options.between && { between: options.between }) });
  for (const result of [job.main, job.post]) assertNothingLeaks(result, secretsOf(bench, options));
  return job;
}

function stepOptions(
  { salesforce, inputs }: Bench,
  { with: changed = {}, env = {}, secret: _, ...rest }: LoginOptions,
): StepOptions {
  const passed = Object.entries({ ...inputs, ...changed }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  // As a workflow that takes them from secrets: the runner masks what it prints of `with:`, and nothing else.
  const { private_key = "", private_key_passphrase = "" } = Object.fromEntries(passed);
  const secrets = [private_key, private_key_passphrase].filter((value) => value.trim() !== "");
  return { secrets, ...rest, with: Object.fromEntries(passed), env: { ...salesforce.env, ...env } };
}

function secretsOf(
  { salesforce, privateKeyPem }: Bench,
  { with: changed = {}, secret = [] }: LoginOptions,
): NamedSecret[] {
  const key = createPrivateKey(privateKeyPem);
  return [
    { name: "key", value: privateKeyPem },
    { name: "key in PKCS#1", value: key.export({ type: "pkcs1", format: "pem" }).toString() },
    ...["private_key", "private_key_passphrase"].flatMap((name) =>
      changed[name]?.trim() ? [{ name, value: changed[name] }] : [],
    ),
    ...salesforce.requests.flatMap(({ form }) =>
      form["assertion"] ? [{ name: "assertion", value: form["assertion"] }] : [],
    ),
    ...salesforce.minted.map((value) => ({ name: "token", value })),
    ...salesforce.minted
      .filter((token) => token.includes("!"))
      .map((token) => ({ name: "token tail", value: token.slice(token.indexOf("!") + 1) })),
    ...secret,
  ];
}

/** The token goes where it is meant to go, and nothing else goes anywhere. */
const MEANT = { outputs: ["access_token"], env: ["SF_ACCESS_TOKEN"], state: ["revoke_access_token"] };

function assertNothingLeaks(result: StepResult, secrets: readonly NamedSecret[]): void {
  assert.deepEqual(findLeaks(result, secrets, { allow: MEANT, strict: true }), []);
  assert.deepEqual(result.legacyCommands, [], "everything is handed over by files");
}
