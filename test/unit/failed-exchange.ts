import type { KeyObject } from "node:crypto";
import type { Exchange } from "../../src/exchange.ts";
import type { FailedExchange } from "../../src/failed-exchange.ts";
import type { Inputs } from "../../src/inputs.ts";
import { parseLoginUrl } from "../../src/login-url.ts";
import type { Refused } from "../../src/token-response.ts";

/** What differs from a login of deploy@acme.com at its My Domain in production, with nothing odd about it. */
export interface Differences {
  readonly refused?: Partial<Refused>;
  readonly loginUrl?: string;
  readonly inputs?: Partial<Inputs>;
  readonly exchange?: Partial<Exchange>;
  readonly now?: Date;
}

export const USUAL_CONSUMER_KEY = "3MVG9".padEnd(85, "x");

export function failedExchange(differences: Differences = {}): FailedExchange & { readonly refused: Refused } {
  const loginUrl = parseLoginUrl(differences.loginUrl ?? "acme.my.salesforce.com");
  const refused: Refused = {
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
  const exchange: Exchange = {
    outcome: refused,
    attempts: 1,
    durationMs: 400,
    plan: { audience: inputs.audience, fallbackAudience: inputs.fallbackAudience, skewMs: undefined },
    measuredSkewMs: 0,
    outOfTime: undefined,
    ...differences.exchange,
  };
  return { refused, exchange, inputs, now: differences.now ?? new Date("2026-06-01T00:00:00Z") };
}
