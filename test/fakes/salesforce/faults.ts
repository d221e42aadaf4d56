export * from "./answer-faults.ts";
export * from "./connection-faults.ts";
export * from "./delivery-faults.ts";
