"use strict";
// The runner passes what the main step saved as STATE_*. Without saved state, there is nothing to revoke and nothing to load.
if (Object.keys(process.env).some((name) => name.startsWith("STATE_"))) {
  // A third-party runner may start the action with another Node than the one that action.yml requires.
  if (Number.parseInt(process.versions.node, 10) < 24) {
    process.stdout.write(
      "::warning::The access token wasn't revoked: this action requires Node 24 or later, " +
        `but the runner started it with Node ${process.versions.node}.\n`,
    );
  } else {
    const { post } = require("./action.js");
    void post();
  }
}
