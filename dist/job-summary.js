"use strict";
exports.id = "job-summary";
exports.ids = ["job-summary"];
exports.modules = {

/***/ 148:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   failureSummary: () => failureSummary,
/* harmony export */   loginSummary: () => loginSummary
/* harmony export */ });
// MODULE: ./src/job-summary.js
/**
 * The job summary of a login: who, where, until when. Identifiers only, never the token.
 *
 * @returns Markdown
 */
function loginSummary(username, token, certificateExpiresAt) {
  const rows = [
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
function failureSummary(message) {
  return `### Salesforce login failed\n\n<pre>${asText(message).replaceAll("\n", "<br>")}</pre>\n`;
}
function asText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}


/***/ })

};
;