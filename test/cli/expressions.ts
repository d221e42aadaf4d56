import { runInNewContext } from "node:vm";

/** What expressions can name: `github`, `secrets`, `steps`, … */
export type Contexts = Readonly<Record<string, unknown>>;

const EXPRESSION = /\$\{\{(.*?)\}\}/gs;
const STATUS_FUNCTION = /\b(?:success|failure|cancelled|always)\(\)/;

/**
 * Evaluates an expression. As far as workflows here use them they read the same in JavaScript, but for a property of
 * what isn't there: GitHub gives an empty string for that. What is no valid expression fails elsewhere, on GitHub's own
 * validator.
 *
 * @throws Error for a context or function that isn't given
 */
export function evaluate(expression: string, contexts: Contexts): unknown {
  const script = expression.replace(/'[^']*'|\.(?=[A-Za-z_])/g, (token) => (token === "." ? "?." : token));
  return runInNewContext(script, { ...contexts }, { timeout: 1000 }) ?? "";
}

/** Puts values in the place of all `${{ … }}` in a text. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(EXPRESSION, (_, expression: string) => String(evaluate(expression, contexts)));
}

/** Interpolates the values of a mapping, which may be numbers or true and false in the file. */
export function interpolateAll(mapping: Readonly<Record<string, unknown>>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(mapping).map(([name, value]) => [name, interpolate(String(value), contexts)]),
  );
}

/**
 * Whether an `if:` lets a job or a step run. One that asks for no status means "only if all went well so far".
 *
 * @param succeeded whether it did
 */
export function isMet(condition: string | boolean | undefined, contexts: Contexts, succeeded: boolean): boolean {
  const text = String(condition ?? "success()").trim();
  const expression = /^\$\{\{(.*)\}\}$/s.exec(text)?.[1] ?? text;
  const status = {
    success: () => succeeded,
    failure: () => !succeeded,
    cancelled: () => false,
    always: () => true,
  };
  if (!STATUS_FUNCTION.test(expression) && !succeeded) return false;
  return Boolean(evaluate(expression, { ...contexts, ...status }));
}
