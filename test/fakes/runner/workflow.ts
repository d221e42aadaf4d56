import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A step as a workflow has it. */
export interface WorkflowStep {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string | boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** A job as a workflow has it, as far as it matters to its steps. */
export interface WorkflowJob {
  readonly if?: string | boolean;
  readonly environment?: string;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, readonly unknown[]>> };
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps: readonly WorkflowStep[];
}

/** Reads the jobs of a workflow among the examples, by its file name. */
export function readExample(file: string): Readonly<Record<string, WorkflowJob>> {
  const text = readFileSync(new URL(`../../../examples/${file}`, import.meta.url), "utf8");
  return (parse(text) as { jobs: Record<string, WorkflowJob> }).jobs;
}

/** Every combination of a job's matrix; a single empty one if it has no matrix. */
export function combinations({ strategy }: WorkflowJob): Record<string, unknown>[] {
  return Object.entries(strategy?.matrix ?? {}).reduce<Record<string, unknown>[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}
