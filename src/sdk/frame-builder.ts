import { limits } from "../base/limits.ts";

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
      count <= limits.frameItemsMax && bytes + range.payloads.length <= limits.framePayloadMaxBytes;
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

/** Gathers payloads of a map until they fill a frame. */
export class FrameBuilder {
  #payloads: Uint8Array[] = [];
  #bytes = 0;

  get count(): number {
    return this.#payloads.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when another payload of that size belongs into the same frame. */
  fits(bytes: number): boolean {
    if (this.#payloads.length === 0) return true;
    return this.#payloads.length < limits.frameItemsMax && this.#bytes + bytes <= limits.framePayloadMaxBytes;
  }

  add(payload: Uint8Array): void {
    this.#payloads.push(payload);
    this.#bytes += payload.length;
  }

  /** The columns of what was gathered; the builder starts anew. */
  take(): PayloadColumns {
    const parts = this.#payloads;
    const sizes = new Uint32Array(parts.length);
    const [only] = parts;
    // A large payload is alone in its frame; it was made for the map and nobody else has it.
    const payloads = parts.length === 1 && only !== undefined ? only : new Uint8Array(this.#bytes);
    let at = 0;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (part === undefined) continue;
      if (part !== payloads) payloads.set(part, at);
      sizes[index] = part.length;
      at += part.length;
    }
    this.#payloads = [];
    this.#bytes = 0;
    return { sizes, payloads };
  }
}
