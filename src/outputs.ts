import type { Runner } from "./lib/runner.ts";
import type { AccessToken } from "./token/access-token.ts";

/** The Metadata API over SOAP, which `sf` uses by default, accepts JWT-format tokens from API version 68.0 on (jsforce 1817). */
const JWT_FORMAT =
  "Salesforce issued a JWT-format token. The Metadata API over SOAP, which sf project deploy start uses, rejects it below API version 68.0. " +
  "To get an opaque token, clear “Issue JSON Web Token (JWT)-based access tokens for named users” in the app's OAuth settings.";

/** Each output and the field that it comes from. `certificate_expires_at` comes from the inputs. */
const OUTPUTS: Readonly<Record<string, keyof AccessToken>> = {
  access_token: "accessToken",
  instance_url: "instanceUrl",
  org_id: "orgId",
  user_id: "userId",
  identity_url: "identityUrl",
  scope: "scope",
  token_type: "tokenType",
  token_format: "tokenFormat",
  issued_at: "issuedAt",
  expires_at: "expiresAt",
};

export interface OutputValues {
  readonly token: AccessToken;
  /** ISO 8601 in UTC; empty without a certificate. */
  readonly certificateExpiresAt: string;
  readonly exportEnvironmentVariables: boolean;
  readonly runner: Pick<Runner, "output" | "exportVariable" | "info" | "warning">;
}

/** Sets the step's outputs and, if asked for, the variables that `sf org login access-token` reads. The token is masked by now. */
export function setOutputs({ token, certificateExpiresAt, exportEnvironmentVariables, runner }: OutputValues): void {
  for (const [name, field] of Object.entries(OUTPUTS)) runner.output(name, token[field]);
  runner.output("certificate_expires_at", certificateExpiresAt);
  // With the variables exported, the next step probably uses sf.
  if (token.tokenFormat === "jwt") runner[exportEnvironmentVariables ? "warning" : "info"](JWT_FORMAT);
  if (!exportEnvironmentVariables) return;
  runner.exportVariable("SF_ACCESS_TOKEN", token.accessToken);
  runner.exportVariable("SF_ORG_INSTANCE_URL", token.instanceUrl);
}
