/**
 * What instances that were made anew leave behind. A memory that has grown cannot shrink, so its instance is dropped;
 * V8 counts a WebAssembly memory with the size it began with, sees next to nothing to collect, and a thread of large
 * calls would keep the memories of all of them. So the thread is made to collect once so many bytes are lost.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { limits } from "../base/limits.ts";

/** Of this thread. */
let lostBytes = 0;
let collect: (() => void) | undefined;

/** So many bytes by which a memory had grown are garbage. */
export function loseMemory(bytes: number): void {
  lostBytes += bytes;
  if (lostBytes < limits.lostMemoryMaxBytes) return;
  lostBytes = 0;
  collect ??= collector();
  collect();
}

/** V8's own function: it is there in contexts that are made after this flag was set. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
