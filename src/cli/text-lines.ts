/**
 * Text lines from bytes as they come. What is not UTF-8, or too long to be a request, spoils its own line and no other:
 * decoded as a whole its bad bytes would quietly become other characters.
 */
import { isUtf8 } from "node:buffer";
import { limits } from "../base/limits.ts";

/** A line, or what is wrong with it. */
export type TextLine =
  { readonly number: number; readonly text: string } | { readonly number: number; readonly fault: string };

const newline = 0x0a;

/** Lines end with \n or \r\n, the last one perhaps with nothing. They are numbered from 1. */
export async function* textLines(
  chunks: AsyncIterable<Buffer>,
  lineMaxBytes: number = limits.inputLineMaxBytes,
): AsyncGenerator<TextLine> {
  const lines = new LineCutter(lineMaxBytes);
  for await (const chunk of chunks) yield* lines.take(chunk);
  yield* lines.end();
}

class LineCutter {
  readonly #maxBytes: number;
  #number = 1;
  /** The line that has not ended yet, and its bytes: those of a line that is too long are not kept. */
  #open: Buffer[] = [];
  #openBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *take(chunk: Buffer): Generator<TextLine> {
    const first = chunk.indexOf(newline);
    if (first < 0) return this.#keep(chunk);
    yield* this.#close(chunk.subarray(0, first));
    const last = chunk.lastIndexOf(newline);
    if (last > first) yield* this.#whole(chunk.subarray(first + 1, last));
    this.#keep(chunk.subarray(last + 1));
  }

  *end(): Generator<TextLine> {
    if (this.#openBytes > 0) yield* this.#close(Buffer.alloc(0));
  }

  #keep(part: Buffer): void {
    this.#openBytes += part.length;
    if (this.#openBytes > this.#maxBytes) this.#open = [];
    else if (part.length > 0) this.#open.push(part);
  }

  *#close(part: Buffer): Generator<TextLine> {
    this.#keep(part);
    const bytes = this.#openBytes;
    const line = Buffer.concat(this.#open);
    this.#open = [];
    this.#openBytes = 0;
    if (bytes <= this.#maxBytes) return yield* this.#whole(line);
    const fault = `it has ${bytes} bytes, the limit is ${this.#maxBytes}`;
    yield { number: this.#number++, fault };
  }

  /** One line or more, of which the last has no end. */
  *#whole(lines: Buffer): Generator<TextLine> {
    if (isUtf8(lines)) {
      for (const text of lines.toString().split("\n")) yield { number: this.#number++, text: trimmed(text) };
      return;
    }
    for (let from = 0; from <= lines.length;) {
      const found = lines.indexOf(newline, from);
      const end = found < 0 ? lines.length : found;
      const line = lines.subarray(from, end);
      const number = this.#number++;
      yield isUtf8(line) ? { number, text: trimmed(line.toString()) } : { number, fault: "it is not UTF-8" };
      from = end + 1;
    }
  }
}

function trimmed(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
