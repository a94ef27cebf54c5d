/** Numbers of words, sorted. */
import { compareBytes, Terms } from "./terms";

/** In which order. */
export namespace Order {
  /** That of their bytes, which is that of their code points. */
  export const BYTES: i32 = 0;
  /** The more frequent first. */
  export const FREQUENCY: i32 = 1;
}

/** The numbers of all words in an order, by merging ever longer runs. */
export function sorted(words: Terms, order: i32): StaticArray<i32> {
  const count = words.length;
  let from = new StaticArray<i32>(count);
  let to = new StaticArray<i32>(count);
  for (let i = 0; i < count; i++) unchecked((from[i] = i));
  for (let run = 1; run < count; run *= 2) {
    for (let start = 0; start < count; start += 2 * run) {
      const middle = min(start + run, count);
      const end = min(middle + run, count);
      let left = start;
      let right = middle;
      for (let i = start; i < end; i++) {
        const fromRight =
          left == middle ||
          (right < end && before(words, order, unchecked(from[right]), unchecked(from[left])));
        unchecked((to[i] = fromRight ? from[right++] : from[left++]));
      }
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}

/** Whether one word comes before another. */
function before(words: Terms, order: i32, a: i32, b: i32): bool {
  if (order == Order.FREQUENCY) {
    const first = words.count(a);
    const second = words.count(b);
    if (first != second) return first > second;
  }
  return compareBytes(words.start(a), words.size(a), words.start(b), words.size(b)) < 0;
}
