/**
 * Different words, numbered in the order in which they came, with a count each: a table of hashes with open addressing,
 * at most half full, doubled when it gets fuller. An entry is four 32-bit words: address, size, hash, count.
 *
 * Words are compared eight bytes at a time, so there must be memory behind them: SLACK bytes.
 */

import { utf8Read } from "../lib/text";

/** Bytes that may be read behind a word. */
export const SLACK: usize = 8;

const ENTRY: usize = 16;
const SLOTS_MIN: u32 = 1024;

/** A set of words. */
export class Terms {
  /** How many there are. */
  length: i32 = 0;
  private mask: u32 = SLOTS_MIN - 1;
  /** Number of the entry + 1, or 0. */
  private slots: usize = newSlots(SLOTS_MIN);
  private entries: usize = heap.alloc((<usize>SLOTS_MIN / 2) * ENTRY);

  /** Adds to the count of a word; gives its number, which is the former length when the word is new. */
  add(start: usize, size: u32, hash: u32, count: u32): i32 {
    const spread = hash ^ (hash >> 15);
    let slot = spread & this.mask;
    for (;;) {
      const number = load<u32>(this.slots + ((<usize>slot) << 2));
      if (number == 0) break;
      const entry = this.entries + <usize>(number - 1) * ENTRY;
      if (
        load<u32>(entry, 8) == hash &&
        load<u32>(entry, 4) == size &&
        isSame(load<u32>(entry), start, size)
      ) {
        store<u32>(entry, load<u32>(entry, 12) + count, 12);
        return number - 1;
      }
      slot = (slot + 1) & this.mask;
    }
    const number = this.length++;
    store<u32>(this.slots + ((<usize>slot) << 2), number + 1);
    const entry = this.entries + <usize>number * ENTRY;
    store<u32>(entry, <u32>start, 0);
    store<u32>(entry, size, 4);
    store<u32>(entry, hash, 8);
    store<u32>(entry, count, 12);
    if (<u32>this.length > this.mask >> 1) this.grow();
    return number;
  }

  /** Address of a word. */
  start(number: i32): usize {
    return load<u32>(this.entries + <usize>number * ENTRY);
  }

  /** Bytes of a word. */
  size(number: i32): u32 {
    return load<u32>(this.entries + <usize>number * ENTRY, 4);
  }

  /** How often a word was counted. */
  count(number: i32): u32 {
    return load<u32>(this.entries + <usize>number * ENTRY, 12);
  }

  private grow(): void {
    const slots = (this.mask + 1) * 2;
    this.mask = slots - 1;
    this.slots = newSlots(slots);
    const entries = heap.alloc((<usize>slots / 2) * ENTRY);
    memory.copy(entries, this.entries, <usize>this.length * ENTRY);
    this.entries = entries;
    for (let number = 0; number < this.length; number++) {
      const hash = load<u32>(entries + <usize>number * ENTRY, 8);
      let slot = (hash ^ (hash >> 15)) & this.mask;
      while (load<u32>(this.slots + ((<usize>slot) << 2))) slot = (slot + 1) & this.mask;
      store<u32>(this.slots + ((<usize>slot) << 2), number + 1);
    }
  }
}

/** Less than, equal to or greater than 0 as one row of bytes is before, the same as or after another. */
export function compareBytes(a: usize, aSize: u32, b: usize, bSize: u32): i32 {
  let left = min(aSize, bSize);
  for (; left >= 8; left -= 8) {
    const x = load<u64>(a);
    const y = load<u64>(b);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
    a += 8;
    b += 8;
  }
  if (left > 0) {
    const unused = 64 - 8 * left;
    const x = bswap(load<u64>(a)) >> unused;
    const y = bswap(load<u64>(b)) >> unused;
    if (x != y) return x < y ? -1 : 1;
  }
  return <i32>aSize - <i32>bSize;
}

/** The text that bytes are. Those of a damaged index may be no UTF-8; they become something then. */
export function textOf(start: usize, size: u32): string {
  const text = utf8Read(start, size);
  return changetype<string>(text === null ? String.UTF8.decodeUnsafe(start, size) : text);
}

function isSame(a: usize, b: usize, size: u32): bool {
  let left = size;
  for (; left >= 8; left -= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
  }
  return left == 0 || (load<u64>(a) ^ load<u64>(b)) << (64 - 8 * left) == 0;
}

function newSlots(slots: u32): usize {
  const bytes = (<usize>slots) << 2;
  const start = heap.alloc(bytes);
  memory.fill(start, 0, bytes);
  return start;
}
