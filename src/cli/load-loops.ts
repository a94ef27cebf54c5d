/**
 * Two ways to make load with single calls.
 *
 * **Closed**: a fixed number of callers, each of which calls again when it has its answer. It finds out what the fabric
 * can do; but when the fabric stalls, so do the callers, and the calls that nobody made in that time are in no
 * percentile. That is called coordinated omission.
 *
 * **Open**: calls are due at a fixed rate, whatever became of those before, and the time of a call counts from when it
 * was due. A stall is seen by all calls that fell into it, as users would.
 */
import { setImmediate as nextTurn, setTimeout as later } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import type { LoadTally } from "./load-tally.ts";

/** How long and how much. */
export interface LoadOptions {
  readonly durationMs: number;
  /** Calls in flight: just so many in a closed loop, at most so many in an open one. */
  readonly concurrency: number;
  /** Ends the load at once; what is in flight then does not count. */
  readonly signal: AbortSignal;
}

/** Time, passed in for tests. */
export interface LoadPacing {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const systemPacing: LoadPacing = {
  now: () => systemClock.now(),
  // Timers have steps of a millisecond. What is due before is worth a core, or every call would seem later than it is.
  wait: (ms) => (ms < 1 ? nextTurn() : later(Math.floor(ms))),
};

/** Keeps calls in flight for a time, then waits for the last answers. */
export async function runClosedLoop(
  call: () => Promise<unknown>,
  { durationMs, concurrency, signal }: LoadOptions,
  tally: LoadTally,
  { now }: LoadPacing = systemPacing,
): Promise<void> {
  const endAt = now() + durationMs;
  const caller = async (): Promise<void> => {
    do {
      const begun = now();
      try {
        await call();
        tally.succeed(now() - begun);
      } catch (error) {
        tally.fail(error);
      }
    } while (now() < endAt && !tally.lost && !signal.aborted);
  };
  await untilAborted(Promise.all(Array.from({ length: concurrency }, caller)), signal, tally);
}

/** Makes so many calls a second for a time, then waits for the last answers. */
export async function runOpenLoop(
  call: () => Promise<unknown>,
  { durationMs, concurrency, signal, ratePerSecond }: LoadOptions & { readonly ratePerSecond: number },
  tally: LoadTally,
  { now, wait }: LoadPacing = systemPacing,
): Promise<void> {
  const begun = now();
  const total = Math.max(1, Math.round((durationMs * ratePerSecond) / 1000));
  let inFlight = 0;
  let ended = Promise.withResolvers<void>();
  const over = (): void => {
    inFlight--;
    ended.resolve();
    ended = Promise.withResolvers();
  };
  const start = (dueAt: number): void => {
    inFlight++;
    call()
      .then(
        () => tally.succeed(now() - dueAt),
        (error: unknown) => tally.fail(error),
      )
      .finally(over);
  };
  const startAll = async (): Promise<void> => {
    let started = 0;
    while (started < total && !tally.lost && !signal.aborted) {
      const dueAt = begun + (started * 1000) / ratePerSecond;
      if (now() < dueAt) await wait(dueAt - now());
      else if (inFlight < concurrency) {
        start(dueAt);
        started++;
      } else if (now() >= begun + durationMs) break;
      else await ended.promise;
    }
    tally.notStarted = tally.lost || signal.aborted ? 0 : total - started;
    while (inFlight > 0) await ended.promise;
  };
  await untilAborted(startAll(), signal, tally);
}

async function untilAborted(work: Promise<unknown>, signal: AbortSignal, tally: LoadTally): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    tally.close();
  }
}
