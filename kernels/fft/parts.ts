/** Complex numbers with real and imaginary parts apart, by their addresses. */
import { newBlock } from "../lib/container";

/** A run of complex numbers. */
@final
export class Parts {
  constructor(
    /** Address of the real parts. */
    readonly re: usize,
    /** Address of the imaginary parts. */
    readonly im: usize,
  ) {}

  /** Writes one element. */
  put(k: usize, re: f64, im: f64): void {
    store<f64>(this.re + (k << 3), re);
    store<f64>(this.im + (k << 3), im);
  }
}

/** Room for so many complex numbers, not filled. */
export function newParts(count: usize): Parts {
  return new Parts(newDoubles(count), newDoubles(count));
}

/** Room for so many doubles, not filled: the address is also that of a StaticArray. */
export function newDoubles(count: usize): usize {
  return changetype<usize>(newBlock<StaticArray<f64>>(count << 3));
}

/** So many zeros. */
export function zeros(count: usize): usize {
  const at = newDoubles(count);
  memory.fill(at, 0, count << 3);
  return at;
}
