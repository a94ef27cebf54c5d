import { readFile } from "node:fs/promises";

/** A source that was found. */
export interface FoundSource {
  /** Path as the compiler is to know it; no path of this machine. */
  readonly path: string;
  readonly text: string;
}

/** The text of a file, or null when there is none. */
export async function readOptional(path: string | URL): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw error;
  }
}
