/**
 * What clients want: batches and maps of functions that take different times, with deadlines, priorities, pauses and
 * cancels, and some items that fail, that must be killed, or that take their node down.
 */
import { batchId, type BatchId } from "../../src/base/ids.ts";
import { createSeededRandom, type Random } from "../../src/base/random.ts";
import type { Event, FunctionPolicy } from "../../src/scheduler/event.ts";
import { between, chance, oneOf, type Timeline } from "./timeline.ts";

/** What running an item once does. */
export interface ItemRun {
  readonly ms: number;
  readonly outcome: "ok" | "fails" | "killed" | "workerLost" | "takesNodeDown";
}

/** A function, its cost and its dangers. */
export interface SimulatedFunction {
  readonly policy: FunctionPolicy;
  readonly meanMs: number;
  /** Probabilities of the outcomes that are not `ok`. */
  readonly fails: number;
  readonly killed: number;
  readonly workerLost: number;
  readonly takesNodeDown: number;
}

/** Gives events to the scheduler. */
export type Post = (event: Event) => void;

/** The clients of one run. */
export class Workload {
  readonly functions: readonly SimulatedFunction[];
  readonly #random: Random;
  readonly #timeline: Timeline;
  readonly #post: Post;
  readonly #seed: number;
  readonly #byBatch = new Map<BatchId, SimulatedFunction>();
  #nextBatch = 1;
  #unfinished = 0;

  constructor(seed: number, timeline: Timeline, post: Post) {
    this.#seed = seed;
    this.#random = createSeededRandom(seed ^ 0x5bd1e995);
    this.#timeline = timeline;
    this.#post = post;
    const means = [0.02, 0.3, 2, 40, 400];
    this.functions = means.map((meanMs, place) => this.#function(`digest${place}/run`, meanMs));
  }

  /** Clients that have not handed in all they want. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** Plans `batches` submissions over the first `spanMs`. */
  plan(batches: number, spanMs: number): void {
    for (let place = 0; place < batches; place++) {
      this.#unfinished++;
      this.#timeline.at(this.#random.next() * spanMs, () => this.#submit());
    }
  }

  /** What running the item does; a second try may go otherwise. */
  run(batch: BatchId, index: number, number: number): ItemRun {
    const fn = this.#byBatch.get(batch);
    if (fn === undefined) throw new Error(`batch ${batch} was never submitted`);
    const random = createSeededRandom(this.#seed + batch * 7919 + index * 104729);
    const ms = fn.meanMs * (0.2 + 1.6 * random.next());
    const lot = random.next();
    const luck = createSeededRandom(this.#seed + batch * 31 + index * 17 + number).next();
    if (lot < fn.fails) return { ms, outcome: "fails" };
    if (lot < fn.fails + fn.killed) return { ms, outcome: "killed" };
    if (lot < fn.fails + fn.killed + fn.takesNodeDown) return { ms, outcome: "takesNodeDown" };
    return { ms, outcome: luck < fn.workerLost ? "workerLost" : "ok" };
  }

  #function(key: string, meanMs: number): SimulatedFunction {
    const random = this.#random;
    const attemptsMax = oneOf(random, [1, 2, 4, 4]);
    return {
      policy: {
        key,
        pure: chance(random, 0.8),
        attemptsMax,
        backoffBaseMs: 10,
        backoffMaxMs: 200,
        hedgeMinMs: oneOf(random, [Infinity, Infinity, 0, 20]),
        rerunStragglers: chance(random, 0.6),
        concurrencyMax: oneOf(random, [Infinity, Infinity, Infinity, 1, 3, 20]),
      },
      meanMs,
      fails: oneOf(random, [0, 0, 0.05]),
      killed: oneOf(random, [0, 0, 0.02, 0.2]),
      workerLost: oneOf(random, [0, 0, 0.05]),
      takesNodeDown: oneOf(random, [0, 0, 0, 0.002]),
    };
  }

  #submit(): void {
    const random = this.#random;
    const { now } = this.#timeline;
    const fn = oneOf(random, this.functions);
    const batch = batchId(this.#nextBatch++);
    this.#byBatch.set(batch, fn);
    const open = chance(random, 0.5);
    const itemsMax = fn.meanMs > 100 ? 4 : 150;
    const count = open ? between(random, 0, 40) : between(random, 1, itemsMax);
    this.#post({
      kind: "submitted",
      batch,
      function: fn.policy,
      count,
      bytes: this.#bytes(count),
      open,
      deadlineAt: chance(random, 0.3)
        ? now + oneOf(random, [-1, 10, 100, 1_000, 5_000, 5_000]) * random.next()
        : Infinity,
      priority: oneOf(random, [-1, 0, 0, 0, 3]),
      client: `client ${between(random, 1, 3)}`,
      affinity: oneOf(random, ["", "", "", "red", "blue"]),
    });
    if (chance(random, 0.15)) this.#planCancel(batch, count);
    if (chance(random, 0.15)) this.#planPause(batch);
    if (chance(random, 0.1)) this.#planExpiry(batch, count);
    if (open) this.#planMore(batch, between(random, 1, 6), itemsMax);
    else this.#unfinished--;
  }

  #planMore(batch: BatchId, frames: number, itemsMax: number): void {
    this.#timeline.after(this.#random.next() * 100, () => {
      const count = between(this.#random, 0, Math.min(60, itemsMax));
      this.#post({ kind: "appended", batch, count, bytes: this.#bytes(count), open: frames > 1 });
      if (frames > 1) this.#planMore(batch, frames - 1, itemsMax);
      else this.#unfinished--;
    });
  }

  #planCancel(batch: BatchId, count: number): void {
    const all = chance(this.#random, 0.5);
    const first = all ? oneOf(this.#random, [0, 0, 20]) : between(this.#random, 0, count);
    const some = all ? Infinity : between(this.#random, 1, 30);
    this.#timeline.after(this.#random.next() * 300, () =>
      this.#post({ kind: "cancelled", batch, first, count: some }),
    );
  }

  #planExpiry(batch: BatchId, items: number): void {
    const first = between(this.#random, 0, items);
    const count = between(this.#random, 1, 10);
    this.#timeline.after(this.#random.next() * 300, () =>
      this.#post({ kind: "expired", batch, first, count }),
    );
  }

  #planPause(batch: BatchId): void {
    this.#timeline.after(this.#random.next() * 50, () => this.#post({ kind: "paused", batch, paused: true }));
    this.#timeline.after(60 + this.#random.next() * 2_000, () =>
      this.#post({ kind: "paused", batch, paused: false }),
    );
  }

  /** A frame of small items, or one large item. */
  #bytes(count: number): number {
    if (count === 1 && chance(this.#random, 0.5)) return 60_000;
    return Math.min(48 * 1024, count * oneOf(this.#random, [8, 64, 2_000]));
  }
}
