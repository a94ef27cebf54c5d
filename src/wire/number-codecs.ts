/**
 * The codecs of numbers. 64-bit values pass through a cell of eight bytes: storing a bigint there and reading it back
 * checks its range, and gives its two halves without arithmetic on bigint.
 */
import type { BackwardWriter } from "./backward-writer.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ScalarCodec } from "./scalar-codec.ts";
import type { ScalarType } from "./schema.ts";
import { doubleOf, signedOf, unsignedOf, unzigzag, WireType, zigzag } from "./varint.ts";

const { VARINT, FIXED32, FIXED64 } = WireType;
const cell = new DataView(new ArrayBuffer(8));
const floatMax = 3.4028234663852886e38;

function isInt32(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

function isUint32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

/** Puts the bits of a 64-bit value into `cell`; false when it is not one. */
function loadSigned(value: unknown): boolean {
  if (typeof value === "bigint") {
    cell.setBigInt64(0, value, true);
    return cell.getBigInt64(0, true) === value;
  }
  return loadSafeInteger(value);
}

/** As `loadSigned`, for unsigned values. */
function loadUnsigned(value: unknown): boolean {
  if (typeof value === "bigint") {
    cell.setBigUint64(0, value, true);
    return cell.getBigUint64(0, true) === value;
  }
  return typeof value === "number" && value >= 0 && loadSafeInteger(value);
}

function loadSafeInteger(value: unknown): boolean {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
  cell.setUint32(0, value >>> 0, true);
  cell.setInt32(4, Math.floor(value / 0x1_0000_0000), true);
  return true;
}

function writeVarint64(writer: BackwardWriter): true {
  writer.varint64(cell.getUint32(0, true), cell.getUint32(4, true));
  return true;
}

function writeFixed32(writer: BackwardWriter, value: number): true {
  const at = writer.claim(4);
  writer.view.setUint32(at, value, true);
  return true;
}

function writeFixed64(writer: BackwardWriter): true {
  const at = writer.claim(8);
  writer.view.setUint32(at, cell.getUint32(0, true), true);
  writer.view.setUint32(at + 4, cell.getUint32(4, true), true);
  return true;
}

function writeInt32(writer: BackwardWriter, value: number): true {
  if (value >= 0) writer.varint(value);
  else writer.varint64(value >>> 0, 0xffff_ffff);
  return true;
}

function writeDouble(writer: BackwardWriter, value: number): true {
  const at = writer.claim(8);
  writer.view.setFloat64(at, value, true);
  return true;
}

function writeFloat(writer: BackwardWriter, value: number): boolean {
  if (Math.abs(value) > floatMax && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    return false;
  const at = writer.claim(4);
  writer.view.setFloat32(at, value, true);
  return true;
}

function readFloat(reader: ByteReader): number {
  cell.setUint32(0, reader.fixed32(), true);
  return cell.getFloat32(0, true);
}

/** What a codec of 32-bit integers has in common. */
function integer32(
  wireType: number,
  expected: string,
  write: ScalarCodec["write"],
  read: ScalarCodec["read"],
) {
  const isZero = (value: unknown): boolean => value === 0;
  return { wireType, expected, zero: () => 0, isZero, write, read } satisfies ScalarCodec;
}

/** What a codec of floating-point numbers has in common: -0 is not the default. */
function floating(
  wireType: number,
  expected: string,
  write: ScalarCodec["write"],
  read: ScalarCodec["read"],
) {
  const isZero = (value: unknown): boolean => Object.is(value, 0);
  return { wireType, expected, zero: () => 0, isZero, write, read } satisfies ScalarCodec;
}

/** What a codec of 64-bit integers has in common. */
function integer64(
  wireType: number,
  expected: string,
  write: ScalarCodec["write"],
  read: ScalarCodec["read"],
) {
  const isZero = (value: unknown): boolean => value === 0n || value === 0;
  const said = `${expected} (a bigint or a safe integer)`;
  return { wireType, expected: said, zero: () => 0n, isZero, write, read } satisfies ScalarCodec;
}

/** Zigzag of the 64-bit value in `cell`: (value << 1) ^ (value >> 63). */
function writeZigzag64(writer: BackwardWriter): true {
  const low = cell.getUint32(0, true);
  const high = cell.getInt32(4, true);
  const sign = high >> 31;
  writer.varint64(((low << 1) ^ sign) >>> 0, (((high << 1) | (low >>> 31)) ^ sign) >>> 0);
  return true;
}

function readZigzag64(reader: ByteReader): bigint {
  reader.varint64();
  const { low, high } = reader;
  const sign = -(low & 1);
  return signedOf((((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
}

/** The codecs of the twelve types of numbers. */
export const numberCodecs: Readonly<Record<Exclude<ScalarType, "bool" | "string" | "bytes">, ScalarCodec>> = {
  double: floating(
    FIXED64,
    "a number",
    (writer, value) => typeof value === "number" && writeDouble(writer, value),
    (reader) => {
      reader.fixed64();
      return doubleOf(reader.low, reader.high);
    },
  ),
  float: floating(
    FIXED32,
    "a float",
    (writer, value) => typeof value === "number" && writeFloat(writer, value),
    readFloat,
  ),
  int32: integer32(
    VARINT,
    "an int32",
    (writer, value) => isInt32(value) && writeInt32(writer, value),
    (reader) => reader.varint() | 0,
  ),
  uint32: integer32(
    VARINT,
    "a uint32",
    (writer, value) => {
      if (!isUint32(value)) return false;
      writer.varint(value);
      return true;
    },
    (reader) => reader.varint(),
  ),
  sint32: integer32(
    VARINT,
    "an int32",
    (writer, value) => {
      if (!isInt32(value)) return false;
      writer.varint(zigzag(value));
      return true;
    },
    (reader) => unzigzag(reader.varint()),
  ),
  fixed32: integer32(
    FIXED32,
    "a uint32",
    (writer, value) => isUint32(value) && writeFixed32(writer, value),
    (reader) => reader.fixed32(),
  ),
  sfixed32: integer32(
    FIXED32,
    "an int32",
    (writer, value) => isInt32(value) && writeFixed32(writer, value),
    (reader) => reader.fixed32() | 0,
  ),
  int64: integer64(
    VARINT,
    "an int64",
    (writer, value) => loadSigned(value) && writeVarint64(writer),
    (reader) => {
      reader.varint64();
      return signedOf(reader.low, reader.high);
    },
  ),
  uint64: integer64(
    VARINT,
    "a uint64",
    (writer, value) => loadUnsigned(value) && writeVarint64(writer),
    (reader) => {
      reader.varint64();
      return unsignedOf(reader.low, reader.high);
    },
  ),
  sint64: integer64(
    VARINT,
    "an int64",
    (writer, value) => loadSigned(value) && writeZigzag64(writer),
    readZigzag64,
  ),
  fixed64: integer64(
    FIXED64,
    "a uint64",
    (writer, value) => loadUnsigned(value) && writeFixed64(writer),
    (reader) => {
      reader.fixed64();
      return unsignedOf(reader.low, reader.high);
    },
  ),
  sfixed64: integer64(
    FIXED64,
    "an int64",
    (writer, value) => loadSigned(value) && writeFixed64(writer),
    (reader) => {
      reader.fixed64();
      return signedOf(reader.low, reader.high);
    },
  ),
};
