import type { KeyObject } from "node:crypto";
import type { FailedRequest } from "../../../src/diagnosis/hints.ts";
import type { Inputs } from "../../../src/inputs/inputs.ts";
import { parseLoginUrl } from "../../../src/inputs/login-url.ts";
import type { HttpResponse } from "../../../src/lib/http.ts";
import type { FailedResult } from "../../../src/token/request.ts";
import { type FailedResponse, parseTokenResponse } from "../../../src/token/response.ts";

/** What differs from a login of deploy@acme.com at its My Domain in production, with nothing unusual about it. */
export interface Differences {
  readonly loginUrl?: string;
  readonly inputs?: Partial<Inputs>;
  readonly response?: FailedResponse;
  readonly result?: Partial<FailedResult>;
  readonly now?: Date;
}

export const USUAL_CONSUMER_KEY = "3MVG9".padEnd(85, "x");

/** A failed response, parsed as the action parses it. */
export function failedResponse(response: Partial<HttpResponse>): FailedResponse {
  const parsed = parseTokenResponse({ status: 400, headers: {}, body: "", oversized: false, ...response }, "assertion");
  if (parsed.kind === "granted") throw new TypeError("the response has a token");
  return parsed;
}

/** Salesforce's refusal. */
export function refused(error: string, description = "", status = 400): FailedResponse {
  return failedResponse({ status, body: JSON.stringify({ error, error_description: description }) });
}

/** Everything that an explanation is made from. */
export function failedRequest(differences: Differences = {}): FailedRequest {
  const loginUrl = parseLoginUrl(differences.loginUrl ?? "acme.my.salesforce.com");
  const inputs: Inputs = {
    consumerKey: USUAL_CONSUMER_KEY,
    username: "deploy@acme.com",
    get privateKey(): KeyObject {
      throw new Error("an explanation doesn't need the private key");
    },
    loginUrl,
    audience: loginUrl.audience,
    fallbackAudience: loginUrl.fallbackAudience,
    certificate: undefined,
    expectedOrgId: undefined,
    exportEnvironmentVariables: false,
    revokeToken: false,
    writeJobSummary: false,
    timeoutSeconds: 60,
    warnings: [],
    notices: [],
    ...differences.inputs,
  };
  const result: FailedResult = {
    kind: "failed",
    response: differences.response ?? refused("invalid_grant", "user hasn't approved this consumer"),
    attempts: 1,
    durationMs: 400,
    signing: { audience: inputs.audience, fallbackAudience: inputs.fallbackAudience, skewMs: undefined },
    measuredSkewMs: 0,
    deadlineExceeded: undefined,
    ...differences.result,
  };
  return { result, inputs, now: differences.now ?? new Date("2026-06-01T00:00:00Z") };
}
