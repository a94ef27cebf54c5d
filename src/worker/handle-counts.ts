/** Counters of a worker that outlive it in the pool's. */
export interface HandleCounts {
  items: number;
  batches: number;
  coldStarts: number;
  rebuilds: number;
}
