/**
 * How each scalar type of proto3 is written, read and called in errors: the table behind encoding and decoding.
 *
 * Values in JavaScript: number, bigint for the 64-bit types (a safe integer is taken too), boolean, string,
 * Uint8Array. Checking and writing are one step: `write` returns false for what the type cannot hold.
 */
import type { BackwardWriter } from "./backward-writer.ts";
import { noBytes } from "./block.ts";
import type { ByteReader } from "./byte-reader.ts";
import { numberCodecs } from "./number-codecs.ts";
import type { EnumType, ScalarType } from "./schema.ts";
import { WireType } from "./varint.ts";

/** Writes and reads the values of one scalar type. */
export interface ScalarCodec {
  readonly wireType: number;
  /** What a value must be, for errors: "an int32". */
  readonly expected: string;
  /** The value of a field that is absent. */
  zero(): unknown;
  /** Is this value of the right type the one that need not be written? */
  isZero(value: unknown): boolean;
  /** Writes a value without its tag; false, with nothing written, when it is not of the type. */
  write(writer: BackwardWriter, value: unknown): boolean;
  read(reader: ByteReader): unknown;
}

/** The bytes of a Uint8Array, an ArrayBuffer or any view of one; undefined for anything else. */
export function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return undefined;
}

/** What a repeated field takes: arrays and typed arrays. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

const bytesCodec: ScalarCodec = {
  wireType: WireType.LENGTH,
  expected: "bytes (a Uint8Array, an ArrayBuffer or a view of one)",
  zero: () => new Uint8Array(noBytes()),
  isZero: (value) => toBytes(value)?.length === 0,
  write(writer, value) {
    const bytes = toBytes(value);
    if (bytes === undefined) return false;
    writer.raw(bytes);
    writer.varint(bytes.length);
    return true;
  },
  read: (reader) => reader.copyBytes(),
};

const stringCodec: ScalarCodec = {
  wireType: WireType.LENGTH,
  expected: "a string",
  zero: () => "",
  isZero: (value) => value === "",
  write(writer, value) {
    if (typeof value !== "string") return false;
    writer.string(value);
    return true;
  },
  read: (reader) => reader.string(),
};

const boolCodec: ScalarCodec = {
  wireType: WireType.VARINT,
  expected: "a boolean",
  zero: () => false,
  isZero: (value) => value === false,
  write(writer, value) {
    if (typeof value !== "boolean") return false;
    writer.varint(value ? 1 : 0);
    return true;
  },
  read(reader) {
    reader.varint64();
    return reader.low !== 0 || reader.high !== 0;
  },
};

/** The codec of every scalar type. */
export const scalarCodecs: Readonly<Record<ScalarType, ScalarCodec>> = {
  ...numberCodecs,
  bool: boolCodec,
  string: stringCodec,
  bytes: bytesCodec,
};

/** The codec of an enum: names, and numbers where there is no name. */
export function enumCodec(type: EnumType): ScalarCodec {
  const zeroName = type.namesByNumber.get(0) ?? 0;
  return {
    wireType: WireType.VARINT,
    expected: `a value of the enum ${type.fullName}`,
    zero: () => zeroName,
    isZero: (value) => (typeof value === "string" ? type.numbersByName.get(value) === 0 : value === 0),
    write(writer, value) {
      const number = typeof value === "string" ? type.numbersByName.get(value) : value;
      return numberCodecs.int32.write(writer, number);
    },
    read(reader) {
      const number = reader.varint() | 0;
      return type.namesByNumber.get(number) ?? number;
    },
  };
}
