import { limits } from "../base/limits.ts";
import type { Block, BlockArray } from "./block.ts";
import { ByteReader } from "./byte-reader.ts";
import { blockWeight, setOwn, type FieldPlan } from "./message-plan.ts";
import type { Field, MessageType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/** A typed array that came in several pieces, with room for more. */
class GrowingArray {
  /** Elements that are there. */
  count: number;
  readonly #block: Block;
  #array: BlockArray;

  constructor(block: Block, start: BlockArray | undefined) {
    this.#block = block;
    this.#array = start ?? block.create(0);
    this.count = this.#array.length;
  }

  /** Makes room for `count` more elements at the end and gives the array to write them to. */
  claim(count: number): BlockArray {
    const needed = this.count + count;
    if (needed > this.#array.length) {
      const grown = this.#block.create(Math.max(needed, 2 * this.#array.length, 8));
      copy(this.#array, grown, this.count);
      this.#array = grown;
    }
    this.count = needed;
    return this.#array;
  }

  /** The elements, without the room. */
  settle(): BlockArray {
    return this.#array.slice(0, this.count);
  }
}

function copy(from: BlockArray, to: BlockArray, count: number): void {
  const bytes = new Uint8Array(from.buffer, from.byteOffset, count * from.BYTES_PER_ELEMENT);
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(bytes);
}

/** Reads a payload: knows where in the value it stands, how much it has made of it, and which lists still grow. */
export class PayloadReader extends ByteReader {
  readonly path: ValuePath;
  /** The field whose value is being read, for errors. */
  field: Field | undefined;
  #valuesLeft: number = limits.payloadValuesMax;
  #growing: Map<Record<string, unknown>, Map<FieldPlan, GrowingArray>> | undefined;

  constructor(type: MessageType, bytes: Uint8Array) {
    super(bytes);
    this.path = new ValuePath(type);
  }

  /** Begins with another message of the type, in a part of the same bytes. */
  restart(type: MessageType, start: number, end: number): void {
    this.pos = start;
    this.origin = start;
    this.end = end;
    this.field = undefined;
    this.path.restart(type);
    this.#valuesLeft = limits.payloadValuesMax;
    this.#growing = undefined;
  }

  override where(): string {
    return this.path.describe(this.field);
  }

  /** Throws for a known field with a wire type that is not its own. */
  failWireType(wireType: number, expected: number): never {
    this.fail(`wire type ${wireType} where ${expected} belongs`);
  }

  /** Counts values that are about to be made; throws when the payload has too many. */
  spend(values: number): void {
    this.#valuesLeft -= values;
    if (this.#valuesLeft < 0) this.fail(`more than ${limits.payloadValuesMax} values`);
  }

  /** The growing array of a field, begun with what the field has so far. */
  growing(
    target: Record<string, unknown>,
    field: FieldPlan,
    block: Block,
    start: BlockArray | undefined,
  ): GrowingArray {
    this.#growing ??= new Map();
    let ofTarget = this.#growing.get(target);
    if (ofTarget === undefined) this.#growing.set(target, (ofTarget = new Map()));
    let array = ofTarget.get(field);
    if (array === undefined) {
      this.spend(2 * blockWeight);
      ofTarget.set(field, (array = new GrowingArray(block, start)));
    }
    return array;
  }

  /** Puts the arrays that grew into their places. */
  settle(): void {
    if (this.#growing === undefined) return;
    for (const [target, arrays] of this.#growing) {
      for (const [field, array] of arrays) setOwn(target, field.key, array.settle());
    }
  }
}
