/**
 * Reads the protobuf wire format, as the generated entry of a kernel needs it.
 *
 * A position and a 32-bit value travel together in one u64 (position above, value below), so that they stay in
 * registers; only 64-bit varints leave the position in memory, for `after` to fetch. Every reader gets `p <= end` and
 * gives a position with the same property, or ends the invocation as a bad payload.
 */
import { badPayload } from "./host";
import { decimal, utf8Read } from "./text";

/** Address of the position after the 64-bit varint read last. */
const AFTER: usize = memory.data(8);

/** Messages inside messages, at most; protobuf's own default. */
export const NESTING_MAX: i32 = 100;

/** A tag that no field has: counting it only checks that fields end where they should. */
const NO_TAG: u32 = 0;

// @ts-ignore: decorator
@inline
export function pos(pair: u64): usize {
  return <usize>(pair >> 32);
}

// @ts-ignore: decorator
@inline
export function low(pair: u64): u32 {
  return <u32>pair;
}

// @ts-ignore: decorator
@inline
function pair(p: usize, value: u32): u64 {
  return (<u64>p << 32) | <u64>value;
}

/** Position after the varint read last by `varintAt`. */
// @ts-ignore: decorator
@inline
export function after(): usize {
  return load<usize>(AFTER);
}

/** Ends the invocation unless that many bytes are left. */
// @ts-ignore: decorator
@inline
export function need(p: usize, end: usize, bytes: usize): void {
  if (end - p < bytes) truncated();
}

function truncated(): void {
  badPayload("the payload ends inside a value");
}

/** Reads a varint of up to 64 bits; the position is then in `after`. */
export function varintAt(p: usize, end: usize): u64 {
  if (end - p >= 8) {
    const bytes = load<u64>(p);
    const ends = ~bytes & 0x8080_8080_8080_8080;
    if (ends) {
      store<usize>(AFTER, p + (((<usize>ctz(ends)) + 1) >> 3));
      // What lies behind the last byte goes, and then the bits between, in pairs, fours and eights of bytes.
      let value = bytes & (ends ^ (ends - 1)) & 0x7f7f_7f7f_7f7f_7f7f;
      value = (value & 0x007f_007f_007f_007f) | ((value & 0x7f00_7f00_7f00_7f00) >> 1);
      value = (value & 0x0000_3fff_0000_3fff) | ((value & 0x3fff_0000_3fff_0000) >> 2);
      return (value & 0x0fff_ffff) | ((value & 0x0fff_ffff_0000_0000) >> 4);
    }
  }
  return varintByBytes(p, end);
}

function varintByBytes(p: usize, end: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (p >= end) truncated();
    const byte = <u64>load<u8>(p++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      store<usize>(AFTER, p);
      return value;
    }
  }
  badPayload("a varint has more than 10 bytes");
  return 0;
}

/** Reads a varint and keeps its lower 32 bits. */
// @ts-ignore: decorator
@inline
export function intAt(p: usize, end: usize): u64 {
  return p < end && load<u8>(p) < 0x80 ? pair(p + 1, load<u8>(p)) : longInt(p, end);
}

function longInt(p: usize, end: usize): u64 {
  const value = <u32>varintAt(p, end);
  return pair(after(), value);
}

/** Reads a bool: any varint but zero is true. */
export function boolAt(p: usize, end: usize): u64 {
  const value = varintAt(p, end) != 0;
  return pair(after(), <u32>value);
}

/** Reads a tag; `p < end` holds. */
// @ts-ignore: decorator
@inline
export function tagAt(p: usize, end: usize): u64 {
  const byte = <u32>load<u8>(p);
  return byte - 8 < 0x78 ? pair(p + 1, byte) : longTag(p, end);
}

function longTag(p: usize, end: usize): u64 {
  const tag = varintAt(p, end);
  if (tag < 8 || tag > 0xffff_ffff) badPayload("a field number is outside its range");
  return pair(after(), <u32>tag);
}

/** Reads a length and makes sure that so many bytes follow. */
// @ts-ignore: decorator
@inline
export function lengthAt(p: usize, end: usize): u64 {
  return p < end && <usize>load<u8>(p) < min<usize>(0x80, end - p)
    ? pair(p + 1, load<u8>(p))
    : longLength(p, end);
}

function longLength(p: usize, end: usize): u64 {
  const length = varintAt(p, end);
  if (length > <u64>(end - after())) truncated();
  return pair(after(), <u32>length);
}

/** Steps over the value of a field. */
export function skip(p: usize, end: usize, tag: u32): usize {
  switch (tag & 7) {
    case 0: {
      varintAt(p, end);
      return after();
    }
    case 1: {
      need(p, end, 8);
      return p + 8;
    }
    case 2: {
      const length = lengthAt(p, end);
      return pos(length) + low(length);
    }
    case 5: {
      need(p, end, 4);
      return p + 4;
    }
    case 3:
    case 4:
      badPayload("groups do not exist in proto3");
  }
  badPayload("a wire type is 6 or 7, which do not exist");
  return end;
}

/** How many fields of a tag there are from here to the end. */
export function countFields(p: usize, end: usize, tag: u32): i32 {
  let count = 0;
  while (p < end) {
    const next = tagAt(p, end);
    if (low(next) == tag) ++count;
    p = skip(pos(next), end, low(next));
  }
  return count;
}

/** Content bytes of all length-delimited fields of a tag from here to the end. */
export function countBytes(p: usize, end: usize, tag: u32): usize {
  let bytes: usize = 0;
  while (p < end) {
    const next = tagAt(p, end);
    p = pos(next);
    if (low(next) == tag) bytes += low(lengthAt(p, end));
    p = skip(p, end, low(next));
  }
  return bytes;
}

/** Content of all length-delimited fields of a tag from here to the end, one after the other, into a buffer. */
export function gather(p: usize, end: usize, tag: u32, to: usize): void {
  while (p < end) {
    const next = tagAt(p, end);
    p = pos(next);
    if (low(next) == tag) {
      const length = lengthAt(p, end);
      countFields(pos(length), pos(length) + low(length), NO_TAG);
      memory.copy(to, pos(length), low(length));
      to += low(length);
    }
    p = skip(p, end, low(next));
  }
}

/**
 * All of a message field that comes in several pieces: given the first piece, and where the rest of the enclosing
 * message starts. It is one run of bytes, which means the same as long as no field reaches from one piece into the
 * next: that is checked.
 */
export function whole(piece: u64, rest: usize, end: usize, tag: u32): u64 {
  if (rest == end) return piece;
  const more = countBytes(rest, end, tag);
  if (!more) return piece;
  const size = <usize>low(piece);
  countFields(pos(piece), pos(piece) + size, NO_TAG);
  const bytes = __alloc(size + more);
  memory.copy(bytes, pos(piece), size);
  gather(rest, end, tag, bytes + size);
  return pair(bytes, <u32>(size + more));
}

/** Steps over a varint, to be found with `after`, and counts it. */
export function countVarint(p: usize, end: usize): i32 {
  varintAt(p, end);
  return 1;
}

/** Reads the length of a packed chunk of fixed-size elements. */
export function chunkAt(p: usize, end: usize, width: u32): u64 {
  const chunk = lengthAt(p, end);
  if (low(chunk) & (width - 1)) badPayload("a packed field ends inside an element");
  return chunk;
}

/** An element outside a packed chunk, as if it were a chunk of one. */
export function singleAt(p: usize, end: usize, width: u32): u64 {
  need(p, end, width);
  return pair(p, width);
}

/** Bytes of a repeated fixed-size field, packed and not, from here to the end. */
export function countFixed(p: usize, end: usize, packed: u32, single: u32): usize {
  let bytes: usize = 0;
  while (p < end) {
    const next = tagAt(p, end);
    p = pos(next);
    if (low(next) == packed) bytes += low(lengthAt(p, end));
    if (low(next) == single) bytes += (single & 7) == 1 ? 8 : 4;
    p = skip(p, end, low(next));
  }
  return bytes;
}

/** Varints in a packed chunk: as many as there are bytes without the upper bit. */
export function countVarints(p: usize, length: usize): i32 {
  const end = p + length;
  let count = 0;
  for (; p + 16 <= end; p += 16) count += 16 - popcnt(i8x16.bitmask(v128.load(p)));
  for (; p < end; ++p) count += i32(load<u8>(p) < 0x80);
  return count;
}

/** Elements of a repeated varint field, packed and not, from here to the end. */
export function countElements(p: usize, end: usize, field: u32): i32 {
  let count = 0;
  while (p < end) {
    const next = tagAt(p, end);
    p = pos(next);
    if (low(next) == field << 3) ++count;
    if (low(next) == ((field << 3) | 2)) {
      const length = lengthAt(p, end);
      count += countVarints(pos(length), low(length));
    }
    p = skip(p, end, low(next));
  }
  return count;
}

/** Reads a string of a known length. */
export function stringAt(p: usize, length: usize): string {
  const text = utf8Read(p, length);
  if (text === null) badPayload("a string is not valid UTF-8");
  return changetype<string>(text);
}

/** Checks the depth of a message inside messages. */
// @ts-ignore: decorator
@inline
export function checkDepth(depth: i32): void {
  if (depth > NESTING_MAX) badPayload("messages are nested more than 100 deep");
}

/** Narrows an int32 or uint32 to a smaller integer, or ends the invocation. */
// @ts-ignore: decorator
@inline
export function narrow<T>(value: u32, where: string): T {
  if (<u32><T>value != value) outOfRange(where, isSigned<T>() ? <i64>(<i32>value) : <i64>value);
  return <T>value;
}

function outOfRange(where: string, value: i64): void {
  badPayload(where + ": " + decimal(value) + " is out of range");
}

/** Ends the invocation: a field has a wire type that its type does not allow. */
export function wrongType(message: string, tag: u32): void {
  badPayload(message + ": field " + decimal(tag >> 3) + " has the wrong wire type " + decimal(tag & 7));
}
