/**
 * Radix sort from the lowest digit up (D. E. Knuth, "The Art of Computer Programming", volume 3, section 5.2.5): each
 * pass distributes all records by one digit and keeps the order of equal ones, so that after the last pass all are in
 * order. One reading counts the digits of all passes; a pass in which all records have the same digit is left out.
 *
 * A record is a key alone (u32 or u64), a key of 32 bits above its index (u64), or a key of 64 bits with its index
 * behind it (v128).
 */

/** Bits of a digit: counts of 256 digits stay in the first cache whatever else does. */
const DIGIT: u32 = 8;
const DIGITS: usize = 1 << DIGIT;
/** Bytes of the counts of one pass. */
const COUNTS: usize = DIGITS << 2;
/** Up to so many records are inserted one by one, which is faster than counting. */
const FEW: usize = 40;

/** Counts for up to eight passes. */
const counts: usize = memory.data(8192, 16);

/**
 * Sorts records of type `R` at `from` by `keyBytes` bytes of their key from bit `low` up. `other` is room for as many.
 * Returns which of the two holds the result.
 */
export function sortRecords<R>(from: usize, other: usize, count: usize, low: u32, keyBytes: u32): usize {
  if (count <= FEW) {
    insert<R>(from, count);
    return from;
  }
  countDigits<R>(from, count, low, keyBytes);
  for (let pass: u32 = 0; pass < keyBytes; pass++) {
    const table = counts + pass * COUNTS;
    const shift = low + pass * DIGIT;
    if (load<u32>(table + digitOf<R>(from, shift)) == <u32>count) continue;
    toAddresses<R>(table, other);
    distribute<R>(from, count, shift, table);
    const sorted = other;
    other = from;
    from = sorted;
  }
  return from;
}

/** Four times the digit of a record, as tables are indexed. */
function digitOf<R>(at: usize, shift: u32): usize {
  if (sizeof<R>() == 4) return (<usize>((load<u32>(at) >> shift) & 0xff)) << 2;
  return (<usize>((load<u64>(at) >> shift) & 0xff)) << 2;
}

function countDigits<R>(at: usize, count: usize, low: u32, keyBytes: u32): void {
  memory.fill(counts, 0, keyBytes * COUNTS);
  for (const end = at + count * sizeof<R>(); at < end; at += sizeof<R>()) {
    if (keyBytes == 4) {
      const key = sizeof<R>() == 4 ? load<u32>(at) : <u32>(load<u64>(at) >> low);
      increment(counts, key & 0xff);
      increment(counts + COUNTS, (key >> 8) & 0xff);
      increment(counts + 2 * COUNTS, (key >> 16) & 0xff);
      increment(counts + 3 * COUNTS, key >> 24);
    } else {
      const key = load<u64>(at);
      const low = <u32>key;
      const high = <u32>(key >> 32);
      increment(counts, low & 0xff);
      increment(counts + COUNTS, (low >> 8) & 0xff);
      increment(counts + 2 * COUNTS, (low >> 16) & 0xff);
      increment(counts + 3 * COUNTS, low >> 24);
      increment(counts + 4 * COUNTS, high & 0xff);
      increment(counts + 5 * COUNTS, (high >> 8) & 0xff);
      increment(counts + 6 * COUNTS, (high >> 16) & 0xff);
      increment(counts + 7 * COUNTS, high >> 24);
    }
  }
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

/** Moves every record to where its digit goes, four in a turn of the loop. */
function distribute<R>(at: usize, count: usize, shift: u32, addresses: usize): void {
  const end = at + count * sizeof<R>();
  const whole = at + (count & ~3) * sizeof<R>();
  while (at < whole) {
    move<R>(at, shift, addresses);
    move<R>(at + sizeof<R>(), shift, addresses);
    move<R>(at + 2 * sizeof<R>(), shift, addresses);
    move<R>(at + 3 * sizeof<R>(), shift, addresses);
    at += 4 * sizeof<R>();
  }
  for (; at < end; at += sizeof<R>()) move<R>(at, shift, addresses);
}

function move<R>(at: usize, shift: u32, addresses: usize): void {
  const slot = addresses + digitOf<R>(at, shift);
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
