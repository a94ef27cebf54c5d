import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inspectModule } from "../../src/kernel/admission.ts";
import { parseModule, SectionId } from "../../src/kernel/module.ts";
import { moduleWith } from "../support/hostile-modules.ts";
import { probeBytes } from "../support/probe-kernel.ts";

function bodies(bytes: Uint8Array, id: number): Buffer[] {
  const { sections } = parseModule(bytes);
  return sections
    .filter((section) => section.id === id)
    .map(({ start, end }) => Buffer.from(bytes.slice(start, end)));
}

describe("normalizeModule", () => {
  it("gives equal bytes for equal bytes", () => {
    expect(inspectModule(probeBytes()).normalized.bytes).toEqual(
      inspectModule(probeBytes()).normalized.bytes,
    );
  });

  it("gives memory a maximum and exports mutable globals", () => {
    const bytes = moduleWith({
      more: "(global (mut i32) (i32.const 1)) (global i32 (i32.const 2)) (global (mut f64) (f64.const 3))",
    });
    const { memories, exports } = parseModule(inspectModule(bytes).normalized.bytes);
    expect(memories).toEqual([{ pagesMin: 1, pagesMax: 1024, shared: false, wide: false }]);
    expect(exports.filter(({ kind }) => kind === "global")).toEqual([
      { name: "heddle.global.0", kind: "global", index: 0 },
      { name: "heddle.global.2", kind: "global", index: 2 },
    ]);
  });

  it("leaves every section but memory and exports alone, and says how far the code moved", () => {
    const bytes = probeBytes();
    const { normalized } = inspectModule(bytes);
    for (const id of Object.values(SectionId)) {
      if (id === SectionId.MEMORY || id === SectionId.EXPORT) continue;
      expect(bodies(normalized.bytes, id)).toEqual(bodies(bytes, id));
    }
    const codeStart = (module: Uint8Array) =>
      parseModule(module).sections.find(({ id }) => id === SectionId.CODE)?.start;
    expect((codeStart(normalized.bytes) ?? 0) - (codeStart(bytes) ?? 0)).toBe(normalized.plan.codeShiftBytes);
    expect(normalized.plan.codeShiftBytes).toBeGreaterThan(0);
  });

  it.each([
    [
      "i32, i64, f32 and f64 globals",
      "(global (mut i64) (i64.const 1)) (global (mut f32) (f32.const 1))",
      [],
    ],
    ["a constant v128 global", "(global v128 (v128.const i64x2 1 2))", []],
    ["reading a table", "(table 2 funcref) (func (drop (table.get 0 (i32.const 0))))", []],
    ["memory.init", `(data $d "a") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))`, []],
    ["a mutable v128 global", "(global (mut v128) (v128.const i64x2 1 2))", ["it has a mutable v128 global"]],
    [
      "a mutable funcref global",
      "(global (mut funcref) (ref.null func))",
      ["it has a mutable reference global"],
    ],
    [
      "a mutable externref global",
      "(global (mut externref) (ref.null extern))",
      ["it has a mutable reference global"],
    ],
    [
      "table.set",
      "(table 2 funcref) (func (table.set 0 (i32.const 0) (ref.null func)))",
      ["its code writes to a table"],
    ],
    [
      "table.fill",
      "(table 2 funcref) (func (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1)))",
      ["its code writes to a table"],
    ],
    [
      "table.copy",
      "(table 2 funcref) (func (table.copy 0 0 (i32.const 0) (i32.const 0) (i32.const 1)))",
      ["its code writes to a table"],
    ],
    [
      "table.init",
      "(table 2 funcref) (elem $e funcref (ref.null func)) (func (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))",
      ["its code writes to a table"],
    ],
    [
      "table.grow",
      "(table 2 10 funcref) (func (drop (table.grow 0 (ref.null func) (i32.const 1))))",
      ["its code grows a table"],
    ],
    [
      "elem.drop",
      "(elem $e funcref (ref.null func)) (func (elem.drop $e))",
      ["its code drops an element segment"],
    ],
    ["data.drop", `(data $d "a") (func (data.drop $d))`, ["its code drops a data segment"]],
    [
      "more mutable globals than are put back one by one",
      "(global (mut i32) (i32.const 1))".repeat(limits.resetGlobalsMax + 1),
      [`it has more than ${limits.resetGlobalsMax} mutable globals`],
    ],
  ])("plans by what the module can do: %s", (_, more, why) => {
    const { plan } = inspectModule(moduleWith({ more })).kernel;
    expect(plan.why).toEqual(why);
    expect(plan.kind).toBe(why.length === 0 ? "image" : "rebuild");
  });
});
