import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** What a thread's own end means for the item that ran. */
export function lostThread(cause: unknown): HeddleError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    const said = `the kernel made V8 hold more than ${limits.workerHeapMaxBytes} bytes for it (exceptions, references)`;
    return new HeddleError("MEMORY_LIMIT", said, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause ?? "it was ended");
  return new HeddleError("WORKER_LOST", `the worker thread ended while the item ran: ${said}`, { cause });
}
