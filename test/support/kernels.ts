/**
 * The kernels below test/fixtures/kernels and those of the library in kernels/, built. A module is kept beside the installed packages under a digest of all
 * that went into it, so that a test run builds each at most once, and the next run only what has changed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { filesBelow, repository, textOf } from "./source-files.ts";

/** The built module of `test/fixtures/kernels/<name>.ts`. */
export async function kernelModule(name: string): Promise<Uint8Array> {
  return readFileSync(await kernelFile(name));
}

/** The path of that module. */
export async function kernelFile(name: string): Promise<string> {
  const source = kernelSource(name);
  return builtFile(`${name}-${digestOf([relative(repository, source)])}.wasm`, source);
}

/** The built module of `kernels/<name>.ts`. */
export async function libraryModule(name: string): Promise<Uint8Array> {
  return readFileSync(await libraryFile(name));
}

/** The path of that module. */
export async function libraryFile(name: string): Promise<string> {
  return builtFile(`library-${name}-${digestOf(filesBelow("kernels"))}.wasm`, librarySource(name));
}

/** The path of the source of a kernel of the library. */
export function librarySource(name: string): string {
  return join(repository, "kernels", `${name}.ts`);
}

async function builtFile(name: string, source: string): Promise<string> {
  const file = join(cacheFolder("kernels"), name);
  if (isThere(file)) return file;
  // Loaded only when it is needed: it brings the whole compiler.
  const { buildKernel } = await import("../../src/compiler/compile.ts");
  const { wasm } = await buildKernel({ file: source });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, wasm);
  renameSync(half, file);
  return file;
}

/** The path of the kernel's source. */
export function kernelSource(name: string): string {
  return join(repository, "test", "fixtures", "kernels", `${name}.ts`);
}

/** A folder that outlives test runs and goes with the installed packages. */
export function cacheFolder(name: string): string {
  const folder = join(repository, "node_modules", ".cache", "heddle-test", name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The result of `work/mix` in O(log rounds): n equal steps x → ax + c are one such step, found by squaring. */
export function mixed(seed: number, rounds: number): number {
  let state = seed >>> 0;
  let factor = 1664525;
  let term = 1013904223;
  for (let left = rounds; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) state = (Math.imul(state, factor) + term) >>> 0;
    term = (Math.imul(term, factor) + term) >>> 0;
    factor = Math.imul(factor, factor) >>> 0;
  }
  return state;
}

function digestOf(sources: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of sources) hash.update(path).update(textOf(path));
  const builders = ["kernels/lib", "src/compiler", "src/kernel", "src/wire"].flatMap(filesBelow);
  for (const path of ["package-lock.json", ...builders]) hash.update(path).update(textOf(path));
  return hash.digest("hex").slice(0, 16);
}

function isThere(file: string): boolean {
  try {
    return readFileSync(file).length > 0;
  } catch {
    return false; // not built yet
  }
}
