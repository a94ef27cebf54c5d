/** Puts the parts of an index together. Documents and words are added in order, each word's postings before the next. */
import { Code, fail } from "heddle";
import { DOCUMENT, HEADER, MAGIC, putVarint, TERM } from "./layout";
import { Terms } from "./terms";
import { hashOf } from "./words";

/** An index that is being written. */
export class IndexWriter {
  private ids: Terms = new Terms();
  private idsSize: u32 = 0;
  private wordsSize: u32 = 0;
  private tokens: u64 = 0;
  private documents: i32 = 0;
  private terms: i32 = 0;
  private documentTable: usize;
  private termTable: usize;
  private postings: usize;
  private p: usize;
  private documentBefore: i32 = -1;
  private inDocuments: u32 = 0;

  /** With so many documents and words, and room for that many bytes of postings. */
  constructor(documents: i32, terms: i32, postingsMax: usize) {
    this.documentTable = heap.alloc(<usize>documents * DOCUMENT);
    this.termTable = heap.alloc(<usize>terms * TERM);
    this.postings = heap.alloc(postingsMax);
    this.p = this.postings;
  }

  /** Adds a document by its id. */
  addDocument(id: usize, size: u32, words: u32): void {
    const number = this.ids.add(id, size, hashOf(id, id + size), 1);
    if (number < this.documents || size == 0) {
      const name = String.UTF8.decodeUnsafe(id, size);
      fail(
        Code.INVALID_ARGUMENT,
        'the document id "' + name + '" ' + (size == 0 ? "is empty" : "appears twice"),
      );
    }
    this.idsSize += size;
    this.tokens += words;
    const row = this.documentTable + <usize>this.documents * DOCUMENT;
    this.documents++;
    store<u32>(row, this.idsSize, 0);
    store<u32>(row, words, 4);
  }

  /** A document that has the word that is being added, how often it does, and then each place. */
  startPosting(document: i32, count: u32): void {
    this.p = putVarint(this.p, document - this.documentBefore);
    this.p = putVarint(this.p, count);
    this.documentBefore = document;
    this.inDocuments++;
  }

  /** Places, each as the distance to the one before. */
  addPlaces(distances: StaticArray<u32>, count: u32): void {
    const from = changetype<usize>(distances);
    let p = this.p;
    for (let at = from; at < from + ((<usize>count) << 2); at += 4) p = putVarint(p, load<u32>(at));
    this.p = p;
  }

  /** A place, as the distance to the one before. */
  addPlace(distance: u32): void {
    this.p = putVarint(this.p, distance);
  }

  /** Ends the postings of a word. */
  endTerm(size: u32): void {
    this.wordsSize += size;
    const row = this.termTable + <usize>this.terms * TERM;
    this.terms++;
    store<u32>(row, this.wordsSize, 0);
    store<u32>(row, <u32>(this.p - this.postings), 4);
    store<u32>(row, this.inDocuments, 8);
    this.documentBefore = -1;
    this.inDocuments = 0;
  }

  /** The bytes; the words are those of the order in which they were ended. */
  finish(words: Terms, order: StaticArray<i32>): StaticArray<u8> {
    const postingsSize = this.p - this.postings;
    const tables = <usize>this.documents * DOCUMENT + <usize>this.terms * TERM;
    const size = HEADER + tables + this.idsSize + this.wordsSize + postingsSize;
    const bytes = new StaticArray<u8>(<i32>size);
    let to = changetype<usize>(bytes);
    store<u32>(to, MAGIC, 0);
    store<u32>(to, this.documents, 4);
    store<u32>(to, this.terms, 8);
    store<u64>(to, this.tokens, 12);
    store<u32>(to, this.idsSize, 20);
    store<u32>(to, this.wordsSize, 24);
    store<u32>(to, <u32>postingsSize, 28);
    to = put(to + HEADER, this.documentTable, <usize>this.documents * DOCUMENT);
    to = put(to, this.termTable, <usize>this.terms * TERM);
    for (let i = 0; i < this.ids.length; i++) to = put(to, this.ids.start(i), this.ids.size(i));
    for (let i = 0; i < order.length; i++) to = put(to, words.start(order[i]), words.size(order[i]));
    put(to, this.postings, postingsSize);
    return bytes;
  }
}

function put(to: usize, from: usize, size: usize): usize {
  memory.copy(to, from, size);
  return to + size;
}
