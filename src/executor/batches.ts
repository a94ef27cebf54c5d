/**
 * The attempts that are on this node, whichever scheduler they came from: admits them within the node's bounds, hands
 * them to the workers and sends what comes back to the session they belong to.
 */
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { BatchFrame, FunctionFrame } from "../wire/frame.ts";
import type { BatchPart, KernelModule, LogEntry, WorkerBatch } from "../worker/pool.ts";
import { RunTimes } from "./run-times.ts";

/** Who gets the outcome of an attempt. */
export interface BatchOwner {
  report(frame: BatchFrame, part: BatchPart): void;
  /** A line that a kernel logged in an item of the attempt, before the item's outcome. */
  log(frame: BatchFrame, entry: LogEntry): void;
}

/** The part of the pool that is used here. */
export interface BatchWorkers {
  submit(batch: WorkerBatch): void;
  cancel(id: number, first: number, count: number): void;
  reestimate(kernel: KernelModule, functionName: string, msPerItem: number): void;
}

interface Held {
  readonly owner: BatchOwner;
  readonly frame: BatchFrame;
  readonly kernel: KernelModule;
  readonly functionName: string;
  /** The function, for its run times. */
  readonly key: string;
}

/** Why an attempt is not taken. */
export interface Refusal {
  readonly reason: "NODE_DRAINING" | "NODE_OVERLOADED";
  readonly message: string;
}

export class Batches {
  readonly #clock: Clock;
  readonly #nodeId: string;
  readonly #held = new Map<number, Held>();
  readonly #workers: () => BatchWorkers;
  readonly #runTimes = new RunTimes();
  /** Version and name of functions: one string for all calls, since to hash it takes 1 µs. */
  readonly #keys = new WeakMap<FunctionFrame, string>();
  #nextId = 1;
  #bytes = 0;
  #executed = 0;
  #dropped = 0;
  #state: "open" | "draining" = "open";
  #whenEmpty: (() => void)[] = [];

  constructor(nodeId: string, clock: Clock, workers: () => BatchWorkers) {
    this.#nodeId = nodeId;
    this.#clock = clock;
    this.#workers = workers;
  }

  /** Attempts on the node. */
  get count(): number {
    return this.#held.size;
  }

  /** Invocations that ended here since the boot, failed ones included. */
  get executed(): number {
    return this.#executed;
  }

  /** Attempts since the boot whose scheduler had gone before they ended. */
  get dropped(): number {
    return this.#dropped;
  }

  get draining(): boolean {
    return this.#state === "draining";
  }

  /** Takes nothing new from now on. */
  drain(): void {
    this.#state = "draining";
  }

  /** Resolves when no attempt is left. */
  empty(): Promise<void> {
    if (this.#held.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  submit(
    owner: BatchOwner,
    frame: BatchFrame,
    kernel: KernelModule,
    entry: FunctionFrame,
  ): Refusal | undefined {
    if (this.#state === "draining") {
      return { reason: "NODE_DRAINING", message: `node ${this.#nodeId} is draining` };
    }
    const full =
      this.#held.size >= limits.nodeBatchesMax ||
      this.#bytes + frame.payloads.length > limits.nodeQueueMaxBytes;
    if (full) {
      const held = `${this.#held.size} attempts with ${this.#bytes} bytes`;
      return { reason: "NODE_OVERLOADED", message: `node ${this.#nodeId} already holds ${held}` };
    }
    const id = this.#nextId++;
    const key = this.#keyOf(kernel, entry);
    this.#held.set(id, { owner, frame, kernel, functionName: entry.function, key });
    this.#bytes += frame.payloads.length;
    this.#workers().submit({
      id,
      kernel,
      function: entry.function,
      count: frame.count,
      sizes: frame.sizes,
      payloads: frame.payloads,
      deadlineAt: frame.deadlineMs === 0 ? Infinity : this.#clock.now() + frame.deadlineMs,
      estimatedMs: this.#runTimes.estimateMs(key, frame.count),
      shortItems: this.#runTimes.isShort(key),
      divisible: true,
    });
    return undefined;
  }

  /** Takes what the pool reports. */
  part(part: BatchPart): void {
    const held = this.#held.get(part.id);
    if (held === undefined) return; // its scheduler has gone
    this.#executed += part.count;
    const foundMs = this.#runTimes.learn(held.key, part.runMs);
    if (part.done) this.#release(part.id, held);
    held.owner.report(held.frame, part);
    if (foundMs !== undefined) this.#workers().reestimate(held.kernel, held.functionName, foundMs);
  }

  /** Takes what kernels log. */
  log(entry: LogEntry): void {
    const held = this.#held.get(entry.batch);
    held?.owner.log(held.frame, entry); // otherwise its scheduler has gone
  }

  /** Items are counted as in the frame, not from its first. */
  cancel(owner: BatchOwner, attempt: number, first: number, count: number): void {
    for (const [id, held] of this.#held) {
      if (held.owner !== owner || held.frame.id !== attempt) continue;
      const from = Math.max(0, first - held.frame.first);
      const to = Math.min(held.frame.count, first + count - held.frame.first);
      if (to > from) this.#workers().cancel(id, from, to - from);
      return;
    }
  }

  /** Cancels all of an owner that has gone; their outcomes interest nobody. Gives how many they were. */
  dropAll(owner: BatchOwner): number {
    const before = this.#held.size;
    for (const [id, held] of [...this.#held]) {
      if (held.owner !== owner) continue;
      this.#workers().cancel(id, 0, held.frame.count);
      this.#release(id, held);
    }
    const count = before - this.#held.size;
    this.#dropped += count;
    return count;
  }

  #keyOf(kernel: KernelModule, entry: FunctionFrame): string {
    let key = this.#keys.get(entry);
    if (key === undefined) {
      key = `${kernel.digest}/${entry.function}`;
      this.#keys.set(entry, key);
    }
    return key;
  }

  #release(id: number, held: Held): void {
    this.#held.delete(id);
    this.#bytes -= held.frame.payloads.length;
    if (this.#held.size > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }
}
