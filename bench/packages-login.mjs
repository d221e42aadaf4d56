// The same request by the three packages, bundled and started as the action is, with no check and no diagnosis: what is
// left between this and the main step is the action's own.
import { createPrivateKey } from "node:crypto";
import { setOutput, setSecret } from "@actions/core";
import { SignJWT } from "jose/jwt/sign";

const { INPUT_LOGIN_URL, INPUT_CONSUMER_KEY, INPUT_USERNAME, INPUT_PRIVATE_KEY } = process.env;
const loadClient = () => import(/* webpackMode: "eager" */ "@actions/http-client");

async function main() {
  for (const secret of [INPUT_PRIVATE_KEY, ...INPUT_PRIVATE_KEY.trim().split("\n")]) setSecret(secret);
  const claims = {
    iss: INPUT_CONSUMER_KEY,
    sub: INPUT_USERNAME,
    aud: INPUT_LOGIN_URL,
    exp: Math.floor(Date.now() / 1000) + 180,
  };
  setImmediate(loadClient);
  const key = createPrivateKey(INPUT_PRIVATE_KEY);
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(key);
  setSecret(assertion);
  const { HttpClient } = await loadClient();
  const client = new HttpClient("packages-login", [], { allowRedirects: false });
  const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const { message } = await client.post(`${INPUT_LOGIN_URL}/services/oauth2/token`, form.toString(), headers);
  const { access_token, instance_url } = JSON.parse((await message.toArray()).join(""));
  setSecret(access_token);
  setOutput("access_token", access_token);
  setOutput("instance_url", instance_url);
  process.stdout.write("", () => process.exit());
}

main();
