/**
 * Radix sort from the lowest digit up (D. E. Knuth, "The Art of Computer Programming", volume 3, section 5.2.5): each
 * pass distributes all records by one digit and keeps the order of equal ones, so that after the last pass all are in
 * order. One reading counts the digits of all passes; a pass in which all records have the same digit is left out.
 *
 * A record is a key alone (u32 or u64), a key of 32 bits above its index (u64), or a key of 64 bits with its index
 * behind it (v128).
 */

/** A digit is a byte: counts of 256 digits stay in the first cache whatever else does. */
const DIGITS: usize = 256;
/** Bytes of the counts of one pass. */
const COUNTS: usize = DIGITS << 2;
/** Up to so many records are inserted one by one, which is faster than counting. */
const FEW: usize = 40;

/** Counts for up to eight passes. */
const counts: usize = memory.data(8192, 16);

/**
 * Sorts records of type `R` at `from` by a key of type `K`, which begins at the byte `key` of a record and is all of the
 * rest of it or of its first word. `other` is room for as many. Returns which of the two holds the result.
 */
export function sortRecords<R, K>(from: usize, other: usize, count: usize, key: usize): usize {
  if (count <= FEW) {
    insert<R>(from, count);
    return from;
  }
  memory.fill(counts, 0, sizeof<K>() * COUNTS);
  countDigits<R, K>(from + key, count);
  for (let digit: usize = 0; digit < sizeof<K>(); digit++) {
    const table = counts + digit * COUNTS;
    const at = key + digit;
    if (load<u32>(table + ((<usize>load<u8>(from + at)) << 2)) == <u32>count) continue;
    toAddresses<R>(table, other);
    distribute<R>(from, count, at, table);
    const sorted = other;
    other = from;
    from = sorted;
  }
  return from;
}

/** Counts the digits of keys, the first of which is at an address. */
function countDigits<R, K>(at: usize, count: usize): void {
  for (const end = at + count * sizeof<R>(); at < end; at += sizeof<R>()) {
    countWord(counts, load<u32>(at));
    if (sizeof<K>() == 8) countWord(counts + 4 * COUNTS, load<u32>(at, 4));
  }
}

function countWord(table: usize, word: u32): void {
  increment(table, word & 0xff);
  increment(table + COUNTS, (word >> 8) & 0xff);
  increment(table + 2 * COUNTS, (word >> 16) & 0xff);
  increment(table + 3 * COUNTS, word >> 24);
}

function increment(table: usize, digit: u32): void {
  const at = table + ((<usize>digit) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Makes of counts the addresses at which the first record of each digit goes. */
function toAddresses<R>(table: usize, to: usize): void {
  for (const end = table + COUNTS; table < end; table += 4) {
    const count = <usize>load<u32>(table);
    store<u32>(table, <u32>to);
    to += count * sizeof<R>();
  }
}

/** Moves every record to where the byte `digit` of it goes, four in a turn of the loop. */
function distribute<R>(at: usize, count: usize, digit: usize, addresses: usize): void {
  const end = at + count * sizeof<R>();
  const whole = at + (count & ~3) * sizeof<R>();
  let from = at + digit;
  while (at < whole) {
    move<R>(at, load<u8>(from), addresses);
    move<R>(at + sizeof<R>(), load<u8>(from, sizeof<R>()), addresses);
    move<R>(at + 2 * sizeof<R>(), load<u8>(from, 2 * sizeof<R>()), addresses);
    move<R>(at + 3 * sizeof<R>(), load<u8>(from, 3 * sizeof<R>()), addresses);
    at += 4 * sizeof<R>();
    from += 4 * sizeof<R>();
  }
  for (; at < end; at += sizeof<R>()) {
    move<R>(at, load<u8>(from), addresses);
    from += sizeof<R>();
  }
}

function move<R>(at: usize, digit: u32, addresses: usize): void {
  const slot = addresses + ((<usize>digit) << 2);
  const to = <usize>load<u32>(slot);
  store<u32>(slot, <u32>(to + sizeof<R>()));
  copyRecord<R>(to, at);
}

function copyRecord<R>(to: usize, from: usize): void {
  if (sizeof<R>() == 16) v128.store(to, v128.load(from));
  else store<R>(to, load<R>(from));
}

/** Insertion sort. The index above which a key lies may take part: it only confirms the order that is to be kept. */
function insert<R>(from: usize, count: usize): void {
  const end = from + count * sizeof<R>();
  for (let next = from + sizeof<R>(); next < end; next += sizeof<R>()) {
    const key = keyOf<R>(next);
    const behind: u64 = sizeof<R>() == 16 ? load<u64>(next, 8) : 0;
    let hole = next;
    while (hole > from && keyOf<R>(hole - sizeof<R>()) > key) {
      copyRecord<R>(hole, hole - sizeof<R>());
      hole -= sizeof<R>();
    }
    if (sizeof<R>() == 4) store<u32>(hole, <u32>key);
    else store<u64>(hole, key);
    if (sizeof<R>() == 16) store<u64>(hole, behind, 8);
  }
}

/** The key of a record, with the index below it where that is part of the same word. */
function keyOf<R>(at: usize): u64 {
  return sizeof<R>() == 4 ? <u64>load<u32>(at) : load<u64>(at);
}
