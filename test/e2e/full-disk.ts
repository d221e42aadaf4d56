// Simulates a full disk in a process that is started with `--import` of this file: of each write to the runner's file
// that the variable FULL names, half gets to the disk. With FULL_AFTER, that number of writes succeeds before.
import fs from "node:fs";

const path = process.env[process.env["FULL"] ?? ""];
let left = Number(process.env["FULL_AFTER"] ?? "0");
const { appendFileSync } = fs;

Object.assign(fs, {
  appendFileSync: (file: fs.PathOrFileDescriptor, text: string, ...options: [fs.WriteFileOptions?]) => {
    if (file !== path || left-- > 0) return appendFileSync(file, text, ...options);
    appendFileSync(file, text.slice(0, text.length / 2), ...options);
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  },
});
