import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { HeddleError } from "../base/error.ts";
import { noteRead } from "./read-notes.ts";

/** A source that was found. */
export interface FoundSource {
  /** Path as the compiler is to know it; no path of this machine. */
  readonly path: string;
  readonly text: string;
}

/** The text of a file, or null when there is none. Throws BUILD_FAILED for one that is no text or cannot be read. */
export async function readOptional(path: string | URL): Promise<string | null> {
  const note = (text: string | null): string | null => {
    if (typeof path === "string") noteRead(path, text); // an address is one of Heddle's own files
    return text;
  };
  try {
    const bytes = await readFile(path);
    const text = note(bytes.toString("utf8"));
    if (!isUtf8(bytes)) {
      const said = `${String(path)}  its text is not UTF-8; save it in that encoding`;
      throw new HeddleError("BUILD_FAILED", said);
    }
    return text;
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return note(null);
    const said = error instanceof Error ? error.message : String(error);
    throw new HeddleError("BUILD_FAILED", `${String(path)}  it cannot be read: ${said}`, { cause: error });
  }
}
