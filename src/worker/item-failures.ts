/** Why items of a batch did not succeed: what a worker wrote of them, and what is said of those that did not run. */
import { Code } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { toFailure, type BatchFailure } from "./batch.ts";
import { ItemStatus } from "./batch-memory.ts";

const cancelled: BatchFailure = toFailure(
  new HeddleError("CANCELLED", "the item was cancelled before it started"),
);
const expired: BatchFailure = toFailure(
  new HeddleError("DEADLINE", "the deadline passed before the item started"),
);
/** Why items were not started when a worker was ended before them. */
export const notStarted: BatchFailure = toFailure(
  new HeddleError("NOT_STARTED", "the worker was ended because of another item before this one started"),
);

/** Why an item failed, from its status and the text in its place. */
export function failureOf(status: number | undefined, text: Uint8Array): BatchFailure {
  if (status === ItemStatus.CANCELLED) return cancelled;
  if (status === ItemStatus.DEADLINE) return expired;
  return parseFailure(text);
}

/** Reads what a worker wrote. */
export function parseFailure(text: Uint8Array): BatchFailure {
  try {
    return JSON.parse(Buffer.from(text).toString()) as BatchFailure; // written by our own thread
  } catch (cause) {
    const said = `a worker's failure could not be read: ${String(cause)}`;
    return { code: Code.INTERNAL, reason: "INTERNAL", message: said };
  }
}
