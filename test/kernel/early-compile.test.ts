import { describe, expect, it } from "vitest";
import { digestOf, inspectModule } from "../../src/kernel/admission.ts";
import { checkModule, compileEarly } from "../../src/kernel/early-compile.ts";
import { moduleWith, refusedModules } from "../support/hostile-modules.ts";
import { probeBytes } from "../support/probe-kernel.ts";

/** Names that a module exports. */
function exportsOf(module: WebAssembly.Module): string[] {
  // Not among the declarations that the sources need.
  const { exports } = WebAssembly.Module as unknown as {
    exports(of: WebAssembly.Module): { name: string }[];
  };
  return exports(module).map(({ name }) => name);
}

/** A number as an unsigned LEB128 of four bytes. */
function number(value: number): Buffer {
  return Buffer.from([0, 7, 14, 21].map((shift) => ((value >>> shift) & 0x7f) | (shift < 21 ? 0x80 : 0)));
}

/** A module with a global that is exported for the reset, unless its code writes to a table. */
function withTable(code: string): Uint8Array {
  return moduleWith({
    more: `(table 1 funcref) (global (mut i32) (i32.const 0)) (func ${code})`,
  });
}

describe("compileEarly", () => {
  it.each([
    ["can be restored", "nop", true],
    ["cannot be restored", "(table.set (i32.const 0) (ref.null func))", false],
  ])("gives the form of a module that %s", async (_, code, exported) => {
    const bytes = withTable(code);
    const { likely, compile } = compileEarly(bytes);
    const { kernel, normalized } = inspectModule(bytes, digestOf(bytes), likely);
    expect({ kernel, normalized }).toEqual(inspectModule(bytes));
    const module = await compile(normalized.bytes);
    expect(exportsOf(module)).toEqual(
      exportsOf(new WebAssembly.Module(normalized.bytes as Uint8Array<ArrayBuffer>)),
    );
    expect(normalized.plan.globals.length > 0).toBe(exported);
  });

  it("says of bytes that are no module what V8 says when they are compiled", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    await expect(compileEarly(bytes).compile(bytes)).rejects.toBeInstanceOf(WebAssembly.CompileError);
  });
});

describe("checkModule", () => {
  it("gives what the inspection finds, and the module", () => {
    const bytes = probeBytes();
    const { admission, module } = checkModule(bytes, digestOf(bytes));
    expect(admission).toEqual(inspectModule(bytes));
    expect(exportsOf(module)).toContain("memory");
  });

  it("says what V8 has against a module before anything else", () => {
    // Neither valid nor with a section that says what it is.
    const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 3, 2, 1, 0);
    expect(() => checkModule(bytes, digestOf(bytes))).toThrow("it is not valid WebAssembly");
  });

  it("does not read the lists of a large module that V8 refuses", () => {
    const count = 3 * 1024 * 1024;
    const functions = Buffer.concat([number(count), Buffer.alloc(count)]);
    const head = Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 3);
    const bytes = Buffer.concat([head, number(functions.length), functions]);
    expect(() => checkModule(bytes, digestOf(bytes))).toThrow("it is not valid WebAssembly");
  });

  it.each(refusedModules.filter((_, index) => index % 5 === 0))("refuses: $title", ({ bytes, reason }) => {
    expect(() => checkModule(bytes, digestOf(bytes))).toThrow(expect.objectContaining({ reason }));
  });
});
