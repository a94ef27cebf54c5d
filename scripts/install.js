/**
 * Installs the pinned dependencies of a clone when they are missing or not those of package-lock.json.
 *
 * npm leaves a copy of what it installed in node_modules/.package-lock.json, written last, so that it is missing after
 * an interrupted install. Comparing it with package-lock.json tells freshness whoever installed, and however.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, realpathSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runChild } from "../bin/child.js";
import { findPinnedNode, pinnedPackage, thisMachine } from "../bin/pinned-node.js";

/** How often a process that waits for another one's install looks again. */
const pollMs = 200;

/** No install takes longer; an older lock was left behind, and its process id may be another's by now. */
const lockAgeMaxMs = 15 * 60_000;

/**
 * Makes node_modules fresh. Of several processes that start at the same time one installs and the others wait.
 * @param {string} root the clone
 * @returns {Promise<number>} 0, or the exit code of an install that failed
 */
export async function installIfStale(root) {
  if (isFresh(root)) return 0;
  const release = await acquireLock(root);
  try {
    return isFresh(root) ? 0 : await install(root);
  } finally {
    release();
  }
}

/**
 * True when every package of package-lock.json that this machine needs is installed in the version it names.
 * @param {string} root
 */
export function isFresh(root) {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    // The root has no entry; which optional ones are missing is npm's choice, except for Node itself.
    if (path === "" || (installed[path] === undefined && entry.optional)) continue;
    if (!isSame(entry, installed[path])) return false;
  }
  if (Object.keys(installed).some((path) => wanted[path] === undefined)) return false;
  return pinnedPackage(thisMachine()) === undefined || findPinnedNode(root) !== undefined;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    // Missing or cut off: to be installed.
    return undefined;
  }
}

function isSame(wanted, installed) {
  return wanted.version === installed?.version && wanted.integrity === installed?.integrity;
}

async function install(root) {
  process.stderr.write("heddle: installing pinned dependencies (npm ci --ignore-scripts) …\n");
  const [command, ...first] = npmCommand();
  // What the user set for other projects must not take away what ours needs.
  const args = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--engine-strict=false"];
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const code = await runChild(command, [...first, ...args, ...quiet], {
    cwd: root,
    onOutput: (chunk) => process.stderr.write(chunk),
  });
  if (code !== 0)
    process.stderr.write(`heddle: the installation failed (exit ${code}); see what npm wrote above.\n`);
  return code;
}

/** The npm that started us, with the Node that runs it, or else the one on the path. */
function npmCommand() {
  const path = process.env.npm_execpath;
  const isNpm = path !== undefined && /^npm(-cli)?\.c?js$/.test(basename(path));
  return isNpm ? [process.env.npm_node_execpath ?? process.execPath, path] : ["npm"];
}

/**
 * Waits for the lock on a clone's install. It is a file outside of node_modules, which npm empties, with the process
 * id of its holder, so that the lock of a process that died does not last.
 * @returns {Promise<() => void>} gives the lock back
 */
async function acquireLock(root) {
  const name = createHash("sha256").update(realpathSync(root)).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `heddle-install-${process.getuid?.() ?? 0}-${name}.lock`);
  let told = false;
  for (;;) {
    if (tryLock(path)) return () => rmSync(path, { force: true });
    if (isLeftBehind(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) process.stderr.write("heddle: waiting for another process that installs the dependencies …\n");
    told = true;
    await delay(pollMs);
  }
}

function tryLock(path) {
  try {
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isLeftBehind(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > lockAgeMaxMs) return true;
    const holder = Number(readFileSync(path, "utf8"));
    return holder > 0 && !isAlive(holder);
  } catch {
    // Given back in the meantime.
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
