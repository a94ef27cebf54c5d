/**
 * What every npm script starts with: dependencies installed, and the pinned Node found. Plain JavaScript without
 * dependencies, since it runs before there are any, on whatever Node the machine has.
 */
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runChild } from "../bin/child.js";
import { findPinnedNode, isNewEnough, noNodeMessage } from "../bin/pinned-node.js";
import { installIfStale } from "./install.js";

/** The clone's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const parentWatch = pathToFileURL(join(root, "bin", "parent-watch.js")).href;

/**
 * Installs what is missing and finds Node; ends the process with a sentence when either fails.
 * @returns {Promise<string>} the path of the Node that everything runs on
 */
export async function prepare() {
  const code = await installIfStale(root);
  if (code !== 0) process.exit(code);
  const node = findPinnedNode(root) ?? (isNewEnough() ? process.execPath : undefined);
  if (node !== undefined) return node;
  process.stderr.write(`${noNodeMessage()}\n`);
  process.exit(2);
}

/**
 * Runs a program of the clone to its end.
 * @param {string} node what prepare() found
 * @param {readonly string[]} args path of the program below the clone, and its arguments
 * @param {{ onOutput?: (chunk: Buffer) => void }} [options] onOutput takes both outputs instead of the terminal
 * @returns {Promise<number>} its exit code
 */
export function runNode(node, args, options = {}) {
  const [program, ...rest] = args;
  const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const nodeArgs = ["--import", parentWatch, join(root, program), ...rest];
  return runChild(node, nodeArgs, { cwd: root, env: { ...process.env, PATH: path }, ...options });
}
