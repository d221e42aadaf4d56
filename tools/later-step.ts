// A step after the login: sends one query over REST with the two outputs.
import { HttpClient } from "@actions/http-client";

const { ACCESS_TOKEN, INSTANCE_URL } = process.env;
const query = new URLSearchParams({ q: "SELECT Id, Name, IsSandbox FROM Organization" });
const client = new HttpClient("salesforce-jwt-auth-start", [], { allowRedirects: false });
const answer = await client.get(`${INSTANCE_URL}/services/data/v66.0/query?${query}`, {
  authorization: `Bearer ${ACCESS_TOKEN}`,
});
const body = await answer.readBody();
if (answer.message.statusCode !== 200) throw new Error(`the query got HTTP ${answer.message.statusCode}`);
const { Id, Name, IsSandbox } = JSON.parse(body).records[0];
console.log(JSON.stringify({ Id, Name, IsSandbox }));
