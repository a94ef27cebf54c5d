/** Indexes from documents, and one index from several. */
import { utf8Size } from "../lib/text";
import { Cursor, IndexReader } from "./index-reader";
import { IndexWriter } from "./index-writer";
import { Order, sorted } from "./order";
import { Terms } from "./terms";
import { WordRoom } from "./word-room";
import { hashOf, Words } from "./words";

/** A text and what it is called. */
export class Document {
  /** What a search returns; not empty, and no two of an index are the same. */
  id: string = "";
  /** What is searched. */
  text: string = "";
}

/** Postings of one word in one document take at most three varints of 5 bytes for its first place, 5 for each other. */
const POSTING_MAX: usize = 15;

/** Indexes documents: words are numbered as they come, places are sorted by word by counting, words by their bytes. */
export function buildIndex(documents: Array<Document>): StaticArray<u8> {
  const terms = new Terms();
  const ends = new StaticArray<i32>(documents.length);
  const tokens = tokensOf(documents, terms, ends);
  const count = documents.length == 0 ? 0 : ends[documents.length - 1];
  const starts = new StaticArray<i32>(terms.length + 1);
  for (let i = 0; i < terms.length; i++) unchecked((starts[i + 1] = starts[i] + <i32>terms.count(i)));
  // Documents and places of each word, in order.
  const found = new StaticArray<u32>(2 * count);
  let begin = 0;
  for (let d = 0; d < documents.length; d++) {
    const end = ends[d];
    for (let i = begin; i < end; i++) {
      const slot = unchecked(starts[tokens[i]]++) * 2;
      unchecked((found[slot] = d));
      unchecked((found[slot + 1] = i - begin));
    }
    begin = end;
  }
  const writer = new IndexWriter(documents.length, terms.length, <usize>count * POSTING_MAX);
  addDocuments(writer, documents, ends);
  const order = sorted(terms, Order.BYTES);
  for (let i = 0; i < order.length; i++) {
    const term = unchecked(order[i]);
    // The starts have moved to the ends meanwhile.
    const end = unchecked(starts[term]);
    addPostings(writer, found, end - <i32>terms.count(term), end);
    writer.endTerm(terms.size(term));
  }
  return writer.finish(terms, order);
}

/** The number of the word at every place; `ends` says where those of each document end. */
function tokensOf(documents: Array<Document>, terms: Terms, ends: StaticArray<i32>): StaticArray<i32> {
  const words = new Words();
  let tokens = new StaticArray<i32>(1024);
  let count = 0;
  for (let d = 0; d < documents.length; d++) {
    words.open(documents[d].text);
    while (words.next()) {
      if (count == tokens.length) {
        const larger = new StaticArray<i32>(2 * count);
        memory.copy(changetype<usize>(larger), changetype<usize>(tokens), (<usize>count) << 2);
        tokens = larger;
      }
      const before = terms.length;
      unchecked((tokens[count++] = terms.add(words.start, words.size, words.hash, 1)));
      if (terms.length > before) words.keep();
    }
    ends[d] = count;
  }
  return tokens;
}

function addDocuments(writer: IndexWriter, documents: Array<Document>, ends: StaticArray<i32>): void {
  const room = new WordRoom();
  let begin = 0;
  for (let d = 0; d < documents.length; d++) {
    const id = documents[d].id;
    const size = <u32>utf8Size(id);
    writer.addDocument(room.write(id, size), size, ends[d] - begin);
    room.keep(size);
    begin = ends[d];
  }
}

/** The postings of one word from pairs of document and place. */
function addPostings(writer: IndexWriter, found: StaticArray<u32>, from: i32, to: i32): void {
  while (from < to) {
    const document = unchecked(found[2 * from]);
    let end = from;
    while (end < to && unchecked(found[2 * end]) == document) end++;
    writer.startPosting(document, end - from);
    let place: u32 = -1;
    for (; from < end; from++) {
      const next = unchecked(found[2 * from + 1]);
      writer.addPlace(next - place);
      place = next;
    }
  }
}

/** One index of several: the documents of the first, then those of the second, and so on. */
export function mergeReaders(readers: Array<IndexReader>, bytes: usize): StaticArray<u8> {
  const terms = new Terms();
  let documents = 0;
  let rows = 0;
  for (let i = 0; i < readers.length; i++) {
    documents += readers[i].documents;
    rows += readers[i].terms;
  }
  // For each word a list of the rows it has in the indexes, in order.
  const next = new StaticArray<i32>(rows);
  const first = new StaticArray<i32>(rows);
  const last = new StaticArray<i32>(rows);
  let row = 0;
  for (let i = 0; i < readers.length; i++) {
    const reader = readers[i];
    for (let t = 0; t < reader.terms; t++) {
      const start = reader.wordStart(t);
      const size = reader.wordSize(t);
      const before = terms.length;
      const term = terms.add(start, size, hashOf(start, start + size), 1);
      if (terms.length > before) unchecked((first[term] = row));
      else unchecked((next[last[term]] = row));
      unchecked((last[term] = row));
      unchecked((next[row++] = -1));
    }
  }
  // No posting gets longer but by what its document's number grows: 5 bytes for each word of each index.
  const writer = new IndexWriter(documents, terms.length, bytes + 5 * <usize>rows);
  for (let i = 0; i < readers.length; i++) {
    const reader = readers[i];
    for (let d = 0; d < reader.documents; d++) {
      writer.addDocument(reader.idStart(d), reader.idSize(d), reader.wordCount(d));
    }
  }
  const order = sorted(terms, Order.BYTES);
  const cursor = new Cursor();
  for (let i = 0; i < order.length; i++) {
    const term = unchecked(order[i]);
    mergePostings(writer, readers, cursor, next, unchecked(first[term]));
    writer.endTerm(terms.size(term));
  }
  return writer.finish(terms, order);
}

function mergePostings(
  writer: IndexWriter,
  readers: Array<IndexReader>,
  cursor: Cursor,
  next: StaticArray<i32>,
  row: i32,
): void {
  let index = 0;
  let reader = unchecked(readers[0]);
  let rowsBefore = 0;
  let documentsBefore = 0;
  for (; row >= 0; row = unchecked(next[row])) {
    while (row - rowsBefore >= reader.terms) {
      rowsBefore += reader.terms;
      documentsBefore += reader.documents;
      reader = unchecked(readers[++index]);
    }
    reader.point(cursor, row - rowsBefore);
    while (cursor.next()) {
      cursor.readDistances();
      writer.startPosting(documentsBefore + cursor.document, cursor.count);
      writer.addPlaces(cursor.places, cursor.count);
    }
  }
}
