/** `npm start`: the demonstration. */
import { prepare, runNode } from "./bootstrap.js";

const node = await prepare();
process.exitCode = await runNode(node, ["src/demo/main.ts", ...process.argv.slice(2)]);
