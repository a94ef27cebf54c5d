/**
 * The folder where a process keeps what outlives it, held by one process at a time. A folder that is made here or found
 * empty gets mode 0700; one with content keeps the mode its owner gave it. Files in it are readable for the owner only.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HeddleError } from "../base/error.ts";
import { nodeId, type NodeId } from "../base/ids.ts";
import { errorCode, fileError } from "./file-error.ts";
import { lockFolder, type FolderLock } from "./folder-lock.ts";
import { writeWhole } from "./temporary-file.ts";

/** Makes the folder if need be and takes its lock. Throws DATA_LOCKED, STORE_FULL; BAD_REQUEST when it cannot be used. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = resolve(folder);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if ((await readdir(path)).length === 0) await closeToOthers(path);
    return new LockedFolder(path, await lockFolder(path));
  } catch (error) {
    throw folderError(error, path);
  }
}

/** A data folder that this process holds. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** The path of a file in the folder, which need not be there. */
  pathOf(name: string): string;
  /** The id of the node that lives here, made at the first call ever. Throws STORE_CORRUPT. */
  nodeId(): Promise<NodeId>;
  /**
   * The secret that the parts of a fabric know one another by, 64 hex digits, made at the first call ever. Throws
   * BAD_SECRET when the file holds anything else or may be read by others.
   */
  secret(): Promise<string>;
  /** Lets another process have the folder. May be called twice. */
  close(): Promise<void>;
}

class LockedFolder implements DataFolder {
  readonly path: string;
  readonly #lock: FolderLock;
  #nodeId: Promise<NodeId> | undefined;
  #secret: Promise<string> | undefined;

  constructor(path: string, lock: FolderLock) {
    this.path = path;
    this.#lock = lock;
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  nodeId(): Promise<NodeId> {
    return (this.#nodeId ??= readOrMakeNodeId(this.pathOf("node-id")));
  }

  secret(): Promise<string> {
    return (this.#secret ??= readOrMakeSecret(this.pathOf("secret")));
  }

  close(): Promise<void> {
    return this.#lock.release();
  }
}

const nodeIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const secretPattern = /^[0-9a-f]{64}$/;

async function readOrMakeNodeId(path: string): Promise<NodeId> {
  const text = await readOrMake(path, () => `node-${randomBytes(4).toString("hex")}`);
  if (nodeIdPattern.test(text)) return nodeId(text);
  throw new HeddleError(
    "STORE_CORRUPT",
    `${path} holds ${JSON.stringify(text.slice(0, 80))} where a node's id should be; remove it for a new one`,
  );
}

async function readOrMakeSecret(path: string): Promise<string> {
  const text = await readOrMake(path, () => randomBytes(32).toString("hex"));
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    const octal = mode.toString(8).padStart(3, "0");
    throw new HeddleError(
      "BAD_SECRET",
      `others may read the secret ${path} (mode ${octal}); run chmod 600 on it`,
    );
  }
  if (secretPattern.test(text)) return text;
  throw new HeddleError(
    "BAD_SECRET",
    `the secret ${path} is not 64 hex digits; restore it, or remove it and restart every part of the fabric`,
  );
}

async function closeToOthers(path: string): Promise<void> {
  try {
    await chmod(path, 0o700);
  } catch (error) {
    // A mounted volume may belong to somebody else, who chose its mode; what is written into it is closed anyway.
    if (errorCode(error) !== "EPERM") throw error;
  }
}

/** The text of the file; when it is not there, first writes what `make` gives. Only the holder of the lock comes here. */
async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trimEnd();
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw fileError(error, `reading ${path}`);
  }
  try {
    const text = make();
    await writeWhole(path, Buffer.from(`${text}\n`));
    return text;
  } catch (error) {
    throw fileError(error, `writing ${path}`);
  }
}

function folderError(error: unknown, path: string): HeddleError {
  const told = fileError(error, `opening the data folder ${path}`);
  if (told.reason !== "INTERNAL") return told;
  return new HeddleError("BAD_REQUEST", `${told.rawMessage}; choose another with --data`, { cause: error });
}
