/**
 * The workers of a node, which can be started before the node is there: a thread takes as long to start as the rest of
 * a node's process takes to load, and a processor of its own to do it on.
 */
import { systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { createWorkerPool, type BatchPart, type LogEntry, type WorkerPool } from "../worker/pool.ts";

/** Who takes what the workers hand out. */
export interface WorkerOutlet {
  part(part: BatchPart): void;
  /** Long items have come to hold all workers, or do so no more. */
  held(): void;
  log(entry: LogEntry): void;
}

export class NodeWorkers {
  /** Threads that run kernels. */
  readonly count: number;
  readonly pool: WorkerPool;
  #outlet: WorkerOutlet | undefined;

  constructor(count: number) {
    this.count = count;
    this.pool = createWorkerPool({
      workers: count,
      spares: limits.spareWorkers,
      spareDelayMs: limits.spareDelayMs,
      clock: systemClock,
      onPart: (part) => this.#outlet?.part(part),
      onHeld: () => this.#outlet?.held(),
      onLog: (entry) => this.#outlet?.log(entry),
    });
  }

  /** Names who takes what they hand out: before the first batch, nothing is. */
  serve(outlet: WorkerOutlet): void {
    this.#outlet = outlet;
  }
}
