/**
 * Repeated fields of fixed width are typed arrays in JavaScript, and one packed chunk of them is a plain block of
 * memory. Short ones are moved number by number, since making a view of their bytes costs more than the numbers do;
 * long ones by one copy, where the machine's byte order is that of the wire.
 */
import type { BackwardWriter } from "./backward-writer.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ScalarType } from "./schema.ts";

/** A typed array that a repeated field decodes to. */
export type BlockArray =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

/** How one kind of typed array is made and moved. */
export interface Block {
  readonly elementBytes: number;
  create(length: number): BlockArray;
  /** The typed array of a list of values that are known to be of the type. */
  from(list: readonly unknown[]): BlockArray;
  /** Writes `list` as one chunk without length when it is the typed array of this block; false when it is not. */
  write(writer: BackwardWriter, list: unknown): boolean;
  /** Reads `count` elements into `array` from `offset` on; they must be there. */
  read(reader: ByteReader, array: BlockArray, offset: number, count: number): void;
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** Up to this many bytes are moved number by number. */
const shortBytes = 256;

// V8 makes a typed array of length 0 in 230 ns, a view of an empty buffer in 20 ns.
let emptyBuffer = new ArrayBuffer(0);

/** The empty buffer that all empty arrays and byte strings share. */
export function noBytes(): ArrayBuffer {
  if (emptyBuffer.detached) emptyBuffer = new ArrayBuffer(0); // somebody transferred it
  return emptyBuffer;
}

function toBigint(value: unknown): bigint {
  return typeof value === "bigint" ? value : 0n;
}

interface BlockTraits<A extends BlockArray> {
  readonly elementBytes: number;
  create(length: number): A;
  from(list: readonly unknown[]): A;
  is(list: unknown): list is A;
  put(view: DataView, at: number, list: A): void;
  get(view: DataView, at: number, list: A, offset: number, count: number): void;
}

function createBlock<A extends BlockArray>(traits: BlockTraits<A>): Block {
  const { elementBytes, create, is } = traits;
  return {
    elementBytes,
    create,
    from: traits.from,
    write(writer, list) {
      if (!is(list)) return false;
      const { byteLength } = list;
      if (byteLength > shortBytes && littleEndian) {
        writer.raw(new Uint8Array(list.buffer, list.byteOffset, byteLength));
      } else {
        const at = writer.claim(byteLength);
        traits.put(writer.view, at, list);
      }
      return true;
    },
    read(reader, array, offset, count) {
      if (!is(array)) return;
      const { bytes, pos } = reader;
      const size = count * elementBytes;
      if (size > shortBytes && littleEndian) {
        const target = new Uint8Array(array.buffer, array.byteOffset + offset * elementBytes, size);
        target.set(bytes.subarray(pos, pos + size));
      } else {
        traits.get(reader.view, pos, array, offset, count);
      }
      reader.pos = pos + size;
    },
  };
}

const blockOfDouble = createBlock<Float64Array<ArrayBuffer>>({
  elementBytes: 8,
  create: (length) => (length === 0 ? new Float64Array(noBytes()) : new Float64Array(length)),
  from: (list) => Float64Array.from(list, Number),
  is: (list): list is Float64Array<ArrayBuffer> => list instanceof Float64Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++) view.setFloat64(at + index * 8, list[index] ?? 0, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++) list[offset + index] = view.getFloat64(at + index * 8, true);
  },
});

const blockOfFloat = createBlock<Float32Array<ArrayBuffer>>({
  elementBytes: 4,
  create: (length) => (length === 0 ? new Float32Array(noBytes()) : new Float32Array(length)),
  from: (list) => Float32Array.from(list, Number),
  is: (list): list is Float32Array<ArrayBuffer> => list instanceof Float32Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++) view.setFloat32(at + index * 4, list[index] ?? 0, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++) list[offset + index] = view.getFloat32(at + index * 4, true);
  },
});

const blockOfSfixed32 = createBlock<Int32Array<ArrayBuffer>>({
  elementBytes: 4,
  create: (length) => (length === 0 ? new Int32Array(noBytes()) : new Int32Array(length)),
  from: (list) => Int32Array.from(list, Number),
  is: (list): list is Int32Array<ArrayBuffer> => list instanceof Int32Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++) view.setInt32(at + index * 4, list[index] ?? 0, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++) list[offset + index] = view.getInt32(at + index * 4, true);
  },
});

const blockOfFixed32 = createBlock<Uint32Array<ArrayBuffer>>({
  elementBytes: 4,
  create: (length) => (length === 0 ? new Uint32Array(noBytes()) : new Uint32Array(length)),
  from: (list) => Uint32Array.from(list, Number),
  is: (list): list is Uint32Array<ArrayBuffer> => list instanceof Uint32Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++) view.setUint32(at + index * 4, list[index] ?? 0, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++) list[offset + index] = view.getUint32(at + index * 4, true);
  },
});

const blockOfSfixed64 = createBlock<BigInt64Array<ArrayBuffer>>({
  elementBytes: 8,
  create: (length) => (length === 0 ? new BigInt64Array(noBytes()) : new BigInt64Array(length)),
  from: (list) => BigInt64Array.from(list, toBigint),
  is: (list): list is BigInt64Array<ArrayBuffer> => list instanceof BigInt64Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++)
      view.setBigInt64(at + index * 8, list[index] ?? 0n, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++) list[offset + index] = view.getBigInt64(at + index * 8, true);
  },
});

const blockOfFixed64 = createBlock<BigUint64Array<ArrayBuffer>>({
  elementBytes: 8,
  create: (length) => (length === 0 ? new BigUint64Array(noBytes()) : new BigUint64Array(length)),
  from: (list) => BigUint64Array.from(list, toBigint),
  is: (list): list is BigUint64Array<ArrayBuffer> => list instanceof BigUint64Array,
  put(view, at, list) {
    for (let index = 0; index < list.length; index++)
      view.setBigUint64(at + index * 8, list[index] ?? 0n, true);
  },
  get(view, at, list, offset, count) {
    for (let index = 0; index < count; index++)
      list[offset + index] = view.getBigUint64(at + index * 8, true);
  },
});

/** The block of each scalar type that has one. */
export const blocks: Readonly<Partial<Record<ScalarType, Block>>> = {
  double: blockOfDouble,
  float: blockOfFloat,
  sfixed32: blockOfSfixed32,
  fixed32: blockOfFixed32,
  sfixed64: blockOfSfixed64,
  fixed64: blockOfFixed64,
};
