import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/kernel/admission.ts";
import { checkModule } from "../../src/kernel/early-compile.ts";
import { setWasmFlags, whyInvalid } from "../../src/kernel/v8-flags.ts";
import { moduleWith } from "../support/hostile-modules.ts";

/** A module with a function that reads a local which it does not have; no two of them are equal. */
function withoutLocal(number: number): Uint8Array {
  const bytes = moduleWith({ more: `(func (local i32) (drop (i32.const ${number})) (drop (local.get 0)))` });
  const at = Buffer.from(bytes).lastIndexOf(Buffer.of(0x20, 0, 0x1a, 0x0b));
  expect(at).toBeGreaterThan(0);
  bytes[at + 1] = 9;
  return bytes;
}

describe("setWasmFlags", () => {
  it("leaves out validating what is compiled, and only there", async () => {
    setWasmFlags();
    const bytes = withoutLocal(1);
    expect(await WebAssembly.compile(bytes)).toBeInstanceOf(WebAssembly.Module);
    expect(WebAssembly.validate(bytes)).toBe(false);
    const other = withoutLocal(2);
    expect(() => checkModule(other, digestOf(other))).toThrow(/invalid local index: 9 at byte \d+/);
  });

  it("has V8 refuse a function that is not valid when it is called", async () => {
    setWasmFlags();
    const { exports } = new WebAssembly.Instance(await WebAssembly.compile(noResult));
    expect(() => (exports["f"] as () => number)()).toThrow(WebAssembly.CompileError);
  });
});

/** Its function `f` has to give a number and gives none. */
const noResult = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7f], // () → i32
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
  ...[10, 4, 1, 2, 0, 0x0b],
]);

describe("whyInvalid", () => {
  it("tells what V8 has against a function, and leaves the flags as they were", async () => {
    setWasmFlags();
    expect(whyInvalid(withoutLocal(3))).toContain("invalid local index: 9");
    expect(await WebAssembly.compile(withoutLocal(4))).toBeInstanceOf(WebAssembly.Module);
  });

  it("tells what V8 has against the rest of a module, and nothing of a valid one", () => {
    expect(whyInvalid(Uint8Array.of(1, 2, 3, 4))).toContain("magic");
    expect(whyInvalid(moduleWith({}))).toBe("");
  });
});
