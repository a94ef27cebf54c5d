/**
 * Deadlines without a timer each: a binary heap by time whose entries know their place, so that one that is no longer
 * needed leaves at once. Nearly all deadlines are never reached; left in until their time, those of a busy quarter of
 * an hour would be millions.
 */
import { assert } from "./assert.ts";

/** What an entry carries. `slot` is its place in the heap, -1 while it is in none. */
export interface HeapTimer {
  at: number;
  slot: number;
}

/** Timers by their time. Those of the same time come out in an order that depends on the calls made alone. */
export class TimerHeap<T extends HeapTimer> {
  readonly #entries: T[] = [];

  /** How many timers it holds. */
  get size(): number {
    return this.#entries.length;
  }

  /** The earliest time, Infinity when there is none. */
  nextAt(): number {
    return this.#entries[0]?.at ?? Infinity;
  }

  add(timer: T): void {
    assert(timer.slot === -1, "a timer is added once");
    this.#entries.push(timer);
    this.#up(timer, this.#entries.length - 1);
  }

  /** Takes a timer out; one that is not in is left alone. */
  remove(timer: T): void {
    const { slot } = timer;
    if (slot === -1) return;
    assert(this.#entries[slot] === timer, "a timer leaves the heap it is in");
    timer.slot = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === timer) return;
    this.#up(last, slot);
    if (last.slot === slot) this.#down(last, slot);
  }

  /** Takes the earliest timer out if its time has come. */
  takeDue(now: number): T | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.at > now) return undefined;
    this.remove(first);
    return first;
  }

  #up(timer: T, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#entries[parentSlot];
      if (parent === undefined || parent.at <= timer.at) break;
      this.#put(parent, slot);
      slot = parentSlot;
    }
    this.#put(timer, slot);
  }

  #down(timer: T, from: number): void {
    let slot = from;
    for (;;) {
      const left = this.#entries[2 * slot + 1];
      const right = this.#entries[2 * slot + 2];
      const child = left !== undefined && right !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= timer.at) break;
      const childSlot = child.slot;
      this.#put(child, slot);
      slot = childSlot;
    }
    this.#put(timer, slot);
  }

  #put(timer: T, slot: number): void {
    this.#entries[slot] = timer;
    timer.slot = slot;
  }
}
