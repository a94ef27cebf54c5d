/**
 * Bytes that come in pieces, kept until there are enough of them. A piece costs some hundred bytes beside its own, and
 * keeps all that was read from a socket together with it, so that many small ones are joined as they come: a message of
 * 4 MiB that is sent byte by byte would otherwise take half a gigabyte.
 */
import { ropeOf, type Bytes } from "./rope.ts";

export class Pieces {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** The last ones, which have not been looked at. */
  #loose = 0;
  #looseBytes = 0;

  /** Of all pieces. */
  get bytes(): number {
    return this.#bytes;
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#loose++;
    this.#looseBytes += piece.length;
    if (this.#loose === looseMax) this.#tidy();
  }

  /** All of them as one, which stays here; of a single piece, that piece. */
  joined(): Buffer {
    const [only] = this.#pieces;
    if (only instanceof Buffer && this.#pieces.length === 1) return only;
    const joined = this.take();
    this.add(joined);
    return joined;
  }

  /** All of them as one, in memory of its own, and none any more. */
  take(): Buffer {
    const joined = Buffer.concat(this.#pieces, this.#bytes);
    this.clear();
    return joined;
  }

  /** All of them as they are, and none any more. */
  takeApart(): Bytes {
    const rope = ropeOf(this.#pieces);
    this.clear();
    return rope;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#loose = 0;
    this.#looseBytes = 0;
  }

  #tidy(): void {
    if (this.#looseBytes < looseMax * smallBytes)
      this.#pieces.push(Buffer.concat(this.#pieces.splice(-looseMax), this.#looseBytes));
    this.#loose = 0;
    this.#looseBytes = 0;
  }
}

/** So many pieces are joined when they have less than so many bytes each. */
const looseMax = 256;
const smallBytes = 512;
