import { readdirSync, readFileSync } from "node:fs";

export const ROOT = new URL("../../", import.meta.url);

/** Folders without documents of ours. */
const FOREIGN = /(?:^|\/)(?:node_modules|build|coverage|dist|out|\.git)(?:\/|$)/;

/** Every Markdown file of the repository, by its path from the root. */
export function markdownFiles(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".md") && !FOREIGN.test(path))
    .sort();
}

export function readDocument(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** The text without its code blocks, and with inline code that can't be taken for a link or a tag. */
export function withoutCode(markdown: string): string {
  return markdown
    .replace(/^( *)(`{3,})[\s\S]*?^\1\2 *$/gm, "")
    .replace(/`[^`\n]+`/g, (code) => code.replace(/[[\]()<>]/g, ""));
}

/** The ids that are set by hand: `<a id="…"></a>`. */
export function anchors(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/<a id="([^"]*)"><\/a>/g)].map(([, id = ""]) => id);
}

/** The ids that GitHub gives to headings: lower case, without punctuation, hyphens for spaces, numbered where repeated. */
export function headingIds(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(markdown).matchAll(/^#{1,6} (.+?)(?: #+)?$/gm)].map(([, heading = ""]) => {
    const id = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  });
}

/** Where the links and pictures of a document lead: inline, by reference, and in HTML. */
export function links(markdown: string): string[] {
  const prose = withoutCode(markdown);
  const forms = [
    /\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g,
    /^ {0,3}\[[^\]]+\]: *<?([^\s>]+)/gm,
    /\b(?:href|src)="([^"]+)"/g,
  ];
  return forms.flatMap((form) => [...prose.matchAll(form)].map(([, target = ""]) => target));
}
