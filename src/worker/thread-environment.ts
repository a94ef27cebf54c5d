/**
 * Erasing types and compiling is most of what a thread takes to start, so threads share the compiled code that their
 * process keeps on disk, if it keeps any.
 */
import nodeModule from "node:module";
import { dirname } from "node:path";

/** The environment variables of a thread: none but where compiled code is kept. */
export function threadEnvironment(): Readonly<Record<string, string>> {
  const folder = nodeModule.getCompileCacheDir();
  // What is given is the folder of one version of Node in the one that has to be named.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Keeps what a thread has compiled, which is lost when it is ended: to be called once it has loaded all it needs. */
export function keepCompiled(): void {
  nodeModule.flushCompileCache();
}

let profileFlags: readonly string[] = [];

/**
 * Has workers that start from now on leave a CPU profile each, with these flags of Node (`--cpu-prof`, …). They inherit
 * none of the flags that their process was started with, but a profile of a node without them would miss the kernels.
 */
export function profileThreads(flags: readonly string[]): void {
  profileFlags = flags.filter((flag) => flag.startsWith("--cpu-prof"));
}

/** The flags that a worker is started with. */
export function threadFlags(): string[] {
  return [...profileFlags];
}
