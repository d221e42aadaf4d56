"use strict";
// A third-party runner may start the action with another Node than the one that action.yml requires.
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stdout.write(
    `::error::This action requires Node 24 or later, but the runner started it with Node ${process.versions.node}. ` +
      "Fix: Update the runner, or Node in the runner's image.\n",
  );
  process.exitCode = 1;
} else {
  const { main } = require("./action.js");
  void main();
}
