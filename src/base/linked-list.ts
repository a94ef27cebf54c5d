/**
 * A doubly linked list through its entries: they carry the links, so that any of them leaves in constant time and
 * nothing is allocated. An entry is in at most one list at a time.
 */
import { assert } from "./assert.ts";

/** What an entry carries. Both are undefined and `list` too while it is in no list. */
export interface Linked<T> {
  list: object | undefined;
  previous: T | undefined;
  next: T | undefined;
}

/** A list whose entries can leave from anywhere. */
export class LinkedList<T extends Linked<T>> {
  #front: T | undefined;
  #back: T | undefined;
  #length = 0;

  /** How many entries it holds. */
  get length(): number {
    return this.#length;
  }

  /** The first entry, or undefined when there is none. */
  front(): T | undefined {
    return this.#front;
  }

  /** The last entry, or undefined when there is none. */
  back(): T | undefined {
    return this.#back;
  }

  pushBack(entry: T): void {
    assert(entry.list === undefined, "an entry is in one list at a time");
    entry.list = this;
    entry.previous = this.#back;
    if (this.#back === undefined) this.#front = entry;
    else this.#back.next = entry;
    this.#back = entry;
    this.#length++;
  }

  pushFront(entry: T): void {
    assert(entry.list === undefined, "an entry is in one list at a time");
    entry.list = this;
    entry.next = this.#front;
    if (this.#front === undefined) this.#back = entry;
    else this.#front.previous = entry;
    this.#front = entry;
    this.#length++;
  }

  /** Takes an entry of this list out. */
  remove(entry: T): void {
    assert(entry.list === this, "an entry leaves the list it is in");
    if (entry.previous === undefined) this.#front = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#back = entry.previous;
    else entry.next.previous = entry.previous;
    entry.list = undefined;
    entry.previous = undefined;
    entry.next = undefined;
    this.#length--;
  }
}
