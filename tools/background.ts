// Runs an embedded Salesforce in a separate process. It sends the parent what a login requires, and exits after the given seconds.
import { clientKey, startSalesforce } from "../test/fakes/salesforce/index.ts";

/** What a step requires to log in, by the names of the outputs of `tools/serve-fake.ts`. */
export interface Login {
  readonly consumer_key: string;
  readonly username: string;
  readonly private_key: string;
  readonly certificate: string;
  readonly login_url: string;
  readonly org_id: string;
  /** Variables of the step: the proxy of the embedded Salesforce, and its certificate authority. */
  readonly https_proxy: string;
  readonly ca_file: string;
}

const lifetimeSeconds = Number(process.argv[2]);
const salesforce = await startSalesforce();
const { privateKeyPem, certificatePem } = await clientKey();
const { consumerKey } = salesforce.register({ certificate: certificatePem });
const { username, instanceUrl, orgId } = salesforce.org;
const login: Login = {
  consumer_key: consumerKey,
  username,
  private_key: privateKeyPem,
  certificate: certificatePem,
  login_url: instanceUrl,
  org_id: orgId,
  https_proxy: salesforce.env.https_proxy,
  ca_file: salesforce.env.NODE_EXTRA_CA_CERTS,
};
const timer = setTimeout(end, lifetimeSeconds * 1000);
process.once("SIGTERM", end);
process.send?.(login);

async function end(): Promise<void> {
  clearTimeout(timer);
  await salesforce.close();
}
