/**
 * The two streams between a pair of processes as one. All frames go on the first, in order; the payloads of a large one
 * go in chunks on the second, whose connection is its own, so that nothing small waits behind them. The owner sends and
 * receives whole batches and results and does not see the difference.
 *
 * A large frame is its header, with `bulkBytes` for its size, and chunks under the same id that leave one frame after
 * another, as fast as the bulk connection takes them. `bulk-arrivals.ts` puts them together again. When all items of a
 * frame are cancelled, what has not left of its payloads is let go, and an empty chunk in its place says so.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Bytes } from "../base/rope.ts";
import { chunkHead, chunkMaxBytes } from "../wire/chunk-head.ts";
import {
  noBytes,
  type BatchFrame,
  type CancelFrame,
  type FrameSink,
  type ResultFrame,
} from "../wire/frame.ts";
import { columnBytes, type FrameWriter } from "../wire/frame-writer.ts";
import { readFrames, type FramesFrom } from "../wire/frame-reader.ts";
import { splitResult } from "../wire/result-split.ts";
import { BulkArrivals, type ArrivingBytes } from "./bulk-arrivals.ts";
import type { Duplex } from "./duplex.ts";
import { GatheredMessage } from "./gathered-message.ts";

/** Payloads on their way, of the items [first, end); none are left of those that were dropped. */
interface LargePayloads {
  readonly id: number;
  readonly first: number;
  readonly end: number;
  payloads: Bytes;
}

/** Columns and payloads that share a message, less the rest of the frame. */
const sharedMaxBytes = limits.frameMaxBytes - 4096;

/** Sends and receives frames over a small and a bulk stream. */
export class FrameLink {
  #small: Duplex | undefined;
  #bulk: Duplex | undefined;
  readonly #smallSink: FrameSink;
  readonly #bulkSink: FrameSink;
  readonly #arrivals: BulkArrivals;
  readonly #relieved: () => void;
  #outgoing: LargePayloads[] = [];
  /** Bytes of the first outgoing payloads that have left. */
  #sent = 0;
  #outgoingBytes = 0;
  #pumpDue = false;

  /**
   * `relieved` is called when large payloads that waited have all been given to the connection; `arriving` is what all
   * links together hold of frames that have not come whole.
   */
  constructor(sink: FrameSink, relieved: () => void = () => {}, arriving?: ArrivingBytes) {
    const arrivals = new BulkArrivals(sink, arriving);
    this.#arrivals = arrivals;
    this.#relieved = relieved;
    this.#smallSink = {
      hello: (frame) => sink.hello(frame),
      welcome: (frame) => sink.welcome(frame),
      function: (frame) => sink.function(frame),
      batch: (frame) => arrivals.batch(frame),
      chunk: (id, data) => sink.chunk(id, data),
      cancel: (frame) => arrivals.cancel(frame),
      pause: (frame) => sink.pause?.(frame),
      result: (frame) => arrivals.result(frame),
      droppedBatch: (frame) => sink.droppedBatch?.(frame),
      droppedResult: (frame) => sink.droppedResult?.(frame),
      credit: (frame) => sink.credit(frame),
      log: (frame) => sink.log(frame),
    };
    this.#bulkSink = {
      hello: (frame) => sink.hello(frame),
      welcome: () => misplaced("Welcome"),
      function: () => misplaced("FunctionEntry"),
      batch: () => misplaced("Batch"),
      chunk: (id, data) => arrivals.chunk(id, data),
      cancel: () => misplaced("Cancel"),
      pause: () => misplaced("Pause"),
      result: () => misplaced("Result"),
      credit: () => misplaced("Credit"),
      log: () => misplaced("Log"),
    };
  }

  /** Gives it a stream: first the small one, later the bulk one. */
  attach(duplex: Duplex, bulk: boolean): void {
    if (bulk) {
      this.#bulk = duplex;
      this.pump();
    } else {
      this.#small = duplex;
    }
  }

  /** Gives a message of one of the streams to the sink. Throws PROTOCOL. */
  receive(message: Buffer, bulk: boolean, from: FramesFrom): void {
    readFrames(message, from, bulk ? this.#bulkSink : this.#smallSink);
  }

  /** Takes the next bytes of a chunk. Throws PROTOCOL. */
  receiveChunk(id: number, bytes: Buffer, bulk: boolean): void {
    (bulk ? this.#bulkSink : this.#smallSink).chunk(id, bytes);
  }

  /** Bytes that wait for either connection. */
  get waitingBytes(): number {
    return this.#outgoingBytes + (this.#small?.waitingBytes ?? 0) + (this.#bulk?.waitingBytes ?? 0);
  }

  /** Bytes that wait for the connection of the small stream. */
  get smallWaitingBytes(): number {
    return this.#small?.waitingBytes ?? 0;
  }

  /** The writer of the small stream; call `flush` after writing. */
  get writer(): FrameWriter | undefined {
    return this.#small?.writer;
  }

  /** Sends what was written at the end of this turn. */
  flush(): void {
    this.#small?.flush();
  }

  /** Sends a batch with its payloads, on whatever way they take. */
  sendBatch(frame: BatchFrame): void {
    const small = this.#small;
    if (small === undefined) return;
    if (isLarge(frame.payloads, columnBytes(frame))) {
      small.writer.batch({ ...frame, payloads: noBytes, bulkBytes: frame.payloads.length });
      this.#queue(frame);
    } else {
      small.writer.batch(frame);
    }
    small.flush();
  }

  /** Sends a result, in parts when its errors and columns ask for it. */
  sendResult(frame: ResultFrame): void {
    const small = this.#small;
    if (small === undefined) return;
    for (const part of splitResult(frame)) {
      if (isLarge(part.payloads, 4 * (part.sizes.length + part.runMs.length))) {
        small.writer.result({ ...part, payloads: noBytes, bulkBytes: part.payloads.length });
        this.#queue(part);
      } else {
        small.writer.result(part);
      }
    }
    small.flush();
  }

  /** Takes items back: tells the other side, and drops what has not left of their payloads. */
  cancel(frame: CancelFrame): void {
    this.#small?.writer.cancel(frame);
    this.#small?.flush();
    this.drop(frame);
  }

  /** Lets go of payloads that wait here, of frames whose items are all cancelled. */
  drop({ id, first, count }: CancelFrame): void {
    const end = count === 0 ? Infinity : first + count;
    for (const [place, large] of this.#outgoing.entries()) {
      if (large.id !== id || large.first < first || large.end > end) continue;
      const sent = place === 0 ? this.#sent : 0;
      this.#outgoingBytes -= large.payloads.length - sent;
      large.payloads = noBytes;
      if (place === 0) this.#sent = 0;
    }
  }

  /** Ends both streams; large payloads that wait are dropped. */
  close(error: HeddleError | undefined): void {
    const streams = [this.#small, this.#bulk];
    this.#small = undefined;
    this.#bulk = undefined;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    this.#arrivals.close();
    for (const stream of streams) stream?.close(error);
  }

  /** Gives all that waits to the connections, whatever they take at once, and ends both streams. */
  finish(error: HeddleError | undefined): void {
    const bulk = this.#bulk;
    for (let large = this.#outgoing[0]; bulk !== undefined && large !== undefined; large = this.#outgoing[0])
      this.#sendPart(bulk, large);
    this.close(error);
  }

  /** Sends large payloads until the bulk connection takes no more; the owner calls it when a stream has drained. */
  pump(): void {
    const bulk = this.#bulk;
    if (bulk === undefined || this.#outgoing.length === 0) return;
    let budgetBytes: number = limits.bulkMessageMaxBytes;
    for (
      let large = this.#outgoing[0];
      large !== undefined && bulk.writable && budgetBytes > 0;
      large = this.#outgoing[0]
    )
      budgetBytes -= this.#sendPart(bulk, large);
    if (this.#outgoing.length === 0) this.#relieved();
    else if (bulk.writable) this.#pumpLater();
  }

  /** The turn's share is written; the next turn goes on, so that small frames and timers are served between. */
  #pumpLater(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    setImmediate(() => {
      this.#pumpDue = false;
      this.pump();
    });
  }

  #queue({ id, first, count, payloads }: BatchFrame | ResultFrame): void {
    this.#outgoing.push({ id, first, end: first + count, payloads });
    this.#outgoingBytes += payloads.length;
    this.#pumpLater();
  }

  #sendPart(bulk: Duplex, large: LargePayloads): number {
    const { id, payloads } = large;
    const end = Math.min(this.#sent + chunkMaxBytes, payloads.length);
    const part = end - this.#sent;
    bulk.send(new GatheredMessage(chunkHead(id, part), payloads.subarray(this.#sent, end)));
    this.#outgoingBytes -= part;
    this.#sent = end;
    if (end === payloads.length) {
      this.#outgoing.shift();
      this.#sent = 0;
    }
    return part;
  }
}

function misplaced(what: string): never {
  throw new HeddleError("PROTOCOL", `a ${what} on the bulk stream, which carries chunks only`);
}

function isLarge(payloads: Bytes, columnBytes: number): boolean {
  if (payloads.length > limits.framePayloadMaxBytes) return true;
  return payloads.length > 0 && payloads.length + columnBytes > sharedMaxBytes;
}
