import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * The texts of all files below some folders, by `folder/path`. Links are not followed.
 *
 * @param folders by the name that they get in the result
 */
export async function folderTexts(folders: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const [name, folder] of Object.entries(folders)) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const path = join(entry.parentPath, entry.name);
      texts.set(join(name, relative(folder, path)), await readFile(path, "latin1"));
    }
  }
  return texts;
}
