/**
 * The receiving end of a pair of streams. Every frame comes on the small stream, in order; the payloads of a large one
 * follow in chunks under its id on the bulk stream, sooner or later than its header, since the connections are two.
 *
 * The parts stay as they came, in memory that was read from the socket: whoever wants them in one piece puts them together.
 *
 * An empty chunk says that the rest of its frame does not come.
 *
 * Invariant: frames of one id are handed on in the order in which they were sent, those of different ids as soon as
 * they are whole. So what follows a large frame under its id waits for it (the next items of a map, a cancel, the end
 * of an attempt), and nothing else does.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { Pieces } from "../base/pieces.ts";
import type { Bytes } from "../base/rope.ts";
import type { BatchFrame, CancelFrame, ResultFrame } from "../wire/frame.ts";

type Item =
  | { readonly kind: "batch"; readonly frame: BatchFrame }
  | { readonly kind: "result"; readonly frame: ResultFrame }
  | { readonly kind: "cancel"; readonly frame: CancelFrame };

/** What is held of one id: frames in order, the first of which is not whole, or chunks whose header has not come yet. */
interface Held {
  readonly items: Item[];
  readonly chunks: Uint8Array[];
  /** The payloads of the first item, as far as they have come. */
  readonly payloads: Pieces;
}

/** Who takes the frames when they are whole. */
export interface WholeFrames {
  batch(frame: BatchFrame): void;
  result(frame: ResultFrame): void;
  cancel(frame: CancelFrame): void;
  /** Frames whose payloads will not come: the sender dropped them, since all their items had been cancelled. */
  droppedBatch?(frame: BatchFrame): void;
  droppedResult?(frame: ResultFrame): void;
}

/** Bytes of frames that have not come whole, over several connections. */
export interface ArrivingBytes {
  bytes: number;
}

/** What a held frame or chunk counts beside its bytes, so that empty ones cannot pile up without end. */
const overheadBytes = 256;
/** What is kept is at least this share of the buffers that it lies in: a read brings four frames of HTTP/2. */
const bufferShare = 8;

export class BulkArrivals {
  readonly #sink: WholeFrames;
  readonly #held = new Map<number, Held>();
  readonly #all: ArrivingBytes;
  #bytes = 0;

  /** `all` counts what is held here and elsewhere. */
  constructor(sink: WholeFrames, all: ArrivingBytes = { bytes: 0 }) {
    this.#sink = sink;
    this.#all = all;
  }

  batch(frame: BatchFrame): void {
    if (this.#held.size === 0 && frame.bulkBytes === 0) this.#sink.batch(frame);
    else this.#take(frame.id, { kind: "batch", frame });
  }

  result(frame: ResultFrame): void {
    if (this.#held.size === 0 && frame.bulkBytes === 0) this.#sink.result(frame);
    else this.#take(frame.id, { kind: "result", frame });
  }

  cancel(frame: CancelFrame): void {
    if (this.#held.size === 0) this.#sink.cancel(frame);
    else this.#take(frame.id, { kind: "cancel", frame });
  }

  /** The next part of the payloads of an id, or their early end. Throws PROTOCOL. */
  chunk(id: number, data: Uint8Array): void {
    const held = this.#heldOf(id);
    held.chunks.push(withoutItsBuffer(data));
    this.#count(data.length + overheadBytes);
    this.#advance(id, held);
  }

  #take(id: number, item: Item): void {
    if (!this.#held.has(id) && bulkBytesOf(item) === 0) {
      this.#deliver(item, undefined);
      return;
    }
    const held = this.#heldOf(id);
    held.items.push(item);
    this.#count(bytesOf(item));
    this.#advance(id, held);
  }

  #heldOf(id: number): Held {
    let held = this.#held.get(id);
    if (held === undefined) {
      held = { items: [], chunks: [], payloads: new Pieces() };
      this.#held.set(id, held);
    }
    return held;
  }

  /** Fills the first item from the chunks and hands on what has become whole. */
  #advance(id: number, held: Held): void {
    for (let item = held.items[0]; item !== undefined; item = held.items[0]) {
      const wanted = bulkBytesOf(item);
      let end: "dropped" | "open" = "open";
      while (held.payloads.bytes < wanted && end === "open" && held.chunks.length > 0)
        end = this.#fill(id, held, wanted);
      if (held.payloads.bytes < wanted && end === "open") return;
      if (held.payloads.bytes > 0) this.#free(wanted);
      const payloads = held.payloads.bytes === 0 ? undefined : held.payloads.takeApart();
      held.items.shift();
      this.#free(bytesOf(item));
      if (held.items.length === 0 && held.chunks.length === 0) this.#held.delete(id);
      if (end === "dropped") this.#drop(item);
      else this.#deliver(item, payloads);
    }
  }

  /** Takes the next chunk. A frame counts as a whole from its first byte on. */
  #fill(id: number, { chunks, payloads }: Held, wanted: number): "dropped" | "open" {
    const chunk = chunks.shift();
    if (chunk === undefined) return "open";
    this.#free(chunk.length + overheadBytes);
    if (chunk.length === 0) return "dropped";
    if (payloads.bytes === 0) this.#count(wanted);
    payloads.add(chunk);
    if (payloads.bytes <= wanted) return "open";
    throw new HeddleError("PROTOCOL", `the chunks of frame ${id} are longer than its ${wanted} bytes`);
  }

  /** Lets go of all that is not whole. */
  close(): void {
    this.#held.clear();
    this.#free(this.#bytes);
  }

  #free(bytes: number): void {
    this.#bytes -= bytes;
    this.#all.bytes -= bytes;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#all.bytes += bytes;
    if (this.#bytes > limits.nodeQueueMaxBytes) {
      const said = `${this.#bytes} bytes of frames that are not whole on one connection`;
      throw new HeddleError("PROTOCOL", `${said}, the limit is ${limits.nodeQueueMaxBytes}`);
    }
    if (this.#all.bytes > limits.arrivingMaxBytes) {
      const said = `${this.#all.bytes} bytes of frames that are not whole on all connections`;
      throw new HeddleError("QUEUE_FULL", `${said}, the limit is ${limits.arrivingMaxBytes}`);
    }
  }

  #drop(item: Item): void {
    if (item.kind === "batch") this.#sink.droppedBatch?.(item.frame);
    else if (item.kind === "result") this.#sink.droppedResult?.(item.frame);
  }

  #deliver(item: Item, payloads: Bytes | undefined): void {
    const whole = payloads === undefined ? undefined : { payloads, bulkBytes: 0 };
    if (item.kind === "batch") this.#sink.batch({ ...item.frame, ...whole });
    else if (item.kind === "result") this.#sink.result({ ...item.frame, ...whole });
    else this.#sink.cancel(item.frame);
  }
}

/** Bytes that are a small part of what was read from a socket would keep all of that in memory, so they are copied. */
function withoutItsBuffer(data: Uint8Array): Uint8Array {
  const isSmallPart = data.length < data.buffer.byteLength / bufferShare;
  return isSmallPart ? Uint8Array.prototype.slice.call(data) : data;
}

function bulkBytesOf(item: Item): number {
  return item.kind === "cancel" ? 0 : item.frame.bulkBytes;
}

function bytesOf(item: Item): number {
  if (item.kind === "cancel") return overheadBytes;
  return overheadBytes + item.frame.payloads.length + 4 * item.frame.sizes.length;
}
