import { findLeaks, type LeakOptions, type NamedSecret } from "../fakes/runner/leaks.ts";
import type { TestEnvironment } from "./environment.ts";
import type { JobRun } from "./job.ts";

/** The only places that may contain the token. */
const TOKEN_PLACES = { outputs: ["access_token"], env: ["SF_ACCESS_TOKEN"], state: ["revoke_access_token"] };

/**
 * What a job shows of the key and of the tokens in its logs, summaries and annotations, in outputs and variables that
 * are not for them, and in what its steps wrote before anything was masked.
 */
export function leaksIn(
  environment: TestEnvironment,
  { steps }: JobRun,
  options: LeakOptions = { strict: true },
): string[] {
  const secrets = secretsOf(environment);
  return steps.flatMap((step) =>
    findLeaks(step, secrets, { allow: TOKEN_PLACES, ...options }).map((leak) => `${step.name}: ${leak}`),
  );
}

/** Paths of the files that a job leaves behind with a token or the key in clear. */
export function filesWithSecrets(environment: TestEnvironment, { files }: JobRun): string[] {
  const needles = secretsOf(environment).flatMap(({ value }) =>
    value.split("\n").filter((line) => /^[^-]{32}/.test(line)),
  );
  const paths = [...files].filter(([, text]) => needles.some((needle) => text.includes(needle)));
  return paths.map(([path]) => path).sort();
}

function secretsOf({ privateKeyPem, salesforce }: TestEnvironment): NamedSecret[] {
  const tokens = new Set(salesforce.minted);
  return [
    { name: "key", value: privateKeyPem },
    ...[...tokens].map((value) => ({ name: "token", value })),
    // What is left if the org's ID is cut off.
    ...[...tokens].flatMap((token) => (token.includes("!") ? [{ name: "token's tail", value: token.slice(16) }] : [])),
  ];
}
