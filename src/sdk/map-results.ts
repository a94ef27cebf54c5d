/**
 * Results of a map between their arrival and their consumer: kept as the slices they came in and taken one by one,
 * in the order of the inputs or as they arrive.
 */
import type { HeddleError } from "../base/error.ts";
import { inOnePiece, Rope, type Bytes } from "../base/rope.ts";
import { noBytes, type ResultFrame } from "../wire/frame.ts";

/** A run of results, or of items that failed alike. */
export type ResultRun =
  | {
      readonly kind: "values";
      readonly first: number;
      readonly count: number;
      readonly sizes: Uint32Array;
      readonly payloads: Bytes;
    }
  | { readonly kind: "error"; readonly first: number; readonly count: number; readonly error: HeddleError };

export class MapResults {
  /** What `take` took: index, and its failure, or where its bytes lie. */
  index = 0;
  error: HeddleError | undefined = undefined;
  payloads: Bytes = noBytes;
  start = 0;
  end = 0;
  readonly #ordered: boolean;
  /** Ordered: runs by their first index. */
  readonly #byFirst = new Map<number, ResultRun>();
  /** Unordered: runs as they came, from `#queueAt` on. */
  #queue: ResultRun[] = [];
  #queueAt = 0;
  #current: ResultRun | undefined;
  /** Position and byte offset in the current run. */
  #at = 0;
  #offset = 0;
  #delivered = 0;
  #bytes = 0;
  /** All that came so far. */
  #cameItems = 0;
  #cameBytes = 0;

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** Items handed out. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Bytes that wait for the consumer. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of a result, in the mean of all so far; 0 before the first. */
  get meanBytes(): number {
    return this.#cameItems === 0 ? 0 : this.#cameBytes / this.#cameItems;
  }

  /** Is the next result there? */
  get ready(): boolean {
    if (this.#current !== undefined) return true;
    return this.#ordered ? this.#byFirst.has(this.#delivered) : this.#queueAt < this.#queue.length;
  }

  add(run: ResultRun): void {
    this.#cameItems += run.count;
    if (run.kind === "values") {
      this.#bytes += run.payloads.length;
      this.#cameBytes += run.payloads.length;
    }
    const kept = toKeep(run);
    if (this.#ordered) this.#byFirst.set(kept.first, kept);
    else this.#queue.push(kept);
  }

  /** Takes the next result; false when it is not there. */
  take(): boolean {
    const run = this.#current ?? this.#nextRun();
    if (run === undefined) return false;
    const position = this.#at++;
    this.index = run.first + position;
    this.#delivered++;
    const last = this.#at === run.count;
    if (last) this.#current = undefined;
    if (run.kind === "error") {
      this.error = run.error;
      return true;
    }
    this.error = undefined;
    this.payloads = run.payloads;
    this.start = this.#offset;
    this.#offset += run.sizes[position] ?? 0;
    this.end = this.#offset;
    if (last) this.#bytes -= run.payloads.length;
    return true;
  }

  #nextRun(): ResultRun | undefined {
    let run: ResultRun | undefined;
    if (this.#ordered) {
      run = this.#byFirst.get(this.#delivered);
      if (run !== undefined) this.#byFirst.delete(this.#delivered);
    } else {
      run = this.#queue[this.#queueAt];
      if (run !== undefined) this.#queueAt++;
      if (this.#queueAt > 64 && this.#queueAt * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#queueAt);
        this.#queueAt = 0;
      }
    }
    this.#current = run;
    this.#at = 0;
    this.#offset = 0;
    return run;
  }
}

/** Items that are read one by one want their bytes in one piece; one that is alone is read out of any. */
function toKeep(run: ResultRun): ResultRun {
  if (run.kind === "error" || run.count === 1 || !(run.payloads instanceof Rope)) return run;
  return { ...run, payloads: inOnePiece(run.payloads) };
}

/** Payload bytes of the items [from, to) of a frame. */
export function runBytes(frame: ResultFrame, from: number, to: number): number {
  let bytes = 0;
  const end = Math.min(to - frame.first, frame.sizes.length);
  for (let index = from - frame.first; index < end; index++) bytes += frame.sizes[index] ?? 0;
  return bytes;
}
