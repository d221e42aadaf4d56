// Simulates a defect of a package in a process that is started with `--import` of this file: no request can be made.
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

Object.assign(https, {
  request: () => {
    throw new TypeError("Cannot read properties of undefined (reading 'host')");
  },
});
syncBuiltinESMExports();
