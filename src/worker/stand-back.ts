import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { limits } from "../base/limits.ts";

/**
 * Has the thread that calls this stand back for others, where threads have a priority of their own, which is on Linux.
 * On a machine with more to do than processors an event loop waited for its turn behind kernels at each hop of a call.
 */
export function standBack(): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), limits.workerNiceness);
  } catch {
    // There is no such file, or the priority is not ours to change: all threads are equal then.
  }
}
