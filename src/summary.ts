import type { AccessToken } from "./token/access-token.ts";

/**
 * Returns the job summary of a login in Markdown: who, where, until when. It holds identifiers only, never the token.
 */
export function loginSummary(username: string, token: AccessToken, certificateExpiresAt: string): string {
  const rows: readonly (readonly [name: string, value: string])[] = [
    ["User", username],
    ["Instance", token.instanceUrl],
    ["Org", token.orgId],
    ["Token expires", token.expiresAt || "with its session (session policy of the org)"],
    ["Certificate expires", certificateExpiresAt],
  ];
  const lines = rows
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `<tr><th>${name}</th><td>${asText(value)}</td></tr>`);
  return `### Salesforce login\n\n<table>${lines.join("")}</table>\n`;
}

/**
 * Returns the job summary of a failed login in Markdown.
 *
 * @param message the error annotation's message; it quotes a server, so it is shown as text and can't become markup
 */
export function failureSummary(message: string): string {
  // In an HTML block GitHub doesn't make an address a link. Only our own lines begin with "Help:": quoted text is one line.
  const text = asText(message).replace(/^( *Help: )(https:\/\/[^\s"]+)$/gm, '$1<a href="$2">$2</a>');
  return `### Salesforce login failed\n\n<pre>${text.replaceAll("\n", "<br>")}</pre>\n`;
}

function asText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
