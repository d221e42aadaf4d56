import type { Readable } from "../fakes/runner/leaks.ts";
import { createMasker, type Masker } from "../fakes/runner/masker.ts";
import { createSandbox, type Sandbox } from "../fakes/runner/sandbox.ts";
import { runStep, type StepOptions, type StepResult } from "../fakes/runner/step.ts";
import { combinations, readExample, type WorkflowJob, type WorkflowStep } from "../fakes/runner/workflow.ts";
import type { TestEnvironment } from "./environment.ts";
import { type Contexts, interpolate, interpolateAll, isMet } from "./expressions.ts";
import { folderTexts } from "./folder-texts.ts";
import { installInstead } from "./installed.ts";
import { runShellStep } from "./shell-step.ts";

/** What a step did. */
export interface StepRun extends Readable {
  readonly name: string;
  readonly conclusion: "success" | "failure";
}

/** What a job did. */
export interface JobRun {
  readonly conclusion: "success" | "failure" | "skipped";
  /** Those that ran, post steps at the end. Third-party actions and installations aren't among them. */
  readonly steps: readonly StepRun[];
  /** All that was in the job's home, workspace and folder for temporary files at its end, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** The context `github` of a run, as far as workflows ask for it. */
export type Github = Readonly<Record<string, unknown>>;

/** A job while it runs. */
interface Job {
  readonly environment: TestEnvironment;
  readonly definition: WorkflowJob;
  readonly contexts: Contexts;
  readonly sandbox: Sandbox;
  readonly masker: Masker;
  readonly secrets: readonly string[];
  /** What steps masked for those after them. */
  readonly masks: string[];
  /** The context `steps`. */
  readonly outputs: Record<string, { outputs: Readonly<Record<string, string>> }>;
  /** Variables that steps set for those after them. */
  readonly exported: Record<string, string>;
  readonly runs: StepRun[];
  readonly posts: (() => Promise<StepRun>)[];
}

/** The action, by the name that the examples use it by. */
const OURS = "your-org/salesforce-jwt-auth@v1";

/** Replacements of third-party actions. Node is the one that runs this, and nothing is uploaded anywhere. */
const OTHERS: Readonly<Record<string, (job: Job) => Promise<void>>> = {
  "actions/checkout": ({ environment, sandbox }) => environment.origin.clone(sandbox.workspace),
  "actions/setup-node": async () => {},
  "actions/upload-artifact": async () => {},
  // The tests of docs/kms.md put what these leave behind into the environment of all steps.
  "aws-actions/configure-aws-credentials": async () => {},
  "azure/login": async () => {},
  "google-github-actions/auth": async () => {},
  "hashicorp/vault-action": async () => {},
};

/** Runs all jobs of an example, one after the other, each once for every combination of its matrix. */
export async function runExample(environment: TestEnvironment, name: string, github: Github): Promise<JobRun[]> {
  const runs: JobRun[] = [];
  for (const definition of Object.values(readExample(name))) {
    for (const matrix of combinations(definition)) runs.push(await runJob(environment, definition, { github, matrix }));
  }
  return runs;
}

/**
 * Runs the steps of a job as they stand in its workflow: the action by the runner's stand-in, scripts by bash, and
 * expressions resolved. Containers are left out, third-party actions have stand-ins, and what a script would install is
 * there already.
 *
 * @throws Error for what has no stand-in
 */
export async function runJob(
  environment: TestEnvironment,
  definition: WorkflowJob,
  { github, matrix = {} }: { github: Github; matrix?: Readonly<Record<string, unknown>> },
): Promise<JobRun> {
  const { secrets, vars } = environmentOf(environment, interpolate(definition.environment ?? "", { github, matrix }));
  const contexts = { github, matrix, secrets, vars };
  if (!isMet(definition.if, contexts, true)) return { conclusion: "skipped", steps: [], files: new Map() };
  const sandbox = await createSandbox();
  try {
    const masker = createMasker();
    const values = Object.values(secrets);
    for (const secret of values) masker.addSecret(secret);
    const job = { environment, definition, contexts, sandbox, masker, secrets: values };
    return await runSteps({ ...job, outputs: {}, exported: {}, masks: [], runs: [], posts: [] });
  } finally {
    await sandbox.remove();
  }
}

function environmentOf({ githubEnvironments }: TestEnvironment, name: string) {
  const environment = githubEnvironments[name];
  if (!environment) throw new Error(`no environment ${name} was set up`);
  return environment;
}

async function runSteps(job: Job): Promise<JobRun> {
  const succeeded = () => job.runs.every(({ conclusion }) => conclusion === "success");
  for (const [index, step] of job.definition.steps.entries()) {
    if (isMet(step.if, contextsOf(job), succeeded())) await runOne(job, step, index);
  }
  for (const post of job.posts.toReversed()) job.runs.push(await post());
  const { home, workspace, temp } = job.sandbox;
  const files = await folderTexts({ home, workspace, temp });
  return { conclusion: succeeded() ? "success" : "failure", steps: job.runs, files };
}

async function runOne(job: Job, step: WorkflowStep, index: number): Promise<void> {
  if (step.uses !== undefined && step.uses !== OURS) return standIn(step.uses)(job);
  if (step.run !== undefined && (await installInstead(step.run, job.sandbox.workspace))) return;
  const name = step.name ?? step.run ?? OURS;
  const result = await (step.run === undefined ? runAction(job, step) : runScript(job, step, `step-${index}`));
  job.runs.push({ ...result, name, conclusion: result.conclusion === "success" ? "success" : "failure" });
  if (step.id !== undefined) job.outputs[step.id] = { outputs: result.outputs };
  job.masks.push(...result.masks);
  Object.assign(job.exported, result.env);
}

function standIn(uses: string): (job: Job) => Promise<void> {
  const other = OTHERS[uses.replace(/@.*/, "")];
  if (!other) throw new Error(`there is no replacement of ${uses}`);
  return other;
}

async function runAction(job: Job, step: WorkflowStep): Promise<StepResult> {
  const options: StepOptions = {
    with: interpolateAll(step.with ?? {}, contextsOf(job)),
    env: environmentOfStep(job, step),
    secrets: [...job.secrets, ...job.masks],
  };
  const result = await runStep(options);
  for (const mask of result.masks) job.masker.addMask(mask);
  job.posts.push(async () => {
    const post = await runStep({ ...options, entry: "post", state: result.state });
    return { ...post, name: "post", conclusion: post.conclusion === "success" ? "success" : "failure" };
  });
  return result;
}

function runScript(job: Job, step: WorkflowStep, id: string) {
  const { sandbox, masker } = job;
  const script = interpolate(step.run ?? "", contextsOf(job));
  const shell = step.shell ?? job.definition.defaults?.run?.shell;
  return runShellStep({ sandbox, masker, id, script, shell, env: environmentOfStep(job, step) });
}

function environmentOfStep(job: Job, step: WorkflowStep): Record<string, string> {
  const own = interpolateAll({ ...job.definition.env, ...step.env }, contextsOf(job));
  return { ...job.environment.network, ...job.exported, ...own };
}

function contextsOf({ contexts, outputs, exported, definition }: Job): Contexts {
  return { ...contexts, steps: outputs, env: { ...definition.env, ...exported } };
}
