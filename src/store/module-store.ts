/**
 * Modules on disk, each in a file named by its digest. Processes may share the folder and nothing else: files appear
 * whole or not at all, are replaced only by equal ones, and the time of a file says when its module was last used, so
 * that all of them agree on which is the least recently used.
 */
import { createHash } from "node:crypto";
import { link, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { errorCode, fileError } from "./file-error.ts";
import { readModuleFile } from "./module-file.ts";
import { TemporaryFile, removeIfThere, sweepTemporaryFiles } from "./temporary-file.ts";

/** Opens the folder, making it with mode 0700 when it is not there, and sweeps away what crashed writers left. */
export async function openModuleStore(options: ModuleStoreOptions): Promise<ModuleStore> {
  const { folder, maxBytes = Infinity, isCache = false, clock = systemClock } = options;
  return inFolder(`opening the modules in ${folder}`, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await sweepTemporaryFiles(folder, clock.now() - limits.temporaryFileMaxAgeMs);
    const store = new ModuleFolder(folder, maxBytes, isCache, clock);
    await store.trim(undefined, () => false); // the bound may have been a higher one
    return store;
  });
}

/** Where modules are kept, and how many. */
export interface ModuleStoreOptions {
  readonly folder: string;
  /** Bytes beyond which the least recently used modules are removed. Default: no bound; set it for a cache. */
  readonly maxBytes?: number;
  /** A power failure may take modules, so that nobody waits for the disk; for a cache. Default false. */
  readonly isCache?: boolean;
  /** Says when a module was used, in ms since the epoch. Default: the system's clock. */
  readonly clock?: Clock;
}

/** A module on disk, without its bytes. */
export interface StoredModule {
  readonly digest: KernelDigest;
  readonly size: number;
  readonly usedAtMs: number;
}

/** Modules by digest. Everything rejects with INTERNAL when the disk fails. */
export interface ModuleStore {
  /**
   * Keeps the bytes, whole or in pieces; durable when it resolves, but in a cache. Putting what is there already repairs a damaged
   * file. When that is too much for the folder, others go, but none that is in use; if it is too much still, the new
   * one is not kept. Rejects with MODULE_TOO_LARGE, STORE_FULL.
   */
  put(
    bytes: ModuleSource,
    inUse?: (digest: KernelDigest) => boolean,
    digest?: KernelDigest,
  ): Promise<KernelDigest>;
  /**
   * Writes the bytes without keeping them: as the first half of `put`, for a module that may yet be refused. With
   * `digest` the caller has found out theirs; otherwise it is found out here. `written` hears, before the disk is done,
   * where the bytes can be read: at the first path until they are kept, at the second from then on.
   */
  stage(
    bytes: ModuleSource,
    digest?: KernelDigest,
    written?: (paths: readonly string[]) => void,
  ): Promise<StagedModule>;
  /**
   * As `put` for a module in a file of somebody else, which is linked and not copied. Gives false when that cannot be
   * done. What is in the file is not looked at.
   */
  link(
    path: string,
    size: number,
    digest: KernelDigest,
    inUse?: (digest: KernelDigest) => boolean,
  ): Promise<boolean>;
  /** The bytes, verified against the digest, or undefined. Rejects with MODULE_CORRUPT. */
  get(digest: KernelDigest): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Is there a file? Its bytes are not verified. */
  has(digest: KernelDigest): Promise<boolean>;
  /** Gives false when it was not there. */
  delete(digest: KernelDigest): Promise<boolean>;
  /** All modules, the least recently used first. */
  list(): Promise<StoredModule[]>;
}

/** A module that is on the disk and has no name there. Ends with one of its methods. */
export interface StagedModule {
  readonly digest: KernelDigest;
  /** As the second half of `put`. */
  keep(inUse?: (digest: KernelDigest) => boolean): Promise<void>;
  discard(): Promise<void>;
}

/** The bytes of a module: all of them, or piece by piece as they come. */
export type ModuleSource = Uint8Array | AsyncIterable<Uint8Array>;

class ModuleFolder implements ModuleStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #isCache: boolean;
  readonly #clock: Clock;
  /** What was free when the folder was last looked through, and what has been put there since. */
  #freeBytes = 0;
  #unseenBytes = 0;

  constructor(folder: string, maxBytes: number, isCache: boolean, clock: Clock) {
    this.#isCache = isCache;
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  async put(
    bytes: ModuleSource,
    inUse?: (digest: KernelDigest) => boolean,
    digest?: KernelDigest,
  ): Promise<KernelDigest> {
    const staged = await this.stage(bytes, digest);
    await staged.keep(inUse);
    return staged.digest;
  }

  stage(
    bytes: ModuleSource,
    known?: KernelDigest,
    written?: (paths: readonly string[]) => void,
  ): Promise<StagedModule> {
    const doing = `writing a module to ${this.#folder}`;
    return inFolder(doing, async () => {
      const file = await TemporaryFile.create(this.#folder);
      return discardedOnError(file, async () => {
        const { digest, size } = await copyInto(file, bytes, known);
        written?.([file.path, this.#pathOf(digest)]);
        await file.finish(this.#clock.now(), !this.#isCache);
        const keep = (inUse = isNotInUse): Promise<void> =>
          inFolder(doing, () => this.#keep(file, size, digest, inUse));
        return { digest, keep, discard: () => inFolder(doing, () => file.discard()) };
      });
    });
  }

  async #keep(
    file: TemporaryFile,
    size: number,
    digest: KernelDigest,
    inUse: (digest: KernelDigest) => boolean,
  ): Promise<void> {
    await discardedOnError(file, () => file.keepAs(this.#pathOf(digest), !this.#isCache));
    await this.#grown(size, digest, inUse);
  }

  /** The folder is looked through only when half of what was free is used up: others may have put modules as well. */
  async #grown(size: number, digest: KernelDigest, inUse: (digest: KernelDigest) => boolean): Promise<void> {
    this.#unseenBytes += size;
    if (this.#unseenBytes > this.#freeBytes / 2) await this.trim(digest, inUse);
  }

  async link(path: string, size: number, digest: KernelDigest, inUse = isNotInUse): Promise<boolean> {
    try {
      await link(path, this.#pathOf(digest));
    } catch {
      return false; // another file system, another user, or it is there: whoever puts it is told what is wrong
    }
    await this.#grown(size, digest, inUse);
    return true;
  }

  get(digest: KernelDigest): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = this.#pathOf(digest);
    return inFolder(`reading the module ${path}`, () => readModuleFile(path, digest, this.#clock.now()));
  }

  has(digest: KernelDigest): Promise<boolean> {
    const path = this.#pathOf(digest);
    return inFolder(`looking for the module ${path}`, async () => (await statIfThere(path)) !== undefined);
  }

  delete(digest: KernelDigest): Promise<boolean> {
    const path = this.#pathOf(digest);
    return inFolder(`removing the module ${path}`, () => removeIfThere(path));
  }

  list(): Promise<StoredModule[]> {
    return inFolder(`listing the modules in ${this.#folder}`, async () => {
      const modules: StoredModule[] = [];
      for (const name of await readdir(this.#folder)) {
        const digest = name.endsWith(extension)
          ? toKernelDigest(name.slice(0, -extension.length))
          : undefined;
        if (digest === undefined) continue;
        const found = await statIfThere(join(this.#folder, name));
        if (found !== undefined) modules.push({ digest, size: found.size, usedAtMs: found.mtimeMs });
      }
      return modules.sort(
        (left, right) => left.usedAtMs - right.usedAtMs || (left.digest < right.digest ? -1 : 1),
      );
    });
  }

  /** Removes the least recently used modules above the bound; the one that has just been put goes last. */
  async trim(justPut: KernelDigest | undefined, inUse: (digest: KernelDigest) => boolean): Promise<void> {
    if (this.#maxBytes === Infinity) return;
    this.#unseenBytes = 0;
    const modules = await this.list();
    let bytes = modules.reduce((sum, { size }) => sum + size, 0);
    this.#freeBytes = Math.max(0, this.#maxBytes - bytes);
    for (const { digest, size } of modules) {
      if (bytes <= this.#maxBytes) return;
      if (digest === justPut || inUse(digest)) continue;
      await this.delete(digest);
      bytes -= size;
    }
    if (bytes > this.#maxBytes && justPut !== undefined) await this.delete(justPut);
  }

  #pathOf(digest: KernelDigest): string {
    return join(this.#folder, `${digest}${extension}`);
  }
}

const extension = ".wasm";
const isNotInUse: (digest: KernelDigest) => boolean = () => false;

async function discardedOnError<T>(file: TemporaryFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Bytes hashed or written between two turns of the event loop: under a millisecond of work. */
const pieceBytes = 1024 * 1024;

async function copyInto(
  file: TemporaryFile,
  source: ModuleSource,
  known: KernelDigest | undefined,
): Promise<{ readonly digest: KernelDigest; readonly size: number }> {
  const hash = known === undefined ? createHash("sha256") : undefined;
  let size = 0;
  for await (const piece of source instanceof Uint8Array ? piecesOf(source) : source) {
    size += piece.byteLength;
    if (size > limits.moduleMaxBytes) {
      throw new HeddleError(
        "MODULE_TOO_LARGE",
        `the module has ${size} bytes or more; at most ${limits.moduleMaxBytes} are allowed`,
      );
    }
    hash?.update(piece);
    await file.write(piece);
  }
  const digest = known ?? (hash?.digest("hex") as KernelDigest); // a sha-256 in hex is what the type means
  return { digest, size };
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes)
    yield bytes.subarray(start, start + pieceBytes);
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function inFolder<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, doing);
  }
}
