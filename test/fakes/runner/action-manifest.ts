import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** What the runner takes from an `action.yml`. */
export interface ActionManifest {
  /** Default by the input's name, in the order of the file; empty if it has no default. */
  readonly defaults: ReadonlyMap<string, string>;
  readonly outputs: readonly string[];
  /** The file to start, relative to the action's folder. */
  readonly main: string;
  readonly post: string | undefined;
}

interface Source {
  readonly inputs?: Readonly<Record<string, { readonly default?: string } | null>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly runs?: { readonly using?: string; readonly main?: string; readonly post?: string };
}

/**
 * Reads the manifest of a JavaScript action.
 *
 * @param folder of the action
 * @throws Error if it has no main file, or is another kind of action
 */
export async function readActionManifest(folder: string): Promise<ActionManifest> {
  // Plain strings are all that the runner knows of YAML's types here.
  const source = parse(await readFile(join(folder, "action.yml"), "utf8"), { schema: "failsafe" }) as Source;
  const { inputs = {}, outputs = {}, runs = {} } = source;
  if (!runs.using?.startsWith("node") || !runs.main) throw new Error(`${folder} holds no JavaScript action`);
  return {
    defaults: new Map(Object.entries(inputs).map(([name, input]) => [name, literal(name, input?.default ?? "")])),
    outputs: Object.keys(outputs),
    main: runs.main,
    post: runs.post,
  };
}

function literal(input: string, text: string): string {
  if (text.includes("${{")) throw new Error(`the default of ${input} is an expression, which nothing here evaluates`);
  return text;
}
