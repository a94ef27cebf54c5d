/** A source of time. Parts that wait or measure take one, so that tests move time by hand. */
export interface Clock {
  /** Milliseconds on a monotonic scale with sub-millisecond digits; its zero means nothing. */
  now(): number;
}

/**
 * The process clock. Its scale is the same in every thread of the process (`performance.now()` alone starts at zero
 * in each worker), so host and worker may compare their readings.
 */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
};
