// Compiles standard JSON inputs line by line, so that npm's compiler is loaded once for many.
"use strict";

const path = require("path");
const readline = require("readline");
const solc = require(path.join(__dirname, "..", "..", "node_modules", "solc"));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(solc.compile(line) + "\n");
});
