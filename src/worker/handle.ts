/**
 * One worker thread seen from the host. It has two slots which are filled in turn, so that the next batch lies ready
 * while one runs; an urgent one is run in the middle of the other. Its life: starting → ready → ending → ended; a thread that dies by itself goes straight to ended.
 */
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { systemClock } from "../base/clock.ts";
import type { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { KernelModule } from "../kernel/load.ts";
import { toFailure, type BatchFailure, type BatchPart, type LogEntry } from "./batch.ts";
import { BatchState } from "./batch-memory.ts";
import type { HandleCounts } from "./handle-counts.ts";
import type { HeldBatch } from "./held-batch.ts";
import { HostSlot } from "./host-slot.ts";
import { notStarted } from "./item-failures.ts";
import { allocateLogRing, LogReader } from "./log-ring.ts";
import { ControlWord, type ToHost, type ToWorker } from "./messages.ts";
import { lostThread } from "./lost-thread.ts";
import { Spin } from "./spin.ts";
import { startThread } from "./start-thread.ts";
import { judge, type StoodStill } from "./watchdog.ts";

/** What a handle tells the pool. */
export interface HandleEvents {
  /** The thread runs and takes batches. */
  ready(handle: WorkerHandle): void;
  /** There may be something to take. */
  bell(handle: WorkerHandle): void;
  /** The thread is gone; `settle` tells what becomes of its batches. */
  ended(handle: WorkerHandle): void;
  log(entry: LogEntry): void;
}

export class WorkerHandle {
  /** Number of the worker's place in the pool, reported with its parts; −1 for a spare. */
  lane = -1;
  state: "starting" | "ready" | "ending" | "ended" = "starting";
  /** The item that runs is a long one. */
  late = false;
  /** Why the thread ended by itself. */
  error: HeddleError | undefined = undefined;
  readonly #events: HandleEvents;
  readonly #counts: HandleCounts;
  readonly #control = new Int32Array(new SharedArrayBuffer(64));
  readonly #slots: readonly [HostSlot, HostSlot] = [new HostSlot(), new HostSlot()];
  readonly #logBuffer = allocateLogRing();
  readonly #lines = new LogReader(this.#logBuffer);
  readonly #port: MessagePort;
  readonly #thread: Worker;
  /** Numbers of the kernels that the thread knows; the least recently used first. */
  readonly #numbers = new Map<string, number>();
  readonly #exited: Promise<void>;
  readonly #spin = new Spin(systemClock, limits.hostSpinMs);
  #nextNumber = 1;
  /** The slot whose batch is the older one. */
  #oldest: 0 | 1 = 0;
  #inFlight: 0 | 1 | 2 = 0;
  /** Why the thread was ended: what is said of the item that ran. */
  #culprit: BatchFailure | undefined = undefined;

  constructor(events: HandleEvents, counts: HandleCounts, background: boolean) {
    this.#events = events;
    this.#counts = counts;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.on("message", (message: ToHost) => this.#message(message));
    const slots = [this.#slots[0].buffers, this.#slots[1].buffers] as const;
    const control = this.#control.buffer as SharedArrayBuffer; // made above
    this.#thread = startThread({ port: port2, control, slots, log: this.#logBuffer });
    if (background) {
      this.#port.unref();
      this.#thread.unref();
    }
    this.#exited = new Promise((resolve) => {
      this.#thread.once("exit", (code) => {
        this.#exit(code);
        resolve();
      });
    });
    this.#thread.once("error", (error: unknown) => (this.error = lostThread(error)));
  }

  /** Batches it has, running and ready. */
  get inFlight(): number {
    return this.#inFlight;
  }

  knows(kernel: KernelModule): boolean {
    return this.#numbers.has(kernel.digest);
  }

  /** Hands on the form for short calls of a kernel that was announced without. */
  offer(kernel: KernelModule): void {
    const number = this.#numbers.get(kernel.digest);
    if (number !== undefined) this.#tell(number, kernel);
  }

  /** Lets go of a kernel's instance, unless a batch of it is here. */
  forget(kernel: KernelModule): void {
    const number = this.#numbers.get(kernel.digest);
    if (number === undefined || this.#slots.some(({ held }) => held?.batch.kernel.digest === kernel.digest))
      return;
    this.#numbers.delete(kernel.digest);
    this.#post({ kind: "forget", number });
    this.#ring();
  }

  /** Since when the older batch runs; Infinity when none does. */
  get busySince(): number {
    const slot = this.#slots[this.#oldest];
    return slot.state === BatchState.RUNNING ? slot.takenAt : Infinity;
  }

  /** Hands a batch over. There must be a free slot. */
  give(held: HeldBatch): void {
    const index = this.#inFlight === 0 ? this.#oldest : other(this.#oldest);
    const slot = this.#slots[index];
    const number = this.#announce(held.batch.kernel);
    if (slot.fit(held)) this.#post({ kind: "memory", slot: index, buffers: slot.buffers });
    slot.fill(held, number);
    this.#inFlight = this.#inFlight === 0 ? 1 : 2;
    this.#ring();
  }

  /** Looks for the end of the older batch, if that is worthwhile: then it is not rung for, and `poll` must follow. */
  lookOut(): boolean {
    if (this.state !== "ready" || !this.#spin.worthwhile()) return false;
    Atomics.store(this.#control, ControlWord.RUNG, 1);
    this.#spin.look(this.#slots[this.#oldest].hasEnded);
    return true;
  }

  /** Takes what was finished. `deliver` may hand over new batches meanwhile. */
  poll(deliver: (held: HeldBatch, part: BatchPart) => void): void {
    Atomics.store(this.#control, ControlWord.RUNG, 0);
    while (this.#inFlight > 0 && this.state === "ready") {
      const urgent = this.#urgent();
      const slot = urgent ?? this.#slots[this.#oldest];
      const { held, waiting } = slot;
      const part = slot.collect(this.lane);
      if (waiting) slot.flush();
      // Read after the outcomes: the lines of every call that has ended come before its outcome.
      this.#lines.read(this.#events.log);
      if (held === undefined || part === undefined) return;
      if (part.done) this.#finish(slot);
      this.#counts.items += part.count;
      deliver(held, part);
      // The rest of what the urgent one interrupted is told when there is more of it.
      if (!part.done || (urgent !== undefined && this.#slots[this.#oldest].goesOn)) return;
    }
  }

  /** The younger batch, when it ran before the older one had ended and there is something to take of it. */
  #urgent(): HostSlot | undefined {
    const slot = this.#slots[other(this.#oldest)];
    return this.#inFlight === 2 && slot.interposed ? slot : undefined;
  }

  /** Says why the thread must be ended, if it must, and notes whether it is late. */
  judge(now: number, stoodStill: StoodStill): BatchFailure | undefined {
    if (this.state !== "ready" || this.#inFlight === 0) return undefined;
    const work = this.#slots[0].work(now) ?? this.#slots[1].work(now); // of two that were begun only one has an item
    this.late = work !== undefined && !work.cold && now - work.beganAt > limits.lateItemMs;
    return work && judge(work, now, stoodStill);
  }

  /** Ends the thread because of what its running item does. The rest of its batch does not start. */
  kill(culprit: BatchFailure): void {
    if (this.state === "ending" || this.state === "ended") return;
    this.state = "ending";
    this.#culprit = culprit;
    for (const slot of this.#slots) slot.halt();
    void this.#thread.terminate();
  }

  /** Resolves when the thread is gone. */
  exited(): Promise<void> {
    return this.#exited;
  }

  /** Takes back the batch that waits behind a running one, if `wanted` says so. */
  revokeWaiting(wanted: (held: HeldBatch) => boolean): HeldBatch | undefined {
    if (this.#inFlight < 2 || this.state !== "ready") return undefined;
    const slot = this.#slots[other(this.#oldest)];
    if (slot.held === undefined || !wanted(slot.held)) return undefined;
    const held = slot.revoke();
    if (held !== undefined) this.#inFlight = 1;
    return held;
  }

  /** Takes back the items behind the one that runs, of batches of which `wanted` says so. */
  takeBack(wanted: (held: HeldBatch) => boolean): void {
    if (this.state !== "ready") return;
    for (const slot of this.#slots)
      if (slot.held !== undefined && wanted(slot.held)) slot.takeBack(this.lane);
  }

  /** Marks items of a batch as cancelled; false when the batch is not here. */
  cancel(id: number, first: number, count: number): boolean {
    const slot = this.#slots.find(({ held }) => held?.batch.id === id);
    slot?.held?.cancel(first, count);
    slot?.cancel(first, count);
    return slot !== undefined;
  }

  /**
   * After the end: delivers what the dead thread had finished, and how its running item and the rest of that batch
   * end. Gives back batches it had not begun.
   */
  settle(now: number, deliver: (held: HeldBatch, part: BatchPart) => void): HeldBatch[] {
    const untouched: HeldBatch[] = [];
    this.#lines.readLast(this.#events.log);
    const culprit = this.#culprit ?? toFailure(this.error ?? lostThread(undefined));
    const cold = culprit.reason === "MODULE_UNAVAILABLE";
    while (this.#inFlight > 0) {
      const slot = this.#slots[this.#oldest];
      const { held } = slot;
      const revoked = slot.revoke();
      if (revoked !== undefined) untouched.push(revoked);
      const part = slot.collect(this.lane, { culprit, rest: cold ? culprit : notStarted, now });
      this.#finish(slot);
      if (held === undefined || part === undefined) continue;
      this.#counts.items += part.count;
      deliver(held, part);
    }
    return untouched;
  }

  #finish(slot: HostSlot): void {
    if (slot.coldMs > 0) this.#counts.coldStarts++;
    this.#counts.rebuilds += slot.rebuilds;
    this.#counts.batches++;
    slot.empty();
    this.late = false;
    if (slot === this.#slots[this.#oldest]) this.#oldest = other(this.#oldest);
    this.#inFlight = this.#inFlight === 2 ? 1 : 0;
  }

  /** Makes the thread know a kernel and forget one that was not used for long. */
  #announce(kernel: KernelModule): number {
    const known = this.#numbers.get(kernel.digest);
    if (known !== undefined) {
      this.#numbers.delete(kernel.digest);
      this.#numbers.set(kernel.digest, known);
      return known;
    }
    const number = this.#nextNumber++;
    this.#numbers.set(kernel.digest, number);
    this.#tell(number, kernel);
    for (const [digest, oldest] of this.#numbers) {
      if (this.#numbers.size <= limits.workerKernelsMax) break;
      this.#numbers.delete(digest);
      this.#post({ kind: "forget", number: oldest });
    }
    return number;
  }

  #tell(number: number, { module, plan, functions, watched }: KernelModule): void {
    this.#post({ kind: "kernel", number, module, plan, functions, watched });
  }

  #post(message: ToWorker): void {
    this.#port.postMessage(message);
    Atomics.add(this.#control, ControlWord.POSTED, 1);
  }

  #ring(): void {
    Atomics.add(this.#control, ControlWord.BELL, 1);
    Atomics.notify(this.#control, ControlWord.BELL);
  }

  #message(message: ToHost): void {
    if (message.kind === "bell") return this.#events.bell(this);
    message.kind satisfies "ready";
    if (this.state !== "starting") return;
    this.state = "ready";
    this.#events.ready(this);
  }

  #exit(code: number): void {
    this.#port.close();
    if (this.state !== "ending") this.error ??= lostThread(`exit code ${code}`);
    this.state = "ended";
    this.#events.ended(this);
  }
}

function other(slot: 0 | 1): 0 | 1 {
  return slot === 0 ? 1 : 0;
}
