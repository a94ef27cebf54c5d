import { limits } from "../base/limits.ts";

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
  take(): { sizes: Uint32Array; payloads: Uint8Array } {
    const parts = this.#payloads;
    const sizes = new Uint32Array(parts.length);
    const payloads = new Uint8Array(this.#bytes);
    let at = 0;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (part === undefined) continue;
      payloads.set(part, at);
      sizes[index] = part.length;
      at += part.length;
    }
    this.#payloads = [];
    this.#bytes = 0;
    return { sizes, payloads };
  }
}
