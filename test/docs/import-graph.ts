import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const SOURCES = new URL("../../src/", import.meta.url);

/** What each file of `src/` imports from `src/`, by names without their ending. */
export function readImports(): Map<string, Set<string>> {
  const files = readdirSync(SOURCES).filter((name) => /\.c?ts$/.test(name));
  return new Map(
    files.map((file) => {
      const text = readFileSync(new URL(file, SOURCES), "utf8");
      const imports = text.matchAll(/(?:from|import\()\s*(?:\/\*.*?\*\/ )?"\.\/([\w-]+)\.ts"/g);
      return [basename(file).replace(/\.c?ts$/, ""), new Set([...imports].map(([, name]) => name as string))];
    }),
  );
}

/** All that a file leads to, itself included only where imports run in a circle. */
export function reach(imports: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const reached = new Set<string>();
  const visit = (name: string) => {
    for (const next of imports.get(name) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      visit(next);
    }
  };
  visit(from);
  return reached;
}

/** The graph as Mermaid draws it, without the arrows that a way over another file already shows. */
export function drawImports(imports: ReadonlyMap<string, ReadonlySet<string>>): string {
  const arrows = [...imports].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reach(imports, other).has(to)))
      .map((to) => `    ${from} --> ${to}`),
  );
  return ["graph LR", ...arrows.toSorted()].join("\n");
}
