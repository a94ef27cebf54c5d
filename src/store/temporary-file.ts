/**
 * Files that appear whole or not at all. The bytes go to a file of a random name, are brought onto the disk, and only
 * then get their name, which replaces whatever had it; last the folder is brought onto the disk, since the name lives
 * there. A crash leaves at worst a temporary file, which a later process sweeps away by its age.
 */
import { randomBytes } from "node:crypto";
import { open, readdir, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode } from "./file-error.ts";

/** A file that has no name yet. Ends with `keepAs` or `discard`. */
export class TemporaryFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  /** It is complete: nothing more is written to it. */
  #finished = false;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Where it is until it has its name. */
  get path(): string {
    return this.#path;
  }

  /** A new empty file in the folder, for its owner only. */
  static async create(folder: string): Promise<TemporaryFile> {
    const path = join(folder, `${prefix}${randomBytes(12).toString("hex")}`);
    return new TemporaryFile(path, await open(path, "wx", 0o600));
  }

  /** Appends all of the bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#handle.writeFile(bytes);
  }

  /** Ends the writing, and brings what was written onto the disk; unless it need not be durable. */
  async finish(modifiedAtMs?: number, durable = true): Promise<void> {
    if (modifiedAtMs !== undefined) await this.#handle.utimes(modifiedAtMs / 1000, modifiedAtMs / 1000);
    if (durable) await this.#handle.sync();
    await this.#handle.close();
    this.#finished = true;
  }

  /**
   * Gives the file its name in the same folder. When this resolves, bytes and name outlive a power failure; unless it
   * need not be durable: then the file may be gone or lack its bytes after one.
   */
  async keepAs(path: string, durable = true): Promise<void> {
    if (!this.#finished) await this.finish(undefined, durable);
    await rename(this.#path, path);
    if (durable) await syncFolder(dirname(path));
  }

  /** Removes the file. May be called after a failed `keepAs`. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await removeIfThere(this.#path);
  }
}

/** Puts the bytes in place of whatever the path holds, whole and durably, readable for the owner only. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await TemporaryFile.create(dirname(path));
  try {
    await file.write(bytes);
    await file.keepAs(path);
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Removes temporary files last written before the given time; younger ones may still be at work. */
export async function sweepTemporaryFiles(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < beforeMs) await unlink(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error; // another process swept it, or has given it its name
    }
  }
}

/** Removes a file; gives false when it was not there. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

const prefix = "tmp-";

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    handle.close().catch(() => {}); // not waited for: nothing was written through it
  }
}
