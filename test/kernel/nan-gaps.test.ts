import { describe, expect, it } from "vitest";
import { readCodeFacts } from "../../src/kernel/code-facts.ts";
import { canonicalNanCode, skipCanonicalNan } from "../../src/kernel/canonical-nan.ts";
import { scanCode } from "../../src/kernel/instructions.ts";
import { BinaryReader } from "../../src/kernel/binary-reader.ts";
import { parseModule, SectionId } from "../../src/kernel/module.ts";
import { NanGaps, type NanGap } from "../../src/kernel/nan-gaps.ts";
import { assemble } from "../support/wasm-module.ts";

/** Shapes of the gaps in a function with some parameters, in order. */
function gapsOf(body: string): string[] {
  const parameters =
    "(param $f f32) (param $d f64) (param $v v128) (param $i i32) (local $t v128) (local $x f64)";
  const bytes = assemble(`(module (memory 1) (func ${parameters} ${body}))`);
  const sections = parseModule(bytes);
  const code = sections.sections.find(({ id }) => id === SectionId.CODE);
  const found: NanGap[] = [];
  const gaps = new NanGaps(bytes, (gap) => found.push(gap));
  scanCode(new BinaryReader(bytes, code?.bodyStart, code?.end), (opcode, at) => gaps.visit(opcode, at));
  expect(readCodeFacts(sections).varies).toBe(found.length > 0);
  return found.map(({ shape }) => shape);
}

const sum = "(f64.add (local.get $d) (local.get $d))";
const pattern = "local.tee $x f64.const nan local.get $x local.get $x f64.eq select";
const lanes = "local.get $v local.get $v f32x4.add";
const lanesPattern =
  "local.tee $t v128.const i32x4 0x7fc00000 0x7fc00000 0x7fc00000 0x7fc00000 local.get $t local.get $t f32x4.eq v128.bitselect";

describe("NanGaps", () => {
  it.each([
    ["a stored parameter", "(f64.store (i32.const 0) (local.get $d))", ["f64"]],
    ["a stored sum", `(f64.store (i32.const 0) ${sum})`, ["f64"]],
    ["a stored number of 32 bits", "(f32.store (i32.const 0) (local.get $f))", ["f32"]],
    ["a demoted number", "(f32.store (i32.const 0) (f32.demote_f64 (f64.const nan)))", ["f32"]],
    ["a promoted number", "(f64.store (i32.const 0) (f64.promote_f32 (f32.const nan)))", ["f64"]],
    ["a negated number", "(f64.store (i32.const 0) (f64.neg (f64.load (i32.const 0))))", ["f64"]],
    ["a reinterpreted number", `(drop (i64.reinterpret_f64 ${sum}))`, ["f64"]],
    ["another one", "(drop (i32.reinterpret_f32 (local.get $f)))", ["f32"]],
    ["a sign", "(drop (f64.copysign (f64.const 1) (local.get $d)))", ["f64"]],
    ["another sign", "(drop (f32.copysign (f32.const 1) (local.get $f)))", ["f32"]],
    ["a splat", "(drop (f64x2.splat (local.get $d)))", ["f64"]],
    ["another splat", "(drop (f32x4.splat (local.get $f)))", ["f32"]],
    ["a lane", "(drop (f32x4.replace_lane 1 (local.get $v) (local.get $f)))", ["f32"]],
    ["another lane", "(drop (f64x2.replace_lane 1 (local.get $v) (local.get $d)))", ["f64"]],
    ["sums of lanes", `(v128.store (i32.const 0) (${"f32x4.add (local.get $v) (local.get $v)"}))`, ["f32x4"]],
    ["roots of lanes", "(drop (f64x2.sqrt (local.get $v)))", ["f64x2"]],
    ["rounded lanes", "(drop (f64x2.nearest (local.get $v)))", ["f64x2"]],
    ["demoted lanes", "(drop (f32x4.demote_f64x2_zero (local.get $v)))", ["f32x4"]],
    ["promoted lanes", "(drop (f64x2.promote_low_f32x4 (local.get $v)))", ["f64x2"]],
    ["lanes that are taken as others", `${lanes} f64x2.neg drop`, ["f32x4"]],
    ["lanes that are compared as others", `${lanes} local.get $v f64x2.eq drop`, ["f32x4"]],
    ["lanes that are compared as others at once", `local.get $v ${lanes} f64x2.eq drop`, ["f32x4"]],
    ["lanes whose bits are chosen", `local.get $v ${lanes} f32x4.pmin drop`, ["f32x4"]],
    ["one of the lanes", `${lanes} f32x4.extract_lane 0 drop`, ["f32x4"]],
    ["the result of a block", `(drop (block (result v128) ${lanes}))`, ["f32x4"]],
    [
      "a number from a block",
      "(i32.const 0) (if (result f64) (i32.const 1) (then f64.const 1) (else f64.const 2)) f64.store",
      ["f64"],
    ],
    ["lanes at last", `local.get $v ${lanes} f32x4.mul drop`, ["f32x4"]],
  ])("finds %s", (_, body, shapes) => {
    expect(gapsOf(body)).toEqual(shapes);
  });

  it.each([
    ["arithmetic that nobody looks at", `(drop (i32.trunc_sat_f64_s (f64.sqrt ${sum})))`],
    ["comparisons", `(drop (f64.lt ${sum} (local.get $d)))`],
    ["constants", "(f64.store (i32.const 0) (f64.const -nan:0x123))"],
    ["loads", "(f32.store (i32.const 0) (f32.load (i32.const 8)))"],
    ["bits", "(drop (f64.copysign (local.get $d) (f64.reinterpret_i64 (i64.const -1))))"],
    ["integers", "(f64.store (i32.const 0) (f64.convert_i32_u (local.get $i)))"],
    ["lanes", "(drop (f64x2.splat (f64x2.extract_lane 1 (local.get $v))))"],
    ["signs of lanes", "(drop (f64x2.abs (f32x4.neg (local.get $v))))"],
    ["choices of lanes", "(drop (f64x2.pmin (local.get $v) (f32x4.pmax (local.get $v) (local.get $v))))"],
    ["compared lanes", `local.get $v ${lanes} f32x4.lt drop`],
    ["truncated lanes", `${lanes} i32x4.trunc_sat_f32x4_s drop`],
    ["a canonical number", `i32.const 0 ${sum} ${pattern} f64.store`],
    ["canonical lanes", `${lanes} ${lanesPattern} drop`],
    ["canonical lanes after several steps", `local.get $v ${lanes} f32x4.mul ${lanesPattern} drop`],
  ])("takes %s", (_, body) => {
    expect(gapsOf(body)).toEqual([]);
  });

  it.each([
    ["another constant", pattern.replace("nan", "nan:0x1")],
    ["a constant that is none", pattern.replace("nan", "0")],
    ["another comparison", pattern.replace("f64.eq", "f64.ne")],
    ["another local", pattern.replace("local.get $x", "local.get $d")],
    ["another local for the comparison", pattern.replace(/local\.get \$x f64/, "local.get $d f64")],
    ["something behind it", `${pattern} f64.neg`],
    ["something in it", pattern.replace("f64.eq", "f64.eq i32.eqz")],
    [
      "a block around it",
      `(block $b (result f64) local.get $d local.get $i br_if $b drop ${pattern.replace("local.tee", `${sum} local.tee`)})`,
    ],
    ["a copy in a local", `${pattern} local.set $x local.get $x`],
  ])("finds a number with %s", (_, damaged) => {
    expect(gapsOf(`i32.const 0 ${sum} ${damaged} f64.store`)).toEqual(["f64"]);
  });

  it.each([
    ["one lane that is another NaN", lanesPattern.replace("0x7fc00000", "0x7fc00001")],
    ["lanes of the other shape", lanesPattern.replace("f32x4.eq", "f64x2.eq")],
    ["another choice", lanesPattern.replace("v128.bitselect", "v128.and v128.or")],
    ["something before it", `v128.not ${lanesPattern}`],
  ])("finds lanes with %s", (_, damaged) => {
    expect(gapsOf(`${lanes} ${damaged} drop`)).toEqual(["f32x4"]);
  });

  it("does not take the code of one function for that of the next", () => {
    const bytes = assemble(`(module (memory 1)
      (func (param f64) (result f64) (f64.load (i32.const 0)))
      (func (param i32 f64) (local.get 0) (local.get 1) f64.store))`);
    expect(readCodeFacts(parseModule(bytes)).varies).toBe(true);
  });
});

describe("skipCanonicalNan", () => {
  it("takes indices of any length and nothing that is cut", () => {
    for (const local of [[0], [0x7f], [0x80, 1], [0xff, 0xff, 3]]) {
      const code = Uint8Array.from([1, ...canonicalNanCode("f64", local), 1]);
      expect(skipCanonicalNan(code, 1, "f64")).toBe(code.length - 1);
      expect(skipCanonicalNan(code, 1, "f32")).toBe(-1);
      for (let end = 1; end < code.length - 1; end++)
        expect(skipCanonicalNan(code.subarray(0, end), 1, "f64")).toBe(-1);
    }
  });
});
