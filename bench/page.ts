import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const PAGE = new URL("../docs/benchmarks.md", import.meta.url);
/** Whether docs/benchmarks.md gets the results. */
export const KEEP = process.argv.includes("--keep");

/** Returns a Markdown table with aligned columns. Numbers are aligned to the right. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(String));
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => (row[column] ?? "").length)));
  const isNumber = heads.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (isNumber[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(heads), line(rule), ...cells.map(line)].join("\n");
}

/** Prints a result. With `--keep`, also writes it between `<!-- name -->` and `<!-- /name -->` in docs/benchmarks.md. */
export function publish(name: string, markdown: string): void {
  console.log(`${markdown}\n`);
  if (!KEEP) return;
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${fileURLToPath(PAGE)} has no place for ${name}`);
  writeFileSync(PAGE, `${page.slice(0, from)}\n${markdown}\n${page.slice(to)}`);
}

/** Returns the date and the machine of a measurement. */
export function describeMachine(): string {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${process.platform} ${process.arch}, ${cpus().length} × ${processor?.model ?? "unknown processor"}, ${memory} GiB, Node ${process.version}`;
}

/** Rounds a number for a table. */
export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
