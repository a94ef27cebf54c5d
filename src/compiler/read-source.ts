import { readFile } from "node:fs/promises";
import { noteRead } from "./read-notes.ts";

/** A source that was found. */
export interface FoundSource {
  /** Path as the compiler is to know it; no path of this machine. */
  readonly path: string;
  readonly text: string;
}

/** The text of a file, or null when there is none. */
export async function readOptional(path: string | URL): Promise<string | null> {
  const note = (text: string | null): string | null => {
    if (typeof path === "string") noteRead(path, text); // an address is one of Heddle's own files
    return text;
  };
  try {
    return note(await readFile(path, "utf8"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return note(null);
    throw error;
  }
}
