const { main } = require("./action.js") as typeof import("./action.ts");

void main();
