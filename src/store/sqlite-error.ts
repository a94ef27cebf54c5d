import { HeddleError } from "../base/error.ts";
import type { Reason } from "../base/reason.ts";

/** Turns an error of `node:sqlite` into a HeddleError that names the file and what to do. */
export function sqliteError(error: unknown, path: string): HeddleError {
  if (error instanceof HeddleError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const { reason, advice } = meanings.get(primaryCode(error)) ?? unknownMeaning;
  return new HeddleError(reason, `the database ${path}: ${said}; ${advice}`, { cause: error });
}

interface Meaning {
  readonly reason: Reason;
  readonly advice: string;
}

const locked: Meaning = { reason: "DATA_LOCKED", advice: "another process uses it; stop that one first" };
const corrupt: Meaning = {
  reason: "STORE_CORRUPT",
  advice: "restore it from a copy, or move it away and deploy again",
};
const unknownMeaning: Meaning = {
  reason: "INTERNAL",
  advice: "see whether the disk and the folder are in order",
};

/** By SQLite's primary result codes (sqlite.org/rescode.html). */
const meanings = new Map<number, Meaning>([
  [5, locked], // BUSY
  [6, locked], // LOCKED
  [11, corrupt], // CORRUPT
  [26, corrupt], // NOTADB
  [13, { reason: "STORE_FULL", advice: "the disk is full; free some space" }], // FULL
]);

/** The low byte of the result code; the rest of it is detail. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return 0;
  return error.errcode & 0xff;
}
