import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../src/base/random.ts";
import { inspectModule, type Admission } from "../../src/kernel/admission.ts";
import type { KernelInstance } from "../../src/kernel/instance.ts";
import { unwatchedOffset, watchModule } from "../../src/kernel/watched-module.ts";
import { wrapModule } from "../../src/kernel/wrap.ts";
import { createInForm, formNames, formOf, type FormName } from "../support/instance-forms.ts";
import { rawBytes } from "../support/kind-modules.ts";
import { kernelModule } from "../support/kernels.ts";
import { probeBytes } from "../support/probe-kernel.ts";
import { Dice } from "../support/dice.ts";
import { randomRawModule } from "../support/random-module.ts";
import { admitScribbler } from "../support/scribble-kernel.ts";
import { testSeed } from "../support/seed.ts";
import { customSection, kernelBytes, withSections } from "../support/wasm-module.ts";
import { admitWriter, writingOrders, writingRequest, type WritingOrder } from "../support/writing-kernel.ts";

const writer = admitWriter();
const memoryBytes = 2 * 65_536;

/** All bytes of memory, and the bits of the globals that the host can see. */
function stateOf({ exports }: KernelInstance): { readonly memory: Buffer; readonly globals: string[] } {
  const state = { memory: Buffer.alloc(0), globals: [] as string[] };
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof WebAssembly.Memory) state.memory = Buffer.from(value.buffer.slice(0));
    if (value instanceof WebAssembly.Global && name !== "heddle.mark") {
      state.globals.push(`${name} ${String(value.value)} ${Object.is(value.value, -0)}`);
    }
  }
  return state;
}

function expectFresh(instance: KernelInstance, fresh: ReturnType<typeof stateOf>): void {
  const state = stateOf(instance);
  expect(state.globals).toEqual(fresh.globals);
  expect(state.memory.length).toBe(fresh.memory.length);
  expect(firstDifference(state.memory, fresh.memory)).toBe(-1);
}

function firstDifference(one: Buffer, other: Buffer): number {
  return one.equals(other) ? -1 : one.findIndex((byte, at) => byte !== other[at]);
}

function write(instance: KernelInstance, orders: readonly WritingOrder[]): boolean {
  const request = writingRequest(orders);
  return instance.call(0, request, 0, request.length);
}

describe("watchModule", () => {
  const fresh = stateOf(createInForm(writer, "plain"));

  it("begins like the module without a mark", () => {
    expectFresh(createInForm(writer, "watched"), fresh);
  });

  it.each(writingOrders.map((text, order) => [text, order] as const))(
    "misses nothing that %s writes",
    (_, order) => {
      const watched = createInForm(writer, "watched");
      const plain = createInForm(writer, "plain");
      const places = [0, 1, 63, 511, 512, 4_095, 20_000, 65_535, 100_001, memoryBytes - 70_017];
      for (const at of [...places, memoryBytes - 16, memoryBytes - 1, memoryBytes, 0x7fffffff, 0xffffffff]) {
        for (const count of [0, 1, 17, 5_000]) {
          const orders = [{ order, at, value: 0x5b5b5b5b, count }];
          expect(write(watched, orders)).toBe(write(plain, orders));
          expect(firstDifference(stateOf(watched).memory, stateOf(plain).memory)).toBe(-1);
          watched.reset();
          expectFresh(watched, fresh);
        }
      }
    },
  );

  it("misses nothing of many writes anywhere, in calls that trap and in calls that do not", () => {
    const orders = fc.array(
      fc.record({
        order: fc.nat(writingOrders.length - 1),
        at: fc.oneof({ weight: 6, arbitrary: fc.nat(memoryBytes) }, fc.nat(0xffffffff)),
        value: fc.nat(0xffffffff),
        count: fc.oneof(fc.nat(300), fc.nat(memoryBytes)),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.array(orders, { minLength: 1, maxLength: 4 }), (calls) => {
        const watched = createInForm(writer, "watched");
        for (const call of calls) {
          const plain = createInForm(writer, "plain");
          expect(write(watched, call)).toBe(write(plain, call));
          expect(firstDifference(stateOf(watched).memory, stateOf(plain).memory)).toBe(-1);
          watched.reset();
          expectFresh(watched, fresh);
        }
      }),
      { seed: testSeed, numRuns: 150 },
    );
  });

  it("clears no more than was written, so that it is worth its while", () => {
    const instance = createInForm(writer, "watched");
    const { memory } = instance.exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Error("exports");
    write(instance, [{ order: 0, at: 50_000, value: 1, count: 0 }]);
    new Uint8Array(memory.buffer).fill(9, 60_000); // as nothing but the host can, behind everybody's back
    instance.reset();
    expect(new Uint8Array(memory.buffer)[70_000]).toBe(9);
  });

  it("gives the results of the module without a mark, and fresh state, for modules made by chance", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(createSeededRandom(seed));
        const { bytes, functions } = randomRawModule(dice);
        const admission = inspectModule(wrapModule(bytes, { name: "random", raw: true }));
        const [plain, watched] = formNames.map((form) => createOrSay(admission, form));
        if (typeof plain !== "object" || typeof watched !== "object") {
          expect(watched).toBe(plain);
          return;
        }
        const begun = stateOf(plain);
        for (const index of functions.keys()) {
          const request = Uint8Array.from(dice.many(0, 6, () => dice.below(128)));
          const given = [plain, watched].map((instance) => resultOf(instance, index, request));
          expect(given[1]).toEqual(given[0]);
          watched.reset();
          expectFresh(watched, begun);
        }
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("makes no form where it is of no use", () => {
    expect(watchModule(admitScribbler(true).normalized)).toBeUndefined();
    const { normalized } = inspectModule(probeBytes());
    const bulky = withSections(normalized.bytes, [customSection("bulk", new Uint8Array(256 * 1024))]);
    expect(watchModule({ ...normalized, bytes: bulky })).toBeUndefined();
  });

  it("reads the offset of a store however many bytes it is written in", () => {
    const raw = rawBytes(
      `(module (memory 1) (func (export "write") (i32.store (i32.const 9) (i32.const 7))))`,
    );
    const at = Buffer.from(raw).indexOf(Buffer.of(0x0a, 0x0b, 1, 9, 0, 0x41, 9, 0x41, 7, 0x36, 2, 0, 0x0b));
    expect(at).toBeGreaterThan(0);
    const store = [0x36, 2, 0x90, 0xce, 0x80, 0x80, 0x80, 0x80, 0]; // 10,000
    const code = [0x0a, 0x11, 1, 15, 0, 0x41, 9, 0x41, 7, ...store, 0x0b];
    const wide = Uint8Array.of(...raw.subarray(0, at), ...code, ...raw.subarray(at + 13));
    expect(WebAssembly.validate(wide)).toBe(true);
    const instance = createInForm(inspectModule(wide), "watched");
    const begun = stateOf(instance);
    expect(instance.call(0, new Uint8Array(0), 0, 0)).toBe(true);
    expect(stateOf(instance).memory[10_009]).toBe(7);
    instance.reset();
    expectFresh(instance, begun);
  });

  it("leaves functions that write nothing as they are, so that they can call themselves as deep", () => {
    const wat = `(module (memory 1)
      (func $write (export "write") (param i32) (i32.store (local.get 0) (i32.const 7)))
      (func (export "read") (param i32) (result i32) (local i64) (i32.load (local.get 0))))`;
    const { normalized } = inspectModule(rawBytes(wat));
    const read = [9, 1, 1, 0x7e, 0x20, 0, 0x28, 2, 0, 0x0b];
    const written = [normalized.bytes, watchModule(normalized)?.bytes ?? []].map((bytes) =>
      Buffer.from(bytes),
    );
    expect(written.map((bytes) => bytes.includes(Buffer.from(read)))).toEqual([true, true]);
  });

  it("makes no form in which a function is larger than functions may be", () => {
    const code = "(i32.store (local.get 0) (local.get 0))";
    const watchOf = (stores: number) => {
      const wat = `(module (memory 1) (func (export "write") (param i32) ${code.repeat(stores)}))`;
      return watchModule(inspectModule(rawBytes(wat)).normalized);
    };
    expect(watchOf(5_000)).toBeDefined();
    expect(watchOf(10_000)).toBeUndefined();
  });

  it("adds the globals where the module has none", () => {
    const wat = `(module (memory (export "memory") 1)
      (func (export "heddle_alloc") (param i32) (result i32) (i32.const 64))
      (func (export "write") (param i32 i32) (result i32) (i32.store (i32.const 9000) (i32.const 7)) (i32.const 0)))`;
    const admission = inspectModule(kernelBytes({ wat, functions: ["write"] }));
    const instance = createInForm(admission, "watched");
    expect(instance.call(0, new Uint8Array(0), 0, 0)).toBe(true);
    expect(instance.bytes[9000]).toBe(7);
    instance.reset();
    expect(instance.bytes[9000]).toBe(0);
  });

  it("refuses code that names a global beyond those of the module, as it could be the mark", () => {
    const wat = `(module (memory (export "memory") 1) (global $g (mut i32) (i32.const 0))
      (func (export "heddle_alloc") (param i32) (result i32) (i32.const 64))
      (func (export "write") (param i32 i32) (result i32) (global.set $g (i32.const 77)) (i32.const 0)))`;
    const { normalized } = inspectModule(kernelBytes({ wat, functions: ["write"] }));
    const at = Buffer.from(normalized.bytes).indexOf(Buffer.of(0x41, 0xcd, 0, 0x24, 0));
    expect(at).toBeGreaterThan(0);
    const forged = normalized.bytes.slice();
    forged[at + 4] = 1;
    expect(() => watchModule({ ...normalized, bytes: forged })).toThrow(/names a global .* does not have/);
  });
});

describe("unwatchedOffset", () => {
  it("lets traps have the same places in sources, byte by byte", async () => {
    const admission = inspectModule(await kernelModule("traps"));
    const [plain, watched] = formNames.map((form) => createInForm(admission, form));
    if (plain === undefined || watched === undefined) throw new Error("there are two forms");
    for (const [index, name] of admission.kernel.functions.entries()) {
      const requests = [[], [8, 0], [8, 9], [8, 1, 16, 0], [8, 0x80, 0x80, 0x80, 0x80, 8]].map((bytes) =>
        Uint8Array.from(bytes),
      );
      for (const request of requests) {
        if (name.startsWith("recurse")) continue; // how deep a stack may be is not the same
        expect(resultOf(watched, index, request), name).toEqual(resultOf(plain, index, request));
      }
    }
  });

  it("finds each instruction again, so that places in sources are the same", () => {
    const admission = inspectModule(probeBytes());
    const { plan } = formOf(admission, "watched");
    const watched = watchModule(admission.normalized);
    if (watched === undefined || plan.watch === undefined) throw new Error("there is a watched form");
    const { moves } = watched.watch;
    expect(moves.length).toBeGreaterThan(20);
    for (let pair = 0; pair < moves.length; pair += 2) {
      const [from = 0, to = 0] = moves.subarray(pair, pair + 2);
      expect(unwatchedOffset(watched.watch, to)).toBe(from);
      const instruction = admission.normalized.bytes[from] ?? 0;
      // A smaller byte is the number of groups of locals, at the beginning of a function.
      if (instruction >= firstStore) expect(watched.bytes[to]).toBe(instruction);
    }
  });
});

const firstStore = 0x36;

/** An instance, or why there is none. */
function createOrSay(admission: Admission, form: FormName): KernelInstance | string {
  try {
    return createInForm(admission, form);
  } catch (error) {
    return String(error);
  }
}

function resultOf(instance: KernelInstance, index: number, request: Uint8Array): unknown {
  if (!instance.call(index, request, 0, request.length)) return instance.failure;
  return [...instance.bytes.subarray(instance.resultAt, instance.resultAt + instance.resultSize)];
}
