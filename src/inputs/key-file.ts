import { readFileSync, statSync } from "node:fs";
import { InputFailure } from "../lib/input-failure.ts";

/** A key of 16,384 bits fills 13 KB; certificates that stand with it add a few. */
const LARGEST_FILE = 64 * 1024;

/** Why a file can't be read, by the operating system's code, and what to do. */
const REASONS: Readonly<Record<string, readonly [message: string, step: string]>> = {
  ENOENT: [
    "there is no such file",
    "Check the path (it starts at the workspace), and that an earlier step checks out or writes the file.",
  ],
  ENOTDIR: ["there is no such file", "Check the path: a part of it is a file, not a folder."],
  EACCES: [
    "the runner's user may not read the file",
    "Let the step that writes the file give it to the runner's user (chmod 600, not sudo).",
  ],
  EPERM: [
    "the runner's user may not read the file",
    "Let the step that writes the file give it to the runner's user (chmod 600, not sudo).",
  ],
};

/**
 * Reads a key file.
 *
 * @param path absolute, or relative to the current folder, which is the workspace in a step
 * @throws Failure `private-key-file-unreadable`; the path is not repeated, as it may be a key that was put into the wrong input
 */
export function readKeyFile(path: string): Buffer {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw unreadable("it is not a file", "Give the path of the key file itself.");
    if (facts.size > LARGEST_FILE)
      throw unreadable("the file is larger than 64 KiB", "Give the path of the key file itself.");
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputFailure) throw error;
    const [message, step] = REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? [
      "the file can't be read",
      "Check the path.",
    ];
    throw unreadable(message, step);
  }
}

function unreadable(message: string, step: string): InputFailure {
  return new InputFailure({ code: "private-key-file-unreadable", message, steps: [step] });
}
