import { limits } from "../base/limits.ts";
import { MessageColumnWriter } from "../wire/message-column.ts";
import type { MessageType } from "../wire/schema.ts";

/** Payloads of some items as the columns of a frame. */
export interface PayloadColumns {
  readonly sizes: Uint32Array;
  readonly payloads: Uint8Array;
}

/** Puts short runs of items together into full frames, in their order: where single items have settled, runs are short. */
export function* packRanges(ranges: Iterable<PayloadColumns>): Generator<PayloadColumns> {
  let parts: PayloadColumns[] = [];
  let items = 0;
  let bytes = 0;
  for (const range of ranges) {
    const count = items + range.sizes.length;
    const fits =
      count <= limits.mapFrameItemsMax && bytes + range.payloads.length <= limits.mapFramePayloadMaxBytes;
    if (!fits && items > 0) {
      yield joined(parts, items);
      parts = [];
      items = 0;
      bytes = 0;
    }
    parts.push(range);
    items += range.sizes.length;
    bytes += range.payloads.length;
  }
  if (items > 0) yield joined(parts, items);
}

function joined(parts: readonly PayloadColumns[], count: number): PayloadColumns {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  const sizes = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    sizes.set(part.sizes, at);
    at += part.sizes.length;
  }
  return { sizes, payloads: Buffer.concat(parts.map(({ payloads }) => payloads)) };
}

/** Encodes the inputs of a map, one behind the other, until they fill a frame. */
export class FrameBuilder {
  readonly #column: MessageColumnWriter;
  readonly #full: (columns: PayloadColumns) => void;
  readonly #sizes = new Uint32Array(limits.mapFrameItemsMax);
  #count = 0;
  /** A payload that is too large for any frame but its own. */
  #alone: Uint8Array | undefined;

  /** `full` takes what was gathered when the next input belongs into another frame. */
  constructor(request: MessageType, full: (columns: PayloadColumns) => void) {
    this.#column = new MessageColumnWriter(request, limits.mapFramePayloadMaxBytes);
    this.#full = full;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#alone?.length ?? this.#column.length;
  }

  /** Encodes an input. Throws BAD_PAYLOAD, PAYLOAD_TOO_LARGE; what was gathered before is then as it was. */
  add(input: unknown): void {
    if (this.#count === limits.mapFrameItemsMax || this.#alone !== undefined) this.#full(this.take());
    const encoded = this.#column.encode(input);
    if (typeof encoded === "number") this.#sizes[this.#count++] = encoded;
    else this.#overflow(encoded);
  }

  /** The columns of what was gathered; the builder starts anew. */
  take(): PayloadColumns {
    const sizes = this.#sizes.slice(0, this.#count);
    const payloads = this.#alone ?? this.#column.take();
    this.#alone = undefined;
    this.#count = 0;
    return { sizes, payloads };
  }

  #overflow(payload: Uint8Array): void {
    if (this.#count > 0) this.#full(this.take());
    if (payload.length > limits.mapFramePayloadMaxBytes) this.#alone = payload;
    else this.#column.put(payload);
    this.#sizes[this.#count++] = payload.length;
  }
}
