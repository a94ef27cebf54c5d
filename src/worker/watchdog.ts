import { systemClock, type Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Reason } from "../base/reason.ts";
import { toFailure, type BatchFailure } from "./batch.ts";

/** What a worker is doing. Times are on the scale of `systemClock`. */
export interface RunningWork {
  /** It makes the instance; otherwise it runs an item. */
  readonly cold: boolean;
  readonly beganAt: number;
  readonly functionName: string;
  readonly timeLimitMs: number;
  /** Infinity for none. */
  readonly deadlineAt: number;
  /** When the item was found cancelled; Infinity when it is wanted. */
  readonly cancelledAt: number;
}

/** How long the process has stood still since a time, in ms. */
export type StoodStill = (since: number) => number;

/**
 * Decides whether a worker has to be ended, since nothing else stops WebAssembly: gives the failure of what it does,
 * or undefined to let it go on. A merely cancelled item may finish if it is quick about it. What it may take does not
 * count the time in which the whole process stood still: that is nothing the item did.
 */
export function judge(work: RunningWork, now: number, stoodStill: StoodStill): BatchFailure | undefined {
  const ranMs = now - work.beganAt - stoodStill(work.beganAt);
  if (work.cold) {
    if (ranMs <= limits.startTimeLimitMs) return undefined;
    const said = `the start function did not end within ${limits.startTimeLimitMs} ms on this node`;
    return failure("MODULE_UNAVAILABLE", said);
  }
  const name = `function "${work.functionName}"`;
  if (ranMs > work.timeLimitMs) {
    return failure(
      "TIME_LIMIT",
      `${name} ran for ${Math.round(ranMs)} ms; its time limit is ${work.timeLimitMs} ms`,
    );
  }
  if (now > work.deadlineAt + limits.deadlineGraceMs) {
    return failure(
      "DEADLINE",
      `${name} was still running when the deadline passed, after ${Math.round(ranMs)} ms`,
    );
  }
  if (now > work.cancelledAt + limits.cancelGraceMs) {
    return failure("CANCELLED", `${name} was cancelled after ${Math.round(ranMs)} ms`);
  }
  return undefined;
}

function failure(reason: Reason, said: string): BatchFailure {
  return toFailure(new HeddleError(reason, said));
}

/** A time in which nothing of the process ran. */
interface Stall {
  readonly from: number;
  readonly until: number;
}

/**
 * Calls `tick` every few milliseconds for as long as there is something to watch. A call that comes much too late tells
 * that the process stood still.
 */
export class Watchdog {
  readonly #tick: () => boolean;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined = undefined;
  #tickedAt = 0;
  /** The latest last. */
  #stalls: Stall[] = [];

  /** `tick` says whether there is more to watch. */
  constructor(tick: () => boolean, clock: Clock = systemClock) {
    this.#tick = tick;
    this.#clock = clock;
  }

  /** Begins to watch; does nothing when it does already. */
  wake(): void {
    if (this.#timer !== undefined) return;
    this.#tickedAt = this.#clock.now();
    this.#timer = setInterval(() => {
      this.#noteStall();
      if (!this.#tick()) this.stop();
    }, limits.watchdogMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stalls = [];
  }

  /** How long of the time since then the process stood still, as far as it was watched. */
  readonly stoodStill = (since: number): number => {
    let lostMs = 0;
    for (const { from, until } of this.#stalls) lostMs += Math.max(0, until - Math.max(from, since));
    return lostMs;
  };

  #noteStall(): void {
    const from = this.#tickedAt + limits.watchdogMs;
    const until = this.#clock.now();
    this.#tickedAt = until;
    if (until - from < limits.standstillMs) return;
    this.#stalls.push({ from, until });
    if (this.#stalls.length > limits.standstillsMax) this.#stalls.shift();
  }
}
