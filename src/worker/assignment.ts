/**
 * Which worker gets which batch. A free worker comes first, then one whose present batch is nearly over; a short batch
 * takes the place of a longer one that lies ready. Nothing waits behind an item that runs long: it is taken back from
 * there. And while such items hold every worker, short ones go to the lane: the warm spares, which are bounded
 * (`limits.laneThreadsMax`) and run nothing else.
 */
import { limits } from "../base/limits.ts";
import type { KernelModule } from "../kernel/load.ts";
import type { BatchQueue } from "./batch-queue.ts";
import type { WorkerHandle } from "./handle.ts";
import type { HeldBatch } from "./held-batch.ts";
import type { Roster } from "./roster.ts";

export class Assignment {
  readonly #roster: Roster<WorkerHandle>;
  readonly #queue: BatchQueue;
  readonly #given: () => void;

  /** `given` is called whenever a worker has got a batch. */
  constructor(roster: Roster<WorkerHandle>, queue: BatchQueue, given: () => void) {
    this.#roster = roster;
    this.#queue = queue;
    this.#given = given;
  }

  /** Gives waiting batches to workers. */
  assign(): void {
    for (let { next } = this.#queue; next !== undefined; { next } = this.#queue) {
      const handle = this.#choose(next.batch.kernel) ?? (next.short ? this.#displace() : undefined);
      if (handle === undefined) return this.#assignToLane();
      this.#queue.shift();
      this.#give(handle, next);
    }
  }

  /** Lets a free worker have what lies ready behind a batch that runs for some time already. */
  steal(now: number): void {
    if (this.#queue.size > 0) return; // no worker is free then
    for (const thief of this.#roster.lanes) {
      if (thief === undefined || thief.state !== "ready" || thief.inFlight > 0) continue;
      for (const busy of this.#roster.lanes) {
        if (busy === undefined || now - busy.busySince < limits.batchTargetMs / 4) continue;
        const held = busy.revokeWaiting(() => true);
        if (held === undefined) continue;
        this.#give(thief, held);
        break;
      }
    }
  }

  /** Takes everything from a worker that waits behind the long item it runs. */
  relieve(handle: WorkerHandle): void {
    const ready = handle.revokeWaiting(() => true);
    if (ready !== undefined) this.#queue.putBack([ready]);
    handle.takeBack(() => true);
    if (handle.lane >= this.#roster.lanes.length) this.#roster.openLane();
  }

  /**
   * Items of a function take many times as long as everybody thought. Its batches were made too large then, and short
   * ones do not go before them: what has not started of them is handed back.
   */
  reestimate(kernel: KernelModule, functionName: string, msPerItem: number): void {
    const concerned = ({ batch }: HeldBatch): boolean =>
      batch.function === functionName && batch.kernel.digest === kernel.digest;
    for (const handle of [...this.#roster.lanes, ...this.#roster.spares]) {
      const ready = handle?.revokeWaiting(concerned);
      if (ready !== undefined) this.#queue.putBack([ready]);
      handle?.takeBack((held) => concerned(held) && held.reestimate(msPerItem));
    }
    this.#queue.reestimate(concerned, msPerItem);
  }

  #give(handle: WorkerHandle, held: HeldBatch): void {
    handle.give(held);
    this.#given();
  }

  #choose(kernel: KernelModule): WorkerHandle | undefined {
    let best: WorkerHandle | undefined;
    let bestRank = 4;
    for (const handle of this.#roster.lanes) {
      if (handle === undefined || handle.state !== "ready" || handle.inFlight === 2 || handle.late) continue;
      const rank = handle.inFlight * 2 + (handle.knows(kernel) ? 0 : 1);
      if (rank >= bestRank) continue;
      best = handle;
      bestRank = rank;
    }
    return best;
  }

  /** Makes room for a short batch on a worker where a longer one lies ready behind the one that runs. */
  #displace(): WorkerHandle | undefined {
    for (const handle of this.#roster.lanes) {
      const held = handle?.revokeWaiting(({ mayBeOvertaken }) => mayBeOvertaken);
      if (held === undefined) continue;
      this.#queue.putBack([held]);
      return handle;
    }
    return undefined;
  }

  /** While long items hold all workers, short ones run on spares. */
  #assignToLane(): void {
    const { lanes, spares } = this.#roster;
    if (!lanes.every((handle) => handle?.late === true)) return;
    for (let next = this.#queue.nextOfLane; next !== undefined; next = this.#queue.nextOfLane) {
      const place = spares.findIndex(
        ({ state, inFlight, late }) => state === "ready" && inFlight < 2 && !late,
      );
      const handle = spares[place];
      if (handle === undefined) return this.#roster.openLane();
      handle.lane = lanes.length + place;
      this.#queue.take(next);
      this.#give(handle, next);
    }
  }
}
