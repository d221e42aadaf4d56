import { fileURLToPath } from "node:url";
import { startTestEnvironment, type TestEnvironment } from "../cli/environment.ts";
import { type JobRun, runJob } from "../cli/job.ts";
import type { WorkflowStep } from "../fakes/runner/workflow.ts";
import { PATH } from "./tools.ts";

/** A key that signs only, and its certificate. */
export interface SigningService {
  /** The value of `SALESFORCE_KMS_KEY_ID`. */
  readonly keyId: string;
  readonly certificatePem: string;
  /** What the login to the cloud leaves in the job's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Further variables and secrets of the environment in GitHub. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export const BY_HAND = { event_name: "workflow_dispatch", ref: "refs/heads/main", actor: "ada", event: {} };
const STAND_INS = fileURLToPath(new URL("stand-ins", import.meta.url));

/** Starts an embedded Salesforce whose app has the certificate of a KMS, and fills GitHub's environment "production". */
export async function startKmsEnvironment(service: SigningService): Promise<TestEnvironment> {
  const environment = await startTestEnvironment({ certificate: service.certificatePem });
  const { secrets, vars } = environment.githubEnvironments[
    "production"
  ] as TestEnvironment["githubEnvironments"][string];
  const production = {
    secrets: { SALESFORCE_CONSUMER_KEY: secrets["SALESFORCE_CONSUMER_KEY"] ?? "", ...service.secrets },
    vars: {
      ...vars,
      SALESFORCE_CERTIFICATE: service.certificatePem,
      SALESFORCE_KMS_KEY_ID: service.keyId,
      ...service.vars,
    },
  };
  return {
    ...environment,
    githubEnvironments: { production },
    network: { ...environment.network, PATH: `${PATH}:${environment.network["PATH"]}`, ...service.env },
  };
}

/** The same with the stand-ins of `gcloud` and `az` first on PATH. */
export function withStandIns(environment: TestEnvironment): TestEnvironment {
  return { ...environment, network: { ...environment.network, PATH: `${STAND_INS}:${environment.network["PATH"]}` } };
}

/** Runs steps as one job. */
export function runSteps(environment: TestEnvironment, steps: readonly WorkflowStep[]): Promise<JobRun> {
  return runJob(environment, { environment: "production", steps }, { github: BY_HAND });
}

/** Returns the steps with one text in their scripts replaced. */
export function withChange(steps: readonly WorkflowStep[], from: string, to: string): WorkflowStep[] {
  const changed = steps.map((step) => (step.run === undefined ? step : { ...step, run: step.run.replace(from, to) }));
  if (changed.every(({ run }, index) => run === steps[index]?.run)) throw new Error(`no step contains ${from}`);
  return changed;
}
