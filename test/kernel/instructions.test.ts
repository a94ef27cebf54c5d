import { describe, expect, it } from "vitest";
import { BinaryReader } from "../../src/kernel/binary-reader.ts";
import { Opcode, readInstruction, scanCode, skipExpression } from "../../src/kernel/instructions.ts";
import { parseModule, SectionId } from "../../src/kernel/module.ts";
import { assemble } from "../support/wasm-module.ts";

/** Opcodes of a module's code, by stepping over all of it. */
function opcodesOf(wat: string): number[] {
  const bytes = assemble(wat);
  const code = parseModule(bytes).sections.find(({ id }) => id === SectionId.CODE);
  const opcodes: number[] = [];
  if (code !== undefined)
    scanCode(new BinaryReader(bytes, code.bodyStart, code.end), (opcode) => opcodes.push(opcode));
  return opcodes;
}

describe("scanCode", () => {
  // Each body ends where the section says only if every immediate before was stepped over correctly.
  it.each([
    [
      "numbers",
      "(func (result i64) (drop (i32.const -2147483648)) (drop (f32.const 1)) (drop (f64.const 1)) (i64.const -9223372036854775808))",
      7,
    ],
    [
      "blocks of every type",
      "(type $t (func (param i32) (result i32 i32))) (func (block) (drop (block (result i32) (i32.const 1))) (drop (loop (result funcref) (ref.null func))) (if (i32.const 1) (then) (else)) (i32.const 1) (block (type $t) (i32.const 2)) (drop) (drop))",
      20,
    ],
    ["br_table", "(func (param i32) (block (block (block (br_table 0 1 2 0 (local.get 0))))))", 9],
    [
      "calls",
      "(type $v (func)) (table 1 funcref) (func $f) (func (call $f) (call_indirect (type $v) (i32.const 0)) (call_ref $v (ref.func $f))) (elem declare func $f)",
      7,
    ],
    [
      "memory",
      "(memory 1) (func (i64.store offset=100000 (i32.const 0) (i64.load8_u offset=5 (i32.const 1))) (drop (memory.grow (memory.size))))",
      8,
    ],
    [
      "several memories",
      "(memory 1) (memory $m 1) (func (i32.store $m (i32.const 0) (i32.load $m offset=9 (i32.const 4))) (memory.copy 0 $m (i32.const 0) (i32.const 0) (i32.const 0)))",
      9,
    ],
    [
      "bulk memory",
      `(memory 1) (data $d "a") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d) (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))`,
      10,
    ],
    [
      "tables",
      "(table $a 1 funcref) (table $b 1 funcref) (elem $e funcref (ref.null func)) (func (table.set $b (i32.const 0) (table.get $a (i32.const 0))) (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1)) (table.init $b $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e) (drop (table.grow $a (ref.null func) (table.size $b))) (table.fill $a (i32.const 0) (ref.null func) (i32.const 1)))",
      22,
    ],
    [
      "select",
      "(func (result funcref) (drop (select (i32.const 1) (i32.const 2) (i32.const 3))) (select (result funcref) (ref.null func) (ref.null func) (i32.const 1)))",
      10,
    ],
    [
      "vectors",
      `(memory 1) (func (result v128) (drop (v128.load32_zero (i32.const 0))) (drop (v128.load8_lane 3 (i32.const 0) (v128.const i32x4 1 2 3 4))) (drop (i8x16.extract_lane_s 1 (v128.const i64x2 1 2))) (drop (i8x16.relaxed_swizzle (v128.const i64x2 1 2) (v128.const i64x2 1 2))) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (v128.const i64x2 3 4)))`,
      18,
    ],
    [
      "exceptions",
      "(tag $t (param i32)) (func (try (do (throw $t (i32.const 1))) (catch $t (drop)) (catch_all (rethrow 0))) (drop (block $h (result exnref) (try_table (catch_all_ref $h)) (return))))",
      14,
    ],
    ["saturating conversions", "(func (param f64) (result i32) (i32.trunc_sat_f64_u (local.get 0)))", 3],
  ])("steps over %s", (_, body, count) => {
    const opcodes = opcodesOf(`(module ${body})`);
    expect(opcodes.at(-1)).toBe(0x0b);
    expect(opcodes.length).toBeGreaterThanOrEqual(count);
  });

  it("tells opcodes behind prefixes apart", () => {
    const opcodes = opcodesOf(
      `(module (memory 1) (data $d "a") (func (data.drop $d) (v128.store (i32.const 0) (v128.const i64x2 0 0))))`,
    );
    expect(opcodes).toEqual([Opcode.DATA_DROP, 0x41, 0xfd000c, 0xfd000b, 0x0b]);
  });

  it("refuses bodies that do not end where they say", () => {
    const code = Uint8Array.of(1, 3, 0, 0x01, 0x01, 0x0b); // the body is one byte longer than announced
    expect(() => scanCode(new BinaryReader(code), () => {})).toThrow("body of function 0");
  });
});

describe("readInstruction", () => {
  it.each([
    ["an unknown opcode", [0xf7], "instruction 0xf7"],
    ["an unknown number behind a prefix", [0xfc, 0x7f], "instruction 0xfc 127"],
    ["a tail call", [0x12, 0], "tail calls"],
    ["an atomic instruction", [0xfe, 0, 0, 0], "threads"],
    ["the end of the bytes", [], "end in the middle"],
    ["the end of the bytes in a constant", [0x44, 1, 2], "8 bytes are announced and 2 are left"],
    ["an endless number", [0x42, ...Array<number>(12).fill(0x80)], "more than 64 bits"],
    ["a branch table that cannot be there", [0x0e, 0xff, 0xff, 0xff, 0x7f], "labels are announced"],
  ])("refuses %s", (_, bytes, says) => {
    expect(() => readInstruction(new BinaryReader(Uint8Array.from(bytes)))).toThrow(says);
  });
});

describe("skipExpression", () => {
  it("goes to the end of nested blocks", () => {
    const reader = new BinaryReader(Uint8Array.of(0x02, 0x40, 0x03, 0x40, 0x0b, 0x0b, 0x0b, 0x01));
    skipExpression(reader);
    expect(reader.at).toBe(7);
  });
});
