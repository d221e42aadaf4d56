import type { KeyObject } from "node:crypto";
import type { FailedRequest } from "../../../src/diagnosis/failed-request.ts";
import type { Inputs } from "../../../src/inputs/inputs.ts";
import { parseLoginUrl } from "../../../src/inputs/login-url.ts";
import type { ErrorResponse } from "../../../src/token/response.ts";
import type { TokenResult } from "../../../src/token/token-result.ts";

/** What differs from a login of deploy@acme.com at its My Domain in production, with nothing odd about it. */
export interface Differences {
  readonly refused?: Partial<ErrorResponse>;
  readonly loginUrl?: string;
  readonly inputs?: Partial<Inputs>;
  readonly result?: Partial<TokenResult>;
  readonly now?: Date;
}

export const USUAL_CONSUMER_KEY = "3MVG9".padEnd(85, "x");

export function failedRequest(differences: Differences = {}): FailedRequest & { readonly refused: ErrorResponse } {
  const loginUrl = parseLoginUrl(differences.loginUrl ?? "acme.my.salesforce.com");
  const refused: ErrorResponse = {
    kind: "refused",
    status: 400,
    error: "invalid_grant",
    description: "user hasn't approved this consumer",
    ...differences.refused,
  };
  const inputs: Inputs = {
    consumerKey: USUAL_CONSUMER_KEY,
    username: "deploy@acme.com",
    get privateKey(): KeyObject {
      throw new Error("an explanation has no business with the private key");
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
    ...differences.inputs,
  };
  const result: TokenResult = {
    outcome: refused,
    attempts: 1,
    durationMs: 400,
    signing: { audience: inputs.audience, fallbackAudience: inputs.fallbackAudience, skewMs: undefined },
    measuredSkewMs: 0,
    deadlineExceeded: undefined,
    ...differences.result,
  };
  return { refused, result, inputs, now: differences.now ?? new Date("2026-06-01T00:00:00Z") };
}
