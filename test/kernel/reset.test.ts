import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspectModule } from "../../src/kernel/admission.ts";
import type { KernelInstance } from "../../src/kernel/instance.ts";
import {
  clearRest,
  rebuildGrown,
  rebuildUnrestorable,
  resetSteps,
  restoreGlobals,
  restoreHead,
} from "../../src/kernel/reset.ts";
import { createInForm, formNames } from "../support/instance-forms.ts";
import { rawBytes } from "../support/kind-modules.ts";
import {
  admitScribbler,
  createScribbler,
  scribbleRequest,
  stateOf,
  type Scribble,
} from "../support/scribble-kernel.ts";
import { testSeed } from "../support/seed.ts";
import { kernelBytes } from "../support/wasm-module.ts";

const u32 = fc.nat(0xffffffff);
const scribbles = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant("memory" as const), at: u32, value: fc.nat(255) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("global" as const), which: fc.nat(3), value: u32 }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("table" as const), at: u32, which: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("grow" as const), pages: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("growTable" as const), by: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "dropSegment" as const }) },
  ),
  { maxLength: 30 },
);

function call(instance: KernelInstance, orders: readonly Scribble[]): void {
  const request = scribbleRequest(orders);
  if (!instance.call(0, request, 0, request.length)) throw new Error(instance.failure?.message);
}

describe("resetSteps", () => {
  const image = admitScribbler(false);
  const rebuild = admitScribbler(true);

  it("has one kernel of each plan to be tested with", () => {
    expect(image.kernel.plan.kind).toBe("image");
    expect(rebuild.kernel.plan.why).toEqual([
      "its code writes to a table",
      "its code grows a table",
      "its code drops a data segment",
    ]);
  });

  it.each([
    ["restores an image", image, "plain"],
    ["clears what the mark tells", image, "watched"],
    ["makes instances anew", rebuild, "plain"],
  ] as const)(
    "%s: memory, its size, globals and tables equal those of a new instance before every call",
    (_, admission, form) => {
      const fresh = stateOf(createScribbler(admission));
      fc.assert(
        fc.property(fc.array(scribbles, { minLength: 1, maxLength: 4 }), (calls) => {
          const instance = createInForm(admission, form);
          for (const orders of calls) {
            call(instance, orders);
            instance.reset();
            expect(stateOf(instance)).toBe(fresh);
          }
        }),
        { seed: testSeed, numRuns: 100 },
      );
    },
  );

  it("restores the state before a call as well when nobody asked for it", () => {
    const instance = createScribbler(image);
    const other = createScribbler(image);
    call(instance, [{ kind: "memory", at: 7, value: 9 }]);
    call(instance, []);
    call(other, []);
    expect(stateOf(instance)).toBe(stateOf(other));
  });

  // Each order spoils what one step restores; with all steps but this one the difference must show.
  it.each([
    ["rebuildUnrestorable", rebuildUnrestorable, rebuild, { kind: "table", at: 1, which: 1 }],
    ["rebuildUnrestorable", rebuildUnrestorable, rebuild, { kind: "growTable", by: 1 }],
    ["rebuildUnrestorable", rebuildUnrestorable, rebuild, { kind: "dropSegment" }],
    ["rebuildGrown", rebuildGrown, image, { kind: "grow", pages: 1 }],
    ["restoreHead", restoreHead, image, { kind: "memory", at: 101, value: 1 }],
    ["clearRest", clearRest, image, { kind: "memory", at: 59_999, value: 1 }],
    ["restoreGlobals", restoreGlobals, image, { kind: "global", which: 0, value: 5 }],
    ["restoreGlobals", restoreGlobals, image, { kind: "global", which: 1, value: 5 }],
    ["restoreGlobals", restoreGlobals, image, { kind: "global", which: 2, value: 5 }],
    ["restoreGlobals", restoreGlobals, image, { kind: "global", which: 3, value: 5 }],
  ] as const)("needs %s (%#)", (_, left, admission, order) => {
    const fresh = stateOf(createScribbler(admission));
    const complete = createScribbler(admission);
    call(complete, [order]);
    complete.reset();
    expect(stateOf(complete)).toBe(fresh);

    const lacking = createScribbler(
      admission,
      resetSteps.filter((step) => step !== left),
    );
    call(lacking, [order]);
    lacking.reset();
    expect(stateOf(lacking)).not.toBe(fresh);
  });

  it("is tried with every step left out", () => {
    expect([rebuildUnrestorable, rebuildGrown, restoreHead, clearRest, restoreGlobals]).toEqual(resetSteps);
  });

  it.each(formNames)("puts back a memory that begins with no page (%s)", (form) => {
    const count = `(if (i32.eqz (memory.size)) (then (drop (memory.grow (i32.const 1)))))
      (i32.store8 (i32.const 100) (i32.add (i32.load8_u (i32.const 100)) (i32.const 1)))`;
    const raw = `(module (memory 0 9) (func (export "count") (result i32) ${count} (i32.load8_u (i32.const 100))))`;
    const numbers = createInForm(inspectModule(rawBytes(raw)), form);
    const trapping = `(module (memory (export "memory") 0 9)
      (func (export "heddle_alloc") (param i32) (result i32) (i32.const 0))
      (func (export "trap") (param i32 i32) (result i32) ${count} (unreachable)))`;
    const messages = createInForm(inspectModule(kernelBytes({ wat: trapping, functions: ["trap"] })), form);
    const empty = new Uint8Array(0);
    for (let call = 0; call < 3; call++) {
      expect(numbers.call(0, empty, 0, 0)).toBe(true);
      expect([...numbers.bytes.subarray(0, numbers.resultSize)]).toEqual([8, 1]);
      expect(messages.call(0, empty, 0, 0)).toBe(false);
      messages.reset();
      const { memory } = messages.exports;
      expect(memory instanceof WebAssembly.Memory && memory.buffer.byteLength).toBe(0);
    }
  });

  it.each(formNames)("restores by copying after memory was grown by nothing (%s)", (form) => {
    const instance = createInForm(image, form);
    const fresh = stateOf(createScribbler(image));
    call(instance, [
      { kind: "grow", pages: 0 },
      { kind: "memory", at: 3, value: 3 },
    ]);
    instance.reset();
    expect(stateOf(instance)).toBe(fresh);
    expect(instance.rebuilds).toBe(0);
  });
});
