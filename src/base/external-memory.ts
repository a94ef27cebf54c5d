/**
 * V8 collects the whole heap whenever 64 MiB were allocated outside of it, whatever was freed meanwhile, and a process
 * that passes payloads on allocates nothing else: collecting took half of its time. When that memory counts towards the
 * bound of the heap like everything else, most of it goes with the quick collections of young objects.
 */
import { setFlagsFromString } from "node:v8";

/** Makes memory outside of the heap count like memory in it, in this process. */
export function countExternalMemoryAsHeap(): void {
  setFlagsFromString("--external-memory-accounted-in-global-limit");
}
