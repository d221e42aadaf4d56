import { CLI_ROUTES } from "../fakes/salesforce/cli-routes.ts";
import { clientKey } from "../fakes/salesforce/client-key.ts";
import { type Org, type Registration, type Salesforce, startSalesforce } from "../fakes/salesforce/index.ts";
import { createMetadataApi, type MetadataApi } from "../fakes/salesforce/metadata-api.ts";
import { pathWithCli } from "./installed.ts";
import { createOrigin, type Origin } from "./origin.ts";

/** What a GitHub environment holds. */
export interface GithubEnvironment {
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
}

/** An embedded Salesforce with a Metadata API, a repository to deploy, and what is set up in GitHub for them. */
export interface TestEnvironment {
  readonly salesforce: Salesforce;
  readonly metadata: MetadataApi;
  readonly origin: Origin;
  readonly privateKeyPem: string;
  /** By name. */
  readonly githubEnvironments: Readonly<Record<string, GithubEnvironment>>;
  /** How the programs of a step find the embedded Salesforce, and nothing else. */
  readonly network: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts all of that for one test file. */
export async function startTestEnvironment(registration: Registration = {}): Promise<TestEnvironment> {
  const metadata = createMetadataApi();
  const salesforce = await startSalesforce({ routes: [...CLI_ROUTES, ...metadata.routes] });
  const { privateKeyPem, certificatePem } = await clientKey();
  const { consumerKey } = salesforce.register({ certificate: certificatePem, ...registration });
  const origin = await createOrigin();
  const githubEnvironment = ({ username, instanceUrl, orgId }: Org): GithubEnvironment => ({
    secrets: { SALESFORCE_CONSUMER_KEY: consumerKey, SALESFORCE_PRIVATE_KEY: privateKeyPem },
    vars: {
      SALESFORCE_USERNAME: username,
      SALESFORCE_LOGIN_URL: instanceUrl,
      SALESFORCE_CERTIFICATE: certificatePem,
      SALESFORCE_ORG_ID: orgId,
    },
  });
  const { production, uat, scratch } = salesforce.orgs;
  const orgs = { production, backup: production, validation: uat, uat, integration: scratch };
  const githubEnvironments = Object.fromEntries(
    Object.entries(orgs).map(([name, org]) => [name, githubEnvironment(org)]),
  );
  return {
    salesforce,
    metadata,
    origin,
    privateKeyPem,
    githubEnvironments,
    network: networkOf(salesforce),
    close: async () => void (await Promise.all([salesforce.close(), origin.remove()])),
  };
}

/** How programs find an embedded Salesforce, and nothing else. */
export function networkOf({ env: { https_proxy, NODE_EXTRA_CA_CERTS } }: Salesforce): Record<string, string> {
  return {
    PATH: pathWithCli(),
    https_proxy,
    HTTPS_PROXY: https_proxy,
    NODE_EXTRA_CA_CERTS,
    CURL_CA_BUNDLE: NODE_EXTRA_CA_CERTS,
    // The command line looks names up that only the proxy knows, and asks npm for news of itself.
    SF_DISABLE_DNS_CHECK: "true",
    SFDX_DISABLE_DNS_CHECK: "true",
    SF_DISABLE_TELEMETRY: "true",
    SF_AUTOUPDATE_DISABLE: "true",
    // What its update really asks for: without it, a process stays behind.
    SF_DISABLE_AUTOUPDATE: "true",
    SF_SKIP_NEW_VERSION_CHECK: "true",
  };
}
