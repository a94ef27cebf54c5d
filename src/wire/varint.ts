/**
 * The lowest layer of the protobuf wire format: wire types, varints, zigzag and 64-bit values. The latter are handled
 * as two unsigned 32-bit halves, since arithmetic on bigint allocates; a bigint is made once, at the end.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
/** How the bytes after a tag are framed: the lowest three bits of a tag. */
export const WireType = {
  VARINT: 0,
  FIXED64: 1,
  LENGTH: 2,
  START_GROUP: 3,
  END_GROUP: 4,
  FIXED32: 5,
} as const;

/** Highest field number that protobuf allows. */
export const fieldNumberMax = 536_870_911;

const cell = new DataView(new ArrayBuffer(8));
/** Bytes of the varint of an unsigned 32-bit integer. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Maps a signed 32-bit integer to an unsigned one, small magnitudes to small numbers: 0, -1, 1, -2 → 0, 1, 2, 3. */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** The inverse of `zigzag`. */
export function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** The double whose bits are the two halves. */
export function doubleOf(low: number, high: number): number {
  cell.setUint32(0, low, true);
  cell.setUint32(4, high, true);
  return cell.getFloat64(0, true);
}

/** The signed 64-bit integer whose bits are the two halves. */
export function signedOf(low: number, high: number): bigint {
  cell.setUint32(0, low, true);
  cell.setUint32(4, high, true);
  return cell.getBigInt64(0, true);
}

/** The unsigned 64-bit integer whose bits are the two halves. */
export function unsignedOf(low: number, high: number): bigint {
  cell.setUint32(0, low, true);
  cell.setUint32(4, high, true);
  return cell.getBigUint64(0, true);
}
