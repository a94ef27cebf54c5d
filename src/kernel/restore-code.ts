/**
 * Two functions that the watched form of a module gets beside its own, for putting it back in one call. From JavaScript
 * each global costs as much as a call of its own, and clearing some bytes twice as much: together that was most of what
 * a call of a short function takes.
 *
 *   save(head)    keeps the value of every mutable global in one of our own, and how far up the image of memory reaches
 *   restore(end)  clears memory from there to the mark, or to `end` if that is above it, and puts the globals back
 *
 * The module's own code can name none of these functions and globals: they come after all of its own.
 */
import { BinaryWriter } from "./binary-writer.ts";
import type { ModuleSections } from "./module.ts";
import { storeMaxBytes } from "./watched-stores.ts";

const typeBytes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
/** The constants that globals of these types begin with. */
const zeros = {
  i32: [0x41, 0],
  i64: [0x42, 0],
  f32: [0x43, 0, 0, 0, 0],
  f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
} as const;

const Op = {
  IF: 0x04,
  END: 0x0b,
  LOCAL_GET: 0x20,
  LOCAL_SET: 0x21,
  LOCAL_TEE: 0x22,
  GLOBAL_GET: 0x23,
  GLOBAL_SET: 0x24,
  MEMORY_SIZE: 0x3f,
  I32_CONST: 0x41,
  I32_LT_U: 0x49,
  I32_ADD: 0x6a,
  I32_SUB: 0x6b,
  I32_SHL: 0x74,
} as const;
const noResult = 0x40;
const memoryFill = [0xfc, 0x0b, 0] as const;

/** What the functions work with, by number. */
interface Kept {
  readonly mark: number;
  readonly head: number;
  /** A mutable global of the module, and the one of ours that has its value. */
  readonly pairs: readonly (readonly [own: number, kept: number])[];
}

/** What is added to a module. */
export interface RestoreCode {
  /** Entries of the global section: `count` of them, of which the first is the mark. */
  readonly globals: { readonly count: number; readonly bytes: Uint8Array };
  /** The type of both functions: takes a number of 32 bits, gives nothing. */
  readonly type: Uint8Array;
  /** Bodies of `save` and `restore`, in this order. */
  readonly bodies: readonly Uint8Array[];
}

/** Writes the additions for a module whose first added global gets the number `mark`; undefined: it has a global of another type. */
export function writeRestore(sections: ModuleSections, mark: number): RestoreCode | undefined {
  const imported = mark - sections.globals.length;
  const globals = new BinaryWriter();
  addGlobal(globals, "i32"); // the mark
  addGlobal(globals, "i32"); // the head
  const pairs: [number, number][] = [];
  for (const [index, { type, mutable }] of sections.globals.entries()) {
    if (!mutable) continue;
    if (!isNumber(type)) return undefined;
    addGlobal(globals, type);
    pairs.push([imported + index, mark + 1 + pairs.length + 1]);
  }
  const kept: Kept = { mark, head: mark + 1, pairs };
  return {
    globals: { count: pairs.length + 2, bytes: globals.finish() },
    type: Uint8Array.of(0x60, 1, typeBytes.i32, 0),
    bodies: [saveBody(kept), restoreBody(kept)],
  };
}

type NumberType = keyof typeof typeBytes;

function isNumber(type: string): type is NumberType {
  return type in typeBytes;
}

function addGlobal(globals: BinaryWriter, type: NumberType): void {
  globals.bytes(Uint8Array.of(typeBytes[type], 1, ...zeros[type], Op.END));
}

function saveBody({ head, pairs }: Kept): Uint8Array {
  const code = new BinaryWriter();
  code.u32(0); // groups of locals
  instruction(code, Op.LOCAL_GET, 0);
  instruction(code, Op.GLOBAL_SET, head);
  for (const [own, kept] of pairs) {
    instruction(code, Op.GLOBAL_GET, own);
    instruction(code, Op.GLOBAL_SET, kept);
  }
  code.byte(Op.END);
  return code.finish();
}

const Local = { HOST_END: 0, END: 1, SIZE: 2 } as const;

function restoreBody({ mark, head, pairs }: Kept): Uint8Array {
  const code = new BinaryWriter();
  code.bytes(Uint8Array.of(1, 2, typeBytes.i32)); // one group of locals: END and SIZE
  code.bytes(Uint8Array.of(Op.MEMORY_SIZE, 0, Op.I32_CONST, 16, Op.I32_SHL));
  instruction(code, Op.LOCAL_SET, Local.SIZE);
  instruction(code, Op.GLOBAL_GET, mark);
  code.bytes(Uint8Array.of(Op.I32_CONST, storeMaxBytes, Op.I32_ADD));
  instruction(code, Op.LOCAL_TEE, Local.END);
  instruction(code, Op.GLOBAL_GET, mark);
  setEndIfLess(code, Local.SIZE); // the sum went beyond 32 bits
  instruction(code, Op.LOCAL_GET, Local.END);
  instruction(code, Op.LOCAL_GET, Local.HOST_END);
  setEndIfLess(code, Local.HOST_END);
  instruction(code, Op.LOCAL_GET, Local.SIZE);
  instruction(code, Op.LOCAL_GET, Local.END);
  setEndIfLess(code, Local.SIZE);
  clear(code, head);
  for (const [own, kept] of pairs) {
    instruction(code, Op.GLOBAL_GET, kept);
    instruction(code, Op.GLOBAL_SET, own);
  }
  code.bytes(Uint8Array.of(Op.I32_CONST, 0));
  instruction(code, Op.GLOBAL_SET, mark);
  code.byte(Op.END);
  return code.finish();
}

/** If the first of two numbers on the stack is less than the second, END becomes that local. */
function setEndIfLess(code: BinaryWriter, local: number): void {
  code.bytes(Uint8Array.of(Op.I32_LT_U, Op.IF, noResult));
  instruction(code, Op.LOCAL_GET, local);
  instruction(code, Op.LOCAL_SET, Local.END);
  code.byte(Op.END);
}

/** Clears memory from the head to END. */
function clear(code: BinaryWriter, head: number): void {
  instruction(code, Op.GLOBAL_GET, head);
  instruction(code, Op.LOCAL_GET, Local.END);
  code.bytes(Uint8Array.of(Op.I32_LT_U, Op.IF, noResult));
  instruction(code, Op.GLOBAL_GET, head);
  code.bytes(Uint8Array.of(Op.I32_CONST, 0));
  instruction(code, Op.LOCAL_GET, Local.END);
  instruction(code, Op.GLOBAL_GET, head);
  code.bytes(Uint8Array.of(Op.I32_SUB, ...memoryFill, Op.END));
}

function instruction(code: BinaryWriter, opcode: number, index: number): void {
  code.byte(opcode);
  code.u32(index);
}
