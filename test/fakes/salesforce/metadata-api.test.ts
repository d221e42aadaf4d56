import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask } from "./client.ts";
import { clientKey, startSalesforce } from "./index.ts";
import { logIn, type Setup } from "./login.ts";
import { createMetadataApi, type MetadataApi } from "./metadata-api.ts";
import { textOf } from "./soap.ts";
import { readZip, writeZip } from "./zip.ts";

interface TestEnvironment extends Setup {
  readonly metadata: MetadataApi;
}

async function startTestEnvironment(): Promise<TestEnvironment> {
  const metadata = createMetadataApi();
  const [salesforce, key] = await Promise.all([startSalesforce({ routes: metadata.routes }), clientKey()]);
  return { salesforce, key, metadata, app: salesforce.register({ certificate: key.certificatePem }) };
}

async function tokenOf(environment: TestEnvironment): Promise<string> {
  return String((await logIn(environment)).fields["access_token"]);
}

const ZIP = writeZip(
  new Map([
    ["package.xml", Buffer.from("<Package/>")],
    ["classes/Total.cls", Buffer.from("public class Total {}")],
    ["classes/Total.cls-meta.xml", Buffer.from("<ApexClass/>")],
  ]),
).toString("base64");
const DEPLOY = `<deploy><ZipFile>${ZIP}</ZipFile><DeployOptions><checkOnly>false</checkOnly></DeployOptions></deploy>`;
const RETRIEVE =
  "<retrieve><request><unpackaged><types><members>*</members><name>ApexClass</name></types></unpackaged></request></retrieve>";

describe("the Metadata API", () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await startTestEnvironment();
  });
  after(() => environment.salesforce.close());

  /** Asks for something in SOAP. */
  async function soap(token: string, body: string, version = "64.0") {
    const envelope = `<soapenv:Envelope><soapenv:Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
    const url = `${environment.salesforce.org.instanceUrl}/services/Soap/m/${version}`;
    return ask(environment.salesforce, {
      url,
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: envelope,
    });
  }

  /** Looks at a job until it is done. */
  async function result(token: string, operation: string, begun: string): Promise<string> {
    const id = textOf(begun, "id") ?? assert.fail(begun);
    const look = `<${operation}><asyncProcessId>${id}</asyncProcessId></${operation}>`;
    assert.equal(textOf((await soap(token, look)).body, "done"), "false");
    return (await soap(token, look)).body;
  }

  test("gives back what was deployed", async () => {
    const token = await tokenOf(environment);
    const deployed = await result(token, "checkDeployStatus", (await soap(token, DEPLOY)).body);
    assert.equal(textOf(deployed, "success"), "true");
    assert.equal(textOf(deployed, "numberComponentsDeployed"), "1");
    const retrieved = await result(token, "checkRetrieveStatus", (await soap(token, RETRIEVE)).body);
    const files = readZip(Buffer.from(textOf(retrieved, "zipFile") ?? "", "base64"));
    assert.equal(files.get("unpackaged/classes/Total.cls")?.toString(), "public class Total {}");
    assert.ok(files.has("unpackaged/classes/Greeting.cls"));
  });

  test("a validation changes nothing", async () => {
    const before = environment.metadata.filesIn(environment.salesforce.org);
    await soap(await tokenOf(environment), DEPLOY.replace(">false<", ">true<"));
    assert.equal(environment.metadata.deployments.at(-1)?.checkOnly, true);
    assert.equal(environment.metadata.filesIn(environment.salesforce.org), before);
  });

  test("refuses a token that was made up, one of another org, and one that was revoked", async () => {
    const known = environment.metadata.deployments.length;
    const elsewhere = { iss: environment.app.consumerKey, sub: environment.salesforce.orgs.other.username };
    const audience = { aud: environment.salesforce.orgs.other.instanceUrl };
    const url = `${environment.salesforce.orgs.other.instanceUrl}/services/oauth2/token`;
    const other = await logIn(environment, { url }, { ...elsewhere, ...audience });
    const revoked = await tokenOf(environment);
    environment.salesforce.endSession(revoked);
    const madeUp = `${environment.salesforce.org.orgId.slice(0, 15)}!AQ${"x".repeat(94)}`;
    for (const token of [madeUp, String(other.fields["access_token"]), revoked]) {
      const { status, body } = await soap(token, DEPLOY);
      assert.equal(status, 500);
      assert.match(body, /<faultcode>sf:INVALID_SESSION_ID<\/faultcode>/);
    }
    assert.equal(environment.metadata.deployments.length, known);
  });

  test("takes a token of the JWT format from version 68.0 on", async () => {
    const { consumerKey } = environment.app;
    environment.salesforce.register({
      consumerKey,
      certificate: environment.key.certificatePem,
      tokens: { format: "jwt" },
    });
    const token = await tokenOf(environment);
    assert.equal((await soap(token, RETRIEVE, "67.0")).status, 500);
    assert.equal((await soap(token, RETRIEVE, "68.0")).status, 200);
  });
});
