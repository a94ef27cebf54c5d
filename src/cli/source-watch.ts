/**
 * Tells when files have changed, however an editor writes them: in place, in several steps, or as another file that
 * takes the old one's name. Folders are watched and not files, since a file that is replaced takes its watch with it;
 * what counts is whether a file's text differs from what was seen last.
 */
import { createHash } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { limits } from "../base/limits.ts";
import type { SeenFiles } from "../compiler/build-messages.ts";

/** Watches files, of which those not there yet are ones too. */
export class SourceWatch {
  readonly #changed: (firstAt: number) => void;
  readonly #folders = new Map<string, FSWatcher>();
  /** By absolute path. */
  #seen: SeenFiles = new Map();
  #timer: NodeJS.Timeout | undefined;
  /** When the first of the events came that are gathered. */
  #firstAt = 0;
  #stopped = false;

  /** `changed` is told the time of the first event, on the scale of `performance.now()`. */
  constructor(changed: (firstAt: number) => void) {
    this.#changed = changed;
  }

  /** These are the files from now on, and the texts that are known already. */
  update(files: SeenFiles): void {
    this.#seen = new Map([...files].map(([path, digest]) => [resolve(path), digest]));
    const wanted = new Set([...this.#seen.keys()].map(dirname));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) this.#watch(folder);
    // What changed between the reading and the watching.
    this.#event();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #watch(folder: string): void {
    if (this.#folders.has(folder) || this.#stopped) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // The folder itself was taken away or renamed.
        if (name === basename(folder)) this.#lose(folder);
        if (name === null || [...this.#seen.keys()].some((path) => basename(path) === name)) this.#event();
      });
      watcher.on("error", () => this.#lose(folder));
      this.#folders.set(folder, watcher);
    } catch {
      // Not there at present; looked for again, as its files are said to be gone meanwhile.
      this.#again(folder);
    }
  }

  #lose(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
    this.#again(folder);
  }

  #again(folder: string): void {
    const timer = setTimeout(() => {
      if (this.#stopped || ![...this.#seen.keys()].some((path) => dirname(path) === folder)) return;
      this.#watch(folder);
      this.#event();
    }, limits.folderRetryMs);
    timer.unref();
  }

  /** Waits until nothing has come for a moment. */
  #event(): void {
    if (this.#stopped) return;
    if (this.#timer === undefined) this.#firstAt = performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), limits.saveSettleMs);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const firstAt = this.#firstAt;
    const seen = this.#seen;
    const change = await changeOf(seen);
    // An update in the meantime looks again by itself, and so does an event.
    if (this.#stopped || seen !== this.#seen || this.#timer !== undefined) return;
    const mayBeHalf = change === "emptied" && performance.now() - firstAt < limits.saveEmptyMs;
    if (mayBeHalf) this.#timer = setTimeout(() => void this.#look(), limits.saveSettleMs);
    else if (change !== "none") this.#changed(firstAt);
  }
}

/** True when a file has another text than was seen. */
export async function haveChanged(files: SeenFiles): Promise<boolean> {
  return (await changeOf(files)) !== "none";
}

/** What became of files. One that is empty now may be half-way through being written anew. */
async function changeOf(files: SeenFiles): Promise<"none" | "some" | "emptied"> {
  const changed = await Promise.all(
    [...files].map(async ([path, digest]) => {
      const present = await digestOf(path);
      return present === digest ? undefined : present;
    }),
  );
  if (changed.includes(emptyDigest)) return "emptied";
  return changed.some((present) => present !== undefined) ? "some" : "none";
}

const emptyDigest = createHash("sha256").digest("hex");

async function digestOf(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(path, "utf8"))
      .digest("hex");
  } catch {
    return ""; // not there, or not a file: as the build sees it
  }
}
