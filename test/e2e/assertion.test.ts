import assert from "node:assert/strict";
import { constants, sign } from "node:crypto";
import { after, describe, test } from "node:test";
import { faults } from "../fakes/salesforce/index.ts";
import { login, loginWithFaults, startTestEnvironment } from "./login.ts";
import { assertLoggedIn, onlyError } from "./outcomes.ts";

const environment = await startTestEnvironment();
after(() => environment.close());
const { salesforce, privateKeyPem, certificatePem, consumerKey } = environment;
const NO_KEY = { consumer_key: undefined, username: undefined, private_key: undefined };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs an assertion as an earlier step does, in the process that the action doesn't see. */
function signed(claims: object = {}, padding = constants.RSA_PKCS1_PADDING): string {
  const { username, instanceUrl } = salesforce.org;
  const exp = Math.floor(Date.now() / 1000) + 180;
  const text = `${encode({ alg: "RS256" })}.${encode({ iss: consumerKey, sub: username, aud: instanceUrl, exp, ...claims })}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: privateKeyPem, padding }).toString("base64url")}`;
}

/** Each login with faults has a host of its own. */
const FOR_ANY_HOST = { aud: "https://login.salesforce.com" };

/** The assertion is a secret, which the signing step masks before the runner prints the inputs of this step. */
const withAssertion = (assertion: string, inputs: Readonly<Record<string, string>> = {}) => ({
  with: { ...NO_KEY, assertion, ...inputs },
  secrets: [assertion],
  secret: [{ name: "assertion", value: assertion }],
});

describe("an assertion from an earlier step", () => {
  test("logs in, and is sent as it is", async () => {
    const known = salesforce.requests.length;
    const assertion = signed();
    const result = await login(environment, withAssertion(assertion, { certificate: certificatePem }));
    assertLoggedIn(result);
    assert.deepEqual(result.masks.slice(0, 2), [assertion, assertion.split(".")[2]]);
    assert.match(result.log, new RegExp(`as ${salesforce.org.username.replaceAll(".", "\\.")}`));
    const requests = salesforce.requests.slice(known);
    assert.deepEqual(
      requests.map(({ form }) => form["assertion"]),
      [assertion],
    );
  });

  test("is sent again after a transient error", async () => {
    const assertion = signed(FOR_ANY_HOST);
    const { result, requests } = await loginWithFaults(environment, {
      ...withAssertion(assertion),
      faults: [faults.status(503)],
    });
    assertLoggedIn(result);
    assert.deepEqual(
      requests.map(({ form }) => form["assertion"]),
      [assertion, assertion],
    );
  });

  test("isn't sent if its signature is a PSS signature", async () => {
    const known = salesforce.requests.length;
    const assertion = signed({}, constants.RSA_PKCS1_PSS_PADDING);
    const result = await login(environment, withAssertion(assertion, { certificate: certificatePem }));
    assert.match(
      onlyError(result),
      /^assertion has a PSS signature, and Salesforce accepts only PKCS#1 v1\.5 \(RS256\)\.\n/,
    );
    assert.equal(salesforce.requests.length, known);
  });

  test("isn't signed again when Salesforce rejects the audience or the clock", async () => {
    const audience = await loginWithFaults(environment, {
      ...withAssertion(signed(FOR_ANY_HOST)),
      faults: [faults.refusal("invalid_grant", "audience is invalid")],
    });
    assert.equal(audience.requests.length, 1);
    assert.match(
      onlyError(audience.result),
      /In the signing step, set aud to https:\/\/acme-\w+\.my\.salesforce\.com\./,
    );
    const clock = await loginWithFaults(environment, {
      ...withAssertion(signed(FOR_ANY_HOST)),
      faults: [faults.refusal("invalid_grant", "expired authorization code")],
    });
    assert.equal(clock.requests.length, 1);
    assert.match(onlyError(clock.result), /In the signing step, set exp to the present time in seconds plus 180/);
  });
});

test("without an assertion and a key, the message names both ways", async () => {
  const result = await login(environment, { with: { private_key: undefined } });
  assert.match(onlyError(result), /^private_key is blank, and so are private_key_file and assertion/);
});
