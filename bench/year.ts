import { round, table } from "./page.ts";

const RUNS_A_DAY = 10_000;
/** Measured once on Linux: `npm install @salesforce/cli`, and what it leaves on the disk. */
const INSTALL_SECONDS = 37;
const INSTALL_MB = 481;

/** What was measured of one login. */
export interface LoginCosts {
  /** Main and post step together. */
  readonly stepMs: number;
  readonly cliMs: number;
  readonly cliRequests: number;
  /** What the runner unpacks of the action, in bytes. */
  readonly actionBytes: number;
}

/** What a year of logins costs, with the arithmetic in the table. */
export function yearOf({ stepMs, cliMs, cliRequests, actionBytes }: LoginCosts): string {
  const runs = RUNS_A_DAY * 365;
  const million = (value: number) => `${round(value / 1e6, 2)} million`;
  const hours = (seconds: number) => `${round((runs * seconds) / 3600).toLocaleString("en")} h`;
  const [step, cli] = [round(stepMs / 1000, 3), round(cliMs / 1000, 2)];
  const requests = (each: number) => `${each} × ${million(runs)} = ${million(runs * each)}`;
  const time = (seconds: number, sum = `${seconds} s`) => `${sum} × ${million(runs)} = ${hours(seconds)}`;
  const disk = (megabytes: number) => `${megabytes} MB × ${million(runs)} = ${round((megabytes * runs) / 1e6, 1)} TB`;
  const rows = [
    ["this action", requests(1), time(step), disk(round(actionBytes / 1e6, 2))],
    ["the CLI, in the image already", requests(cliRequests), time(cli), "0"],
    [
      "the CLI, installed each time",
      requests(cliRequests),
      time(INSTALL_SECONDS + cli, `(${INSTALL_SECONDS} s + ${cli} s)`),
      disk(INSTALL_MB),
    ],
  ];
  const heads = ["one login a run", "requests to Salesforce", "runner time", "unpacked to disk"];
  return `${RUNS_A_DAY.toLocaleString("en")} runs a day are ${million(runs)} a year.\n\n${table(heads, rows)}`;
}
