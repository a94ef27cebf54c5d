import type { ResultFrame } from "../wire/frame.ts";

/**
 * What the call at a position of a frame took, under the names it has in trailing metadata and in HTTP headers: the node and the version that
 * answered, how many tries were made, and milliseconds of waiting, of instantiating (when not 0) and of running.
 */
export function callStats(digest: string, frame: ResultFrame, position: number): Record<string, string> {
  const stats: Record<string, string> = {
    "heddle-node": frame.node,
    "heddle-digest": digest,
    "heddle-attempts": String(frame.attempt),
    "heddle-queued-ms": milliseconds(frame.queuedMs),
    "heddle-run-ms": milliseconds(frame.runMs[position] ?? 0),
  };
  if (frame.coldMs > 0) stats["heddle-cold-ms"] = milliseconds(frame.coldMs);
  return stats;
}

/** Three digits after the point are microseconds, which is as fine as nodes measure. */
function milliseconds(time: number): string {
  return String(Math.round(time * 1000) / 1000);
}
