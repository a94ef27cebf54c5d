/** What a run ran on, so that its numbers can be read: the machine and the versions of all that took part. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import { version } from "../../src/base/version.ts";

/** A machine, and how busy it was. */
export interface Machine {
  readonly processor: string;
  /** Threads that run at once. */
  readonly cores: number;
  readonly memoryGiB: number;
  /** Name and release of the operating system's kernel. */
  readonly system: string;
  /** Of the last minute, when the run began. */
  readonly loadAverage: number;
}

/** The machine that this process is on. */
export function readMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    system: `${type()} ${release()}`,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

const run = promisify(execFile);

/** Versions by name: Heddle and its commit, Node, V8, the libraries of the data plane, compilers that are installed. */
export async function readVersions(): Promise<Record<string, string>> {
  const libraries = ["@grpc/grpc-js", "protobufjs", "assemblyscript"];
  const compilers = ["gcc", "clang"];
  const found = await Promise.all([
    ...libraries.map(async (name) => [name, await libraryVersion(name)] as const),
    ...compilers.map(async (name) => [name, await firstLine(name, ["--version"])] as const),
    firstLine("git", ["describe", "--always", "--dirty"]).then((commit) => ["commit", commit] as const),
  ]);
  const versions: Record<string, string> = {
    heddle: version,
    node: process.versions.node,
    v8: process.versions.v8,
  };
  for (const [name, value] of found) if (value !== undefined) versions[name] = value;
  return versions;
}

async function libraryVersion(name: string): Promise<string | undefined> {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version: installed } = JSON.parse(await readFile(file, "utf8")) as { version: string }; // npm's own file
  return installed;
}

/** What a program says first; undefined where there is none. */
async function firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, [...args], {
      cwd: new URL("../..", import.meta.url),
      timeout: 10_000,
    });
    return stdout.split("\n")[0]?.trim();
  } catch {
    return undefined; // not installed, or no clone: the report does without
  }
}
