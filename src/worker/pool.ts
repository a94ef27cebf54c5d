/**
 * The workers of a node: takes batches, gives each to a worker, and hands out their parts as they come. A worker has
 * at most two batches, one that runs and one that is ready (who gets which: `assignment.ts`). A worker that must be
 * ended takes with it the one item that it ran.
 */
import type { Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { atTurnEnd } from "../base/turn-end.ts";
import type { KernelModule } from "../kernel/load.ts";
import { setWasmFlags } from "../kernel/v8-flags.ts";
import { Assignment } from "./assignment.ts";
import { toFailure, type BatchFailure, type BatchPart, type LogEntry, type WorkerBatch } from "./batch.ts";
import { BatchQueue, refusalOf } from "./batch-queue.ts";
import { HeldBatch } from "./held-batch.ts";
import { WorkerHandle } from "./handle.ts";
import type { HandleCounts } from "./handle-counts.ts";
import { Roster } from "./roster.ts";
import { Watchdog } from "./watchdog.ts";

export type { KernelModule } from "../kernel/load.ts";
export type { BatchFailure, BatchPart, ItemFailure, LogEntry, WorkerBatch } from "./batch.ts";

/** What a pool is made with. */
export interface PoolOptions {
  /** Threads that run batches. */
  readonly workers: number;
  /** Warm threads that replace one that is ended. */
  readonly spares: number;
  /** How long after the workers these start. Default: with them. */
  readonly spareDelayMs?: number;
  /** Its idle threads do not keep the process from ending. Default false. */
  readonly background?: boolean;
  /** Must have the scale of `systemClock`: workers read that one. */
  readonly clock: Clock;
  /** Takes parts of batches. Never called from within `submit` or `cancel`; it may call both. */
  readonly onPart: (part: BatchPart) => void;
  /** Items that run long have come to hold all workers, or do so no more: see `held`. */
  readonly onHeld?: () => void;
  /** Takes what kernels log. */
  readonly onLog?: (entry: LogEntry) => void;
}

/** Counters since the start, and the present load. */
export interface PoolStats extends Readonly<HandleCounts> {
  readonly workers: number;
  /** Workers that have a batch. */
  readonly busy: number;
  /** Batches that no worker has yet. */
  readonly queued: number;
  /** Threads ended by the watchdog or by themselves. */
  readonly restarts: number;
}

/** The workers of a process. */
export interface WorkerPool {
  /** Resolves when every worker is ready; rejects when one cannot start, or with NOT_STARTED after `stop`. */
  start(): Promise<void>;
  /** Ends running work (`WORKER_LOST`), refuses the rest (`NOT_STARTED`), and resolves when no thread is left. */
  stop(): Promise<void>;
  /** Takes a batch; what becomes of it comes by `onPart`, whatever happens. */
  submit(batch: WorkerBatch): void;
  /** Items [first, first + count) are not wanted any more. A batch that is not here is ignored. */
  cancel(id: number, first: number, count: number): void;
  /**
   * Items of a function were found to take so long, many times what was thought: divisible batches of it that hold a
   * worker for long are handed back as far as they have not started.
   */
  reestimate(kernel: KernelModule, functionName: string, msPerItem: number): void;
  /** Makes instances on all threads; resolves when they are there, rejects when one cannot be made. */
  prepare(kernel: KernelModule): Promise<void>;
  /** The kernel has a form for short calls now, which it had not when it was first used. */
  offer(kernel: KernelModule): void;
  /** The kernel is not used any more: threads that do not have work of it let its instances go. */
  forget(kernel: KernelModule): void;
  /** Items that run long hold all workers; short ones run in the lane. */
  readonly held: boolean;
  stats(): PoolStats;
}

/** Makes a pool; its threads start with `start`. */
export function createWorkerPool(options: PoolOptions): WorkerPool {
  return new Pool(options);
}

class Pool implements WorkerPool {
  readonly #options: PoolOptions;
  readonly #roster: Roster<WorkerHandle>;
  readonly #assignment: Assignment;
  readonly #watchdog = new Watchdog(() => this.#tick());
  readonly #counts: HandleCounts = { items: 0, batches: 0, coldStarts: 0, rebuilds: 0 };
  readonly #queue = new BatchQueue();
  #restarts = 0;
  #lookDue = false;
  #held = false;
  #state: "new" | "running" | "stopped" = "new";
  #stopping: Promise<void> | undefined = undefined;
  readonly #deliver = (held: HeldBatch, part: BatchPart): void => {
    if (part.done) this.#roster.healthy();
    held.deliver(part);
  };

  constructor(options: PoolOptions) {
    setWasmFlags();
    this.#options = options;
    const events = {
      ready: (handle: WorkerHandle) => this.#roster.ready(handle),
      bell: (handle: WorkerHandle) => this.#bell(handle),
      ended: (handle: WorkerHandle) => this.#ended(handle),
      log: (entry: LogEntry) => options.onLog?.(entry),
    };
    this.#roster = new Roster({
      workers: options.workers,
      spares: options.spares,
      ...(options.spareDelayMs === undefined ? {} : { spareDelayMs: options.spareDelayMs }),
      create: () => new WorkerHandle(events, this.#counts, options.background === true),
      joined: () => this.#assign(),
    });
    this.#assignment = new Assignment(this.#roster, this.#queue, () => this.#watchdog.wake());
  }

  start(): Promise<void> {
    if (this.#state === "new") this.#state = "running";
    return this.#roster.open();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#state = "stopped";
    this.#watchdog.stop();
    this.#queue.clear(stopped("NOT_STARTED"));
    await this.#roster.close((handle) => handle.kill(stopped("WORKER_LOST")));
  }

  submit(batch: WorkerBatch): void {
    const held = new HeldBatch(batch, this.#options.clock.now(), this.#options.onPart);
    if (this.#state === "stopped") return this.#queue.refuse(held, stopped("NOT_STARTED"));
    if (held.functionIndex < 0) {
      const said = `the kernel has no function "${batch.function}"; it has: ${batch.kernel.functions.join(", ")}`;
      return this.#queue.refuse(held, toFailure(new HeddleError("FUNCTION_NOT_FOUND", said)));
    }
    this.#queue.push(held);
    this.#assign();
    if (this.#queue.size > 0) this.#watchdog.wake(); // no worker may be there yet, and its deadline passes all the same
    if (this.#lookDue || batch.count > limits.hostSpinItemsMax) return;
    this.#lookDue = true;
    atTurnEnd(this.#look);
  }

  cancel(id: number, first: number, count: number): void {
    if (this.#queue.cancel(id, first, count)) return;
    for (const handle of this.#roster.lanes) {
      if (handle?.cancel(id, first, count) === true) return;
    }
  }

  reestimate(kernel: KernelModule, functionName: string, msPerItem: number): void {
    this.#assignment.reestimate(kernel, functionName, msPerItem);
    this.#assign();
  }

  async prepare(kernel: KernelModule): Promise<void> {
    const free = this.#threads().filter((handle) => handle.inFlight < 2 && !handle.knows(kernel));
    await Promise.all(free.map((handle) => this.#prepareOne(handle, kernel)));
  }

  offer(kernel: KernelModule): void {
    for (const handle of this.#threads()) handle.offer(kernel);
  }

  forget(kernel: KernelModule): void {
    for (const handle of this.#threads()) handle.forget(kernel);
  }

  /** An empty batch makes the instance. */
  #prepareOne(handle: WorkerHandle, kernel: KernelModule): Promise<void> {
    return new Promise((resolve, reject) => {
      const batch: WorkerBatch = { ...emptyBatch, kernel, function: kernel.functions[0] ?? "" };
      const held = new HeldBatch(batch, this.#options.clock.now(), ({ rest }) => {
        if (rest === undefined) resolve();
        else reject(new HeddleError(rest.reason, rest.message));
      });
      handle.give(held);
      this.#watchdog.wake();
    });
  }

  get held(): boolean {
    return this.#held;
  }

  stats(): PoolStats {
    const present = this.#roster.lanes.filter((handle) => handle !== undefined);
    const busy = present.filter(({ inFlight }) => inFlight > 0).length;
    const [queued, restarts] = [this.#queue.size, this.#restarts];
    return { ...this.#counts, workers: present.length, busy, queued, restarts };
  }

  #threads(): WorkerHandle[] {
    return [...this.#roster.lanes, ...this.#roster.spares].filter((handle) => handle !== undefined);
  }

  #assign(): void {
    if (this.#state === "running") this.#assignment.assign();
  }

  /** When but one batch is under way and it is short, its end is looked for. */
  readonly #look = (): void => {
    this.#lookDue = false;
    let only: WorkerHandle | undefined;
    for (const handle of this.#roster.lanes) {
      if (handle === undefined || handle.inFlight === 0 || handle.late) continue;
      if (only !== undefined || handle.inFlight === 2) return;
      only = handle;
    }
    if (only?.lookOut() === true) this.#bell(only);
  };

  #bell(handle: WorkerHandle): void {
    handle.poll(this.#deliver);
    this.#assign();
    if (handle.inFlight === 0) this.#assignment.steal(this.#options.clock.now());
    if (this.#held) this.#noteHeld();
  }

  #noteHeld(): void {
    const held = this.#roster.lanes.every((handle) => handle?.late === true);
    if (held === this.#held) return;
    this.#held = held;
    this.#options.onHeld?.();
  }

  /** The watchdog's look at everything; false when there is nothing to watch. */
  #tick(): boolean {
    const now = this.#options.clock.now();
    let busy = false;
    for (const handle of this.#threads()) {
      handle.poll(this.#deliver);
      const culprit = handle.judge(now, this.#watchdog.stoodStill);
      if (culprit !== undefined) this.#kill(handle, culprit);
      else this.#expireWaiting(handle, now);
      if (handle.late) this.#assignment.relieve(handle);
      busy ||= handle.inFlight > 0;
    }
    this.#queue.expire(now);
    this.#assign();
    this.#assignment.steal(now);
    this.#noteHeld();
    return busy || this.#queue.size > 0;
  }

  #kill(handle: WorkerHandle, culprit: BatchFailure): void {
    handle.kill(culprit);
    this.#roster.leave(handle);
  }

  #ended(handle: WorkerHandle): void {
    if (this.#state === "running") this.#restarts++;
    const untouched = handle.settle(this.#options.clock.now(), this.#deliver);
    this.#roster.leave(handle);
    this.#queue.putBack(untouched);
    if (this.#state === "stopped") this.#queue.clear(stopped("NOT_STARTED"));
    this.#assign();
    this.#noteHeld();
  }

  #expireWaiting(handle: WorkerHandle, now: number): void {
    const held = handle.revokeWaiting((candidate) => refusalOf(candidate, now) !== undefined);
    const why = held && refusalOf(held, now);
    if (held !== undefined && why !== undefined) this.#queue.refuse(held, why);
  }
}

const sizes = new Uint32Array(0);
const emptyBatch = { id: -1, count: 0, sizes, payloads: new Uint8Array(0), deadlineAt: Infinity };

function stopped(reason: "NOT_STARTED" | "WORKER_LOST"): BatchFailure {
  return toFailure(new HeddleError(reason, "the node is stopping"));
}
