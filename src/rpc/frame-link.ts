/**
 * The two streams between a pair of processes as one: small frames go on the first, whatever has a large payload goes
 * in chunks on the second, whose connection is its own. The owner sends and receives whole batches and results and
 * does not see the difference.
 *
 * A large frame is its header, with `bulkBytes` for its size, followed by chunks under the same id; frames on the bulk
 * stream leave one after another, as fast as the connection takes them.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { noBytes, type BatchFrame, type FrameSink, type ResultFrame } from "../wire/frame.ts";
import type { FrameWriter } from "../wire/frame-writer.ts";
import { readFrames, type FramesFrom } from "../wire/frame-reader.ts";
import type { Duplex } from "./duplex.ts";

type Large =
  | { readonly kind: "batch"; readonly frame: BatchFrame }
  | { readonly kind: "result"; readonly frame: ResultFrame };

interface Arriving {
  readonly large: Large;
  readonly bytes: Buffer;
  filled: number;
}

const chunkBytes = limits.chunkMaxBytes - 1024;

/** Sends and receives frames over a small and a bulk stream. */
export class FrameLink {
  #small: Duplex | undefined;
  #bulk: Duplex | undefined;
  readonly #sink: FrameSink;
  readonly #outgoing: Large[] = [];
  /** Bytes of the first outgoing frame that have left; -1 before its header has. */
  #sent = -1;
  #outgoingBytes = 0;
  readonly #arriving = new Map<number, Arriving>();
  #arrivingBytes = 0;
  readonly #bulkSink: FrameSink;

  constructor(sink: FrameSink) {
    this.#sink = sink;
    this.#bulkSink = {
      hello: (frame) => sink.hello(frame),
      welcome: (frame) => sink.welcome(frame),
      function: (frame) => sink.function(frame),
      batch: (frame) => this.#arrive({ kind: "batch", frame }, frame.id, frame.bulkBytes),
      result: (frame) => this.#arrive({ kind: "result", frame }, frame.id, frame.bulkBytes),
      chunk: (id, data) => this.#fill(id, data),
      cancel: (frame) => sink.cancel(frame),
      credit: (frame) => sink.credit(frame),
    };
  }

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
    readFrames(message, from, bulk ? this.#bulkSink : this.#sink);
  }

  /** Bytes that wait for either connection. */
  get waitingBytes(): number {
    return this.#outgoingBytes + (this.#small?.waitingBytes ?? 0);
  }

  /** The writer of the small stream; call `flush` after writing. */
  get writer(): FrameWriter | undefined {
    return this.#small?.writer;
  }

  flush(): void {
    this.#small?.flush();
  }

  /** Sends small frames now, for a caller that knows that its turn is at its end. */
  flushNow(): void {
    this.#small?.flushNow();
  }

  sendBatch(frame: BatchFrame): void {
    if (frame.payloads.length > limits.framePayloadMaxBytes) {
      this.#queue({ kind: "batch", frame });
    } else {
      this.#small?.writer.batch(frame);
      this.#small?.flush();
    }
  }

  sendResult(frame: ResultFrame): void {
    if (frame.payloads.length > limits.framePayloadMaxBytes) {
      this.#queue({ kind: "result", frame });
    } else {
      this.#small?.writer.result(frame);
      this.#small?.flush();
    }
  }

  close(error: HeddleError | undefined): void {
    this.#small?.close(error);
    this.#bulk?.close(error);
  }

  /** Sends large frames until the bulk connection takes no more; the owner calls it when that stream has drained. */
  pump(): void {
    const bulk = this.#bulk;
    if (bulk === undefined) return;
    let budget = limits.frameMaxBytes * 4;
    while (bulk.writable && budget > 0) {
      const large = this.#outgoing[0];
      if (large === undefined) return;
      budget -= this.#sendPart(bulk, large);
      bulk.flush();
    }
    // The turn's share is written; the next turn goes on, so that small frames and timers are served between.
    if (bulk.writable && this.#outgoing.length > 0) setImmediate(() => this.pump());
  }

  #queue(large: Large): void {
    this.#outgoing.push(large);
    this.#outgoingBytes += large.frame.payloads.length;
    if (this.#outgoing.length === 1) this.pump();
  }

  #sendPart(bulk: Duplex, large: Large): number {
    const payloads = large.frame.payloads;
    if (this.#sent < 0) {
      const header = { payloads: noBytes, bulkBytes: payloads.length };
      if (large.kind === "batch") bulk.writer.batch({ ...large.frame, ...header });
      else bulk.writer.result({ ...large.frame, ...header });
      this.#sent = 0;
      return 0;
    }
    const end = Math.min(this.#sent + chunkBytes, payloads.length);
    bulk.writer.chunk(large.frame.id, payloads.subarray(this.#sent, end));
    const part = end - this.#sent;
    this.#outgoingBytes -= part;
    this.#sent = end;
    if (end === payloads.length) {
      this.#outgoing.shift();
      this.#sent = -1;
    }
    return part;
  }

  #arrive(large: Large, id: number, bulkBytes: number): void {
    if (bulkBytes === 0) {
      this.#deliver(large);
      return;
    }
    this.#arrivingBytes += bulkBytes;
    if (this.#arrivingBytes > limits.nodeQueueMaxBytes || this.#arriving.has(id)) {
      throw new HeddleError(
        "PROTOCOL",
        `large frame ${id} of ${bulkBytes} bytes: too much at once on one bulk stream`,
      );
    }
    this.#arriving.set(id, { large, bytes: Buffer.allocUnsafe(bulkBytes), filled: 0 });
  }

  #fill(id: number, data: Uint8Array): void {
    const arriving = this.#arriving.get(id);
    if (arriving === undefined) throw new HeddleError("PROTOCOL", `a chunk came for the unknown frame ${id}`);
    if (arriving.filled + data.length > arriving.bytes.length) {
      throw new HeddleError(
        "PROTOCOL",
        `the chunks of frame ${id} are longer than its ${arriving.bytes.length} bytes`,
      );
    }
    arriving.bytes.set(data, arriving.filled);
    arriving.filled += data.length;
    if (arriving.filled < arriving.bytes.length) return;
    this.#arriving.delete(id);
    this.#arrivingBytes -= arriving.bytes.length;
    const whole = { payloads: arriving.bytes, bulkBytes: 0 };
    if (arriving.large.kind === "batch") this.#sink.batch({ ...arriving.large.frame, ...whole });
    else this.#sink.result({ ...arriving.large.frame, ...whole });
  }

  #deliver(large: Large): void {
    if (large.kind === "batch") this.#sink.batch(large.frame);
    else this.#sink.result(large.frame);
  }
}
