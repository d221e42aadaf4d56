import { resolve } from "node:path";
import { clientKey } from "../test/fakes/salesforce/client-key.ts";
import { startSalesforce } from "../test/fakes/salesforce/index.ts";

/** A Salesforce to log in to, and how. */
export interface Target {
  readonly name: string;
  readonly with: Record<string, string>;
  readonly env: Record<string, string>;
  readonly secrets: string[];
  readonly close: () => Promise<void>;
}

/** What reaches a step from the machine: how to get out to the network. */
const NETWORK = ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "NODE_EXTRA_CA_CERTS"];

/** Inputs of the step by the variable that sets them for `npm start`. */
const VARIABLES: Readonly<Record<string, string>> = {
  SALESFORCE_CONSUMER_KEY: "consumer_key",
  SALESFORCE_USERNAME: "username",
  SALESFORCE_PRIVATE_KEY: "private_key",
  SALESFORCE_PRIVATE_KEY_FILE: "private_key_file",
  SALESFORCE_PRIVATE_KEY_PASSPHRASE: "private_key_passphrase",
  SALESFORCE_LOGIN_URL: "login_url",
};

/** The real Salesforce that the environment names; undefined where it names none. What is missing the action itself will say. */
export function realTarget(env: NodeJS.ProcessEnv): Target | undefined {
  const inputs = Object.entries(VARIABLES).flatMap(([variable, input]): [string, string][] => {
    const value = env[variable] ?? "";
    if (value === "") return [];
    return [[input, input === "private_key_file" ? resolve(value) : value]];
  });
  if (inputs.length === 0) return undefined;
  const { private_key = "", private_key_passphrase = "" } = Object.fromEntries(inputs);
  const network = NETWORK.flatMap((name): [string, string][] => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    name: "the real one",
    with: Object.fromEntries(inputs),
    env: Object.fromEntries(network),
    secrets: [private_key, private_key_passphrase].filter((secret) => secret !== ""),
    close: async () => {},
  };
}

/** The embedded Salesforce, with an app and a key pair made for this run. */
export async function embeddedTarget(): Promise<Target> {
  const salesforce = await startSalesforce();
  const { privateKeyPem, certificatePem } = await clientKey();
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const { username, instanceUrl } = salesforce.org;
  return {
    name: "embedded, made for this run (set SALESFORCE_CONSUMER_KEY, … to log in to your own)",
    with: {
      consumer_key: consumerKey,
      username,
      private_key: privateKeyPem,
      certificate: certificatePem,
      login_url: instanceUrl,
    },
    env: salesforce.env,
    secrets: [privateKeyPem],
    close: () => salesforce.close(),
  };
}
