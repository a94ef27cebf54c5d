/** Room for words as UTF-8 one after the other, of which some are kept. */
import { utf8WriteSized } from "../lib/text";
import { SLACK } from "./terms";

/** Bytes that room is made for at once. */
const ROOM: u32 = 65536;

/** Writes words. */
export class WordRoom {
  private to: usize = 0;
  private left: u32 = 0;

  /** Writes a text of that many bytes; where, until the next one is written unless it is kept. */
  write(text: string, size: u32): usize {
    if (size > this.left) {
      this.left = max(size, ROOM);
      this.to = heap.alloc(<usize>this.left + SLACK);
    }
    utf8WriteSized(text, this.to, size);
    return this.to;
  }

  /** Keeps the text that was written last, which has that many bytes. */
  keep(size: u32): void {
    this.to += size;
    this.left -= size;
  }
}
