/** Installs the peers into the cache folder: what `npm run bench -- --setup` does. */
import { spawn } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  findProgram,
  folderOf,
  isInstalled,
  lists,
  markerOf,
  natsServer,
  own,
  type List,
} from "./installed.ts";

/** A line of progress. */
type Note = (text: string) => void;

/** Installs workerd, BullMQ and the clients: some 180 MB, most of them workerd. */
export async function installPackages(note: Note): Promise<void> {
  await install("npm", note, async (folder) => {
    mkdirSync(folder, { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(own(file), join(folder, file));
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]);
  });
}

/** Installs Ray (some 260 MB) or Dask (some 40 MB) into a Python environment of its own. */
export async function installPython(list: "ray" | "dask", note: Note): Promise<void> {
  await install(list, note, async (folder) => {
    await run("python3", ["-m", "venv", "--clear", folder]);
    const options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes"];
    await run(join(folder, "bin", "pip"), ["install", ...options, "--requirement", own(lists[list])]);
  });
}

/** Builds nats-server with Go; without Go, one on the PATH will do. */
export async function installNatsServer(note: Note): Promise<void> {
  const found = findProgram("nats-server");
  if (found !== undefined) return note(`nats-server is there: ${found}`);
  if (findProgram("go") === undefined) {
    throw new Error(
      "there is neither nats-server nor Go to build it with: install one of them (apt-get install nats-server)",
    );
  }
  note(`building nats-server ${natsServer.version}`);
  mkdirSync(folderOf("programs"), { recursive: true });
  await run("go", ["install", `${natsServer.module}@v${natsServer.version}`], {
    GOBIN: folderOf("programs"),
  });
}

/** Redis comes with the system, or not at all. */
export function expectRedis(note: Note): void {
  const found = findProgram("redis-server");
  if (found === undefined)
    throw new Error("there is no redis-server: install it (apt-get install redis-server)");
  note(`redis-server is there: ${found}`);
}

/** Fills the folder of a list anew, unless it is what the list says. */
async function install(list: List, note: Note, fill: (folder: string) => Promise<void>): Promise<void> {
  if (isInstalled(list)) return note(`${lists[list]} is installed`);
  note(`installing what bench/peers/${lists[list]} lists into ${folderOf(list)}`);
  rmSync(folderOf(list), { recursive: true, force: true });
  await fill(folderOf(list));
  copyFileSync(own(lists[list]), markerOf(list));
}

/** Runs a program to its end; what it says goes to stderr. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", 2, 2], env: { ...process.env, ...env } });
    child.once("error", (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}
