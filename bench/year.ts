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
}

/** What a year of logins costs, with the arithmetic in the table. */
export function yearOf({ stepMs, cliMs, cliRequests }: LoginCosts): string {
  const runs = RUNS_A_DAY * 365;
  const million = (value: number) => `${round(value / 1e6, 2)} million`;
  const hours = (seconds: number) => `${round((runs * seconds) / 3600).toLocaleString("en")} h`;
  const [step, cli] = [round(stepMs / 1000, 3), round(cliMs / 1000, 2)];
  const rows = [
    ["this action", `1 × ${million(runs)} = ${million(runs)}`, `${step} s × ${million(runs)} = ${hours(step)}`, "0"],
    [
      "the CLI, in the image already",
      `${cliRequests} × ${million(runs)} = ${million(runs * cliRequests)}`,
      `${cli} s × ${million(runs)} = ${hours(cli)}`,
      "0",
    ],
    [
      "the CLI, installed each time",
      `${cliRequests} × ${million(runs)} = ${million(runs * cliRequests)}`,
      `(${INSTALL_SECONDS} s + ${cli} s) × ${million(runs)} = ${hours(INSTALL_SECONDS + cli)}`,
      `${INSTALL_MB} MB × ${million(runs)} = ${round((INSTALL_MB * runs) / 1e9, 2)} PB`,
    ],
  ];
  const heads = ["one login a run", "requests to Salesforce", "runner time", "unpacked to disk"];
  return `${RUNS_A_DAY.toLocaleString("en")} runs a day are ${million(runs)} a year.\n\n${table(heads, rows)}`;
}
