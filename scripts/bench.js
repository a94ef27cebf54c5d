/** `npm run bench`: the benchmark suite. */
import { prepare, runNode } from "./bootstrap.js";

const node = await prepare();
process.exitCode = await runNode(node, ["bench/main.ts", ...process.argv.slice(2)]);
