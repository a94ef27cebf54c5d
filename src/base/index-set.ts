/**
 * A set of indices that fills roughly from the front: which items of a map have settled. All indices below a
 * watermark are in it and cost nothing; only those beyond the first gap are kept, one bit each, in words that slide
 * along. In order it needs no memory at all, and a map of any length costs one bit for each index between its oldest
 * gap and its newest entry.
 *
 * Invariants: every index below `#low` is in the set and `#low` is not; no index from `#high` on is in it; `#words`
 * exists only while `#low < #high`, its first bit is index `#base`, and `#base <= #low`.
 */

/** Indices from a start, added by ranges and asked for by runs. Indices below the start count as present. */
export class IndexSet {
  #low: number;
  #high: number;
  #base = 0;
  #words: Uint32Array | undefined;

  constructor(start = 0) {
    this.#low = start;
    this.#high = start;
  }

  /** Adds [first, end); indices that are there already may be among them. */
  add(first: number, end: number): void {
    if (end <= this.#low || end <= first) return;
    if (this.#words === undefined) {
      if (first <= this.#low) {
        this.#low = end;
        this.#high = end;
        return;
      }
      this.#base = this.#low;
      this.#words = new Uint32Array(wordsFor(end - this.#base));
    }
    const words = this.#room(end);
    setBits(words, Math.max(first, this.#low) - this.#base, end - this.#base);
    if (end > this.#high) this.#high = end;
    if (first > this.#low) return;
    this.#low = this.nextAbsent(this.#low, this.#high);
    if (this.#low === this.#high) this.#words = undefined;
  }

  has(index: number): boolean {
    return this.nextPresent(index, index + 1) === index;
  }

  /** The lowest index in [from, end) that is not in the set, or `end`. */
  nextAbsent(from: number, end: number): number {
    if (from < this.#low) from = this.#low;
    if (from >= end) return end;
    if (this.#words === undefined || from >= this.#high) return from;
    const stop = Math.min(end, this.#high);
    return Math.min(
      stop,
      this.#base + nextBit(this.#words, from - this.#base, stop - this.#base, 0xffffffff),
    );
  }

  /** The lowest index in [from, end) that is in the set, or `end`. */
  nextPresent(from: number, end: number): number {
    if (from >= end) return end;
    if (from < this.#low) return from;
    if (this.#words === undefined || from >= this.#high) return end;
    const stop = Math.min(end, this.#high);
    const found = this.#base + nextBit(this.#words, from - this.#base, stop - this.#base, 0);
    return found < stop ? found : end;
  }

  /** Bytes of its words, for tests of its memory. */
  get wordBytes(): number {
    return this.#words?.byteLength ?? 0;
  }

  /** Words that reach to `end`: slides them to the watermark first, and grows only when that is not enough. */
  #room(end: number): Uint32Array {
    const words = this.#words ?? new Uint32Array(wordsFor(end - this.#base));
    this.#words = words;
    if (end - this.#base <= words.length * 32) return words;
    const dropped = (this.#low - this.#base) >>> 5;
    const used = (this.#high - this.#base + 31) >>> 5;
    const needed = wordsFor(end - this.#base - dropped * 32);
    const target = needed <= words.length ? words : new Uint32Array(Math.max(needed, words.length * 2));
    if (target === words) {
      words.copyWithin(0, dropped, used);
      words.fill(0, used - dropped);
    } else {
      target.set(words.subarray(dropped, used));
    }
    this.#base += dropped * 32;
    this.#words = target;
    return target;
  }
}

function wordsFor(bits: number): number {
  return (bits + 31) >>> 5;
}

function setBits(words: Uint32Array, from: number, end: number): void {
  const firstWord = from >>> 5;
  const lastWord = (end - 1) >>> 5;
  const head = -1 << (from & 31);
  const tail = -1 >>> (31 - ((end - 1) & 31));
  if (firstWord === lastWord) {
    words[firstWord] = (words[firstWord] ?? 0) | (head & tail);
    return;
  }
  words[firstWord] = (words[firstWord] ?? 0) | head;
  words.fill(0xffffffff, firstWord + 1, lastWord);
  words[lastWord] = (words[lastWord] ?? 0) | tail;
}

/** The first bit from `from` on that is 1 after flipping with `flip`; a place at or past `end` when there is none. */
function nextBit(words: Uint32Array, from: number, end: number, flip: number): number {
  let index = from >>> 5;
  let word = ((words[index] ?? 0) ^ flip) & (-1 << (from & 31));
  const lastWord = (end - 1) >>> 5;
  while (word === 0) {
    if (++index > lastWord) return end;
    word = (words[index] ?? 0) ^ flip;
  }
  return index * 32 + (31 - Math.clz32(word & -word));
}
