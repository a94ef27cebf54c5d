import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { canonicalizeNans } from "../../src/compiler/canonicalize-nans.ts";
import { BinaryReader } from "../../src/kernel/binary-reader.ts";
import { readCodeFacts } from "../../src/kernel/code-facts.ts";
import { scanCode } from "../../src/kernel/instructions.ts";
import { parseModule, SectionId } from "../../src/kernel/module.ts";
import { FloatCode, randomBits } from "../support/float-code.ts";
import { Dice } from "../support/dice.ts";
import { randomRawModule } from "../support/random-module.ts";
import { testSeed } from "../support/seed.ts";
import { assemble } from "../support/wasm-module.ts";

type Run = (...args: bigint[]) => unknown;

/** The function `run` of a module. */
function runOf(bytes: Uint8Array): Run {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)));
  return exports["run"] as unknown as Run; // the modules here export it
}

function moduleOf(body: string, results: string): Uint8Array {
  const type = `(param $p0 i64) (param $p1 i64) (result ${results}) (local $v v128)`;
  return assemble(`(module (memory 1) (func (export "run") ${type} ${body}))`);
}

/** Where each instruction begins, with its opcode. */
function instructionsOf(bytes: Uint8Array): [at: number, opcode: number][] {
  const code = parseModule(bytes).sections.find(({ id }) => id === SectionId.CODE);
  const found: [number, number][] = [];
  if (code !== undefined)
    scanCode(new BinaryReader(bytes, code.bodyStart, code.end), (opcode, at) => found.push([at, opcode]));
  return found;
}

const unsigned = (value: unknown): bigint => BigInt.asUintN(64, value as bigint); // it gives i64

describe("canonicalizeNans", () => {
  it("makes the bits of floats those of the model", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createSeededRandom(seed);
        const parameters = [randomBits(new Dice(random), "f64"), randomBits(new Dice(random), "f32")];
        const { text, bits } = new FloatCode(random, parameters).number();
        const { wasm } = canonicalizeNans(moduleOf(text, "i64"));
        expect(readCodeFacts(parseModule(wasm)).varies).toBe(false);
        expect(unsigned(runOf(wasm)(...parameters)).toString(16)).toBe(bits.toString(16));
      }),
      { seed: testSeed, numRuns: 400 },
    );
  });

  it("makes the bits of vectors those of the model", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createSeededRandom(seed);
        const parameters = [randomBits(new Dice(random), "f64"), randomBits(new Dice(random), "f64")];
        const { text, lanes } = new FloatCode(random, parameters).vector();
        const { wasm } = canonicalizeNans(moduleOf(text, "i64 i64"));
        expect(readCodeFacts(parseModule(wasm)).varies).toBe(false);
        const made = runOf(wasm)(...parameters) as bigint[]; // it gives two
        expect(made.map((lane) => unsigned(lane).toString(16))).toEqual(
          lanes.map((lane) => lane.toString(16)),
        );
      }),
      { seed: testSeed, numRuns: 400 },
    );
  });

  it("changes bits that would be others without it", () => {
    const bytes = moduleOf("(i64.reinterpret_f64 (f64.neg (f64.const nan:0x8000000000123)))", "i64");
    expect(unsigned(runOf(bytes)(0n, 0n))).toBe(0xfff8000000000123n);
    expect(unsigned(runOf(canonicalizeNans(bytes).wasm)(0n, 0n))).toBe(0x7ff8000000000000n);
  });

  it("leaves a module alone that has no gaps, as those are that it made", () => {
    const plain = moduleOf("(i64.mul (local.get 0) (local.get 1))", "i64");
    expect(canonicalizeNans(plain).wasm).toBe(plain);
    const { wasm } = canonicalizeNans(moduleOf("(i64.reinterpret_f64 (f64.sqrt (f64.const -1)))", "i64"));
    expect(canonicalizeNans(wasm).wasm).toBe(wasm);
    const empty = assemble("(module)");
    expect(canonicalizeNans(empty).wasm).toBe(empty);
  });

  it("keeps modules valid, and tells where every instruction has gone", () => {
    let gaps = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { bytes } = randomRawModule(new Dice(createSeededRandom(seed)));
        const store = assemble(`(module (memory 1) (func (param f32 f64) (local i32 f64)
          (f32.store (i32.const 0) (f32.add (local.get 0) (f32.const ${seed % 97})))
          (f64.store (i32.const 8) (local.get 1)) (f64.store (i32.const 0) (f64.neg (local.get 3))))
          (func (param v128) (v128.store (i32.const 0) (f32x4.add (local.get 0) (local.get 0)))))`);
        for (const each of [bytes, store]) {
          const { wasm, moved } = canonicalizeNans(each);
          expect(WebAssembly.validate(Uint8Array.from(wasm))).toBe(true);
          expect(readCodeFacts(parseModule(wasm)).varies).toBe(false);
          const after = new Map(instructionsOf(wasm));
          for (const [at, opcode] of instructionsOf(each)) expect(after.get(moved(at))).toBe(opcode);
          gaps += wasm.length > each.length ? 1 : 0;
        }
      }),
      { seed: testSeed, numRuns: 100 },
    );
    expect(gaps).toBeGreaterThanOrEqual(100);
  });

  it("uses one local of a type in a function, behind those that are there", () => {
    const many = Array.from({ length: 200 }, (_, index) => `(local ${index % 2 ? "f64" : "i32"})`).join(" ");
    const bytes = assemble(`(module (func (export "run") (param i64 i64) (result i64) ${many}
      (i64.xor (i64.reinterpret_f64 (f64.neg (f64.reinterpret_i64 (local.get 0))))
               (i64.reinterpret_f64 (f64.neg (f64.reinterpret_i64 (local.get 1)))))))`);
    const { wasm } = canonicalizeNans(bytes);
    expect(unsigned(runOf(wasm)(0x7ff8000000000001n, 0xfff8000000000002n))).toBe(0n);
    expect(unsigned(runOf(wasm)(0x7ff8000000000001n, 0n))).toBe(0xfff8000000000000n);
  });
});
