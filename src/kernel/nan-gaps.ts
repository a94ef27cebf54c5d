/**
 * Finds the places in a module's code where the bits of a NaN could be seen that differ between machines. WebAssembly
 * leaves open which NaN an arithmetic instruction gives. A module without such places is deterministic:
 *
 * Compare two runs with equal inputs, on any machines, instruction by instruction. What holds throughout is that all
 * integers, vectors, references and bytes of memory are equal, and that floats are equal or both are a NaN. Parameters
 * of a raw module begin so. Arithmetic, rounding, `select`, locals, globals, calls (also through a table), exceptions
 * and the results of blocks keep it, comparisons and truncations give integers that do not depend on which NaN it is,
 * tables hold no floats, and imports take none. It could be broken only
 * - by an instruction that looks at the bits of a float on top of the stack: a store, a reinterpretation, `copysign`
 *   (the sign of its second operand; the first is passed on as it is), and what puts a float into a vector. The
 *   instruction before must be one whose result has equal bits (constants, loads, lanes of vectors, conversions of
 *   integers), or the last of `canonical-nan.ts`;
 * - by float arithmetic on the lanes of a vector. The instruction after must be the first of `canonical-nan.ts`, or one
 *   that takes the vector off the stack and does not look at the bits of a NaN in lanes of that shape either.
 *
 * "Before" and "after" are those of the binary: none of the instructions that are meant there is a branch or begins or
 * ends a block, so that none is reached but from the one before. `abs`, `neg`, `pmin` and `pmax` of vectors give bits
 * that the specification fixes. Results of raw modules leave with one NaN for all (`raw-instance.ts`), and the image of
 * a reset never has a float global that is a NaN (`reset.ts`).
 */
import { skipCanonicalNan, type FloatShape } from "./canonical-nan.ts";
import { Opcode } from "./instructions.ts";

/** A place where `canonical-nan.ts` is missing. */
export interface NanGap {
  /** Offset of the instruction before which it belongs. */
  readonly at: number;
  readonly shape: FloatShape;
}

/** What an instruction has to do with the bits of NaN, as bits. */
const Role = {
  /** It looks at the bits of the float on top of the stack. */
  SEES_F32: 1,
  SEES_F64: 2,
  /** It gives a float whose bits are fixed. */
  FIXED: 4,
  /** It gives a vector with lanes of which the bits of a NaN are not fixed. */
  MAKES_F32X4: 8,
  MAKES_F64X2: 16,
  /** It takes a vector off the stack whose lanes may be any NaN. */
  TAKES_F32X4: 32,
  TAKES_F64X2: 64,
} as const;

type Row = readonly [first: number, last: number, roles: number];

const plainRows: readonly Row[] = [
  [0x2a, 0x2b, Role.FIXED], // loads
  [0x38, 0x38, Role.SEES_F32], // stores
  [0x39, 0x39, Role.SEES_F64],
  [0x43, 0x44, Role.FIXED], // constants
  [0x98, 0x98, Role.SEES_F32], // copysign
  [0xa6, 0xa6, Role.SEES_F64],
  [0xb2, 0xb5, Role.FIXED], // conversions of integers
  [0xb7, 0xba, Role.FIXED],
  [0xbc, 0xbc, Role.SEES_F32], // reinterpretations
  [0xbd, 0xbd, Role.SEES_F64],
  [0xbe, 0xbf, Role.FIXED],
];

const computesF32x4 = Role.MAKES_F32X4 | Role.TAKES_F32X4;
const computesF64x2 = Role.MAKES_F64X2 | Role.TAKES_F64X2;
const vectorRows: readonly Row[] = [
  [0x13, 0x13, Role.SEES_F32], // splats
  [0x14, 0x14, Role.SEES_F64],
  [0x1f, 0x1f, Role.FIXED], // lanes out and in
  [0x20, 0x20, Role.SEES_F32],
  [0x21, 0x21, Role.FIXED],
  [0x22, 0x22, Role.SEES_F64],
  [0x41, 0x46, Role.TAKES_F32X4], // comparisons
  [0x47, 0x4c, Role.TAKES_F64X2],
  [0x5e, 0x5e, Role.TAKES_F64X2 | Role.MAKES_F32X4], // demote, promote
  [0x5f, 0x5f, Role.TAKES_F32X4 | Role.MAKES_F64X2],
  [0x67, 0x6a, computesF32x4], // rounding
  [0x74, 0x75, computesF64x2],
  [0x7a, 0x7a, computesF64x2],
  [0x94, 0x94, computesF64x2],
  [0xe3, 0xe9, computesF32x4], // square root, arithmetic, min, max
  [0xef, 0xf5, computesF64x2],
  [0xf8, 0xf9, Role.TAKES_F32X4], // truncations
  [0xfc, 0xfd, Role.TAKES_F64X2],
];

function roles(size: number, rows: readonly Row[]): Uint8Array {
  const table = new Uint8Array(size);
  for (const [first, last, role] of rows) table.fill(role, first, last + 1);
  return table;
}

const plain = roles(0x100, plainRows);
const vector = roles(0x100, vectorRows);
const vectorPrefix = 0xfd;
/** More bytes than the code in `canonical-nan.ts` has for a number. */
const codeMaxBytes = 64;

/** Looks at the instructions of a module one after the other and tells of each gap. */
export class NanGaps {
  readonly #bytes: Uint8Array;
  readonly #found: (gap: NanGap) => void;
  #before = 0;
  #teeAt = -codeMaxBytes;

  constructor(bytes: Uint8Array, found: (gap: NanGap) => void) {
    this.#bytes = bytes;
    this.#found = found;
  }

  /** Takes the next instruction, as `scanCode` gives it. The `end` of a function parts it from the one after. */
  visit(opcode: number, at: number): void {
    const role = roleOf(opcode);
    if ((this.#before & (Role.MAKES_F32X4 | Role.MAKES_F64X2)) !== 0) this.#afterLanes(role, at);
    if ((role & (Role.SEES_F32 | Role.SEES_F64)) !== 0) this.#beforeSeen(role, at);
    if (opcode === Opcode.LOCAL_TEE) this.#teeAt = at;
    this.#before = role;
  }

  #afterLanes(role: number, at: number): void {
    const wide = (this.#before & Role.MAKES_F64X2) !== 0;
    if ((role & (wide ? Role.TAKES_F64X2 : Role.TAKES_F32X4)) !== 0) return;
    const shape = wide ? "f64x2" : "f32x4";
    if (skipCanonicalNan(this.#bytes, at, shape) < 0) this.#found({ at, shape });
  }

  #beforeSeen(role: number, at: number): void {
    if ((this.#before & Role.FIXED) !== 0) return;
    const shape = (role & Role.SEES_F64) !== 0 ? "f64" : "f32";
    const near = at - this.#teeAt < codeMaxBytes;
    if (!near || skipCanonicalNan(this.#bytes, this.#teeAt, shape) !== at) this.#found({ at, shape });
  }
}

/**
 * Has an instruction of one byte to do with NaNs? Of the others `NanGaps` need be shown only those that stand directly
 * after one that has.
 */
export function concernsNan(opcode: number): boolean {
  return opcode === Opcode.LOCAL_TEE || roleOf(opcode) !== 0;
}

function roleOf(opcode: number): number {
  if (opcode < 0x100) return plain[opcode] ?? 0;
  return opcode >>> 16 === vectorPrefix ? (vector[opcode & 0xffff] ?? 0) : 0;
}
