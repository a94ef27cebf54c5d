/**
 * Lines of log on their way from a worker to its host: a ring of bytes that both share. A worker in the middle of a
 * call has no event loop, and one that is ended takes with it what it holds; what it wrote here stays.
 *
 *   words    WRITTEN and READ count bytes since the start and wrap with 32 bits; DROPPED and MUTED count lines
 *   lines    head of 32 bytes (size of the text, level, index; time, batch as 64-bit floats), the text, up to a
 *            multiple of eight bytes; a line that would cross the end of the ring begins at its start again
 *
 * The worker never waits: a line that finds no room, or is one too many of its call, is counted and the count is said
 * in a line. WRITTEN moves after everything of a line is there, and the host reads as far as it found WRITTEN.
 */
import { limits } from "../base/limits.ts";
import { logLevels, type LogLevel } from "../kernel/host-imports.ts";
import type { LogEntry } from "./batch.ts";

const Word = { WRITTEN: 0, READ: 1, DROPPED: 2, MUTED: 3 } as const;
const wordsBytes = 64;
const headBytes = 32;
/** In place of a text's size: nothing more up to the end of the ring. */
const skipMark = 0xffffffff;

/** Memory of a worker's lines. */
export function allocateLogRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(wordsBytes + limits.logRingBytes);
}

interface RingViews {
  readonly words: Int32Array;
  readonly head: DataView;
  readonly bytes: Buffer;
}

function viewsOf(buffer: SharedArrayBuffer): RingViews {
  return {
    words: new Int32Array(buffer, 0, wordsBytes / 4),
    head: new DataView(buffer, wordsBytes),
    bytes: Buffer.from(buffer, wordsBytes, limits.logRingBytes),
  };
}

/** The worker's end. */
export class LogWriter {
  readonly #ring: RingViews;
  readonly #now: () => number;
  readonly #half: () => void;
  #written = 0;
  #batch = 0;
  #index = -1;
  /** Lines of the present call. */
  #lines = 0;

  /** `half` is called when the host had better look, since half of the ring is full. */
  constructor(buffer: SharedArrayBuffer, now: () => number, half: () => void) {
    this.#ring = viewsOf(buffer);
    this.#now = now;
    this.#half = half;
  }

  /** Writes a line of an item. */
  write(batch: number, index: number, level: LogLevel, text: string): void {
    if (batch !== this.#batch || index !== this.#index) {
      this.endCall();
      this.#batch = batch;
      this.#index = index;
    }
    if (this.#lines >= limits.logCallLinesMax) {
      Atomics.add(this.#ring.words, Word.MUTED, 1);
      return;
    }
    this.#lines++;
    this.#put(level, text);
  }

  /** No more lines of the present call come: says how many were too many. */
  endCall(): void {
    const muted = Atomics.exchange(this.#ring.words, Word.MUTED, 0);
    if (muted > 0) this.#put("warn", mutedText(muted));
    this.#lines = 0;
    this.#index = -1;
  }

  #put(level: LogLevel, text: string): void {
    const { words } = this.#ring;
    const textBytes = Math.min(Buffer.byteLength(text), limits.logLineMaxBytes);
    const size = headBytes + Math.ceil(textBytes / 8) * 8;
    const used = (this.#written - Atomics.load(words, Word.READ)) >>> 0;
    const left = limits.logRingBytes - (this.#written % limits.logRingBytes);
    const skipped = left < size ? left : 0;
    if (used + skipped + size > limits.logRingBytes) {
      Atomics.add(words, Word.DROPPED, 1);
      return;
    }
    if (skipped > 0) {
      this.#ring.head.setUint32(this.#written % limits.logRingBytes, skipMark, true);
      this.#written = (this.#written + skipped) >>> 0;
    }
    this.#fill(this.#written % limits.logRingBytes, level, text, textBytes);
    this.#written = (this.#written + size) >>> 0;
    Atomics.store(words, Word.WRITTEN, this.#written | 0);
    if (used < limits.logRingBytes / 2 && used + skipped + size >= limits.logRingBytes / 2) this.#half();
  }

  #fill(at: number, level: LogLevel, text: string, textBytes: number): void {
    const { head, bytes } = this.#ring;
    // Whole characters only: what is written of a text that is cut may be shorter than its room.
    const written = bytes.write(text, at + headBytes, textBytes, "utf8");
    head.setUint32(at, written, true);
    head.setUint32(at + 4, logLevels.indexOf(level), true);
    head.setUint32(at + 8, this.#index, true);
    head.setUint32(at + 12, textBytes, true);
    head.setFloat64(at + 16, this.#now(), true);
    head.setFloat64(at + 24, this.#batch, true);
  }
}

/** The host's end. */
export class LogReader {
  readonly #ring: RingViews;
  #read = 0;
  /** The item whose line was read last, for what is said of lost ones. */
  #last: Pick<LogEntry, "batch" | "index" | "timeMs"> = { batch: -1, index: 0, timeMs: 0 };

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = viewsOf(buffer);
  }

  /** Takes the lines that are there now; a worker that goes on writing cannot keep its host here. */
  read(take: (entry: LogEntry) => void): void {
    const { words } = this.#ring;
    const written = Atomics.load(words, Word.WRITTEN) >>> 0;
    if (written !== this.#read) {
      while (this.#read !== written) this.#next(take);
      Atomics.store(words, Word.READ, this.#read | 0);
    }
    if (Atomics.load(words, Word.DROPPED) === 0) return;
    const dropped = Atomics.exchange(words, Word.DROPPED, 0);
    take({ ...this.#last, level: "warn", text: `${dropped} lines were dropped here: ${tooFast}` });
  }

  /** The same of a worker that has ended, with what it could not say any more. */
  readLast(take: (entry: LogEntry) => void): void {
    this.read(take);
    const muted = Atomics.exchange(this.#ring.words, Word.MUTED, 0);
    if (muted > 0) take({ ...this.#last, level: "warn", text: mutedText(muted) });
  }

  #next(take: (entry: LogEntry) => void): void {
    const { head, bytes } = this.#ring;
    const at = this.#read % limits.logRingBytes;
    const textBytes = head.getUint32(at, true);
    if (textBytes === skipMark) {
      this.#read = (this.#read + limits.logRingBytes - at) >>> 0;
      return;
    }
    const from = at + headBytes;
    this.#last = {
      batch: head.getFloat64(at + 24, true),
      index: head.getUint32(at + 8, true),
      timeMs: head.getFloat64(at + 16, true),
    };
    const level = logLevels[head.getUint32(at + 4, true)] ?? "info";
    const room = head.getUint32(at + 12, true);
    this.#read = (this.#read + headBytes + Math.ceil(room / 8) * 8) >>> 0;
    take({ ...this.#last, level, text: bytes.toString("utf8", from, from + textBytes) });
  }
}

const tooFast = "the kernel wrote them faster than its node takes them";

function mutedText(lines: number): string {
  return `${lines} more lines of this call were dropped; a call may log ${limits.logCallLinesMax}`;
}
