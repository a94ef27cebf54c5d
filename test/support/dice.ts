/** What random code is made with. */
import type { Random } from "../../src/base/random.ts";

export const numberTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
export type NumberType = keyof typeof numberTypes;

/** Chooses with a seed. */
export class Dice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.#random.next() * count);
  }

  chance(share: number): boolean {
    return this.#random.next() < share;
  }

  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("nothing to choose from");
    return choice;
  }

  many<T>(least: number, most: number, make: (index: number) => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, index) => make(index));
  }
}

/** A signed LEB128. */
export function signedLeb(value: bigint): number[] {
  const byte = Number(value & 0x7fn);
  const rest = value >> 7n;
  const last = (rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40);
  return last ? [byte] : [byte | 0x80, ...signedLeb(rest)];
}
