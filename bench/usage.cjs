// Loaded in front of what is measured: leaves the process's peak memory in KiB and its processor time in microseconds in a file.
const { writeFileSync } = require("node:fs");

process.once("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ peakKib: maxRSS, cpuUs: userCPUTime + systemCPUTime }));
});
