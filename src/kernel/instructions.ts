/**
 * Steps over WebAssembly instructions. Two things need it: the length of constant expressions, and knowing what a
 * module's code can do to state that cannot be restored afterwards. An instruction outside the table is refused: one
 * that is not known might write anywhere.
 *
 * The table follows the binary format of the WebAssembly 3.0 specification (chapter 5.4) with the older exception
 * instructions, which V8 still takes. Only immediates are read; V8 has checked or will check that the rest is valid.
 */
import { limits } from "../base/limits.ts";
import type { BinaryReader } from "./binary-reader.ts";

/** Opcodes of one byte; those behind a prefix are `prefix << 16 | number`. */
export const Opcode = {
  LOCAL_TEE: 0x22,
  TABLE_SET: 0x26,
  MEMORY_INIT: 0xfc0008,
  DATA_DROP: 0xfc0009,
  TABLE_INIT: 0xfc000c,
  ELEM_DROP: 0xfc000d,
  TABLE_COPY: 0xfc000e,
  TABLE_GROW: 0xfc000f,
  TABLE_FILL: 0xfc0011,
} as const;

/** What follows an opcode. */
export const Immediate = {
  NONE: 0,
  /** One LEB128 number: an index, a depth, a constant. */
  ONE: 1,
  TWO: 2,
  /** The type of a block. */
  BLOCK: 3,
  BRANCH_TABLE: 4,
  TYPES: 5,
  CATCHES: 6,
  MEMORY: 7,
  MEMORY_AND_LANE: 8,
  BYTE: 9,
  BYTES_4: 10,
  BYTES_8: 11,
  BYTES_16: 12,
  UNKNOWN: 255,
} as const;

type Row = readonly [first: number, last: number, immediate: number];

const plainRows: readonly Row[] = [
  [0x00, 0x01, Immediate.NONE],
  [0x02, 0x04, Immediate.BLOCK],
  [0x05, 0x05, Immediate.NONE],
  [0x06, 0x06, Immediate.BLOCK],
  [0x07, 0x09, Immediate.ONE],
  [0x0a, 0x0b, Immediate.NONE],
  [0x0c, 0x0d, Immediate.ONE],
  [0x0e, 0x0e, Immediate.BRANCH_TABLE],
  [0x0f, 0x0f, Immediate.NONE],
  [0x10, 0x10, Immediate.ONE],
  [0x11, 0x11, Immediate.TWO],
  [0x14, 0x14, Immediate.ONE],
  [0x18, 0x18, Immediate.ONE],
  [0x19, 0x1b, Immediate.NONE],
  [0x1c, 0x1c, Immediate.TYPES],
  [0x1f, 0x1f, Immediate.CATCHES],
  [0x20, 0x26, Immediate.ONE],
  [0x28, 0x3e, Immediate.MEMORY],
  [0x3f, 0x42, Immediate.ONE],
  [0x43, 0x43, Immediate.BYTES_4],
  [0x44, 0x44, Immediate.BYTES_8],
  [0x45, 0xc4, Immediate.NONE],
  [0xd0, 0xd0, Immediate.ONE],
  [0xd1, 0xd1, Immediate.NONE],
  [0xd2, 0xd2, Immediate.ONE],
  [0xd3, 0xd4, Immediate.NONE],
  [0xd5, 0xd6, Immediate.ONE],
];

const miscellaneousRows: readonly Row[] = [
  [0, 7, Immediate.NONE],
  [8, 8, Immediate.TWO],
  [9, 9, Immediate.ONE],
  [10, 10, Immediate.TWO],
  [11, 11, Immediate.ONE],
  [12, 12, Immediate.TWO],
  [13, 13, Immediate.ONE],
  [14, 14, Immediate.TWO],
  [15, 17, Immediate.ONE],
];

const vectorRows: readonly Row[] = [
  [0, 11, Immediate.MEMORY],
  [12, 13, Immediate.BYTES_16],
  [14, 20, Immediate.NONE],
  [21, 34, Immediate.BYTE],
  [35, 83, Immediate.NONE],
  [84, 91, Immediate.MEMORY_AND_LANE],
  [92, 93, Immediate.MEMORY],
  [94, 0x113, Immediate.NONE],
];

function immediates(size: number, rows: readonly Row[]): Uint8Array {
  const table = new Uint8Array(size).fill(Immediate.UNKNOWN);
  for (const [first, last, immediate] of rows) table.fill(immediate, first, last + 1);
  return table;
}

/** What follows each opcode of one byte. */
export const plain: Uint8Array = immediates(256, plainRows);
const prefixed = new Map<number, Uint8Array>([
  [0xfc, immediates(18, miscellaneousRows)],
  [0xfd, immediates(0x114, vectorRows)],
]);

const tailCalls = "tail calls are not offered, as a loop of them cannot be interrupted";
/** Why some opcodes or prefixes are not in the tables. */
const refused = new Map<number, string>([
  [0x12, tailCalls],
  [0x13, tailCalls],
  [0x15, tailCalls],
  [0xfb, "garbage-collected types are not offered, as nothing bounds their memory"],
  [0xfe, "atomic instructions (threads) are not offered"],
]);

const openers = new Set([0x02, 0x03, 0x04, 0x06, 0x1f]);
const end = 0x0b;
const delegate = 0x18; // ends its try

/** By how much an instruction makes the nesting of blocks deeper. */
export function nesting(opcode: number): -1 | 0 | 1 {
  if (openers.has(opcode)) return 1;
  return opcode === end || opcode === delegate ? -1 : 0;
}

/** Steps over one instruction and gives its opcode. Throws BAD_MODULE for one that is not offered. */
export function readInstruction(reader: BinaryReader): number {
  const start = reader.at;
  const first = reader.byte();
  const table = prefixed.get(first);
  const number = table === undefined ? first : reader.u32();
  const immediate = (table ?? plain)[number] ?? Immediate.UNKNOWN;
  if (immediate === Immediate.UNKNOWN) refuse(reader, start, first, number);
  skipImmediate(reader, immediate);
  return table === undefined ? first : (first << 16) | number;
}

/** Steps over instructions up to and with the `end` that closes them. `visit` sees each opcode and where it stands. */
export function skipExpression(reader: BinaryReader, visit?: Visit): void {
  for (let depth = 1; depth > 0;) {
    const { at } = reader;
    const opcode = readInstruction(reader);
    depth += nesting(opcode);
    visit?.(opcode, at);
  }
}

/** Steps over instructions up to and with the `end` that closes them. */
export type Walk = (reader: BinaryReader, visit: Visit) => void;

/** Sees an opcode and where it stands. */
export type Visit = (opcode: number, at: number) => void;

/**
 * Visits every instruction of the code section whose body the reader covers, or those that `walk` lets it see.
 * Functions have a largest size.
 */
export function scanCode(reader: BinaryReader, visit: Visit, walk: Walk = skipExpression): void {
  const bodies = reader.count("function bodies");
  for (let index = 0; index < bodies; index++) {
    const size = reader.u32();
    if (size > limits.functionBodyMaxBytes) {
      reader.fail(
        `a function body of ${size} bytes is above the limit of ${limits.functionBodyMaxBytes}; split it;`,
      );
    }
    const bodyEnd = reader.at + size;
    const groups = reader.count("groups of locals");
    for (let group = 0; group < groups; group++) {
      reader.u32();
      skipType(reader);
    }
    walk(reader, visit);
    if (reader.at !== bodyEnd) reader.fail(`the body of function ${index} does not end where it should`);
  }
}

function refuse(reader: BinaryReader, start: number, first: number, number: number): never {
  const why = refused.get(first);
  if (why !== undefined) reader.fail(`${why}; found one`, start);
  const name = first === number ? `0x${first.toString(16)}` : `0x${first.toString(16)} ${number}`;
  return reader.fail(`instruction ${name} is not offered; found it`, start);
}

function skipImmediate(reader: BinaryReader, immediate: number): void {
  switch (immediate) {
    case Immediate.NONE:
      return;
    case Immediate.ONE:
      return reader.skipLeb();
    case Immediate.TWO:
      reader.skipLeb();
      return reader.skipLeb();
    case Immediate.BLOCK:
      return skipType(reader);
    case Immediate.BRANCH_TABLE:
      for (let left = reader.count("labels") + 1; left > 0; left--) reader.u32();
      return;
    case Immediate.TYPES:
      for (let left = reader.count("types"); left > 0; left--) skipType(reader);
      return;
    case Immediate.CATCHES:
      skipType(reader);
      for (let left = reader.count("catch clauses"); left > 0; left--) skipCatch(reader);
      return;
    case Immediate.MEMORY:
      return skipMemoryArgument(reader);
    case Immediate.MEMORY_AND_LANE:
      skipMemoryArgument(reader);
      return reader.skip(1);
    case Immediate.BYTE:
      return reader.skip(1);
    case Immediate.BYTES_4:
      return reader.skip(4);
    case Immediate.BYTES_8:
      return reader.skip(8);
    default:
      return reader.skip(16);
  }
}

/** A value type, a block type or a type index: a LEB128, which two bytes put before a heap type. */
function skipType(reader: BinaryReader): void {
  const first = reader.bytes[reader.at];
  if (first === 0x63 || first === 0x64) reader.skip(1);
  reader.skipLeb();
}

function skipCatch(reader: BinaryReader): void {
  const kind = reader.byte();
  if (kind < 2) reader.u32(); // the tag
  reader.u32();
}

function skipMemoryArgument(reader: BinaryReader): void {
  const alignment = reader.u32();
  if ((alignment & 64) !== 0) reader.u32(); // another memory than the first
  reader.skipLeb();
}
