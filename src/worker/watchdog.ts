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

/**
 * Decides whether a worker has to be ended, since nothing else stops WebAssembly: gives the failure of what it does,
 * or undefined to let it go on. A merely cancelled item may finish if it is quick about it.
 */
export function judge(work: RunningWork, now: number): BatchFailure | undefined {
  const ranMs = now - work.beganAt;
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

/** Calls `tick` every few milliseconds for as long as there is something to watch. */
export class Watchdog {
  readonly #tick: () => boolean;
  #timer: NodeJS.Timeout | undefined = undefined;

  /** `tick` says whether there is more to watch. */
  constructor(tick: () => boolean) {
    this.#tick = tick;
  }

  /** Begins to watch; does nothing when it does already. */
  wake(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#tick()) this.stop();
    }, limits.watchdogMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
