/** Writes the parts of a WebAssembly binary into a buffer that grows. */
export class BinaryWriter {
  #buffer: Uint8Array;
  #size = 0;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#size++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#buffer.set(values, this.#size);
    this.#size += values.length;
  }

  /** An unsigned LEB128 of 32 bits, in as few bytes as it takes. */
  u32(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A name: its length and its UTF-8. */
  name(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u32(bytes.length);
    this.bytes(bytes);
  }

  /** A section: its id, the length of the body, the body. */
  section(id: number, body: BinaryWriter): void {
    this.byte(id);
    this.u32(body.size);
    this.bytes(body.finish());
  }

  /** What was written; a view that is valid until the next write. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#size + count));
    grown.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = grown;
  }
}
