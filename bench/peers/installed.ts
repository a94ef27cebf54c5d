/**
 * Where the peers are: in a cache folder of the user, put there by `npm run bench -- --setup` and by nothing else, so
 * that neither an installation nor a plain run fetches hundreds of megabytes unasked. A marker, written last, holds the
 * list of versions that was installed: a peer counts as installed while it is the list in this folder.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Unavailable } from "../harness.ts";

const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "heddle-bench", "peers");

/** The lists of versions, each installed into a folder of its own. */
export const lists = {
  npm: "package-lock.json",
  ray: "ray-requirements.txt",
  dask: "dask-requirements.txt",
} as const;

export type List = keyof typeof lists;

/** What makes `nats-server` the version that is measured. */
export const natsServer = { module: "github.com/nats-io/nats-server/v2", version: "2.15.2" };

/** A file of this folder. */
export function own(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** The folder that a list is installed into. */
export function folderOf(list: List | "programs"): string {
  return join(cache, list);
}

/** The file that holds the list which was installed. */
export function markerOf(list: List): string {
  return join(folderOf(list), "installed.txt");
}

/** Whether what the list says is what is installed. */
export function isInstalled(list: List): boolean {
  try {
    return readFileSync(markerOf(list), "utf8") === readFileSync(own(lists[list]), "utf8");
  } catch {
    return false; // never installed, or not to its end
  }
}

/** The Python that has what the list says. */
export function pythonOf(list: "ray" | "dask"): string {
  if (!isInstalled(list))
    throw missing(`peers.${list}`, `${list} for Python, as in bench/peers/${lists[list]},`);
  return join(folderOf(list), "bin", "python");
}

/** Loads a package of the list for npm. The type says what of it is used here. */
export function loadPackage<Package>(name: string): Package {
  return packageLoader()(name) as Package; // its version is the list's, which the type was written for
}

/** The version of a package of the list for npm. */
export function versionOf(name: string): string {
  const { packages } = JSON.parse(readFileSync(own(lists.npm), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  return packages[`node_modules/${name}`]?.version ?? "unknown";
}

/** The version of a package that the list for Ray or Dask pins. */
export function requirementOf(list: "ray" | "dask", name: string): string {
  const line = readFileSync(own(lists[list]), "utf8")
    .split("\n")
    .find((pin) => pin.startsWith(`${name}==`));
  return /==(\S+)/.exec(line ?? "")?.[1] ?? "unknown";
}

/** The packages of npm are there; throws Unavailable otherwise. */
export function expectPackages(figure: string): void {
  if (!isInstalled("npm")) throw missing(figure, "npm packages, as in bench/peers/package.json,");
}

/** The path of a program, from the cache or the PATH; throws Unavailable where there is none. */
export function programOf(figure: string, program: string): string {
  const path = findProgram(program);
  if (path === undefined) throw missing(figure, `the program ${program}`);
  return path;
}

/** The path of a program, from the cache or the PATH. */
export function findProgram(program: string): string | undefined {
  const folders = [folderOf("programs"), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** What a program says its version is. */
export function programVersion(path: string): string {
  const said = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 }).stdout ?? "";
  return /\d+\.\d+[\w.-]*/.exec(said)?.[0] ?? "unknown";
}

function packageLoader(): NodeJS.Require {
  return createRequire(join(folderOf("npm"), "package.json"));
}

function missing(figure: string, what: string): Unavailable {
  return new Unavailable(
    `it needs ${what} which is not installed; get it with: npm run bench -- --setup --only ${figure}`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us
  }
}
