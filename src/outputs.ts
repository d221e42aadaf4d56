import type { Runner } from "./lib/runner.ts";
import type { AccessToken } from "./token/access-token.ts";

/** SOAP, and with it the Metadata API as `sf` uses it, takes JWT-format tokens from API version 68.0 on. */
const JWT_FORMAT =
  "Salesforce issued a JWT-format token. The Metadata API over SOAP, which sf project deploy start uses, refuses it below API version 68.0. " +
  "For an opaque token, untick “Issue JSON Web Token (JWT)-based access tokens for named users” in the app's OAuth settings.";

/** Name of every output, and where its value comes from. `certificate_expires_at` comes from the inputs. */
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

/** What to set, and where. */
export interface OutputValues {
  readonly token: AccessToken;
  /** ISO 8601 in UTC; empty without a certificate. */
  readonly certificateExpiresAt: string;
  readonly exportEnvironmentVariables: boolean;
  readonly runner: Pick<Runner, "output" | "exportVariable" | "info" | "warning">;
}

/** Sets the step's outputs and, where asked for, the variables that `sf org login access-token` reads. The token is masked by now. */
export function setOutputs({ token, certificateExpiresAt, exportEnvironmentVariables, runner }: OutputValues): void {
  for (const [name, field] of Object.entries(OUTPUTS)) runner.output(name, token[field]);
  runner.output("certificate_expires_at", certificateExpiresAt);
  // Who exports the variables is about to use sf, so it is more than a remark there.
  if (token.tokenFormat === "jwt") runner[exportEnvironmentVariables ? "warning" : "info"](JWT_FORMAT);
  if (!exportEnvironmentVariables) return;
  runner.exportVariable("SF_ACCESS_TOKEN", token.accessToken);
  runner.exportVariable("SF_ORG_INSTANCE_URL", token.instanceUrl);
}
