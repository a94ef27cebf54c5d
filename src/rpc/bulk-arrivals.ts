/**
 * The receiving end of a pair of streams. Every frame comes on the small stream, in order; the payloads of a large one
 * follow in chunks under its id on the bulk stream, sooner or later than its header, since the connections are two.
 *
 * Invariant: frames of one id are handed on in the order in which they were sent, those of different ids as soon as
 * they are whole. So what follows a large frame under its id waits for it (the next items of a map, a cancel, the end
 * of an attempt), and nothing else does.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { BatchFrame, CancelFrame, ResultFrame } from "../wire/frame.ts";

type Item =
  | { readonly kind: "batch"; readonly frame: BatchFrame }
  | { readonly kind: "result"; readonly frame: ResultFrame }
  | { readonly kind: "cancel"; readonly frame: CancelFrame };

/** What is held of one id: frames in order, the first of which is not whole, or chunks whose header has not come yet. */
interface Held {
  readonly items: Item[];
  readonly chunks: Uint8Array[];
  /** The payloads of the first item, as far as they have come; made with their first byte, or the one chunk they are. */
  payloads: Uint8Array | undefined;
  filled: number;
}

/** Who takes the frames when they are whole. */
export interface WholeFrames {
  batch(frame: BatchFrame): void;
  result(frame: ResultFrame): void;
  cancel(frame: CancelFrame): void;
}

/** What a held frame or chunk counts beside its bytes, so that empty ones cannot pile up without end. */
const overheadBytes = 256;

export class BulkArrivals {
  readonly #sink: WholeFrames;
  readonly #held = new Map<number, Held>();
  #bytes = 0;

  constructor(sink: WholeFrames) {
    this.#sink = sink;
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

  /** The next part of the payloads of an id. Throws PROTOCOL. */
  chunk(id: number, data: Uint8Array): void {
    if (data.length === 0) throw new HeddleError("PROTOCOL", `an empty chunk of frame ${id}`);
    const held = this.#heldOf(id);
    held.chunks.push(data);
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
      held = { items: [], chunks: [], payloads: undefined, filled: 0 };
      this.#held.set(id, held);
    }
    return held;
  }

  /** Fills the first item from the chunks and hands on what has become whole. */
  #advance(id: number, held: Held): void {
    for (let item = held.items[0]; item !== undefined; item = held.items[0]) {
      const wanted = bulkBytesOf(item);
      while (held.filled < wanted && held.chunks.length > 0) this.#fill(id, held, wanted);
      if (held.filled < wanted) return;
      const { payloads } = held;
      held.items.shift();
      held.payloads = undefined;
      held.filled = 0;
      this.#bytes -= bytesOf(item) + wanted;
      if (held.items.length === 0 && held.chunks.length === 0) this.#held.delete(id);
      this.#deliver(item, payloads);
    }
  }

  #fill(id: number, held: Held, wanted: number): void {
    const chunk = held.chunks.shift();
    if (chunk === undefined) return;
    this.#bytes -= chunk.length + overheadBytes;
    if (held.payloads === undefined) {
      this.#count(wanted);
      if (chunk.length === wanted) {
        held.payloads = chunk;
        held.filled = wanted;
        return;
      }
      held.payloads = Buffer.allocUnsafe(wanted);
    }
    if (held.filled + chunk.length > wanted) {
      throw new HeddleError("PROTOCOL", `the chunks of frame ${id} are longer than its ${wanted} bytes`);
    }
    held.payloads.set(chunk, held.filled);
    held.filled += chunk.length;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= limits.nodeQueueMaxBytes) return;
    throw new HeddleError(
      "PROTOCOL",
      `${this.#bytes} bytes of frames that are not whole on one connection, the limit is ${limits.nodeQueueMaxBytes}`,
    );
  }

  #deliver(item: Item, payloads: Uint8Array | undefined): void {
    const whole = payloads === undefined ? undefined : { payloads, bulkBytes: 0 };
    if (item.kind === "batch") this.#sink.batch({ ...item.frame, ...whole });
    else if (item.kind === "result") this.#sink.result({ ...item.frame, ...whole });
    else this.#sink.cancel(item.frame);
  }
}

function bulkBytesOf(item: Item): number {
  return item.kind === "cancel" ? 0 : item.frame.bulkBytes;
}

function bytesOf(item: Item): number {
  if (item.kind === "cancel") return overheadBytes;
  return overheadBytes + item.frame.payloads.length + 4 * item.frame.sizes.length;
}
