/** One function of the library and what it is given, for the kernel and for C. */

/** A raw array, or a single number, as it is given to C and comes back: text is UTF-8, a number a double. */
export type Value = number | bigint | boolean | string | NodeJS.TypedArray;

/** A function with its input. */
export interface KernelCase {
  /** Name of the kernel and of its function; C has it under both, with a slash between. */
  readonly kernel: string;
  readonly function: string;
  /** What it works on, for people. */
  readonly input: string;
  readonly request: object;
  /** The same as C gets it. */
  readonly arguments: readonly Value[];
  /** The kernel's result in the order of the outputs in C; without it, its fields one by one. */
  readonly outputs?: (value: unknown) => readonly Value[];
  /** How far numbers may lie apart, relative to the largest of their array, at least 1; 0: not at all. */
  readonly tolerance: number;
  /** The smallest difference grows without bound: where gcc fuses products and sums, results are not compared. */
  readonly chaotic?: true;
}

/** A generator of numbers from 0 to below 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** So many doubles from -1 to below 1. */
export function randomDoubles(count: number, seed: number): Float64Array {
  const random = randomOf(seed);
  return Float64Array.from({ length: count }, () => 2 * random() - 1);
}

/** So many bytes. */
export function randomBytes(count: number, seed: number): Uint8Array {
  const random = randomOf(seed);
  return Uint8Array.from({ length: count }, () => 256 * random());
}
