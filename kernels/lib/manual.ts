/**
 * The memory of a kernel that is built with the runtime `minimal`: the allocator of AssemblyScript and a collector
 * that runs where the author calls `__collect()`. What only local variables hold is freed there; the parameters of the
 * call are held by the entry.
 */
import "rt/tlsf";
import "rt/tcms";

/** Keeps a parameter, and what it refers to, from being freed. What lies in static memory is never freed. */
export function hold(object: usize): void {
  if (object >= __heap_base) __pin(object);
}

/** Gives the host room for a request; it belongs to the call. */
export function heddle_alloc(size: i32): usize {
  return __alloc(<usize>size);
}

/** What lies in the request is copied: the collector knows objects by headers that have no room there. */
export { copiedBlock as blockOf, copiedView as viewOf } from "./container";
