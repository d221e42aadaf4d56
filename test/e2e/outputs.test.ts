import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { faults } from "../fakes/salesforce/index.ts";
import { login, loginMeeting, startTestEnvironment } from "./login.ts";
import { assertMinted, onlyError } from "./outcomes.ts";

const bench = await startTestEnvironment();
after(() => bench.close());
const { org } = bench.salesforce;

const SIDE_BY_SIDE = { concurrency: 4 };
const HOSTILE = `</pre><img src=x onerror=alert(1)><!-- & "'\n\n# heading\n::set-output name=access_token::x ##[add-path]/tmp`;

describe("export_environment_variables", SIDE_BY_SIDE, () => {
  for (const value of ["true", "True", "TRUE"]) {
    test(`${value} exports what sf org login access-token reads, and nothing else`, async () => {
      const result = await login(bench, { with: { export_environment_variables: value } });
      assertMinted(result);
      const { access_token, instance_url } = result.outputs;
      assert.deepEqual(result.env, { SF_ACCESS_TOKEN: access_token, SF_ORG_INSTANCE_URL: instance_url });
    });
  }

  test("makes a warning of what SOAP does to a JWT-format token", async () => {
    const fault = faults.grantWith({ format: "jwt" });
    const { result } = await loginMeeting(bench, fault, { with: { export_environment_variables: "true" } });
    assertMinted(result, [/^Salesforce issued a JWT-format token\..* below API version 68\.0\..* untick /]);
    assert.match(result.env["SF_ACCESS_TOKEN"] ?? "", /^eyJ/);
  });
});

describe("write_job_summary", SIDE_BY_SIDE, () => {
  test("says who, where and until when, and holds no token", async () => {
    const inputs = { write_job_summary: "true", certificate: bench.certificatePem };
    const fields = { issued_at: "1767330000000", expires_in: 900 };
    const { result } = await loginMeeting(bench, faults.grantWith({ fields }), { with: inputs });
    assertMinted(result);
    assert.equal(
      result.summary.trim(),
      [
        "### Salesforce login",
        "",
        "<table><tr><th>User</th><td>deploy@acme.example</td></tr>" +
          "<tr><th>Instance</th><td>https://acme.my.salesforce.com</td></tr>" +
          `<tr><th>Org</th><td>${org.orgId}</td></tr>` +
          "<tr><th>Token until</th><td>2026-01-02T05:15:00.000Z</td></tr>" +
          `<tr><th>Certificate until</th><td>${result.outputs["certificate_expires_at"]}</td></tr></table>`,
      ].join("\n"),
    );
  });

  test("says so where Salesforce doesn't tell until when", async () => {
    const { summary } = await login(bench, { with: { write_job_summary: "true" } });
    assert.match(summary, /<th>Token until<\/th><td>the session policy of the org ends it<\/td>/);
    assert.doesNotMatch(summary, /Certificate/);
  });

  test("has the error of a login that failed, in one block of text", async () => {
    const fault = faults.refusal("invalid_grant", HOSTILE);
    const { result } = await loginMeeting(bench, fault, { with: { write_job_summary: "true" } });
    const message = onlyError(result);
    const escaped = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    assert.equal(
      result.summary.trim(),
      `### Salesforce login failed\n\n<pre>${escaped.replaceAll("\n", "<br>")}</pre>`,
    );
    assert.match(result.summary, /&lt;\/pre&gt;&lt;img src=x onerror=alert\(1\)&gt;/);
  });

  test("has the error of inputs that can't be used", async () => {
    const result = await login(bench, { with: { write_job_summary: "true", username: "nobody", login_url: "acme" } });
    onlyError(result);
    assert.match(
      result.summary,
      /^### Salesforce login failed\n\n<pre>Salesforce was not asked: 2 inputs need a change/,
    );
  });

  test("shows a username's markup as text", async () => {
    const inputs = { write_job_summary: "true", username: "<b>&amp;@acme.example" };
    bench.salesforce.org.users.push({ ...userOf(inputs.username) });
    const { summary } = await login(bench, { with: inputs });
    assert.ok(summary.includes("<td>&lt;b&gt;&amp;amp;@acme.example</td>"));
  });

  test("that can't be written is a warning, not a failure", async () => {
    const result = await login(bench, { env: { GITHUB_STEP_SUMMARY: "" }, with: { write_job_summary: "true" } });
    assertMinted(result, [/^The job summary could not be written/]);
  });

  for (const value of ["false", undefined]) {
    test(`${value ?? "left out"} leaves it empty, also where the login fails`, async () => {
      const fault = faults.refusal("invalid_grant", "invalid assertion");
      const failed = await loginMeeting(bench, fault, { with: { write_job_summary: value } });
      onlyError(failed.result);
      assert.equal(failed.result.summary, "");
      const { summary } = await login(bench, { with: { write_job_summary: value } });
      assert.equal(summary, "");
    });
  }
});

function userOf(username: string) {
  return { userId: org.userId, username, name: username, active: true };
}

test("what Salesforce says with its refusal can't act", async () => {
  const { result } = await loginMeeting(bench, faults.refusal(`invalid_grant\n::add-mask::e`, HOSTILE), {
    debug: true,
  });
  const message = onlyError(result);
  assert.deepEqual(new Set(result.commands), new Set(["add-mask", "debug", "error"]));
  assert.ok(!result.masks.includes("e"));
  assert.ok(message.includes(`error_description: </pre><img src=x onerror=alert(1)><!-- & "' # heading : :set-output`));
});
