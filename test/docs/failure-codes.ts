import { readdirSync, readFileSync } from "node:fs";

const SRC = new URL("../../src/", import.meta.url);

/**
 * Every failure code that the sources can give, found by the three ways in which they are written: as the property
 * `code: "…"`, as the key of a table's row `"…": {`, and as the argument for a function's parameter `code: string`.
 *
 * @throws where a code is given in another way, so that this function has to learn it
 */
export function failureCodes(): Set<string> {
  const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const code = sources.map((name) => withoutComments(readFileSync(new URL(name, SRC), "utf8"))).join("\n");
  refuseOtherWays(code);
  const properties = code.matchAll(/\bcode: "([a-z]+(?:-[a-z]+)*)"/g);
  const rows = code.matchAll(/^\s*"([a-z]+(?:-[a-z]+)+)": \{/gm);
  return new Set([...[...properties, ...rows].map(([, found = ""]) => found), ...codesPassed(code)]);
}

/** A `ActionError` gets its code as a literal or from a variable of that name; those come from the ways above. */
function refuseOtherWays(source: string): void {
  for (const { index } of source.matchAll(/\bnew ActionError\(\{/g)) {
    const facts = splitList(source, index + "new ActionError({".length);
    if (!facts.some((fact) => /^code(?:: "[a-z-]+")?$/.test(fact))) throw new Error(`no code in: ${facts}`);
  }
}

/** The arguments for parameters `code: string`; those of a narrower type are keys of a table. */
function codesPassed(source: string): string[] {
  return [...source.matchAll(/\bfunction (\w+)\(/g)].flatMap(({ 1: name = "", 0: start, index }) => {
    const position = splitList(source, index + start.length).indexOf("code: string");
    if (position < 0) return [];
    return [...source.matchAll(new RegExp(`(?<!function )\\b${name}\\(`, "g"))].map((call) => {
      const argument = splitList(source, call.index + call[0].length)[position] ?? "";
      const literal = /^"([a-z-]+)"$/.exec(argument)?.[1];
      if (literal === undefined) throw new Error(`${name} is not given its code as a literal: ${argument}`);
      return literal;
    });
  });
}

/** The arguments, parameters or properties from `start` to the bracket that ends them. */
function splitList(source: string, start: number): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of source.slice(start).matchAll(/"(?:\\.|[^"\\])*"|`[^`]*`|[^"`()[\]{},]+|./gs)) {
    if (/^[([{]$/.test(token)) depth++;
    if (/^[)\]}]$/.test(token) && depth-- === 0) break;
    if (token === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts.map((part) => part.trim());
}

function withoutComments(source: string): string {
  return source.replace(/^\s*(?:\/\*\*?[\s\S]*?\*\/|\/\/.*)$/gm, "");
}
