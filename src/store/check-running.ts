import { HeddleError } from "../base/error.ts";
import type { LifecycleState } from "../base/lifecycle.ts";

/** Throws unless the store may be called: INTERNAL before its start (a defect), GATEWAY_STOPPING after its stop. */
export function checkRunning(state: LifecycleState): void {
  if (state === "running") return;
  if (state === "new" || state === "starting") {
    throw new HeddleError("INTERNAL", "the store was called before its start was complete");
  }
  throw new HeddleError("GATEWAY_STOPPING", "the store has been stopped with its process");
}
