/**
 * Turns numbers into unsigned keys that have the same order, and back, a vector at a time and in place.
 *
 * A signed integer gets its sign turned around. Of a float the bits are a sign and a size: a positive one gets its sign
 * turned around, a negative one all of its bits, so that a larger size is a smaller key. A NaN, whatever its sign and
 * payload, becomes the one NaN that lies above infinity. Complemented keys have the opposite order.
 */

/** What the bits of an element mean. */
export namespace Kind {
  export const UNSIGNED: i32 = 0;
  export const SIGNED: i32 = 1;
  export const FLOAT: i32 = 2;
}

/** The last elements of an array that do not fill a vector are computed here. */
const REST: usize = memory.data(16, 16);

/** Makes keys of so many elements of the type `U`, u32 or u64. */
export function toKeys<U>(at: usize, count: usize, kind: i32, descending: bool): void {
  if (kind == Kind.UNSIGNED && !descending) return;
  const flip = i32x4.splat(-i32(descending));
  const bytes = count * sizeof<U>();
  const whole = at + (bytes & ~15);
  if (kind == Kind.FLOAT) {
    for (; at < whole; at += 16) v128.store(at, v128.xor(floatKey<U>(v128.load(at)), flip));
  } else {
    const change = v128.xor(kind == Kind.SIGNED ? signBits<U>() : i32x4.splat(0), flip);
    for (; at < whole; at += 16) v128.store(at, v128.xor(v128.load(at), change));
  }
  if (!(bytes & 15)) return;
  memory.copy(REST, at, bytes & 15);
  toKeys<U>(REST, 16 / sizeof<U>(), kind, descending);
  memory.copy(at, REST, bytes & 15);
}

/** Makes elements of keys again. */
export function fromKeys<U>(at: usize, count: usize, kind: i32, descending: bool): void {
  if (kind != Kind.FLOAT) {
    toKeys<U>(at, count, kind, descending);
    return;
  }
  const flip = i32x4.splat(-i32(descending));
  const bytes = count * sizeof<U>();
  const whole = at + (bytes & ~15);
  for (; at < whole; at += 16) v128.store(at, floatOf<U>(v128.xor(v128.load(at), flip)));
  if (!(bytes & 15)) return;
  memory.copy(REST, at, bytes & 15);
  fromKeys<U>(REST, 16 / sizeof<U>(), kind, descending);
  memory.copy(at, REST, bytes & 15);
}

function floatKey<U>(bits: v128): v128 {
  const upper = signBits<U>();
  const size = v128.andnot(bits, upper);
  const infinity = constant<U>(INFINITY_BITS);
  const isNan = sizeof<U>() == 8 ? i64x2.gt_s(size, infinity) : i32x4.gt_s(size, infinity);
  const key = v128.xor(bits, v128.or(signs<U>(bits), upper));
  return v128.bitselect(constant<U>(NAN_KEY), key, isNan);
}

function floatOf<U>(keys: v128): v128 {
  return v128.xor(keys, v128.or(v128.not(signs<U>(keys)), signBits<U>()));
}

/** All bits of the elements whose upper bit is set. */
function signs<U>(bits: v128): v128 {
  return sizeof<U>() == 8 ? i64x2.lt_s(bits, i64x2.splat(0)) : i32x4.shr_s(bits, 31);
}

/** The upper bit of every element. */
function signBits<U>(): v128 {
  return constant<U>(SIGN);
}

/** The bits of a sign and of infinity, and the key of the NaN, of doubles and of floats. */
const BITS: usize = memory.data<u64>([0x8000_0000_0000_0000, 0x7ff0_0000_0000_0000, 0xfff8_0000_0000_0000]);
const FLOAT_BITS: usize = memory.data<u32>([0x8000_0000, 0x7f80_0000, 0xffc0_0000]);
const SIGN: usize = 0;
const INFINITY_BITS: usize = 1;
const NAN_KEY: usize = 2;

/** One of these in every element: from memory, where it takes one instruction and not three. */
function constant<U>(which: usize): v128 {
  if (sizeof<U>() == 8) return v128.load64_splat(BITS + (which << 3));
  return v128.load32_splat(FLOAT_BITS + (which << 2));
}
