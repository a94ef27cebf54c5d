/** Numbers of words, sorted. */
import { compareBytes, Terms } from "./terms";

/** The numbers of all words in an order, by merging ever longer runs; `before` says whether one comes before another. */
export function sorted(words: Terms, before: (words: Terms, a: i32, b: i32) => bool): StaticArray<i32> {
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
          left == middle || (right < end && before(words, unchecked(from[right]), unchecked(from[left])));
        unchecked((to[i] = fromRight ? from[right++] : from[left++]));
      }
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}

/** In the order of their bytes, which is that of their code points. */
export function byBytes(words: Terms, a: i32, b: i32): bool {
  return compareBytes(words.start(a), words.size(a), words.start(b), words.size(b)) < 0;
}

/** The more frequent first. */
export function byFrequency(words: Terms, a: i32, b: i32): bool {
  const first = words.count(a);
  const second = words.count(b);
  return first == second ? byBytes(words, a, b) : first > second;
}
