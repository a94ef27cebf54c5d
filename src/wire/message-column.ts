/**
 * Messages of one type one after the other in one buffer: the payloads of a map, in and out. There is no object and no
 * view for each of them on the way: they are encoded into the memory that leaves, and decoded out of the memory that
 * came (`map.throughput`).
 */
import { inOnePiece, Rope, type Bytes } from "../base/rope.ts";
import { BackwardWriter, type Room } from "./backward-writer.ts";
import { loneBlock, readLoneBlock } from "./lone-block.ts";
import { readMessage } from "./message-decode.ts";
import { writeMessage, type Run } from "./message-encode.ts";
import { planOf, type FieldPlan, type MessagePlan, type ScalarPlan } from "./message-plan.ts";
import { PayloadReader } from "./payload-reader.ts";
import type { MessageType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/**
 * Encodes messages behind one another. Each is written from its end to its front, so where it ends must be known before
 * its length is: it is taken to be as long as the one before, and moved when it is not.
 */
export class MessageColumnWriter {
  readonly #type: MessageType;
  readonly #plan: MessagePlan;
  readonly #run: Run;
  #room: Room;
  #length = 0;
  #guess = 0;

  /** `capacity` is how many bytes a column holds. */
  constructor(type: MessageType, capacity: number) {
    this.#type = type;
    this.#plan = planOf(type);
    this.#run = { writer: new BackwardWriter(), path: new ValuePath(type) };
    this.#room = createRoom(capacity);
  }

  /** Bytes of the column so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Encodes a value behind the others and gives its size, or its bytes when the column has no room for them. Throws as
   * `encodeMessage` does; the column is then as it was.
   */
  encode(value: unknown): number | Uint8Array {
    const { writer, path } = this.#run;
    const capacity = this.#room.buffer.length;
    path.restart(this.#type);
    writer.aim(this.#room, this.#length, Math.min(this.#length + this.#guess, capacity));
    writeMessage(this.#run, this.#plan, value);
    if (!writer.land()) return writer.finish();
    this.#guess = writer.length;
    this.#length += this.#guess;
    return this.#guess;
  }

  /** Puts bytes behind the others, which must have room for them. */
  put(bytes: Uint8Array): void {
    this.#room.buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Gives the column; the next one begins. */
  take(): Uint8Array {
    const { buffer } = this.#room;
    const length = this.#length;
    this.#length = 0;
    // Who keeps a short column does not keep the memory of a long one with it.
    if (length < buffer.length / 2) return Uint8Array.prototype.slice.call(buffer, 0, length);
    this.#room = createRoom(buffer.length);
    return buffer.subarray(0, length);
  }
}

/** Decodes messages of one type that lie in parts of the same bytes. */
export class MessageColumnReader {
  readonly #type: MessageType;
  readonly #plan: MessagePlan;
  readonly #only: ScalarPlan | undefined;
  readonly #lone: ScalarPlan | undefined;
  #column: Uint8Array = new Uint8Array(0);
  #reader: PayloadReader;

  constructor(type: MessageType) {
    this.#type = type;
    this.#plan = planOf(type);
    this.#only = onlyScalar(this.#plan.fields);
    this.#lone = loneBlock(this.#plan.fields);
    this.#reader = new PayloadReader(type, this.#column);
  }

  /** Decodes the message in [start, end) as `decodeMessage` does. */
  decode(column: Bytes, start: number, end: number): Record<string, unknown> {
    if (column instanceof Rope) return this.decode(inOnePiece(column.subarray(start, end)), 0, end - start);
    return readMessage(this.#at(column, start, end), this.#plan);
  }

  /** What `decode` gives under a key, of a type that has no field but that. */
  decodeOnly(column: Bytes, start: number, end: number, key: string): unknown {
    if (column instanceof Rope) return this.#decodeRope(column.subarray(start, end), key);
    const only = this.#only;
    const reader = this.#at(column, start, end);
    if (only !== undefined && start < end && reader.tag() === only.tag) {
      reader.field = only.field;
      const value = only.codec.read(reader);
      if (reader.pos === end) return value;
    }
    return this.decode(column, start, end)[key];
  }

  #decodeRope(message: Bytes, key: string): unknown {
    const lone = this.#lone;
    const value = lone && message instanceof Rope ? readLoneBlock(lone, message) : undefined;
    return value ?? this.decodeOnly(inOnePiece(message), 0, message.length, key);
  }

  #at(column: Uint8Array, start: number, end: number): PayloadReader {
    if (column !== this.#column) {
      this.#column = column;
      this.#reader = new PayloadReader(this.#type, column);
    }
    this.#reader.restart(this.#type, start, end);
    return this.#reader;
  }
}

/** The only field of a type, if it is one value: its bytes are then a tag and that value, as encoders write them. */
function onlyScalar(fields: readonly FieldPlan[]): ScalarPlan | undefined {
  const [only, ...others] = fields;
  return only?.kind === "scalar" && !only.repeated && others.length === 0 ? only : undefined;
}

function createRoom(capacity: number): Room {
  const buffer = Buffer.allocUnsafeSlow(capacity);
  return { buffer, view: new DataView(buffer.buffer) };
}
