import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/kernel/admission.ts";
import { checkModule } from "../../src/kernel/early-compile.ts";
import { setWasmFlags, whyInvalid } from "../../src/kernel/v8-flags.ts";
import { moduleWith } from "../support/hostile-modules.ts";

/** A function that reads a local which it does not have. */
const noLocal = moduleWith({ more: "(func (local i32) (drop (local.get 0)))" });
const at = Buffer.from(noLocal).lastIndexOf(Buffer.of(0x20, 0, 0x1a, 0x0b));
noLocal[at + 1] = 9;

describe("setWasmFlags", () => {
  it("leaves out validating what is compiled, and only there", async () => {
    setWasmFlags();
    expect(at).toBeGreaterThan(0);
    expect(await WebAssembly.compile(noLocal)).toBeInstanceOf(WebAssembly.Module);
    expect(WebAssembly.validate(noLocal)).toBe(false);
    expect(() => checkModule(noLocal, digestOf(noLocal))).toThrow("invalid local index: 9 at byte");
  });
});

describe("whyInvalid", () => {
  it("tells what V8 has against a function, and leaves the flags as they were", async () => {
    setWasmFlags();
    expect(whyInvalid(noLocal)).toContain("invalid local index: 9");
    expect(await WebAssembly.compile(noLocal)).toBeInstanceOf(WebAssembly.Module);
  });

  it("tells what V8 has against the rest of a module, and nothing of a valid one", () => {
    expect(whyInvalid(Uint8Array.of(1, 2, 3, 4))).toContain("magic");
    expect(whyInvalid(moduleWith({}))).toBe("");
  });
});
