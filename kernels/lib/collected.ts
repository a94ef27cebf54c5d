/**
 * The memory of a kernel that is built with the runtime `incremental`: the allocator and the collector of
 * AssemblyScript, which frees objects in small steps while objects are made.
 *
 * The collector knows the objects that variables of the author's hold. The generated entry holds some by their address
 * alone, so it pauses the collector while it reads the request and while it writes the response.
 */
import "rt/tlsf";
import { swapThreshold } from "rt/itcms";

/** Keeps the collector from running; gives what `resume` takes. */
export function pause(): usize {
  return swapThreshold(usize.MAX_VALUE);
}

/** Lets the collector go on. */
export function resume(threshold: usize): void {
  swapThreshold(threshold);
}

/** Gives the host room for a request; it belongs to the call. */
export function heddle_alloc(size: i32): usize {
  return __alloc(<usize>size);
}

/** What lies in the request is copied: the collector knows objects by headers that have no room there. */
export { copiedBlock as blockOf, copiedView as viewOf } from "./container";
