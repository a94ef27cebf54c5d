import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPinnedNode } from "../support/plain-javascript.ts";
import { repository } from "../support/source-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { pinnedPackage, thisMachine } = await loadPinnedNode();
const pinned = pinnedPackage(thisMachine());

/** A clone with the real command and a main() that writes its arguments and answers 3. */
function setup() {
  const root = temporaryFolder();
  const write = (path: string, text: string): string => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  cpSync(join(repository, "bin"), join(root, "bin"), { recursive: true });
  write("package.json", '{ "type": "module" }');
  write("src/cli/main.ts", "export const main = async (argv: string[]) => (console.log(argv.join()), 3);");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "bin", "heddle.js"), ...args], { encoding: "utf8" });
  return { root, write, run };
}

/** Makes the running Node too old for a clone. */
function age(root: string): void {
  const path = join(root, "bin", "pinned-node.js");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("nodeMajorMin = 26", "nodeMajorMin = 999"));
}

describe("heddle", () => {
  it("gives its arguments to main() and ends with its code", () => {
    const { write, run } = setup();
    write("node_modules/.package-lock.json", "{}");
    const { status, stdout } = run("nodes", "--json");
    expect([status, stdout.trim()]).toEqual([3, "nodes,--json"]);
  });

  it("says how to install in a clone without dependencies", () => {
    const { root, run } = setup();
    const { status, stderr } = run("version");
    expect(status).toBe(2);
    expect(stderr.trim()).toBe(
      `heddle: the dependencies are not installed in ${root}: run "npm start" or "npm ci" there first.`,
    );
  });

  it.runIf(pinned)("starts itself on the pinned Node when the running one is too old", () => {
    const { root, write, run } = setup();
    age(root);
    chmodSync(write(`node_modules/${pinned}/bin/node`, '#!/bin/sh\necho "pinned $*"\nexit 5\n'), 0o755);
    const { status, stdout } = run("version");
    expect([status, stdout.trim()]).toEqual([5, `pinned ${join(root, "bin", "heddle.js")} version`]);
  });

  it("says which Node is needed when there is none", () => {
    const { root, write, run } = setup();
    age(root);
    write("node_modules/.package-lock.json", "{}");
    const { status, stderr } = run("version");
    expect(status).toBe(2);
    expect(stderr).toContain("Node 999 or newer is needed");
  });
});
