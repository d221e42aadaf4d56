import { registerHooks } from "node:module";
import { parse } from "yaml";
import { ROOT, readDocument } from "./markdown.ts";

// GitHub's packages import JSON the way bundlers take it; Node requires an import attribute for it.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});
const { registerLogger, validate } = await import("@actions/languageservice");
const { isActionStep } = await import("@actions/workflow-parser/model/type-guards");

type Config = NonNullable<Parameters<typeof validate>[1]>;
type Metadata = Awaited<ReturnType<NonNullable<Config["actionsMetadataProvider"]>["fetchActionMetadata"]>>;
type GetContext = NonNullable<Config["contextProviderConfig"]>["getContext"];
type Dictionary = NonNullable<Awaited<ReturnType<GetContext>>>;

/** The name of this action, with any owner. */
const OURS = /^[\w-]+\/salesforce-jwt-auth@/;
const ACTION = parse(readDocument("action.yml")) as NonNullable<Metadata>;

/** Errors inside the validator. It only logs them, and reports no problem then. */
const breakdowns: string[] = [];
const ignore = () => {};
registerLogger({ error: (message) => breakdowns.push(message), warn: ignore, info: ignore, log: ignore });

const CONFIG: Config = {
  actionsMetadataProvider: {
    fetchActionMetadata: async ({ owner, name, ref }) =>
      OURS.test(`${owner}/${name}@${ref}`) ? ACTION : { name: "another", description: "its inputs are unknown" },
  },
  contextProviderConfig: { getContext: async (...given) => withOurOutputs(...given) },
};

let validated = 0;

/**
 * Validates a workflow, or an action if the file is named `action.yml`, with GitHub's own validator. Checks the syntax, the
 * expressions, and the inputs and outputs of steps that use this action.
 *
 * @returns a line for each problem, with the line of the text that it is about
 */
export async function problemsOf(text: string, file = "workflow.yml"): Promise<string[]> {
  validated += 1;
  // The validator reads only the name and the text. It caches results by name, so each call needs a new one.
  const uri = new URL(`${validated}/${file}`, ROOT).href;
  const document = { uri, getText: () => text } as Parameters<typeof validate>[0];
  const diagnostics = await validate(document, CONFIG);
  const lines = text.split("\n");
  const found = diagnostics.map(({ message, range }) => `${message} in: ${lines[range.start.line]?.trim()}`);
  return [...found, ...breakdowns.splice(0)];
}

/** A step's outputs can be anything to the validator; those of this action are known. */
async function withOurOutputs(...[name, known, { job }]: Parameters<GetContext>): Promise<Dictionary | undefined> {
  if (name !== "steps" || !known) return undefined;
  const ours = (job?.steps ?? []).filter((step) => isActionStep(step) && OURS.test(step.uses.value));
  for (const { id } of ours) {
    const step = known.get(id) as Dictionary | undefined;
    const outputs = step?.get("outputs") as Dictionary | undefined;
    const unknownValue = step?.get("conclusion");
    if (!outputs || !unknownValue) continue;
    for (const output of Object.keys(ACTION.outputs ?? {})) outputs.add(output, unknownValue);
    outputs.complete = true;
  }
  return known;
}

/** The login that snippets in the documents refer to. */
const LOGIN = `- id: salesforce
  uses: your-org/salesforce-jwt-auth@v1
  with:
    consumer_key: key
    username: user
`;

/** The step of docs/kms.md that signs. */
const SIGNING = `- id: assertion
  run: "true"
`;

/**
 * Completes a snippet of a workflow, so that it can be validated. If the snippet uses outputs of a login that it doesn't
 * contain, the result has one.
 *
 * @param yaml a workflow, its jobs, a list of steps, or a part of one step
 * @throws Error for any other YAML
 */
export function completeWorkflow(yaml: string): string {
  const value: unknown = parse(yaml);
  if (Array.isArray(value)) return workflowOf(yaml);
  const keys = Object.keys((value ?? {}) as object);
  if (keys.includes("jobs")) return keys.includes("on") ? yaml : `on: push\n${yaml}`;
  if (keys.length > 0 && keys.every((key) => ["env", "run", "uses", "with"].includes(key))) {
    const rest = keys.includes("run") || keys.includes("uses") ? yaml : `run: "true"\n${yaml}`;
    return workflowOf(`-\n${indent(rest, 2)}`);
  }
  throw new Error(`not a snippet of a workflow: ${keys.join(", ")}`);
}

function workflowOf(steps: string): string {
  const needsLogin = steps.includes("steps.salesforce.") && !steps.includes("id: salesforce");
  const needsSigning = steps.includes("steps.assertion.") && !steps.includes("id: assertion");
  const all = `${needsSigning ? SIGNING : ""}${needsLogin ? LOGIN : ""}${steps}`;
  return `on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n${indent(all, 6)}`;
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}
