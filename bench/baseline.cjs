// The baseline of the benchmarks: a bare script that sends the same request with Node's built-in modules, without checks or masks.
// It is CommonJS, because an ES module that imports node:http also loads Node's WebSocket and all of undici.
const { createPrivateKey, sign } = require("node:crypto");
const { appendFileSync } = require("node:fs");
const http = require("node:http");
const https = require("node:https");

const { https_proxy, GITHUB_OUTPUT, INPUT_LOGIN_URL, INPUT_CONSUMER_KEY, INPUT_USERNAME, INPUT_PRIVATE_KEY } =
  process.env;
const url = new URL("/services/oauth2/token", INPUT_LOGIN_URL);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = {
  iss: INPUT_CONSUMER_KEY,
  sub: INPUT_USERNAME,
  aud: url.origin,
  exp: Math.floor(Date.now() / 1000) + 180,
};
const unsigned = `${encode({ alg: "RS256" })}.${encode(claims)}`;
const signature = sign("sha256", Buffer.from(unsigned), createPrivateKey(INPUT_PRIVATE_KEY)).toString("base64url");
const form = new URLSearchParams({
  grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  assertion: `${unsigned}.${signature}`,
}).toString();

const proxy = new URL(https_proxy);
const connect = http.request({
  host: proxy.hostname,
  port: proxy.port,
  method: "CONNECT",
  path: `${url.hostname}:443`,
});
connect.once("connect", (_, socket) => {
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(form) };
  const request = https.request(url, { method: "POST", headers, socket, agent: false, servername: url.hostname });
  request.once("response", async (response) => {
    const { access_token, instance_url } = JSON.parse((await response.toArray()).join(""));
    appendFileSync(GITHUB_OUTPUT, `access_token=${access_token}\ninstance_url=${instance_url}\n`);
  });
  request.end(form);
});
connect.end();
