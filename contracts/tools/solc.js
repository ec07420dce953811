// Answers the two calls that Foundry makes of a compiler, with the solc package from npm.
"use strict";

const fs = require("fs");
const solc = require("solc");

function printVersion() {
  console.log("solc, the solidity compiler commandline interface");
  console.log(`Version: ${solc.version()}`);
}

// Foundry inlines every source, so the compiler needs no import callback.
function compileStandardInput() {
  process.stdout.write(solc.compile(fs.readFileSync(0, "utf8")));
}

const options = process.argv.slice(2);
if (options.includes("--version")) {
  printVersion();
} else if (options.includes("--standard-json")) {
  compileStandardInput();
} else {
  console.error("solc: only --version and --standard-json are supported.");
  process.exitCode = 1;
}
