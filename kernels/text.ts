/**
 * Words of texts: which there are, how often, and in which documents.
 *
 * A word is a run of letters and numbers in any script, with the marks on them, upper and lower case being the same. It
 * may have an apostrophe between letters (can't) and a full stop or comma between numbers (3.14). A Chinese character
 * and a Hiragana letter is a word of its own. Soft hyphens and joiners inside a word are left out. Send texts in the
 * normal form NFC, or é and e with an accent are different letters. (Unicode 17.)
 *
 * An index is bytes: built from documents by `index`, put together from parts by `mergeIndexes`, stored wherever you
 * like, and sent along with each query. A collection that is too large for one message is kept as several indexes that
 * a query is mapped over; scores are then relative to each.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 805306368, "memoryInitialBytes": 8388608 } */
import { Code, fail } from "heddle";
import { decimal, utf8Size } from "./lib/text";
import { buildIndex, Document, mergeReaders } from "./text/index-build";
import { IndexReader } from "./text/index-reader";
import { answer } from "./text/query";
import { Order, sorted } from "./text/order";
import { Terms, textOf } from "./text/terms";
import { WordRoom } from "./text/word-room";
import { hashOf, Words } from "./text/words";

/** A word and how often it is there. */
export class WordCount {
  /** The word, in lower case. */
  word: string = "";
  /** How often. */
  count: u32 = 0;
}

/** The words of a text. */
export class Counts {
  /** How many words there are in all. */
  total: u64 = 0;
  /** How many different ones. */
  distinct: u32 = 0;
  /** The most frequent first, and equally frequent ones in the order of Unicode. */
  words: Array<WordCount> = [];
}

/** A document that was found. */
export class Hit {
  /** What the document is called. */
  id: string = "";
  /** How well it answers; comparable within one search only. */
  score: f64 = 0;
}

/** What a search found. */
export class Results {
  /** How many documents were found in all. */
  total: u32 = 0;
  /** The best of them, best first; equally good ones in the order of the index. */
  hits: Array<Hit> = [];
}

/** What is in an index. */
export class IndexSummary {
  /** How many documents. */
  documents: u32 = 0;
  /** How many different words. */
  distinct: u32 = 0;
  /** How many words in all documents. */
  total: u64 = 0;
}

/** Hits that a search gives when asked for 0, and at most. */
const HITS_DEFAULT: u32 = 10;
const HITS_MAX: u32 = 1000;

/**
 * The words of a text in their order.
 * @param text any text
 * @returns its words, in lower case
 */
export function tokenize(text: string): Array<string> {
  const words = new Words();
  const result = new Array<string>();
  words.open(text);
  while (words.next()) result.push(textOf(words.start, words.size));
  return result;
}

/**
 * Counts the words of a text.
 * @param text any text
 * @param limit how many of the words to return, the most frequent; 0 for all, as `mergeCounts` needs them
 * @returns the number of words and the most frequent ones
 */
export function wordCount(text: string, limit: u32): Counts {
  const words = new Words();
  const terms = new Terms();
  words.open(text);
  let total: u64 = 0;
  while (words.next()) {
    const before = terms.length;
    terms.add(words.start, words.size, words.hash, 1);
    if (terms.length > before) words.keep();
    total++;
  }
  return countsOf(terms, total, limit);
}

/**
 * Adds up the counts of parts of a text, as they come from a map of `wordCount` with limit 0.
 * @param parts counts with all of their words
 * @param limit how many of the words to return, the most frequent; 0 for all
 * @returns the counts of the whole, provided no word was cut in two
 */
export function mergeCounts(parts: Array<Counts>, limit: u32): Counts {
  const terms = new Terms();
  const room = new WordRoom();
  let total: u64 = 0;
  for (let i = 0; i < parts.length; i++) {
    const words = parts[i].words;
    if (<u32>words.length != parts[i].distinct) {
      const said = "part " + decimal(i) + " has " + decimal(words.length) + " of its ";
      fail(Code.INVALID_ARGUMENT, said + decimal(parts[i].distinct) + " words; count with limit 0");
    }
    total += parts[i].total;
    for (let w = 0; w < words.length; w++) {
      const part = unchecked(words[w]);
      const text = part.word;
      const size = <u32>utf8Size(text);
      const word = room.write(text, size);
      const before = terms.length;
      terms.add(word, size, hashOf(word, word + size), part.count);
      if (terms.length > before) room.keep(size);
    }
  }
  return countsOf(terms, total, limit);
}

/**
 * Indexes documents.
 * @param documents with ids that differ
 * @returns the index; the same documents in the same order give the same bytes
 */
export function index(documents: Array<Document>): StaticArray<u8> {
  return buildIndex(documents);
}

/**
 * Makes one index of several, as they come from a map of `index` over parts of the documents.
 * @param indexes in the order of the documents, no id in two of them
 * @returns the bytes that `index` gives for all the documents at once
 */
export function mergeIndexes(indexes: Array<Uint8Array>): StaticArray<u8> {
  const readers = new Array<IndexReader>();
  let bytes: usize = 0;
  for (let i = 0; i < indexes.length; i++) {
    readers.push(new IndexReader(indexes[i]));
    bytes += indexes[i].length;
  }
  return mergeReaders(readers, bytes);
}

/**
 * What is in an index.
 * @param index as `index` or `mergeIndexes` gave it
 * @returns how many documents and words
 */
export function summary(index: Uint8Array): IndexSummary {
  const reader = new IndexReader(index);
  const result = new IndexSummary();
  result.documents = reader.documents;
  result.distinct = reader.terms;
  result.total = reader.tokens;
  return result;
}

/**
 * Finds documents that have any word of a query; rare words count more, and more so in short documents (BM25).
 * @param index as `index` or `mergeIndexes` gave it
 * @param query words; "words in quotation marks" have to follow one another; + before either: must be there; -: must not
 * @param limit how many hits to return, at most 1000; 0 for 10
 * @returns the best hits
 */
export function search(index: Uint8Array, query: string, limit: u32): Results {
  if (limit > HITS_MAX) fail(Code.INVALID_ARGUMENT, "limit must be at most 1000, not " + decimal(limit));
  const reader = new IndexReader(index);
  const matches = answer(reader, query);
  const scores = matches.scores;
  const most = <i32>(limit == 0 ? HITS_DEFAULT : limit);
  const best = new StaticArray<i32>(most);
  const results = new Results();
  let count = 0;
  for (let d = 0; d < scores.length; d++) {
    if (!matches.has(d)) continue;
    results.total++;
    const score = unchecked(scores[d]);
    let at = count;
    if (count < most) count++;
    else if (score > unchecked(scores[best[most - 1]])) at--;
    else continue;
    for (; at > 0 && unchecked(scores[best[at - 1]]) < score; at--) unchecked((best[at] = best[at - 1]));
    unchecked((best[at] = d));
  }
  for (let i = 0; i < count; i++) {
    const hit = new Hit();
    hit.id = textOf(reader.idStart(best[i]), reader.idSize(best[i]));
    hit.score = matches.scores[best[i]];
    results.hits.push(hit);
  }
  return results;
}

function countsOf(terms: Terms, total: u64, limit: u32): Counts {
  const counts = new Counts();
  counts.total = total;
  counts.distinct = terms.length;
  const order = sorted(terms, Order.FREQUENCY);
  const some = limit == 0 ? order.length : min(<i32>min(limit, i32.MAX_VALUE), order.length);
  counts.words = new Array<WordCount>(some);
  for (let i = 0; i < some; i++) {
    const word = new WordCount();
    word.word = textOf(terms.start(order[i]), terms.size(order[i]));
    word.count = terms.count(order[i]);
    counts.words[i] = word;
  }
  return counts;
}
