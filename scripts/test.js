/** `npm test`: all tests, or those that the arguments choose (`npm test -- scheduler`). */
import { prepare, runNode } from "./bootstrap.js";

const node = await prepare();
process.exitCode = await runNode(node, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
