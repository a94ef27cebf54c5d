/**
 * One process per data folder, by a lock that the operating system takes back when its holder dies, however it dies.
 * Node offers no file locks, SQLite does: an exclusive transaction on an empty database that is never written is a POSIX
 * lock on the file `lock` and nothing else. Who holds it stands beside it in `holder`; that file is information only and
 * may be stale, so a process that finds the lock taken and the holder dead looks again before it says a name.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { errorCode } from "./file-error.ts";
import { createPrivateFile } from "./private-file.ts";
import { sqliteError } from "./sqlite-error.ts";
import { removeIfThere, writeWhole } from "./temporary-file.ts";

/** Takes the lock of the folder or throws DATA_LOCKED with the pid of its holder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  let pid: number | undefined;
  for (let tries = 0; tries < limits.dataLockTries; tries++) {
    if (tries > 0) await wait(limits.dataLockRetryMs);
    const database = tryLock(join(folder, "lock"));
    if (database !== undefined) return announce(folder, database);
    pid = await readHolder(folder);
    if (pid !== undefined && isAlive(pid)) break;
  }
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  throw new HeddleError(
    "DATA_LOCKED",
    `the data folder ${folder} is in use by ${holder}; stop it first, or choose another folder with --data`,
  );
}

/** Held until it is released or the process ends. */
export interface FolderLock {
  /** May be called twice. */
  release(): Promise<void>;
}

/** Connections that hold a lock: a garbage-collected one would be closed and let go of it. */
const held = new Set<DatabaseSync>();

async function announce(folder: string, database: DatabaseSync): Promise<FolderLock> {
  const holder = join(folder, "holder");
  held.add(database);
  const unlock = (): void => {
    if (held.delete(database)) database.close();
  };
  try {
    await writeWhole(holder, Buffer.from(`${process.pid}\n`));
  } catch (error) {
    unlock();
    throw error;
  }
  return {
    async release() {
      if (!held.has(database)) return;
      try {
        await removeIfThere(holder);
      } finally {
        unlock();
      }
    },
  };
}

/** Gives nothing when somebody else has the lock, in this process or another. */
function tryLock(path: string): DatabaseSync | undefined {
  createPrivateFile(path);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"); // no journal file for what never writes
    return database;
  } catch (error) {
    database.close();
    const told = sqliteError(error, path);
    if (told.reason === "DATA_LOCKED") return undefined;
    throw told;
  }
}

async function readHolder(folder: string): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(join(folder, "holder"), "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined; // it has just taken the lock, or just let go
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM"; // alive, and somebody else's
  }
}
