/** The claims that a handler decides by, in the order in which they are shown. */
const SHOWN = [
  "repository",
  "repository_id",
  "repository_owner_id",
  "environment",
  "ref",
  "event_name",
  "job_workflow_ref",
  "iss",
  "aud",
];
const LONGEST_VALUE = 255;
const XML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

type Claims = Readonly<Record<string, unknown>>;

/** A job in a clause: `acme/crm, environment production`. */
export function describeJob(claims: Claims): string {
  const { repository, environment, ref } = claims;
  const place = environment === undefined ? `ref ${safe(ref)}` : `environment ${safe(environment)}`;
  return `${safe(repository)}, ${place}`;
}

/** The claims that count, one line each. They aren't scrubbed: a repository's name may look like a credential. */
export function describeClaims(claims: Claims): string[] {
  return SHOWN.map((name) => `${name}: ${name in claims ? safe(claims[name]) : "(missing)"}`);
}

/** The login rule that would let a job in, as the text of a custom metadata record. */
export function loginRule(claims: Claims): string {
  const inEnvironment = claims["environment"] !== undefined;
  const isOwnWorkflow = safe(claims["job_workflow_ref"]).startsWith(`${safe(claims["repository"])}/`);
  const fields: Readonly<Record<string, unknown>> = {
    App__c: "GitHub_Keyless",
    Environment__c: claims["environment"],
    Job_Workflow_Ref__c: isOwnWorkflow ? undefined : claims["job_workflow_ref"],
    Ref__c: inEnvironment ? undefined : claims["ref"],
    Repository_Id__c: claims["repository_id"],
    Repository_Owner_Id__c: claims["repository_owner_id"],
    Username__c: "SALESFORCE_USERNAME",
  };
  const values = Object.entries(fields).map(([name, value]) => element(name, value));
  return `<?xml version="1.0" encoding="UTF-8"?>
<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <label>${escapeXml(describeJob(claims).slice(0, 40))}</label>
    <protected>false</protected>
    <values><field>Active__c</field><value xsi:type="xsd:boolean">true</value></values>
${values.join("\n")}
</CustomMetadata>`;
}

function element(name: string, value: unknown): string {
  const text =
    value === undefined ? '<value xsi:nil="true"/>' : `<value xsi:type="xsd:string">${escapeXml(safe(value))}</value>`;
  return `    <values><field>${name}</field>${text}</values>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => XML[mark] ?? mark);
}

/** One line of at most 255 characters in which the runner reads no command. */
function safe(value: unknown): string {
  const text = typeof value === "string" ? value : "(missing)";
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").slice(0, LONGEST_VALUE);
  return line.replaceAll("##[", "# # [").replaceAll("::", ": :");
}
