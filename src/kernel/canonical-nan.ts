/**
 * The straight line of code that leaves a value as it is and puts one NaN in the place of all others:
 * `local.tee t; const nan; local.get t; local.get t; eq; select`, lane by lane with `bitselect`.
 */
import { Opcode } from "./instructions.ts";

/** Of what the NaNs are made one: a number, or the lanes of a vector. */
export type FloatShape = "f32" | "f64" | "f32x4" | "f64x2";

const get = 0x20;
const nan32 = [0, 0, 0xc0, 0x7f];
const nan64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
const select = 0x1b;
const bitselect = [0xfd, 0x52];

/** By shape: the constant with the NaN, then the comparison with the choice. */
const parts: Readonly<Record<FloatShape, readonly [constant: readonly number[], choice: readonly number[]]>> =
  {
    f32: [
      [0x43, ...nan32],
      [0x5b, select],
    ],
    f64: [
      [0x44, ...nan64],
      [0x61, select],
    ],
    f32x4: [
      [0xfd, 0x0c, ...nan32, ...nan32, ...nan32, ...nan32],
      [0xfd, 0x41, ...bitselect],
    ],
    f64x2: [
      [0xfd, 0x0c, ...nan64, ...nan64],
      [0xfd, 0x47, ...bitselect],
    ],
  };

/** The code for a shape; `local` is the index of a local of its type as a LEB128. */
export function canonicalNanCode(shape: FloatShape, local: readonly number[]): number[] {
  const [constant, choice] = parts[shape];
  return [Opcode.LOCAL_TEE, ...local, ...constant, get, ...local, get, ...local, ...choice];
}

/** Where that code ends, when it begins at a place that is the beginning of an instruction; otherwise -1. */
export function skipCanonicalNan(bytes: Uint8Array, at: number, shape: FloatShape): number {
  let last = at + 1;
  while (last < at + 5 && (bytes[last] ?? 0) > 0x7f) last++;
  const code = canonicalNanCode(shape, [...bytes.subarray(at + 1, last + 1)]);
  return code.every((byte, index) => bytes[at + index] === byte) ? at + code.length : -1;
}
