/**
 * Closed-loop load: a fixed number of calls is in flight, and each reply starts the next call at once. The loop is the
 * same for all subjects and makes nothing per call, so that what is measured is the subject.
 */
import { answerRequests, type Child } from "../processes/child.ts";

/** One round of load. */
export interface RoundOptions {
  /** Calls in flight. */
  readonly inFlight: number;
  /** New calls are started for this long, in ms; the round ends with the last reply. */
  readonly durationMs: number;
}

/** How much was done, and in what time. */
export interface Pace {
  /** Calls that were answered, which is all that were started. */
  readonly calls: number;
  /** From the first call to the last reply, in ms. */
  readonly elapsedMs: number;
}

/** What a round gave. */
export interface Round extends Pace {
  /** Median time of a call, in ms. */
  readonly p50Ms: number;
  /** The time that 99 of 100 calls stayed below, in ms. */
  readonly p99Ms: number;
  /** The times that `shownPercentiles` of calls did not exceed, in ms. */
  readonly percentilesMs: readonly number[];
}

/** The percentiles that pictures of times show. */
export const shownPercentiles: readonly number[] = [1, 10, 25, 50, 75, 90, 95, 99, 99.9];

/** Whom the calls go to. Slots are numbered from 0; a slot has one call in flight at a time. */
export interface LoadTarget {
  /** Makes this the loop that is told of replies. */
  begin(loop: LoadLoop): void;
  /** Starts a call; its end is told to the loop. */
  call(slot: number): void;
}

/** What a target tells. */
export interface LoadLoop {
  /** The call in this slot was answered, and the reply is right. */
  finished(slot: number): void;
  /** A call failed or a reply is wrong: the round is void. */
  failed(error: unknown): void;
}

/** Runs a round. Rejects with the first failure. */
export function runRound(target: LoadTarget, { inFlight, durationMs }: RoundOptions): Promise<Round> {
  return new Promise((resolve, reject) => {
    const startedAt = new Float64Array(inFlight);
    let times = new Float64Array(65_536);
    let calls = 0;
    let open = inFlight;
    const begun = performance.now();
    const endAt = begun + durationMs;
    target.begin({
      failed: reject,
      finished(slot) {
        const now = performance.now();
        if (calls === times.length) times = doubled(times);
        times[calls++] = now - (startedAt[slot] ?? now);
        if (now < endAt) {
          startedAt[slot] = now;
          target.call(slot);
        } else if (--open === 0) {
          const sorted = times.subarray(0, calls).sort();
          const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
          const percentilesMs = shownPercentiles.map((percent) => percentile(sorted, percent / 100));
          resolve({ calls, elapsedMs: now - begun, p50Ms, p99Ms, percentilesMs });
        }
      },
    });
    for (let slot = 0; slot < inFlight; slot++) {
      startedAt[slot] = performance.now();
      target.call(slot);
    }
  });
}

/** The value that this share of a sorted, non-empty array does not exceed (nearest rank). */
export function percentile(sorted: Float64Array, share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return sorted[rank - 1] ?? Number.NaN;
}

/** A load client's main program: runs rounds for the suite. */
export function serveRounds(target: LoadTarget): void {
  answerRequests("ready", (request) => runRound(target, request as RoundOptions)); // sent by requestRound
}

/** How much longer than planned a round may take before it counts as stuck. */
export const stuckMs = 30_000;

/** Has a load client run a round. */
export async function requestRound(client: Child, options: RoundOptions): Promise<Round> {
  return (await client.request(options, options.durationMs + stuckMs)) as Round; // answered by serveRounds
}

function doubled(times: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(times.length * 2);
  larger.set(times);
  return larger;
}
