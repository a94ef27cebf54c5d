/** Reads an index. Its bytes come from outside: whatever they say is checked before it is followed. */
import { Code, fail } from "heddle";
import { decimal } from "../lib/text";
import { DOCUMENT, HEADER, MAGIC, TERM } from "./layout";
import { compareBytes } from "./terms";

/** An index over its bytes. */
export class IndexReader {
  /** How many documents there are. */
  readonly documents: i32;
  /** How many different words. */
  readonly terms: i32;
  /** Words in all documents. */
  readonly tokens: u64;
  private documentTable: usize;
  private termTable: usize;
  private ids: usize;
  private words: usize;
  private postings: usize;
  private end: usize;

  /** Ends the call when the bytes are no index. */
  constructor(bytes: Uint8Array) {
    const start = bytes.dataStart;
    const size = <u64>bytes.length;
    const whole = size >= HEADER && load<u32>(start) == MAGIC;
    if (!whole) fail(Code.INVALID_ARGUMENT, "the bytes are no index: they do not begin with HTI1");
    const documents = load<u32>(start, 4);
    const terms = load<u32>(start, 8);
    const ids = load<u32>(start, 20);
    const words = load<u32>(start, 24);
    const postings = load<u32>(start, 28);
    const tables = <u64>documents * DOCUMENT + <u64>terms * TERM;
    const expected = HEADER + tables + ids + words + postings;
    if (expected != size) {
      const said = "the index is damaged: it should have " + decimal(expected) + " bytes and has ";
      fail(Code.INVALID_ARGUMENT, said + decimal(size));
    }
    this.documents = <i32>documents;
    this.terms = <i32>terms;
    this.tokens = load<u64>(start, 12);
    this.documentTable = start + HEADER;
    this.termTable = this.documentTable + <usize>documents * DOCUMENT;
    this.ids = this.termTable + <usize>terms * TERM;
    this.words = this.ids + ids;
    this.postings = this.words + words;
    this.end = this.postings + postings;
  }

  /** Address of a document's id. */
  idStart(document: i32): usize {
    return this.startOf(this.documentTable, document, DOCUMENT, 0, this.ids, this.words);
  }

  /** Bytes of a document's id. */
  idSize(document: i32): u32 {
    return this.sizeOf(this.documentTable, document, DOCUMENT, 0, this.ids, this.words);
  }

  /** Words in a document. */
  wordCount(document: i32): u32 {
    return load<u32>(this.documentTable + <usize>document * DOCUMENT, 4);
  }

  /** Address of a word. */
  wordStart(term: i32): usize {
    return this.startOf(this.termTable, term, TERM, 0, this.words, this.postings);
  }

  /** Bytes of a word. */
  wordSize(term: i32): u32 {
    return this.sizeOf(this.termTable, term, TERM, 0, this.words, this.postings);
  }

  /** Documents that have a word. */
  documentCount(term: i32): u32 {
    return load<u32>(this.termTable + <usize>term * TERM, 8);
  }

  /** The postings of a word, from the first document that has it. */
  cursor(term: i32): Cursor {
    const cursor = new Cursor();
    this.point(cursor, term);
    return cursor;
  }

  /** Makes a cursor go to the postings of a word. */
  point(cursor: Cursor, term: i32): void {
    const start = this.startOf(this.termTable, term, TERM, 4, this.postings, this.end);
    const size = this.sizeOf(this.termTable, term, TERM, 4, this.postings, this.end);
    cursor.open(start, start + size, this.documents);
  }

  /** The number of a word, or -1. */
  find(start: usize, size: u32): i32 {
    let low = 0;
    let high = this.terms;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareBytes(start, size, this.wordStart(middle), this.wordSize(middle));
      if (order == 0) return middle;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return -1;
  }

  /** Where a row's piece of a region begins, which is where that of the row before ends. */
  private startOf(table: usize, row: i32, rowSize: usize, field: usize, region: usize, end: usize): usize {
    const offset: u32 = row == 0 ? 0 : load<u32>(table + <usize>(row - 1) * rowSize + field);
    if (offset > <u32>(end - region)) damaged("a table points outside");
    return region + offset;
  }

  private sizeOf(table: usize, row: i32, rowSize: usize, field: usize, region: usize, end: usize): u32 {
    const start = this.startOf(table, row, rowSize, field, region, end);
    const stop = this.startOf(table, row + 1, rowSize, field, region, end);
    if (stop < start) damaged("a table runs backwards");
    return <u32>(stop - start);
  }
}

/** Walks through the postings of a word. */
export class Cursor {
  /** The present document; the number of documents at the end. */
  document: i32 = -1;
  /** How often the word is in it. */
  count: u32 = 0;
  /** Its places, after `readPlaces`. */
  places: StaticArray<u32> = [];
  private placesAt: usize = 0;
  private p: usize = 0;
  private end: usize = 0;
  private documents: i32 = 0;

  /** Goes to before the first of some postings. Room for places is kept. */
  open(start: usize, end: usize, documents: i32): void {
    this.p = start;
    this.end = end;
    this.documents = documents;
    this.document = -1;
  }

  /** Goes to the next document; false at the end. */
  next(): bool {
    let p = this.p;
    const end = this.end;
    if (p == end) {
      this.document = this.documents;
      return false;
    }
    let distance: u32;
    let count: u32;
    // Most numbers are short.
    if (end - p >= 2 && (load<u16>(p) & 0x8080) == 0) {
      distance = load<u8>(p);
      count = load<u8>(p, 1);
      p += 2;
    } else {
      distance = this.varint();
      count = this.varint();
      p = this.p;
    }
    const document = <u64>distance + <u64>(this.document + 1) - 1;
    if (document >= <u64>this.documents || <i32>document <= this.document)
      damaged("postings name a document that is not there");
    if (count == 0 || <usize>count > end - p) damaged("postings are cut short");
    this.document = <i32>document;
    this.count = count;
    this.placesAt = p;
    this.p = afterVarints(p, end, count);
    return true;
  }

  /** Reads the places in the present document, as distances to the one before, to -1 for the first. */
  readDistances(): void {
    const after = this.p;
    const count = this.count;
    if (<u32>this.places.length < count + 3) this.places = new StaticArray<u32>(2 * <i32>count + 16);
    let to = changetype<usize>(this.places);
    const last = to + ((<usize>count) << 2);
    let p = this.placesAt;
    // Places of one byte each, four at a time; what is read and written too much is room behind them.
    if (<u32>(after - p) == count) {
      for (; to < last; to += 16) {
        v128.store(to, i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p))));
        p += 4;
      }
      return;
    }
    for (; to < last; to += 4) {
      let distance: u32 = load<u8>(p);
      if (distance < 0x80) p++;
      else {
        this.p = p;
        distance = this.varint();
        p = this.p;
      }
      store<u32>(to, distance);
    }
    this.p = after;
  }

  /** Reads the places in the present document. */
  readPlaces(): void {
    this.readDistances();
    let place: u32 = -1;
    for (let i = 0; i < <i32>this.count; i++) {
      place += unchecked(this.places[i]);
      unchecked((this.places[i] = place));
    }
  }

  private varint(): u32 {
    const p = this.p;
    if (this.end - p >= 2 && load<u8>(p, 1) < 0x80) {
      const isOne = load<u8>(p) < 0x80;
      this.p = p + (isOne ? 1 : 2);
      return isOne ? load<u8>(p) : ((<u32>load<u8>(p, 1)) << 7) | (load<u8>(p) & 0x7f);
    }
    let value: u32 = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    damaged("a number is too long");
    return 0;
  }

  private byte(): u32 {
    if (this.p >= this.end) damaged("postings are cut short");
    return load<u8>(this.p++);
  }
}

/** The address after so many varints. */
function afterVarints(p: usize, end: usize, count: u32): usize {
  // Eight bytes at a time: varints end with bytes without the upper bit.
  while (end - p >= 8) {
    let ends = ~load<u64>(p) & 0x8080_8080_8080_8080;
    const found = <u32>popcnt(ends);
    if (found >= count) {
      for (; count > 1; count--) ends &= ends - 1;
      return p + ((<usize>ctz(ends) + 1) >> 3);
    }
    count -= found;
    p += 8;
  }
  for (; p < end && count > 0; p++) count -= u32(load<u8>(p) < 0x80);
  if (count > 0) damaged("postings are cut short");
  return p;
}

function damaged(how: string): void {
  fail(Code.INVALID_ARGUMENT, "the index is damaged: " + how);
}
