/**
 * How an index lies in its bytes; all numbers are little-endian.
 *
 * | bytes | what |
 * | --- | --- |
 * | 4 | "HTI1" |
 * | 4, 4 | documents D, different words T |
 * | 8 | words in all documents |
 * | 4, 4, 4 | sizes of ids, words and postings |
 * | 8 D | for each document: where its id ends, words in it |
 * | 12 T | for each word, in the order of UTF-8: where it ends, where its postings end, documents it is in |
 * | | ids, one after the other, as UTF-8 |
 * | | words, one after the other, as UTF-8 |
 * | | postings |
 *
 * The postings of a word are varints: for each document that has it, in order, the distance to the document before
 * (to -1 for the first), how often the word is there, and for each place the distance to the place before (to -1).
 */

export const MAGIC: u32 = 0x31495448;
export const HEADER: usize = 32;
export const DOCUMENT: usize = 8;
export const TERM: usize = 12;

/** Writes a varint and gives the address after it. */
export function putVarint(to: usize, value: u32): usize {
  while (value >= 0x80) {
    store<u8>(to++, value | 0x80);
    value >>= 7;
  }
  store<u8>(to, value);
  return to + 1;
}
