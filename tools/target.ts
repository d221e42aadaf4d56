import { resolve } from "node:path";
import { createGithubOidc, DEPLOY_JOB } from "../test/fakes/github-oidc/index.ts";
import { clientKey } from "../test/fakes/salesforce/client-key.ts";
import { addUser, startSalesforce } from "../test/fakes/salesforce/index.ts";
import { keylessProject, readKeylessApp } from "../test/fakes/salesforce/token-exchange-metadata.ts";

/** A Salesforce, and the step that logs in to it. */
export interface Target {
  readonly name: string;
  readonly with: Record<string, string>;
  readonly env: Record<string, string>;
  readonly secrets: string[];
  readonly close: () => Promise<void>;
}

/** The variables of this machine that a step gets: its network settings. */
const NETWORK = ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "NODE_EXTRA_CA_CERTS"];

/** The input that each variable sets for `npm start`. */
const VARIABLES: Readonly<Record<string, string>> = {
  SALESFORCE_CONSUMER_KEY: "consumer_key",
  SALESFORCE_USERNAME: "username",
  SALESFORCE_PRIVATE_KEY: "private_key",
  SALESFORCE_PRIVATE_KEY_FILE: "private_key_file",
  SALESFORCE_PRIVATE_KEY_PASSPHRASE: "private_key_passphrase",
  SALESFORCE_ASSERTION: "assertion",
  SALESFORCE_LOGIN_URL: "login_url",
  SALESFORCE_CERTIFICATE: "certificate",
  SALESFORCE_ORG_ID: "expected_org_id",
};

/** The variables that a login needs; one variable of each row is enough. */
const REQUIRED = [
  ["SALESFORCE_CONSUMER_KEY"],
  ["SALESFORCE_USERNAME"],
  ["SALESFORCE_PRIVATE_KEY_FILE", "SALESFORCE_PRIVATE_KEY"],
];

/**
 * Returns the variables that are still to be set, if some of them are set. The action's own error explains secrets in
 * GitHub, which doesn't help in a shell.
 */
export function missingVariables(env: NodeJS.ProcessEnv): string[] {
  if (env["SALESFORCE_ASSERTION"] || Object.keys(VARIABLES).every((name) => !env[name])) return [];
  return REQUIRED.filter((names) => names.every((name) => !env[name])).map(([name, other]) =>
    other === undefined ? `${name}` : `${name} (or ${other})`,
  );
}

/** Returns the real Salesforce that the environment names, or undefined if it names none. */
export function realTarget(env: NodeJS.ProcessEnv): Target | undefined {
  const inputs = Object.entries(VARIABLES).flatMap(([variable, input]): [string, string][] => {
    const value = env[variable] ?? "";
    if (value === "") return [];
    return [[input, input === "private_key_file" ? resolve(value) : value]];
  });
  if (inputs.length === 0) return undefined;
  const { private_key = "", private_key_passphrase = "", assertion = "" } = Object.fromEntries(inputs);
  const network = NETWORK.flatMap((name): [string, string][] => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    name: "your own",
    with: Object.fromEntries(inputs),
    env: Object.fromEntries(network),
    secrets: [private_key, private_key_passphrase, assertion].filter((secret) => secret !== ""),
    close: async () => {},
  };
}

/** Starts the embedded Salesforce, with a new app and a new key pair. */
export async function embeddedTarget(): Promise<Target> {
  const salesforce = await startSalesforce();
  const { privateKeyPem, certificatePem } = await clientKey();
  const { consumerKey } = salesforce.register({ certificate: certificatePem });
  const { username, instanceUrl } = salesforce.org;
  return {
    name: "embedded (to log in to your own, set SALESFORCE_CONSUMER_KEY and the other variables in docs/setup.md)",
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

/** Starts the embedded Salesforce and GitHub's OIDC provider, with the app, the handler, and the rule of `setup/keyless`. */
export async function keylessTarget(): Promise<Target> {
  const github = createGithubOidc();
  const salesforce = await startSalesforce({ routes: github.routes });
  github.serveAt(salesforce);
  const { username, instanceUrl } = salesforce.org;
  const runAs = addUser(salesforce.org, { username: "keyless-handler@acme.example" }).username;
  const { repositoryId, repositoryOwnerId } = DEPLOY_JOB;
  const project = keylessProject({ username, runAs, repositoryId, repositoryOwnerId, environment: "production" });
  const { consumerKey } = salesforce.register(readKeylessApp(project, github.keys));
  return {
    name: "embedded, with GitHub's OIDC provider (preview)",
    with: { github_oidc: "true", consumer_key: consumerKey, login_url: instanceUrl },
    env: { ...salesforce.env, ...github.env },
    secrets: [github.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN],
    close: () => salesforce.close(),
  };
}
