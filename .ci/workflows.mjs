// Prints what actionlint finds in the named workflows; the status is 1 when it finds something, or cannot find anything.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// .ci/run installs it there.
const { createLinter } = createRequire(`${process.cwd()}/target/tools/`)("actionlint");
const lint = await createLinter();

const wrong = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ steps.none.outputs.x }}\n";
if (lint(wrong, "wrong.yml").length === 0) throw new Error("actionlint takes a wrong workflow for a right one");

let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${line}:${column}: ${message}`);
    found += 1;
  }
}
console.log(`${process.argv.length - 2} workflows, ${found} complaints`);
process.exitCode = found > 0 ? 1 : 0;
