// Writes the table of cases into the Apex test class: node test/unit/keyless/write-apex-cases.ts
import { writeFileSync } from "node:fs";
import { APEX_CASES, apexCases } from "./apex-cases.ts";

writeFileSync(APEX_CASES, apexCases());
