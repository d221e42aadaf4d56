/** What some orgs and apps add to the answer. */
export type OptionalField =
  | "api_instance_url"
  | "expires_in"
  | "issued_at"
  | "sfdc_community_id"
  | "sfdc_community_url"
  | "signature"
  | "token_format";

/** What a token and the answer around it look like. */
export interface TokenOptions {
  /** `jwt` where the app issues JWT-based access tokens for named users. */
  readonly format?: "opaque" | "jwt";
  /** Of a JWT token and of `expires_in`. */
  readonly lifetimeSeconds?: number;
  /** Fields that the answer has besides, with fitting values. */
  readonly also?: readonly OptionalField[];
  /** Fields to replace; undefined leaves a field out. */
  readonly fields?: Readonly<Record<string, unknown>>;
}
