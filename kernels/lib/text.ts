/**
 * UTF-8 for kernels. AssemblyScript keeps strings as UTF-16, the wire has UTF-8: what comes in is validated (no
 * overlong forms, no surrogates, nothing above U+10FFFF), what goes out has U+FFFD for a lone surrogate.
 * Plain ASCII, the usual case, goes eight or sixteen characters at a time.
 */

/** Bits that are set in none of four ASCII characters, as units and as bytes. */
const NOT_ASCII_UNITS: u64 = 0xff80_ff80_ff80_ff80;
const NOT_ASCII_BYTES: u32 = 0x8080_8080;

/** Bytes that may be written behind a text by `utf8WriteSized`. */
export const TEXT_SLACK: usize = 8;

/** Bytes a text takes in UTF-8. */
export function utf8Size(text: string): i32 {
  const p = changetype<usize>(text);
  const bytes = <usize>text.length << 1;
  return isAsciiText(p, bytes) ? text.length : longSize(p, p + bytes);
}

/** Before a text lies its header, so that eight bytes up to its end can always be read. */
// @ts-ignore: decorator
@inline
function isAsciiText(p: usize, bytes: usize): bool {
  const end = p + bytes;
  if (bytes < 8) {
    return bytes == 0 || !((load<u64>(end - 8) >> <u64>(64 - (bytes << 3))) & NOT_ASCII_UNITS);
  }
  if (bytes <= 16) return !((load<u64>(p) | load<u64>(end - 8)) & NOT_ASCII_UNITS);
  let all = v128.load(end - 16);
  for (; p + 16 < end; p += 16) all = v128.or(all, v128.load(p));
  return !v128.any_true(v128.and(all, i16x8.splat(-128)));
}

function longSize(p: usize, end: usize): i32 {
  let size = 0;
  while (p + 16 <= end && !v128.any_true(v128.and(v128.load(p), i16x8.splat(-128)))) {
    p += 16;
    size += 8;
  }
  while (p < end) {
    const unit = <u32>load<u16>(p);
    p += 2;
    if (unit < 0x80) size += 1;
    else if (unit < 0x800) size += 2;
    else if (isPair(unit, p, end)) {
      p += 2;
      size += 4;
    } else size += 3;
  }
  return size;
}

/**
 * Writes a text whose size in UTF-8 is known and gives the address after it. Up to TEXT_SLACK bytes behind it are
 * written too.
 */
export function utf8WriteSized(text: string, to: usize, size: u32): usize {
  const units = <usize>text.length;
  if (size != <u32>units) return utf8Write(text, to);
  const p = changetype<usize>(text);
  const last = p + (units << 1) - 16;
  if (units < 8) {
    if (units == 0) return to;
    const vector = v128.load(last);
    const bytes = <u64>i64x2.extract_lane(v128.narrow<i16>(vector, vector), 0);
    store<u64>(to, bytes >> <u64>(64 - (units << 3)));
    return to + units;
  }
  for (let from = p; from < last; from += 16) {
    const vector = v128.load(from);
    v128.store64_lane(to + ((from - p) >> 1), v128.narrow<i16>(vector, vector), 0);
  }
  const vector = v128.load(last);
  v128.store64_lane(to + units - 8, v128.narrow<i16>(vector, vector), 0);
  return to + units;
}

/** Writes a text as UTF-8 and gives the address after it. */
export function utf8Write(text: string, to: usize): usize {
  let p = changetype<usize>(text);
  const end = p + (<usize>text.length << 1);
  while (p + 16 <= end) {
    const units = v128.load(p);
    if (v128.any_true(v128.and(units, i16x8.splat(-128)))) break;
    v128.store64_lane(to, v128.narrow<i16>(units, units), 0);
    p += 16;
    to += 8;
  }
  while (p + 8 <= end && !(load<u64>(p) & NOT_ASCII_UNITS)) {
    const units = v128.load64_zero(p);
    v128.store32_lane(to, v128.narrow<i16>(units, units), 0);
    p += 8;
    to += 4;
  }
  while (p < end) {
    let unit = <u32>load<u16>(p);
    p += 2;
    if (unit < 0x80) {
      store<u8>(to++, unit);
    } else if (unit < 0x800) {
      store<u8>(to, 0xc0 | (unit >> 6));
      store<u8>(to, 0x80 | (unit & 0x3f), 1);
      to += 2;
    } else if (isPair(unit, p, end)) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (<u32>load<u16>(p) & 0x3ff);
      p += 2;
      store<u8>(to, 0xf0 | (point >> 18));
      store<u8>(to, 0x80 | ((point >> 12) & 0x3f), 1);
      store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 2);
      store<u8>(to, 0x80 | (point & 0x3f), 3);
      to += 4;
    } else {
      if ((unit & 0xf800) == 0xd800) unit = 0xfffd;
      store<u8>(to, 0xe0 | (unit >> 12));
      store<u8>(to, 0x80 | ((unit >> 6) & 0x3f), 1);
      store<u8>(to, 0x80 | (unit & 0x3f), 2);
      to += 3;
    }
  }
  return to;
}

// @ts-ignore: decorator
@inline
function isPair(unit: u32, next: usize, end: usize): bool {
  return (unit & 0xfc00) == 0xd800 && next < end && (<u32>load<u16>(next) & 0xfc00) == 0xdc00;
}

/** Reads UTF-8 into a new string; null when the bytes are not valid UTF-8. */
export function utf8Read(p: usize, length: usize): string | null {
  if (!length) return "";
  const start = __new(length << 1, idof<string>());
  // Other runtimes keep something behind the object, and the zeros written there would take its place.
  if (ASC_RUNTIME == 0 && length < 16 && readShort(p, length, start)) return changetype<string>(start);
  const end = p + length;
  let to = start;
  while (p < end) {
    const first = <u32>load<u8>(p);
    if (first < 0x80) {
      // Also after what is not ASCII: a dash early in a text must not make the rest of it slow.
      if (p + 16 <= end) {
        const bytes = v128.load(p);
        const others = i8x16.bitmask(bytes);
        const plain: usize = others ? ctz(others) : 16;
        v128.store(to, i16x8.extend_low_i8x16_u(bytes));
        v128.store(to, i16x8.extend_high_i8x16_u(bytes), 16);
        p += plain;
        to += plain << 1;
        continue;
      }
      if (p + 4 <= end && !(load<u32>(p) & NOT_ASCII_BYTES)) {
        v128.store64_lane(to, i16x8.extend_low_i8x16_u(v128.load32_zero(p)), 0);
        p += 4;
        to += 8;
        continue;
      }
      store<u16>(to, first);
      p += 1;
      to += 2;
      continue;
    }
    const point = pointAt(p, end, first);
    if (point < 0) return null;
    p += point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (point < 0x10000) {
      store<u16>(to, point);
      to += 2;
    } else {
      store<u16>(to, 0xd7c0 + (point >> 10));
      store<u16>(to, 0xdc00 | (point & 0x3ff), 2);
      to += 4;
    }
  }
  return changetype<string>(to - start == length << 1 ? start : __renew(start, to - start));
}

/**
 * Reads less than 16 bytes of ASCII to where an object begins, and fills the 16 bytes that it ends in with zeros; false
 * when they are no ASCII. The bytes lie where as many as a vector has can be read before their end.
 */
function readShort(p: usize, length: usize, to: usize): bool {
  const absent = 16 - <i32>length;
  const vector = v128.load(p + length - 16);
  if (i8x16.bitmask(vector) >> absent) return false;
  const places = i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>absent));
  const bytes = v128.swizzle(vector, places);
  v128.store(to, i16x8.extend_low_i8x16_u(bytes));
  if (length > 8) v128.store(to, i16x8.extend_high_i8x16_u(bytes), 16);
  return true;
}

/** The code point of a sequence of two to four bytes, or -1 when the sequence is not valid. */
function pointAt(p: usize, end: usize, first: u32): i32 {
  const size: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || end - p < size) return -1;
  const second = <u32>load<u8>(p, 1);
  if ((second & 0xc0) != 0x80) return -1;
  if (size == 2) return <i32>(((first & 0x1f) << 6) | (second & 0x3f));
  const third = <u32>load<u8>(p, 2);
  if ((third & 0xc0) != 0x80) return -1;
  if (size == 3) {
    const point = <i32>(((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f));
    return point < 0x800 || (point & 0xf800) == 0xd800 ? -1 : point;
  }
  const fourth = <u32>load<u8>(p, 3);
  if ((fourth & 0xc0) != 0x80) return -1;
  const point = <i32>(
    (((first & 0x07) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f))
  );
  return point < 0x10000 || point > 0x10ffff ? -1 : point;
}

/** A whole number in decimal. Smaller than `toString`, which brings tables that every reset would have to restore. */
export function decimal(value: i64): string {
  let text = "";
  let rest = value < 0 ? 0 - <u64>value : <u64>value;
  do {
    text = String.fromCharCode(48 + <i32>(rest % 10)) + text;
    rest /= 10;
  } while (rest);
  return value < 0 ? "-" + text : text;
}
