import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { inspectModule } from "../../src/kernel/admission.ts";
import type { HostSinks } from "../../src/kernel/host-imports.ts";
import { createInstance, type KernelInstance } from "../../src/kernel/instance.ts";
import { createInForm, formNames, type FormName } from "../support/instance-forms.ts";
import { moduleWith } from "../support/hostile-modules.ts";
import { probeBytes, probeFunctions } from "../support/probe-kernel.ts";

function setupIn(form: FormName, bytes: Uint8Array): { instance: KernelInstance; log: string[] } {
  const log: string[] = [];
  const sinks: HostSinks = { log: (level, text) => log.push(`${level} ${text}`) };
  return { instance: createInForm(inspectModule(bytes), form, { sinks }), log };
}

/** Calls a function of the probe; gives the result or the reason and message of the failure. */
function call(instance: KernelInstance, name: (typeof probeFunctions)[number], payload: readonly number[]) {
  const bytes = Uint8Array.from(payload);
  return callAt(instance, probeFunctions.indexOf(name), bytes);
}

function callAt(instance: KernelInstance, index: number, bytes: Uint8Array): number[] | string {
  if (!instance.call(index, bytes, 0, bytes.length))
    return `${instance.failure?.reason}: ${instance.failure?.message}`;
  const { resultAt, resultSize } = instance;
  return [...instance.bytes.subarray(resultAt, resultAt + resultSize)];
}

describe.each(formNames)("createInstance (%s code)", (form) => {
  const setup = (bytes: Uint8Array = probeBytes()) => setupIn(form, bytes);

  it("calls functions with payloads of any size, also of none", () => {
    const { instance } = setup();
    expect(call(instance, "echo", [])).toEqual([]);
    expect(call(instance, "echo", [1, 2, 3])).toEqual([1, 2, 3]);
    const large = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    expect(callAt(instance, 0, large)).toEqual([...large]);
  });

  it("reads the payload where it lies", () => {
    const { instance } = setup();
    expect(instance.call(0, Uint8Array.of(9, 9, 7, 8, 9), 2, 2)).toBe(true);
    expect([...instance.bytes.subarray(instance.resultAt, instance.resultAt + 2)]).toEqual([7, 8]);
  });

  it.each<[(typeof probeFunctions)[number], number[], string]>([
    ["trap", [], 'KERNEL_TRAP: function "trap" trapped: unreachable in "inner" (byte '],
    ["divide", [], 'KERNEL_TRAP: function "divide" trapped: divide by zero in "divide"'],
    ["outside", [], 'KERNEL_TRAP: function "outside" trapped: memory access out of bounds in "outside"'],
    ["recurse", [], 'KERNEL_TRAP: function "recurse" trapped: Maximum call stack size exceeded in "recurse"'],
    ["bomb", [], 'MEMORY_LIMIT: function "bomb": the memory maximum of 4194304 bytes was reached'],
    [
      "badHeader",
      [],
      'KERNEL_BAD_RESULT: function "badHeader": it returned the address 4294967292, memory has 65536',
    ],
    ["badRange", [], 'KERNEL_BAD_RESULT: function "badRange": its result is said to be 100 bytes at 65530'],
    ["failWith", [5, 0, 0, 0], "KERNEL_FAILED: no luck today"],
    ["failWith", [3, 1, 0, 0], "BAD_PAYLOAD: no luck today"],
    ["failWith", [8, 2, 0, 0], "MEMORY_LIMIT: no luck today"],
    ["failAndGoOn", [1], "KERNEL_FAILED: no luck today"],
    ["logAndTrap", [], 'KERNEL_TRAP: function "logAndTrap" trapped: unreachable in "logAndTrap"'],
  ])("tells how %s(%j) failed, and can be called again", (name, payload, says) => {
    const { instance } = setup();
    expect(String(call(instance, name, payload))).toContain(says);
    expect(call(instance, "count", [])).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
  });

  it.each([
    [0, 2],
    [1, 1],
    [7, 7],
    [16, 16],
    [17, 2],
    [255, 2],
    [0x105, 2],
    [0x203, 2],
    [0x103, 3],
    [0x208, 8],
  ])("gives code %i of fail as %i", (code, expected) => {
    const { instance } = setup();
    call(instance, "failWith", [code & 0xff, code >>> 8, 0, 0]);
    expect(instance.failure?.code).toBe(expected);
  });

  it("says at which byte of the uploaded module a trap was", () => {
    const bytes = probeBytes();
    const { instance } = setup(bytes);
    const said = String(call(instance, "trap", []));
    const at = Number(/in "inner" \(byte (\d+)\)/.exec(said)?.[1]);
    expect(bytes[at]).toBe(0x00); // unreachable
    expect(bytes[at + 1]).toBe(0x0b); // end
  });

  it("repeats what the kernel logged as an error before it trapped, but not what an earlier call logged", () => {
    const { instance, log } = setup();
    expect(call(instance, "logAndTrap", [])).toContain("; it logged: no luck today");
    expect(call(instance, "trap", [])).not.toContain("it logged");
    expect(log).toEqual([
      "error no luck today",
      expect.stringMatching(
        /^error function "logAndTrap" trapped: unreachable\n    in "logAndTrap" \(byte \d+\)$/,
      ),
      expect.stringMatching(
        /^error function "trap" trapped: unreachable\n    in "inner" .*\n    in "trap" .*$/,
      ),
    ]);
  });

  it("refuses a payload above the share of memory, without calling the kernel", () => {
    const { instance } = setup(probeBytes({ memoryMaxBytes: 131072 }));
    expect(callAt(instance, 0, new Uint8Array(32768))).toHaveLength(32768);
    expect(callAt(instance, 0, new Uint8Array(32769))).toContain(
      "PAYLOAD_TOO_LARGE: the payload has 32769 bytes",
    );
  });

  it("refuses an address for the request that lies outside of memory", () => {
    const alloc = `(func (export "heddle_alloc") (param i32) (result i32) (i32.const 65530))`;
    const { instance } = setup(moduleWith({ alloc }));
    expect(callAt(instance, 0, new Uint8Array(10))).toContain(
      'KERNEL_BAD_RESULT: function "echo": heddle_alloc(10) gave',
    );
  });

  it("refuses a result above the limit", () => {
    const size = limits.payloadMaxBytes + 1;
    const echo = `(func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (i32.const 0)) (i32.store (i32.const 4) (i32.const ${size})) (i32.const 0))`;
    const { instance } = setup(moduleWith({ echo, memory: `(memory (export "memory") 1100 1100)` }));
    expect(callAt(instance, 0, new Uint8Array(4))).toContain(
      `RESULT_TOO_LARGE: function "echo": the result has ${size} bytes`,
    );
  });

  it("cuts texts of the kernel to what may leave the process", () => {
    const imports = `(import "heddle" "fail" (func $fail (param i32 i32 i32)))`;
    const echo = `(func (export "echo") (param i32 i32) (result i32)
      (memory.fill (i32.const 0) (i32.const 97) (i32.const 60000))
      (call $fail (i32.const 9) (i32.const 0) (i32.const -1)) (unreachable))`;
    const { instance } = setup(moduleWith({ imports, echo }));
    callAt(instance, 0, new Uint8Array(0));
    expect(instance.failure?.reason).toBe("KERNEL_FAILED");
    expect(instance.failure?.message.length).toBeGreaterThan(1000);
    expect(Buffer.byteLength(instance.failure?.message ?? "")).toBeLessThanOrEqual(limits.messageMaxBytes);
  });

  it("makes the instance anew where the image of a state would not be exact or not be cheap", () => {
    const rebuilds = (parts: Parameters<typeof moduleWith>[0]) => {
      const { instance } = setup(moduleWith(parts));
      for (let round = 0; round < 3; round++) callAt(instance, 0, new Uint8Array(0));
      return instance.rebuilds;
    };
    expect(rebuilds({ more: "(global (mut f64) (f64.const nan:0x4000000000001))" })).toBe(2);
    expect(rebuilds({ more: "(global (mut f32) (f32.const nan))" })).toBe(2);
    expect(rebuilds({ more: "(global (mut f64) (f64.const 1))" })).toBe(0);
    expect(rebuilds({ memory: `(memory (export "memory") 257)` })).toBe(2);
    expect(rebuilds({ memory: `(memory (export "memory") 256)` })).toBe(0);
  });

  it("names functions by number in a module without names", () => {
    const bytes = moduleWith({ echo: `(func (export "echo") (param i32 i32) (result i32) (unreachable))` });
    const { instance } = setup(bytes);
    expect(callAt(instance, 0, new Uint8Array(0))).toMatch(/unreachable in ("\w+"|function 1) \(byte \d+\)/);
  });

  it("refuses a module that was never admitted and lacks an export", () => {
    const { kernel, normalized } = inspectModule(probeBytes());
    const module = new WebAssembly.Module(normalized.bytes);
    const make = () =>
      createInstance({ module, plan: kernel.plan, functions: ["ecco"], sinks: { log: () => {} } });
    expect(make).toThrow(HeddleError);
  });
});
