/**
 * How V8 collects garbage in a process that passes bytes on. What passes through a gateway or a node lies in buffers
 * outside of V8's heap and lives for a millisecond; the heap itself has some 20 MB that hardly change. V8 up to 14.7
 * counts buffers against the room that the heap has left, so that every 10 MB of traffic began a full collection: in a
 * map that was half of the time of both processes. From 14.8 on V8 counts them by themselves, which is switched on here.
 *
 * The room is then what the heap may grow by, and the more of it there is, the fewer full collections: with the heap
 * growing to eight times what it held after the last one, they come every 150 MB or so, and what dies young has been
 * swept before. At four times, which is what V8 itself allows a busy heap, they took a fifth of a gateway's time in a map
 * and as much again of V8's helper threads. The process takes that much more memory under load and no more than before
 * without.
 *
 * Buffers may grow to twice what was left of them. V8 lets them grow by a third, so that a process through which large
 * payloads pass collected its whole heap for every 30 MB that it held, which was a fifth of its time.
 */
import { setFlagsFromString } from "node:v8";

/** Sets the process up for traffic; to be called before it serves any. */
export function tuneServerHeap(): void {
  const [major = 0, minor = 0] = process.versions.v8.split(".").map(Number);
  // Later versions lose the flag, and V8 says so on stderr.
  if (major < 14 || (major === 14 && minor < 8)) {
    setFlagsFromString("--external-memory-accounted-in-global-limit");
    setFlagsFromString("--external-memory-max-growing-factor=2");
  }
  setFlagsFromString("--heap-growing-percent=700");
}
