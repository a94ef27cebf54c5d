/**
 * What a query asks for, and how well documents answer it.
 *
 * A query is a row of clauses with spaces between them: a word, or "several words" that have to follow one another;
 * + before a clause: a document must have it; - before it: a document must not. What is no single word (foo-bar, 東京)
 * is a row of words that have to follow one another. A document that has any clause, all with + and none with -, is
 * found; its score is that of BM25 (k1 = 1.2, b = 0.75) over the clauses without -, with rows of words counted as words
 * are. Source: S. Robertson, H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
 */
import { Code, fail } from "heddle";
import { Cursor, IndexReader } from "./index-reader";
import { Words } from "./words";

const K1: f64 = 1.2;
const B: f64 = 0.75;
/** Most clauses of a query, and words in one clause. */
const CLAUSES_MAX: i32 = 64;
const WORDS_MAX: i32 = 64;

/** One part of a query. */
class Clause {
  required: bool = false;
  excluded: bool = false;
  /** Numbers of its words in the index; -1 for one that is not there. */
  words: Array<i32> = [];
}

/** What a query found, before the best are chosen. */
export class Matches {
  /** Scores of all documents. */
  readonly scores: StaticArray<f64>;
  /** How many positive clauses each document has, or -1 when it has an excluded one. */
  private having: StaticArray<i32>;
  private required: StaticArray<i32>;
  private requiredCount: i32 = 0;

  constructor(documents: i32) {
    this.scores = new StaticArray<f64>(documents);
    this.having = new StaticArray<i32>(documents);
    this.required = new StaticArray<i32>(documents);
  }

  /** Whether a document is found. */
  has(document: i32): bool {
    return unchecked(this.having[document]) > 0 && unchecked(this.required[document]) == this.requiredCount;
  }

  /** Takes account of a clause. */
  apply(index: IndexReader, clause: Clause): void {
    if (clause.required) this.requiredCount++;
    const counts = countsOf(index, clause.words);
    const documents = counts.length / 2;
    const total = <f64>index.documents;
    const rarity = Math.log(1 + (total - <f64>documents + 0.5) / (<f64>documents + 0.5));
    const mean = <f64>index.tokens / total;
    for (let i = 0; i < documents; i++) {
      const document = unchecked(counts[2 * i]);
      if (clause.excluded) {
        unchecked((this.having[document] = -1));
        continue;
      }
      if (clause.required) unchecked(this.required[document]++);
      if (unchecked(this.having[document]) >= 0) unchecked(this.having[document]++);
      const often = <f64>unchecked(counts[2 * i + 1]);
      const size = <f64>index.wordCount(document) / mean;
      unchecked((this.scores[document] += (rarity * often * (K1 + 1)) / (often + K1 * (1 - B + B * size))));
    }
  }
}

/** Answers a query. Ends the call when it asks for nothing. */
export function answer(index: IndexReader, query: string): Matches {
  const clauses = parse(index, query);
  const matches = new Matches(index.documents);
  let positive = 0;
  for (let i = 0; i < clauses.length; i++) positive += i32(!clauses[i].excluded);
  if (clauses.length == 0) fail(Code.INVALID_ARGUMENT, "the query has no words");
  if (positive == 0) fail(Code.INVALID_ARGUMENT, "the query only says what documents must not have");
  for (let i = 0; i < clauses.length; i++) matches.apply(index, clauses[i]);
  return matches;
}

function parse(index: IndexReader, query: string): Array<Clause> {
  const clauses = new Array<Clause>();
  const words = new Words();
  let i = 0;
  while (i < query.length) {
    if (isSpace(query.charCodeAt(i))) {
      i++;
      continue;
    }
    const clause = new Clause();
    const sign = query.charCodeAt(i);
    clause.required = sign == 0x2b;
    clause.excluded = sign == 0x2d;
    if (clause.required || clause.excluded) i++;
    const quoted = i < query.length && query.charCodeAt(i) == 0x22;
    if (quoted) i++;
    const start = i;
    while (i < query.length && (quoted ? query.charCodeAt(i) != 0x22 : !isSpace(query.charCodeAt(i)))) i++;
    if (quoted && i == query.length)
      fail(Code.INVALID_ARGUMENT, "the query has a quotation mark without another");
    words.open(query.substring(start, i));
    if (quoted) i++;
    while (words.next()) clause.words.push(index.find(words.start, words.size));
    if (clause.words.length > WORDS_MAX) fail(Code.INVALID_ARGUMENT, "a clause may have at most 64 words");
    if (clause.words.length > 0) clauses.push(clause);
    if (clauses.length > CLAUSES_MAX) fail(Code.INVALID_ARGUMENT, "a query may have at most 64 clauses");
  }
  return clauses;
}

function isSpace(unit: i32): bool {
  return unit == 0x20 || (unit >= 9 && unit <= 13) || unit == 0xa0 || unit == 0x3000;
}

/** Documents that have the words one after the other, each with how often. */
function countsOf(index: IndexReader, words: Array<i32>): StaticArray<i32> {
  const cursors = new Array<Cursor>();
  let most = index.documents;
  for (let i = 0; i < words.length; i++) {
    if (words[i] < 0) return [];
    most = min(most, <i32>index.documentCount(words[i]));
    cursors.push(index.cursor(words[i]));
  }
  const counts = new StaticArray<i32>(2 * max(0, most));
  const first = cursors[0];
  const isOne = cursors.length == 1;
  let found = 0;
  while (isOne ? first.next() : together(cursors)) {
    const often = isOne ? first.count : followings(cursors);
    if (often == 0) continue;
    // The table may lie about how many there are.
    if (found == counts.length)
      fail(Code.INVALID_ARGUMENT, "the index is damaged: a word has too many postings");
    unchecked((counts[found++] = first.document));
    unchecked((counts[found++] = often));
  }
  return counts.slice<StaticArray<i32>>(0, found);
}

/** Moves all cursors to the next document that they share; false when there is none. */
function together(cursors: Array<Cursor>): bool {
  const first = unchecked(cursors[0]);
  if (!first.next()) return false;
  let document = first.document;
  for (let i = 1; i < cursors.length; i++) {
    const cursor = unchecked(cursors[i]);
    while (cursor.document < document) {
      if (!cursor.next()) return false;
    }
    if (cursor.document == document) continue;
    document = cursor.document;
    i = -1;
  }
  return true;
}

/** How often the words follow one another in the present document. */
function followings(cursors: Array<Cursor>): i32 {
  for (let i = 0; i < cursors.length; i++) unchecked(cursors[i]).readPlaces();
  let often = 0;
  const first = unchecked(cursors[0]);
  for (let i = 0; i < <i32>first.count; i++) {
    const place = unchecked(first.places[i]);
    let word = 1;
    while (word < cursors.length && hasPlace(unchecked(cursors[word]), place + word)) word++;
    often += i32(word == cursors.length);
  }
  return often;
}

function hasPlace(cursor: Cursor, place: u32): bool {
  let low = 0;
  let high = <i32>cursor.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (unchecked(cursor.places[middle]) < place) low = middle + 1;
    else high = middle;
  }
  return low < <i32>cursor.count && unchecked(cursor.places[low]) == place;
}
