import type { AccessToken } from "./token/access-token.ts";

/**
 * The job summary of a login: who, where, until when. Identifiers only, never the token.
 *
 * @returns Markdown
 */
export function loginSummary(username: string, token: AccessToken, certificateExpiresAt: string): string {
  const rows: readonly (readonly [name: string, value: string])[] = [
    ["User", username],
    ["Instance", token.instanceUrl],
    ["Org", token.orgId],
    ["Token until", token.expiresAt || "the session policy of the org ends it"],
    ["Certificate until", certificateExpiresAt],
  ];
  const lines = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<tr><th>${name}</th><td>${asText(value)}</td></tr>`);
  return `### Salesforce login\n\n<table>${lines.join("")}</table>\n`;
}

/**
 * The job summary of a failed login: the error annotation's message as it stands.
 *
 * @param message holds words of a server, so it is shown as text and can't become markup
 * @returns Markdown
 */
export function failureSummary(message: string): string {
  return `### Salesforce login failed\n\n<pre>${asText(message).replaceAll("\n", "<br>")}</pre>\n`;
}

function asText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
