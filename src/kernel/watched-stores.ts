/**
 * Code that keeps a mark of how far up memory was written. In front of every instruction that writes memory it raises
 * the mark, a global of the module, to the highest address at which that instruction can begin to write, or end:
 *
 *   stores            [address, value]    mark = max(mark, (address + offset) | roundBits)
 *   fill, copy, init  [to, …, count]      mark = max(mark, (to + count) | roundBits)
 *
 * So no byte is written at or above `mark + storeMaxBytes`. A sum that wraps around at 32 bits belongs to an instruction
 * that traps and writes nothing: all of these check their whole range first. No instruction is forgotten, because those
 * outside the tables of `instructions.ts` are refused. And the module's own code cannot lower the mark: the global comes
 * after all of its own.
 */
import { limits } from "../base/limits.ts";
import { BinaryReader } from "./binary-reader.ts";
import type { BinaryWriter } from "./binary-writer.ts";
import { insertCode, type FunctionAdditions, type WrittenCode } from "./insert-code.ts";
import { scanCode } from "./instructions.ts";
import type { ModuleSections, Section } from "./module.ts";

/** A store writes at most so many bytes from its address on. */
export const storeMaxBytes = 16;

/** The mark moves in steps of 512 bytes, so that writing upwards seldom raises it. */
const roundBits = [0xff, 0x03] as const;

/** An instruction that writes memory. */
interface Write {
  readonly at: number;
  /** The type of the value that is stored; undefined for fill, copy and init. */
  readonly stores: number | undefined;
  /** Added to the address. */
  readonly offset: number;
}

const TypeByte = { I32: 0x7f, I64: 0x7e, F32: 0x7d, F64: 0x7c, V128: 0x7b } as const;

/** Every instruction that writes memory, with the type of what it stores; undefined for init, copy and fill. */
const writing = new Map<number, number | undefined>([
  [0x36, TypeByte.I32],
  [0x37, TypeByte.I64],
  [0x38, TypeByte.F32],
  [0x39, TypeByte.F64],
  [0x3a, TypeByte.I32], // of 8 and 16 bits
  [0x3b, TypeByte.I32],
  [0x3c, TypeByte.I64], // of 8, 16 and 32 bits
  [0x3d, TypeByte.I64],
  [0x3e, TypeByte.I64],
  [0xfc0008, undefined],
  [0xfc000a, undefined],
  [0xfc000b, undefined],
  [0xfd000b, TypeByte.V128],
  [0xfd0058, TypeByte.V128], // of one lane
  [0xfd0059, TypeByte.V128],
  [0xfd005a, TypeByte.V128],
  [0xfd005b, TypeByte.V128],
]);

const Op = {
  IF: 0x04,
  END: 0x0b,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  I32_CONST: 0x41,
  I32_GT_U: 0x4b,
  I32_ADD: 0x6a,
  I32_OR: 0x72,
} as const;

/** A function that writes gets four locals of 32 bits, then one of each other type that it stores. */
const Local = { ADDRESS: 0, REACH: 1, SECOND: 2, COUNT: 3 } as const;
const numbersAdded = 4;

const codeUsualBytes = 28;

/**
 * Writes the code of a module with the mark, which is the global of that index, and the bodies of further functions
 * behind it; undefined when a function gets too large by it. Throws BAD_MODULE for code that is not offered.
 */
export function watchStores(
  sections: ModuleSections,
  code: Section,
  mark: number,
  further: readonly Uint8Array[],
): WrittenCode | undefined {
  const places = findWrites(sections.bytes, code, mark);
  const inFunction = (writes: readonly Write[]): FunctionAdditions<Write> => marksOf(writes, mark);
  const written = insertCode(sections, code, { places, inFunction, further, usualBytes: codeUsualBytes });
  return written.largestBytes > limits.functionBodyMaxBytes ? undefined : written;
}

function findWrites(bytes: Uint8Array, { bodyStart, end }: Section, mark: number): Write[] {
  const found: Write[] = [];
  scanCode(new BinaryReader(bytes, bodyStart, end), (opcode, at) => {
    if (opcode === Op.GLOBAL_GET || opcode === Op.GLOBAL_SET) checkGlobal(bytes, at, mark);
    if (!writing.has(opcode)) return;
    const stores = writing.get(opcode);
    found.push({ at, stores, offset: stores === undefined ? 0 : offsetAt(bytes, at) });
  });
  return found;
}

/** V8 has seen to it in the uploaded module; here it decides whether the mark can be trusted. */
function checkGlobal(bytes: Uint8Array, at: number, mark: number): void {
  const reader = new BinaryReader(bytes, at + 1);
  if (reader.u32() >= mark) reader.fail("an instruction names a global that the module does not have", at);
}

/** The offset in the memory argument of a store. */
function offsetAt(bytes: Uint8Array, at: number): number {
  const reader = new BinaryReader(bytes, at);
  if (reader.byte() === 0xfd) reader.u32();
  if ((reader.u32() & 64) !== 0) reader.u32(); // the index of the memory
  return reader.wideU32();
}

/** What a function gets that writes memory. */
function marksOf(writes: readonly Write[], mark: number): FunctionAdditions<Write> {
  const types = Object.values(TypeByte).filter(
    (type) => type !== TypeByte.I32 && writes.some(({ stores }) => stores === type),
  );
  return {
    locals: [[numbersAdded, TypeByte.I32], ...types.map((type) => [1, type] as const)],
    write: (body, write, first) => writeMark(body, write, { first, types }, mark),
  };
}

/** The locals that were added to a function. */
interface Scratch {
  /** Index of the first. */
  readonly first: number;
  /** What it has a local of, after the numbers of 32 bits. */
  readonly types: readonly number[];
}

/** The locals that keep what an instruction has on the stack above the address, lowest first. */
function localsAbove({ stores }: Write, { first, types }: Scratch): number[] {
  if (stores === undefined) return [first + Local.SECOND, first + Local.COUNT];
  return [stores === TypeByte.I32 ? first + Local.SECOND : first + numbersAdded + types.indexOf(stores)];
}

const noResult = 0x40;

/** Takes the operands off the stack, raises the mark, and puts them back. */
function writeMark(body: BinaryWriter, write: Write, scratch: Scratch, mark: number): void {
  const { stores, offset } = write;
  const op = (opcode: number, index: number): void => {
    body.byte(opcode);
    body.u32(index);
  };
  const address = scratch.first + Local.ADDRESS;
  const reach = scratch.first + Local.REACH;
  const above = localsAbove(write, scratch);
  for (const local of above.toReversed()) op(Op.LOCAL_SET, local);
  op(Op.LOCAL_TEE, address);
  if (stores === undefined) {
    op(Op.LOCAL_GET, scratch.first + Local.COUNT);
    body.byte(Op.I32_ADD);
  } else if (offset !== 0) {
    body.byte(Op.I32_CONST);
    signed(body, offset | 0);
    body.byte(Op.I32_ADD);
  }
  op(Op.LOCAL_TEE, reach);
  op(Op.GLOBAL_GET, mark);
  body.byte(Op.I32_GT_U);
  body.bytes(Uint8Array.of(Op.IF, noResult));
  op(Op.LOCAL_GET, reach);
  body.bytes(Uint8Array.of(Op.I32_CONST, ...roundBits, Op.I32_OR));
  op(Op.GLOBAL_SET, mark);
  body.byte(Op.END);
  op(Op.LOCAL_GET, address);
  for (const local of above) op(Op.LOCAL_GET, local);
}

/** A signed LEB128 of 32 bits. */
function signed(body: BinaryWriter, value: number): void {
  let rest = value;
  while (rest < -64 || rest > 63) {
    body.byte((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  body.byte(rest & 0x7f);
}
