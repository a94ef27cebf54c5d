/**
 * Writes the protobuf wire format in two passes: the first computes sizes, from the leaves up, and keeps those of
 * texts, lists and messages in the word before the object that the arena leaves free; the second writes without any
 * check.
 */
import { OBJECT, TOTAL_OVERHEAD } from "rt/common";
import { NESTING_MAX } from "./reader";
import { TEXT_SLACK, utf8Size, utf8WriteSized } from "./text";

/** Keeps the encoded size of an object in its header. */
// @ts-ignore: decorator
@inline
export function keep(object: usize, size: u32): u32 {
  changetype<OBJECT>(object - TOTAL_OVERHEAD).gcInfo = size;
  return size;
}

/** The size that was kept. */
// @ts-ignore: decorator
@inline
export function kept(object: usize): u32 {
  return changetype<OBJECT>(object - TOTAL_OVERHEAD).gcInfo;
}

/** Bytes of a varint. */
// @ts-ignore: decorator
@inline
export function varintSize(value: u64): u32 {
  return <u32>(((63 - clz(value | 1)) * 9 + 73) >> 6);
}

/** Bytes of a field's content with its length before it. */
// @ts-ignore: decorator
@inline
export function framed(size: u32): u32 {
  return varintSize(size) + size;
}

/** Writes a varint and gives the address after it. */
// @ts-ignore: decorator
@inline
export function put(p: usize, value: u64): usize {
  if (value < 0x80) {
    store<u8>(p, value);
    return p + 1;
  }
  return putLong(p, value);
}

function putLong(p: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(p++, value | 0x80);
    value >>= 7;
  }
  store<u8>(p, value);
  return p + 1;
}

/**
 * Address of the bytes that a long response ends with. They stay where they are, and the rest of the response, which
 * is short then, is put before them: nothing that lies there is needed any more.
 */
const TAIL: usize = memory.data(8);
/** Shorter ones are copied. */
const TAIL_MIN: u32 = 4096;
/** Most bytes before them; so many there are before the content of every object. */
const BEFORE_MAX: u32 = TOTAL_OVERHEAD;

/** Writes bytes with their length before them. */
export function putBytes(p: usize, from: usize, size: u32): usize {
  p = put(p, size);
  if (from != load<usize>(TAIL)) memory.copy(p, from, size);
  return p + size;
}

/** Whether a response of so many bytes can be put around its last ones. Those are then not copied by `putBytes`. */
export function keepTail(size: u32, tail: usize, tailSize: u32): bool {
  if (tailSize < TAIL_MIN || size - tailSize > BEFORE_MAX) return false;
  store<usize>(TAIL, tail);
  return true;
}

/** The response around its last bytes; what stands before them was written to `head`. */
export function aroundTail(head: usize, size: u32, tail: usize, tailSize: u32): usize {
  const before = size - tailSize;
  memory.copy(tail - before, head, before);
  const response = __alloc(8);
  store<usize>(response, tail - before);
  store<u32>(response, size, 4);
  return response;
}

/** Computes and keeps the size of a text. */
export function textSize(text: string): u32 {
  return keep(changetype<usize>(text), utf8Size(text));
}

/** Writes a text with its length before it. */
export function putText(p: usize, text: string): usize {
  const size = kept(changetype<usize>(text));
  return utf8WriteSized(text, put(p, size), size);
}

/** Checks the depth of a result, which may be a circle. */
// @ts-ignore: decorator
@inline
export function checkResultDepth(depth: i32): void {
  assert(depth <= NESTING_MAX, "the result is nested more than 100 deep, or is a circle");
}

/** Room for what stands before the last bytes. */
export function newHead(): usize {
  return __alloc(BEFORE_MAX + TEXT_SLACK);
}

/** Room for a response: two words, address and length of what follows them. */
export function newResponse(size: u32): usize {
  const response = __alloc(8 + <usize>size + TEXT_SLACK);
  store<usize>(response, response + 8);
  store<u32>(response, size, 4);
  return response;
}
