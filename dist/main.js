"use strict";
const { main } = require("./action.js");
void main();
