/**
 * What a word is. Characters are of kinds, by Unicode's general categories and scripts:
 *
 * - A word is a run of letters and numbers, with the marks that follow them. It begins with a letter or a number.
 * - An apostrophe (' or ’, kept as ') between two letters, and a full stop or comma between two numbers, are part of it.
 * - A Chinese character or a Hiragana letter, with its marks, is a word of its own: in those scripts nothing shows
 *   where words end. (Thai, Lao, Khmer and Burmese are not cut within a run of letters.)
 * - Soft hyphens, joiners and variation selectors inside a word are left out and do not end it.
 * - Upper and lower case are the same: every character is turned to upper case and then to lower case, where both are
 *   one character each. Nothing else is: é as one character and as two are different words; send NFC.
 *
 * Words are written as UTF-8, one after the other, for as long as they are kept.
 */
import { SLACK } from "./terms";
import { FOLDS, FOLDS_COUNT, KINDS, KINDS_COUNT } from "./unicode";

const OTHER: i32 = 0;
const LETTER: i32 = 1;
const NUMBER: i32 = 2;
const MARK: i32 = 3;
const IDEOGRAPH: i32 = 4;
const INVISIBLE: i32 = 5;

const SPACE: u32 = 0x20;
const APOSTROPHE: u32 = 0x27;
const RIGHT_QUOTE: u32 = 0x2019;
const COMMA: u32 = 0x2c;
const FULL_STOP: u32 = 0x2e;

/** ASCII letters and digits in lower case, 0 for the others. */
const FOLDED: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 0, 0, 0, 0, 0, 0, 0, 97, 98, 99,
  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
  121, 122, 0, 0, 0, 0, 0, 0, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
  113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 0, 0, 0, 0, 0,
]);

/** Bytes that are made room for beyond what one text needs. */
const ROOM_MIN: usize = 4096;

/** Start of the hash of a word, and what each byte multiplies it with (FNV-1a). */
const HASH_START: u32 = 0x811c9dc5;
const HASH_FACTOR: u32 = 0x01000193;

/** Walks through the words of texts. */
export class Words {
  /** Address of the last word. */
  start: usize = 0;
  /** Its bytes. */
  size: u32 = 0;
  /** Its hash. */
  hash: u32 = 0;
  private p: usize = 0;
  private end: usize = 0;
  private to: usize = 0;
  private limit: usize = 0;
  /** What kind of character the word ends with so far. */
  private before: i32 = OTHER;
  /** Whether the last character that was to be added ended the word. */
  private ended: bool = false;
  // Characters mostly have neighbours of their kind: the range that the last one was found in.
  private low: u32 = 0;
  private high: u32 = 0;
  private kind: i32 = OTHER;

  /** Goes to the start of a text. Words that were kept stay where they are. */
  open(text: string): void {
    const units = <usize>text.length;
    this.p = changetype<usize>(text);
    this.end = this.p + (units << 1);
    // A unit takes 3 bytes at most. Words that are kept take little of that, so the next text may find room too.
    if (this.to + 3 * units > this.limit) {
      const room = 3 * units + max(ROOM_MIN, (3 * units) >> 1);
      this.to = heap.alloc(room + SLACK);
      this.limit = this.to + room;
    }
  }

  /** Keeps the last word where it is; otherwise the next one takes its place. */
  keep(): void {
    this.to = this.start + this.size;
  }

  /** Finds the next word; false at the end of the text. */
  next(): bool {
    const end = this.end;
    let p = this.skip();
    let to = this.to;
    let hash = HASH_START;
    this.start = to;
    this.before = OTHER;
    while (p < end) {
      let unit = <u32>load<u16>(p);
      if (unit >= 0x80) {
        this.p = p;
        const after = this.append(to);
        p = this.p;
        for (; to < after; to++) hash = (hash ^ load<u8>(to)) * HASH_FACTOR;
        if (this.ended) break;
        continue;
      }
      let folded = <u32>load<u8>(FOLDED + unit);
      if (folded == 0) {
        // Most words end at a space.
        if (unit == SPACE || !this.joins(unit, p + 2)) break;
        store<u8>(to++, unit);
        hash = (hash ^ unit) * HASH_FACTOR;
        p += 2;
        continue;
      }
      // Most words are ASCII to their end.
      do {
        store<u8>(to++, folded);
        hash = (hash ^ folded) * HASH_FACTOR;
        p += 2;
        if (p >= end) break;
        unit = load<u16>(p);
        if (unit >= 0x80) break;
        folded = load<u8>(FOLDED + unit);
      } while (folded);
      this.before = load<u8>(to - 1) >= 0x61 ? LETTER : NUMBER;
    }
    this.p = p;
    this.size = <u32>(to - this.start);
    this.hash = hash;
    return this.size > 0;
  }

  /** The address at which the next word begins. */
  private skip(): usize {
    const end = this.end;
    let p = this.p;
    while (p < end) {
      const unit = <u32>load<u16>(p);
      if (unit < 0x80) {
        if (load<u8>(FOLDED + unit)) break;
        p += 2;
        continue;
      }
      const point = pointAt(p, end);
      const kind = this.kindOf(point);
      if (kind == LETTER || kind == NUMBER || kind == IDEOGRAPH) break;
      p += point > 0xffff ? 4 : 2;
    }
    return p;
  }

  /** Adds the character beyond ASCII at p to the word, unless the word ends before or with it; gives its new end. */
  private append(to: usize): usize {
    const point = pointAt(this.p, this.end);
    const after = this.p + (point > 0xffff ? 4 : 2);
    const kind = this.kindOf(point);
    this.ended = false;
    if (kind == LETTER || kind == NUMBER) {
      this.before = kind;
      this.p = after;
      return write(to, fold(point));
    }
    if (kind == MARK || kind == INVISIBLE) {
      this.p = after;
      return kind == MARK ? write(to, fold(point)) : to;
    }
    if (point == RIGHT_QUOTE && this.joins(APOSTROPHE, after)) {
      this.p = after;
      return write(to, APOSTROPHE);
    }
    this.ended = true;
    if (kind != IDEOGRAPH || to != this.start) return to;
    this.p = after;
    return this.appendMarks(write(to, point));
  }

  private appendMarks(to: usize): usize {
    while (this.p < this.end) {
      const point = pointAt(this.p, this.end);
      const kind = point < 0x80 ? OTHER : this.kindOf(point);
      if (kind != MARK && kind != INVISIBLE) break;
      if (kind == MARK) to = write(to, fold(point));
      this.p += point > 0xffff ? 4 : 2;
    }
    return to;
  }

  /** Whether an ASCII character joins what stands before it and what begins at an address. */
  private joins(unit: u32, next: usize): bool {
    if (next >= this.end) return false;
    if (unit == APOSTROPHE) return this.before == LETTER && this.kindAt(next) == LETTER;
    if (unit == FULL_STOP || unit == COMMA) return this.before == NUMBER && this.kindAt(next) == NUMBER;
    return false;
  }

  private kindAt(p: usize): i32 {
    const point = pointAt(p, this.end);
    if (point >= 0x80) return this.kindOf(point);
    const folded = load<u8>(FOLDED + point);
    return folded >= 0x61 ? LETTER : folded ? NUMBER : OTHER;
  }

  /** The kind of a character beyond ASCII. */
  private kindOf(point: u32): i32 {
    if (point >= this.low && point < this.high) return this.kind;
    let low = -1;
    let high = KINDS_COUNT;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (load<u32>(KINDS + ((<usize>middle) << 2)) >> 3 <= point) low = middle;
      else high = middle;
    }
    this.low = low < 0 ? 0x80 : load<u32>(KINDS + ((<usize>low) << 2)) >> 3;
    this.high = high < KINDS_COUNT ? load<u32>(KINDS + ((<usize>high) << 2)) >> 3 : 0x110000;
    this.kind = low < 0 ? OTHER : <i32>(load<u32>(KINDS + ((<usize>low) << 2)) & 7);
    return this.kind;
  }
}

/** The hash of bytes, as words have it. */
export function hashOf(start: usize, end: usize): u32 {
  let hash = HASH_START;
  for (let at = start; at < end; at++) hash = (hash ^ load<u8>(at)) * HASH_FACTOR;
  return hash;
}

function fold(point: u32): u32 {
  let low = 0;
  let high = FOLDS_COUNT;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = FOLDS + ((<usize>middle) << 4);
    if (point > load<u32>(range, 4)) low = middle + 1;
    else high = middle;
  }
  if (low == FOLDS_COUNT) return point;
  const range = FOLDS + ((<usize>low) << 4);
  const offset = <i32>(point - load<u32>(range));
  if (offset < 0 || offset % load<i32>(range, 8) != 0) return point;
  return point + load<i32>(range, 12);
}

/** The character at an address; half of a pair stands for itself. */
function pointAt(p: usize, end: usize): u32 {
  const unit = <u32>load<u16>(p);
  if ((unit & 0xfc00) != 0xd800 || p + 2 >= end) return unit;
  const low = <u32>load<u16>(p, 2);
  if ((low & 0xfc00) != 0xdc00) return unit;
  return 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
}

/** Writes a character as UTF-8 and gives the address after it. */
function write(to: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(to, point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, 0xc0 | (point >> 6));
    store<u8>(to, 0x80 | (point & 0x3f), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    store<u8>(to, 0xe0 | (point >> 12));
    store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 1);
    store<u8>(to, 0x80 | (point & 0x3f), 2);
    return to + 3;
  }
  store<u8>(to, 0xf0 | (point >> 18));
  store<u8>(to, 0x80 | ((point >> 12) & 0x3f), 1);
  store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 2);
  store<u8>(to, 0x80 | (point & 0x3f), 3);
  return to + 4;
}
