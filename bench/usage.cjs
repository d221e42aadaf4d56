// Loaded by --require: writes the peak memory in KiB and the processor time in microseconds to the file BENCH_USAGE at exit.
const { writeFileSync } = require("node:fs");

process.once("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ peakKib: maxRSS, cpuUs: userCPUTime + systemCPUTime }));
});
