// Replaces the system's name service in a process that is started with `--import` of this file: the action's own
// code is untouched. LOOKUPS has the answers, in order and separated by spaces: an address, or the code of an error. The
// last one stays. So no test depends on the network that it runs in, or asks it for a name.
import dns from "node:dns";

const answers = (process.env["LOOKUPS"] ?? "").split(" ");

function lookup(host: string, options: dns.LookupOptions, callback: (...results: unknown[]) => void): void {
  const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? "";
  if (/^[\d.]+$/.test(answer)) {
    return void process.nextTick(() =>
      options.all ? callback(null, [{ address: answer, family: 4 }]) : callback(null, answer, 4),
    );
  }
  const error = Object.assign(new Error(`getaddrinfo ${answer} ${host}`), { code: answer, syscall: "getaddrinfo" });
  process.nextTick(() => callback(error));
}

Object.assign(dns, { lookup });
