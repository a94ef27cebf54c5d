/**
 * A queue with two ends in a ring buffer whose size is a power of two. Taking from the front of an array moves all
 * that follow; here it moves an index. The buffer is made at the first push, since most queues of short-lived things
 * stay empty.
 */
import { assert } from "./assert.ts";

/** A queue that grows and gives up at both ends in constant time. */
export class Deque<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  /** How many entries it holds. */
  get length(): number {
    return this.#length;
  }

  /** The entry at a place counted from the front, or undefined past the end. */
  at(place: number): T | undefined {
    if (place < 0 || place >= this.#length) return undefined;
    return this.#slots[(this.#head + place) & (this.#slots.length - 1)];
  }

  /** The first entry, or undefined when there is none. */
  front(): T | undefined {
    return this.at(0);
  }

  pushBack(entry: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = entry;
    this.#length++;
  }

  pushFront(entry: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head + this.#slots.length - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = entry;
    this.#length++;
  }

  /** Adds an entry before those at the back that it `precedes`, of which it passes so many at most. */
  insert(entry: T, precedes: (other: T) => boolean, passedMax: number): void {
    this.pushBack(entry);
    const mask = this.#slots.length - 1;
    const least = Math.max(0, this.#length - 1 - passedMax);
    let place = this.#length - 1;
    for (; place > least; place--) {
      const other = this.at(place - 1);
      if (other === undefined || !precedes(other)) break;
      this.#slots[(this.#head + place) & mask] = other;
    }
    this.#slots[(this.#head + place) & mask] = entry;
  }

  /** Takes the first entry out, or gives undefined when there is none. */
  popFront(): T | undefined {
    if (this.#length === 0) return undefined;
    const entry = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return entry;
  }

  /** Moves the first entry to the back. */
  rotate(): void {
    assert(this.#length > 0, "an empty deque has nothing to rotate");
    const entry = this.#slots[this.#head] as T; // a slot below the length is filled
    this.popFront();
    this.pushBack(entry);
  }

  #grow(): void {
    const slots: (T | undefined)[] = [];
    for (let place = 0; place < this.#length; place++) slots.push(this.at(place));
    const size = Math.max(4, this.#length * 2);
    while (slots.length < size) slots.push(undefined);
    this.#slots = slots;
    this.#head = 0;
  }
}
