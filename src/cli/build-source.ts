import { readFile, stat } from "node:fs/promises";
import type { BuildInput } from "../compiler/build-settings.ts";
import type { BuiltKernel } from "../compiler/compile.ts";
import { UsageError } from "./exit-code.ts";

/**
 * The built kernel of a `.ts` source; the keys given override those of its files. Throws BUILD_FAILED, BAD_MANIFEST,
 * UsageError for a file that cannot be read.
 */
export async function buildSource(file: string, manifest: BuildInput = {}): Promise<BuiltKernel> {
  await readable(file);
  // The compiler takes a tenth of a second to load, which every other command would wait for.
  const { buildKernel } = await import("../compiler/compile.ts");
  return buildKernel({ file, manifest });
}

/** Throws UsageError when the file cannot be read. */
export async function readable(file: string): Promise<Buffer> {
  try {
    const found = await stat(file);
    // A pipe or a device may never end, and reading one cannot be interrupted.
    if (!found.isFile() && !found.isDirectory()) throw new Error("it is no file");
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
