import { limits } from "../base/limits.ts";
import type { CreditFrame } from "../wire/frame.ts";

/** What a node with so many workers takes from one scheduler. */
export function creditOf(workers: number, draining: boolean): CreditFrame {
  if (draining) return { queueMs: 0, queueBytes: 0, attempts: 0, draining };
  return {
    queueMs: workers * limits.nodeQueueMs,
    queueBytes: limits.nodeQueueMaxBytes / 2,
    attempts: Math.min(limits.nodeBatchesMax, workers * limits.attemptsPerWorker),
    draining,
  };
}
