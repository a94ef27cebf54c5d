import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { toFailure, type BatchFailure } from "./batch.ts";
import type { HeldBatch } from "./held-batch.ts";

/** Why a batch ends that no worker has begun; undefined as long as it may begin. */
export function refusalOf(held: HeldBatch, now: number): BatchFailure | undefined {
  if (held.unwanted) return cancelled;
  return now >= held.batch.deadlineAt ? expired : undefined;
}

const cancelled = toFailure(new HeddleError("CANCELLED", "the batch was cancelled before it started"));
const misjudged = toFailure(
  new HeddleError("NOT_STARTED", "its function was found to take longer than the batch was made for"),
);
const expired = toFailure(new HeddleError("DEADLINE", "the deadline passed before a worker was free"));

/**
 * Batches that wait for a worker: short ones first, so that a call of microseconds does not wait behind a map, but no
 * batch is overtaken for ever; among equals first come, first served. Those that end here are told in a microtask: whoever
 * submits or cancels is never called back from within.
 */
export class BatchQueue {
  #waiting: HeldBatch[] = [];
  #refused: { readonly held: HeldBatch; readonly why: BatchFailure }[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** The batch whose turn it is. */
  get next(): HeldBatch | undefined {
    const [oldest] = this.#waiting;
    return oldest?.mayBeOvertaken === true ? (this.#waiting.find(({ short }) => short) ?? oldest) : oldest;
  }

  /** The batch whose turn it is of those that may go to the lane. */
  get nextOfLane(): HeldBatch | undefined {
    return this.#waiting.find(({ short }) => short) ?? this.#waiting.find(({ shortItems }) => shortItems);
  }

  /** Adds a batch, or refuses it when too many wait. */
  push(held: HeldBatch): void {
    if (this.#waiting.length < limits.nodeBatchesMax) {
      this.#waiting.push(held);
      return;
    }
    const said = `${this.#waiting.length} batches already wait for a worker`;
    this.refuse(held, toFailure(new HeddleError("NODE_OVERLOADED", said)));
  }

  /** Removes the batch whose turn it is. */
  shift(): void {
    const { next } = this;
    if (next !== undefined) this.take(next);
  }

  /** Removes a batch that waits. */
  take(held: HeldBatch): void {
    const [oldest] = this.#waiting;
    if (oldest !== undefined && held !== oldest) oldest.overtaken++;
    this.#waiting.splice(this.#waiting.indexOf(held), 1);
  }

  /** Puts back batches that a worker gave up. */
  putBack(batches: readonly HeldBatch[]): void {
    this.#waiting.unshift(...batches);
  }

  /** Marks items of a batch as cancelled; false when it does not wait here. */
  cancel(id: number, first: number, count: number): boolean {
    const held = this.#waiting.find(({ batch }) => batch.id === id);
    held?.cancel(first, count);
    if (held?.unwanted === true) this.expire(-Infinity);
    return held !== undefined;
  }

  /** Ends batches whose deadline has passed or that nobody wants. */
  expire(now: number): void {
    this.#sift((held) => refusalOf(held, now));
  }

  /** Items of these batches take so long: refuses those that are to be made anew. */
  reestimate(concerned: (held: HeldBatch) => boolean, msPerItem: number): void {
    this.#sift((held) => (concerned(held) && held.reestimate(msPerItem) ? misjudged : undefined));
  }

  /** Ends the batches for which there is a reason. */
  #sift(refusal: (held: HeldBatch) => BatchFailure | undefined): void {
    const kept: HeldBatch[] = [];
    for (const held of this.#waiting) {
      const why = refusal(held);
      if (why === undefined) kept.push(held);
      else this.refuse(held, why);
    }
    if (kept.length < this.#waiting.length) this.#waiting = kept;
  }

  /** Refuses all that wait. */
  clear(why: BatchFailure): void {
    for (const held of this.#waiting) this.refuse(held, why);
    this.#waiting = [];
  }

  /** Ends a batch of which nothing was started. */
  refuse(held: HeldBatch, why: BatchFailure): void {
    this.#refused.push({ held, why });
    if (this.#refused.length === 1) queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const { held, why } of refused) held.refuse(why);
  }
}
