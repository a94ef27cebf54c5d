import { limits } from "../base/limits.ts";
import type { CreditFrame } from "../wire/frame.ts";

/** What a node with so many workers takes from one scheduler; `held`: items that run long have them all. */
export function creditOf(workers: number, draining: boolean, held = false): CreditFrame {
  if (draining) return { queueMs: 0, queueBytes: 0, attempts: 0, draining, held };
  return {
    queueMs: workers * limits.nodeQueueMs,
    queueBytes: limits.nodeQueueMaxBytes / 2,
    attempts: Math.min(limits.nodeBatchesMax, workers * limits.attemptsPerWorker),
    draining,
    held,
  };
}
