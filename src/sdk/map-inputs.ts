/**
 * The inputs of a map that have not settled. They are kept so that the map can be submitted again after a lost
 * connection; a frame's slice is let go when its last item has settled.
 *
 * Items have an index in the map; a submission numbers its items from 0 again. After a loss only unsettled items go
 * into the next submission, so its first numbers stand for scattered indices, and all later ones for those that follow.
 */

interface Slice {
  readonly first: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Uint8Array;
  open: number;
  /** 1 for a settled item; made when the slice is partly settled. */
  settled: Uint8Array | undefined;
}

/** A run of unsettled items. */
export interface InputRange {
  readonly first: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Uint8Array;
}

interface Renumbered {
  /** Number of the first item in the submission. */
  readonly at: number;
  /** Its index in the map. */
  readonly first: number;
  readonly count: number;
}

/** A run of settled items with indices of the map. */
export interface SettledRange {
  readonly first: number;
  readonly count: number;
  /** Number of its first item in the submission. */
  readonly at: number;
}

type MutableRange = { -readonly [K in keyof SettledRange]: SettledRange[K] };

export class MapInputs {
  #slices: Slice[] = [];
  #taken = 0;
  #unsettled = 0;
  #bytes = 0;
  #renumbered: Renumbered[] = [];
  /** Those before this position are settled. */
  #renumberedFrom = 0;
  /** Number of the first item that is not renumbered. */
  #renumberedCount = 0;
  /** Index minus number of the items that came after the present submission began. */
  #shift = 0;

  /** Items taken so far; the next one's index. */
  get taken(): number {
    return this.#taken;
  }

  get unsettled(): number {
    return this.#unsettled;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number that the next item has in the present submission. */
  get nextNumber(): number {
    return this.#taken - this.#shift;
  }

  append(sizes: Uint32Array, payloads: Uint8Array): void {
    const count = sizes.length;
    this.#slices.push({ first: this.#taken, count, sizes, payloads, open: count, settled: undefined });
    this.#taken += count;
    this.#unsettled += count;
    this.#bytes += payloads.length;
  }

  /** Gives the next index to an input that is never sent, so that later numbers lag one more behind their indices. */
  skip(): number {
    const next = this.nextNumber;
    const count = next - this.#renumberedCount;
    if (count > 0) {
      const at = this.#renumberedCount;
      this.#renumbered.push({ at, first: at + this.#shift, count });
      this.#renumberedCount = next;
    }
    this.#shift++;
    return this.#taken++;
  }

  /** Starts a new submission: gives the runs to send, which get the numbers from 0 on in this order. */
  restart(): InputRange[] {
    const ranges = this.#slices.flatMap(openRuns);
    const renumbered: Renumbered[] = [];
    let at = 0;
    for (const { first, count } of ranges) {
      renumbered.push({ at, first, count });
      at += count;
    }
    this.#renumbered = renumbered;
    this.#renumberedFrom = 0;
    this.#renumberedCount = at;
    this.#shift = this.#taken - at;
    return ranges;
  }

  /** Marks the items with these numbers as settled; gives the indices of those that were not, as runs. */
  settle(number: number, count: number): SettledRange[] {
    const runs: MutableRange[] = [];
    const end = Math.min(number + count, this.nextNumber);
    let at = number;
    if (at < this.#renumberedCount) {
      for (let position = this.#renumberedAt(at); position < this.#renumbered.length; position++) {
        const range = this.#renumbered[position];
        if (range === undefined || range.at >= end) break;
        const from = Math.max(at, range.at);
        const to = Math.min(end, range.at + range.count);
        this.#settleRun(range.first + from - range.at, to - from, from, runs);
      }
      at = this.#renumberedCount;
    }
    if (at < end) this.#settleRun(at + this.#shift, end - at, at, runs);
    this.#forgetRenumbered();
    return runs;
  }

  /** Position of the renumbered range that holds the number, or of the first after it. */
  #renumberedAt(number: number): number {
    let low = this.#renumberedFrom;
    let high = this.#renumbered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#renumbered[middle];
      if (range !== undefined && range.at + range.count <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lets go of ranges of which nothing is open: a map with many refused inputs makes one for each. */
  #forgetRenumbered(): void {
    const open = this.#slices[0]?.first ?? this.#taken;
    for (let range = this.#renumbered[this.#renumberedFrom]; range !== undefined;) {
      if (range.first + range.count > open) break;
      range = this.#renumbered[++this.#renumberedFrom];
    }
    if (this.#renumberedFrom < 64 || this.#renumberedFrom * 2 < this.#renumbered.length) return;
    this.#renumbered.splice(0, this.#renumberedFrom);
    this.#renumberedFrom = 0;
  }

  #settleRun(first: number, count: number, number: number, runs: MutableRange[]): void {
    const start = this.#indexOf(first);
    let index = start;
    const end = first + count;
    for (
      let slice = this.#slices[index];
      slice !== undefined && slice.first < end;
      slice = this.#slices[++index]
    ) {
      const from = Math.max(first, slice.first) - slice.first;
      const to = Math.min(end - slice.first, slice.count);
      this.#mark(slice, from, to, number - first, runs);
    }
    for (let position = index - 1; position >= start; position--) {
      const slice = this.#slices[position];
      if (slice === undefined || slice.open > 0) continue;
      this.#bytes -= slice.payloads.length;
      if (position === 0) this.#slices.shift();
      else this.#slices.splice(position, 1);
    }
  }

  /** Settles items [from, to) of a slice; `shift` leads from an index to its number. */
  #mark(slice: Slice, from: number, to: number, shift: number, runs: MutableRange[]): void {
    if (to - from === slice.count && slice.settled === undefined) {
      this.#unsettled -= slice.open;
      slice.open = 0;
      addRun(runs, slice.first, slice.count, slice.first + shift);
      return;
    }
    const settled = (slice.settled ??= new Uint8Array(slice.count));
    for (let item = from; item < to; item++) {
      if (settled[item] === 1) continue;
      const start = item;
      while (item < to && settled[item] !== 1) settled[item++] = 1;
      const count = item - start;
      slice.open -= count;
      this.#unsettled -= count;
      addRun(runs, slice.first + start, count, slice.first + start + shift);
    }
  }

  #indexOf(item: number): number {
    let low = 0;
    let high = this.#slices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const slice = this.#slices[middle];
      if (slice !== undefined && slice.first + slice.count <= item) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Adds items to the last run if they follow it, in the map as in the submission. */
function addRun(runs: MutableRange[], first: number, count: number, at: number): void {
  const last = runs.at(-1);
  if (last !== undefined && last.first + last.count === first && last.at + last.count === at)
    last.count += count;
  else runs.push({ first, count, at });
}

/** The unsettled runs of a slice. */
function openRuns(slice: Slice): InputRange[] {
  const { settled } = slice;
  if (settled === undefined) return [slice];
  const runs: InputRange[] = [];
  let offset = 0;
  let item = 0;
  while (item < slice.count) {
    const start = item;
    const from = offset;
    const open = settled[item] !== 1;
    while (item < slice.count && (settled[item] !== 1) === open) offset += slice.sizes[item++] ?? 0;
    if (!open) continue;
    runs.push({
      first: slice.first + start,
      count: item - start,
      sizes: slice.sizes.subarray(start, item),
      payloads: slice.payloads.subarray(from, offset),
    });
  }
  return runs;
}
