// Reads the result of `npm audit signatures --json` from standard input. Skips the check if the registry doesn't answer.
import { json } from "node:stream/consumers";

const { error, invalid = [], missing = [] } = await json(process.stdin).catch(() => ({ error: {} }));
if (error) console.log(`skipped: npm audit signatures: no answer${error.code ? ` (${error.code})` : ""}`);
for (const { name, version } of invalid) console.log(`${name}@${version} is not what the registry signed`);
for (const { name, version } of missing) console.log(`${name}@${version} is not signed`);
if (invalid.length + missing.length > 0) process.exitCode = 1;
