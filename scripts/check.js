/**
 * `npm run check`: types, lint and tiers, formatting, and generated files, with a line for each and the output of
 * those that failed.
 */
import { prepare, runNode } from "./bootstrap.js";

const checks = [
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--pretty", "false"] },
  { name: "lint and tiers", args: ["node_modules/oxlint/bin/oxlint", "--deny-warnings"] },
  {
    name: "format",
    args: [
      "node_modules/prettier/bin/prettier.cjs",
      "--check",
      "--log-level=warn",
      ".",
      "!kernels",
      "!test/fixtures",
    ],
  },
  { name: "generated files", args: ["scripts/generate.js", "--check"] },
];

const node = await prepare();
const results = [];
for (const check of checks) results.push(await run(check));
const failed = results.filter((ok) => !ok).length;
process.stdout.write(`check: ${results.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function run({ name, args }) {
  const output = [];
  const startedAt = performance.now();
  const code = await runNode(node, args, { onOutput: (chunk) => output.push(chunk) });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(Buffer.concat(output));
  return code === 0;
}
