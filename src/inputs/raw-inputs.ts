/** Every input with the value that counts when it isn't passed, as in `action.yml`. */
export const INPUT_DEFAULTS = {
  consumer_key: "",
  username: "",
  private_key: "",
  private_key_file: "",
  assertion: "",
  github_oidc: "false",
  token_handler: "",
  private_key_passphrase: "",
  login_url: "https://login.salesforce.com",
  audience: "",
  certificate: "",
  certificate_warning_days: "30",
  expected_org_id: "",
  export_environment_variables: "false",
  revoke_token: "false",
  write_job_summary: "false",
  timeout_seconds: "60",
} as const;

export type InputName = keyof typeof INPUT_DEFAULTS;
/** In the order of `action.yml`. */
export const INPUT_NAMES = Object.keys(INPUT_DEFAULTS) as InputName[];

/** The inputs as the workflow gave them: a blank one that has a default is already that default, except `login_url`. */
export type RawInputs = Readonly<Record<InputName, string>>;

/**
 * Takes the inputs out of the step's environment (`INPUT_…`, as GitHub's runner passes them).
 */
export function rawInputs(env: NodeJS.ProcessEnv): RawInputs {
  const entries = Object.entries(INPUT_DEFAULTS).map(([name, otherwise]) => {
    const given = env[`INPUT_${name.toUpperCase()}`];
    // A login_url that was passed but is blank must not quietly become production.
    const blankCounts = name === "login_url" && given !== undefined;
    return [name, given?.trim() || blankCounts ? (given as string) : otherwise];
  });
  return Object.freeze(Object.fromEntries(entries));
}
