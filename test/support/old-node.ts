/** The Node that the machine brings, when it is an older one than Heddle's own. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { loadPinnedNode } from "./plain-javascript.ts";

/** The path of a Node that is too old to run Heddle's sources; undefined, and said loudly, where there is none. */
export async function findOldNode(): Promise<string | undefined> {
  const { isNewEnough } = await loadPinnedNode();
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
  ];
  for (const folder of folders) {
    const path = join(folder, "node");
    if (folder.includes("node_modules") || !existsSync(path)) continue;
    const { stdout } = spawnSync(path, ["--print", "process.versions.node"], { encoding: "utf8" });
    if (/^\d+\./.test(stdout) && !isNewEnough(stdout.trim())) return path;
  }
  console.log("NOT TESTED: bin/heddle.js under an older Node, since this machine has none");
  return undefined;
}
