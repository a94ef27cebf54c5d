import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./exit-code.ts";

/** Writes a file that the user named, and the folders it is in. Throws UsageError when that cannot be. */
export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Throws UsageError when what is to be written is one of the files that it is made of. */
export async function keepInputs(out: string, inputs: readonly (string | undefined)[]): Promise<void> {
  const target = await stat(out).catch(() => undefined);
  if (target === undefined) return;
  for (const input of inputs) {
    const source = input === undefined ? undefined : await stat(input).catch(() => undefined);
    if (source !== undefined && source.dev === target.dev && source.ino === target.ino)
      throw new UsageError(`--out ${out} would write over ${input}; choose another file`);
  }
}
