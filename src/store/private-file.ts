import { closeSync, openSync } from "node:fs";
import { errorCode } from "./file-error.ts";

/**
 * Makes an empty file with mode 0600 for SQLite, which would let others read it; its log takes the mode of the
 * database. A file that is there is left unopened: closing any other descriptor of a file drops the POSIX locks that
 * the process has on it through SQLite.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}
