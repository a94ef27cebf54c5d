/** Random instructions that store a value, of every kind there is, written in every way that is valid. */
import { signedLeb, type Dice, type NumberType } from "./dice.ts";

type Store = readonly [opcode: readonly number[], type: NumberType | "v128", alignmentMax: number, lane?: 1];

const stores: readonly Store[] = [
  [[0x36], "i32", 2],
  [[0x37], "i64", 3],
  [[0x38], "f32", 2],
  [[0x39], "f64", 3],
  [[0x3a], "i32", 0],
  [[0x3b], "i32", 1],
  [[0x3c], "i64", 0],
  [[0x3d], "i64", 1],
  [[0x3e], "i64", 2],
  [[0xfd, 0x0b], "v128", 4],
  [[0xfd, 0x8b, 0], "v128", 4], // the same in more bytes
  [[0xfd, 0x58], "v128", 0, 1],
  [[0xfd, 0x59], "v128", 1, 1],
  [[0xfd, 0x5a], "v128", 2, 1],
  [[0xfd, 0x5b], "v128", 3, 1],
];

/** What makes a value of a type of an i32. No float is a NaN, whose bits are left open. */
const conversions = {
  i32: [],
  i64: [0xad],
  f32: [0xb2],
  f64: [0xb7],
  v128: [0xfd, 0x0f],
} as const;

/** A store at `address` of something made of `value`; both are code that gives an i32. */
export function randomStore(dice: Dice, address: readonly number[], value: readonly number[]): number[] {
  const [opcode, type, alignmentMax, lane] = dice.of(stores);
  const far = BigInt(dice.of([0, 0, 1, 255, 511, 65_400, 65_536, 0x7fffffff, 0xffffffff]));
  const alignment = dice.chance(0.1)
    ? [0x40 | dice.below(alignmentMax + 1), 0]
    : [dice.below(alignmentMax + 1)];
  const memory = [...alignment, ...padded(far, dice.chance(0.2) ? dice.below(5) : 0)];
  const store = [...opcode, ...memory, ...(lane === undefined ? [] : [dice.below(1 << (4 - alignmentMax))])];
  // Where nothing comes by, operands may be missing.
  if (dice.chance(0.1))
    return [
      0x02,
      0x40,
      0x0c,
      0,
      ...(dice.chance(0.5) ? [...value, ...conversions[type]] : []),
      ...store,
      0x0b,
    ];
  return [...address, ...value, ...conversions[type], ...store];
}

/** Code for an address anywhere in the first 512 KiB, which is inside of memory and beyond. */
export function randomPlace(dice: Dice): number[] {
  return [
    0x41,
    ...signedLeb(
      BigInt(dice.of([dice.below(256), dice.below(70_000), 65_520 + dice.below(20), dice.below(1 << 19)])),
    ),
  ];
}

/** An unsigned LEB128 with so many bytes more than it takes. */
function padded(value: bigint, more: number): number[] {
  const byte = Number(value & 0x7fn);
  const rest = value >> 7n;
  if (rest > 0n) return [byte | 0x80, ...padded(rest, more)];
  return more === 0 ? [byte] : [byte | 0x80, ...Array.from({ length: more - 1 }, () => 0x80), 0];
}
