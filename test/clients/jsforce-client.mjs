// Uses jsforce with an access token or with its own JWT login, and prints what it finds as JSON.
import { createPrivateKey, sign } from "node:crypto";
import jsforce from "jsforce";

const { ACCESS_TOKEN, INSTANCE_URL, LOGIN_URL, CONSUMER_KEY, SALESFORCE_USERNAME, PRIVATE_KEY, HTTPS_PROXY } =
  process.env;
const network = { httpProxy: HTTPS_PROXY, version: "60.0" };
const salesforce = ACCESS_TOKEN
  ? new jsforce.Connection({ ...network, accessToken: ACCESS_TOKEN, instanceUrl: INSTANCE_URL })
  : await logIn();
const { records } = await salesforce.query("SELECT Name FROM Account");
const { username } = await salesforce.identity();
const { sobjects } = await salesforce.describeGlobal();
const { fields } = await salesforce.sobject("Account").describe();
console.log(
  JSON.stringify({
    accounts: records.map(({ Name }) => Name),
    username,
    objects: sobjects.map(({ name }) => name),
    fields: fields.map(({ name }) => name),
    limits: Object.keys(await salesforce.limits()),
  }),
);

/** jsforce sends the request and reads the answer; the assertion is its caller's. */
async function logIn() {
  const oauth2 = { loginUrl: LOGIN_URL, clientId: CONSUMER_KEY, redirectUri: "http://localhost:1717/OauthRedirect" };
  const connection = new jsforce.Connection({ ...network, oauth2: { ...oauth2, httpProxy: HTTPS_PROXY } });
  const exp = Math.floor(Date.now() / 1000) + 180;
  const parts = [{ alg: "RS256" }, { iss: CONSUMER_KEY, sub: SALESFORCE_USERNAME, aud: LOGIN_URL, exp }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = sign("RSA-SHA256", Buffer.from(signed), createPrivateKey(PRIVATE_KEY)).toString("base64url");
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  await connection.authorize({ grant_type, assertion: `${signed}.${signature}` });
  return connection;
}
