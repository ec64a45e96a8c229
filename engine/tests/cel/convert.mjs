// Makes the *.jsonl files (one vector to a line) beside this one from the CEL conformance suite as the npm package @bufbuild/cel-spec
// publishes it. How to run it stands in README.md. It leaves out what no test here asks for and changes nothing else.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, targetFolder] = process.argv.slice(2);
const FILES = [
  "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic", "macros",
  "namespace", "parse", "plumbing", "string", "timestamps", "type_deductions",
];

const source = pathToFileURL(join(packageFolder, "dist/esm/testdata/conformance.js"));
const { tests } = await import(source.href);
for (const name of FILES) {
  const file = tests.suites.find((suite) => suite.name === name);
  const lines = file.suites.flatMap((section) =>
    section.tests.map((test) => JSON.stringify({ section: section.name, ...test.original })),
  );
  writeFileSync(join(targetFolder, `${name}.jsonl`), lines.join("\n") + "\n");
}
