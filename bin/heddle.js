#!/usr/bin/env node
/**
 * The `heddle` command. Plain JavaScript that an old Node can start: it finds a Node that is new enough, starts itself
 * again with it if need be, and gives its arguments to the command line in src/ (a clone) or dist/ (the package).
 */
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findPinnedNode, isNewEnough, noNodeMessage, nodeMajorMin } from "./pinned-node.js";

const here = fileURLToPath(import.meta.url);
const root = dirname(dirname(here));
const source = join(root, "src", "cli", "main.ts");
const isClone = existsSync(join(root, "src"));

if (isClone && !existsSync(join(root, "node_modules"))) {
  stop(`heddle: the dependencies are not installed in ${root}: run "npm start" or "npm ci" there first.`);
} else if (isNewEnough()) {
  // Erasing types and compiling is half of what a short command does; an old Node has no such function.
  nodeModule.enableCompileCache?.(join(root, "node_modules", ".cache", "heddle"));
  await import("./parent-watch.js");
  const { main } = await import(
    pathToFileURL(isClone ? source : join(root, "dist", "command", "main.js")).href
  );
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = isClone ? findPinnedNode(root) : undefined;
  // A pinned Node that is itself too old must not start itself for ever.
  if (node !== undefined && node !== process.execPath) {
    // Only here: what starts processes takes longer to load than all else here.
    const { runChild } = await import("./child.js");
    process.exitCode = await runChild(node, [here, ...process.argv.slice(2)]);
  } else if (isClone) stop(noNodeMessage());
  else stop(`heddle: Node ${nodeMajorMin} or newer is needed, this is ${process.versions.node}.`);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
