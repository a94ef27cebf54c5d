import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { admitModule, inspectModule, rehearse, type AdmittedKernel } from "../../src/kernel/admission.ts";
import { moduleWith, refusedAtStart, refusedModules } from "../support/hostile-modules.ts";
import { probeBytes } from "../support/probe-kernel.ts";
import { testSeed } from "../support/seed.ts";

function refusal(run: () => unknown): HeddleError {
  try {
    run();
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
  throw new Error("it was admitted");
}

function admitted(...parts: Parameters<typeof moduleWith>): AdmittedKernel {
  return admitModule(moduleWith(...parts));
}

describe("admitModule", () => {
  it("gives the facts of a healthy module", () => {
    const bytes = probeBytes({ timeLimitMs: 250 });
    const kernel = admitModule(bytes);
    expect(kernel.digest).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(kernel.manifest).toMatchObject({ name: "probe", timeLimitMs: 250, memoryMaxBytes: 64 * 65536 });
    expect(kernel.imports).toEqual(["heddle.fail", "heddle.log"]);
    expect(kernel).toMatchObject({ pure: true, deterministic: true, sizeBytes: bytes.length });
    expect(kernel.functions.slice(0, 3)).toEqual(["echo", "count", "trap"]);
    expect(kernel.schema.package).toBe("probe");
  });

  it.each(refusedModules)("refuses: $title", ({ bytes, reason, says }) => {
    const error = refusal(() => admitModule(bytes));
    expect(error.reason).toBe(reason);
    expect(error.rawMessage).toContain(says);
  });

  it.each([
    ["none declared", `(memory (export "memory") 1)`, {}, limits.memoryDefaultMaxBytes],
    ["one declared", `(memory (export "memory") 1 3)`, {}, 3 * 65536],
    ["a declared one above the default", `(memory (export "memory") 1 2000)`, {}, 2000 * 65536],
    ["one in the manifest", `(memory (export "memory") 1)`, { memoryMaxBytes: 131072 }, 131072],
    ["both, the smaller holds", `(memory (export "memory") 1 4)`, { memoryMaxBytes: 131072 }, 131072],
    ["both, the smaller holds", `(memory (export "memory") 1 2)`, { memoryMaxBytes: 65536 * 9 }, 131072],
    ["a beginning above the default", `(memory (export "memory") 2000)`, {}, 2000 * 65536],
  ])("gives memory its maximum: %s", (_, memory, manifest, maximum) => {
    expect(admitted({ memory }, manifest).manifest.memoryMaxBytes).toBe(maximum);
  });

  it.each([
    [
      "arithmetic on floats whose bits are seen, as NaN differ",
      `(func (param f64) (result i64) (i64.reinterpret_f64 (f64.add (local.get 0) (local.get 0))))`,
      false,
    ],
    [
      "arithmetic on floats whose bits nobody sees",
      `(func (param f64) (result f64) (f64.add (local.get 0) (local.get 0)))`,
      true,
    ],
    [
      "relaxed SIMD",
      `(func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))`,
      false,
    ],
    ["plain SIMD", `(func (param v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 0)))`, true],
    [
      "constants and comparisons of floats",
      `(func (result i32) (f64.lt (f64.const nan) (f64.const 1)))`,
      true,
    ],
  ])("knows what is deterministic: %s", (_, more, deterministic) => {
    expect(admitted({ more }).deterministic).toBe(deterministic);
  });

  it("either refuses or admits a damaged module, and throws nothing but HeddleError", () => {
    const bytes = probeBytes();
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        try {
          admitModule(damaged);
          const { normalized } = inspectModule(damaged);
          expect(WebAssembly.validate(normalized.bytes)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(HeddleError);
        }
      }),
      { seed: testSeed, numRuns: 1000 },
    );
  });
});

describe("rehearse", () => {
  it.each(refusedAtStart)("refuses: $title", ({ bytes, reason, says }) => {
    const admission = inspectModule(bytes);
    const error = refusal(() => rehearse(new WebAssembly.Module(admission.normalized.bytes), admission));
    expect(error.reason).toBe(reason);
    expect(error.rawMessage).toContain(says);
  });

  it("accepts a start function that computes", () => {
    const admission = inspectModule(
      moduleWith({ more: "(func $begin (i32.store (i32.const 8) (i32.const 1))) (start $begin)" }),
    );
    rehearse(new WebAssembly.Module(admission.normalized.bytes), admission);
  });
});
