import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admitModule, inspectModule } from "../../src/kernel/admission.ts";
import { createInstance } from "../../src/kernel/instance.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { rawBytes } from "../support/kind-modules.ts";

/** A raw module as its callers see it: values in, values or reasons out. */
function open(wat: string) {
  const { kernel, normalized } = inspectModule(rawBytes(wat));
  const module = new WebAssembly.Module(normalized.bytes);
  const instance = createInstance({ module, ...kernel, sinks: { log: () => {} } });
  const send = (name: string, payload: Uint8Array, padding = 0): unknown => {
    const index = kernel.functions.indexOf(name);
    const source = new Uint8Array(payload.length + 2 * padding).fill(0xff);
    source.set(payload, padding);
    if (!instance.call(index, source, padding, payload.length)) {
      return `${instance.failure?.reason}: ${instance.failure?.message}`;
    }
    const { bytes, resultAt, resultSize } = instance;
    const type = kernel.schema.functions[index]?.response;
    return type && decodeMessage(type, bytes.slice(resultAt, resultAt + resultSize));
  };
  const call = (name: string, request: object): unknown => {
    const type = kernel.schema.functions.find((fn) => fn.name === name)?.request;
    return type && send(name, encodeMessage(type, request), 3);
  };
  return { kernel, instance, call, send };
}

const numbers = `(module
  (func (export "addI") (param $left i32) (param $right i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "addL") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
  (func (export "addF") (param f32 f32) (result f32) (f32.add (local.get 0) (local.get 1)))
  (func (export "addD") (param f64 f64) (result f64) (f64.add (local.get 0) (local.get 1)))
  (func (export "swap") (param i32 f64) (result f64 i32) (local.get 1) (local.get 0))
  (func (export "nothing"))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))`;

describe("RawInstance", () => {
  it("takes and gives each type of number, whatever its value", () => {
    const { call } = open(numbers);
    const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int, int, long, long, fc.float(), fc.double(), (a, b, c, d, e, f) => {
        expect(call("addI", { left: a, right: b })).toEqual({ value: (a + b) | 0 });
        expect(call("addL", { param0: c, param1: d })).toEqual({ value: BigInt.asIntN(64, c + d) });
        expect(call("addF", { param0: e, param1: 1 })).toEqual({ value: Math.fround(e + 1) });
        expect(call("addD", { param0: f, param1: e })).toEqual({ value: f + e });
        expect(call("swap", { param0: a, param1: f })).toEqual({ value0: f, value1: a });
      }),
    );
    expect(call("addD", { param0: -0, param1: -0 })).toEqual({ value: -0 });
    expect(call("nothing", {})).toEqual({});
  });

  it("gives every NaN the same bits", () => {
    const { instance, kernel } = open(`(module
      (func (export "odd") (result f64) (f64.reinterpret_i64 (i64.const 0xfff4000000000123))))`);
    expect(instance.call(kernel.functions.indexOf("odd"), new Uint8Array(0), 0, 0)).toBe(true);
    expect([...instance.bytes]).toEqual([9, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  });

  it("reads fields in any order, the last one wins, and skips those it does not know", () => {
    const { send } = open(numbers);
    expect(send("addI", Uint8Array.of(16, 5, 8, 1, 0x1a, 2, 9, 9, 8, 3))).toEqual({ value: 8 });
    expect(send("addI", new Uint8Array(0))).toEqual({ value: 0 });
  });

  it.each([
    [
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0),
      "BAD_PAYLOAD: payload: field 1 has the wire type 1 where 0 belongs",
    ],
    [Uint8Array.of(10, 1, 5), "BAD_PAYLOAD: payload: field 1 has the wire type 2"],
    [Uint8Array.of(8, 0x80), "BAD_PAYLOAD: payload: truncated varint at byte 1"],
    [Uint8Array.of(8), "BAD_PAYLOAD: payload: truncated varint at byte 1"],
    [Uint8Array.of(0, 0), "BAD_PAYLOAD: payload: field number 0 at byte 0"],
  ])("refuses the request %j wherever it lies", (payload, says) => {
    const { send, call } = open(numbers);
    expect(send("addI", payload, 17)).toContain(says);
    expect(call("addI", { left: 1, right: 2 })).toEqual({ value: 3 });
  });

  it("tells of traps, and can be called again", () => {
    const { call } = open(numbers);
    expect(call("divide", { param0: 1, param1: 0 })).toContain(
      'KERNEL_TRAP: function "divide" trapped: divide by zero',
    );
    expect(call("divide", { param0: 7, param1: 2 })).toEqual({ value: 3 });
  });

  it("begins every call with the state of a new instance, of memory that is not exported too", () => {
    const { call, instance } =
      open(`(module (memory 1) (global $count (mut i32) (i32.const 4)) (data (i32.const 0) "\\07")
      (func (export "next") (result i32 i32 i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
        (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.const 1)))
        (global.get $count) (i32.load8_u (i32.const 0)) (i32.load (i32.const 60000))))`);
    for (let round = 0; round < 3; round++)
      expect(call("next", {})).toEqual({ value0: 5, value1: 8, value2: 1 });
    expect(instance.rebuilds).toBe(0);
  });

  it("runs _initialize of a reactor before the first call", () => {
    const { call } = open(`(module (global $ready (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $ready (i32.const 9)))
      (func (export "ready") (result i32) (global.get $ready)))`);
    expect(call("ready", {})).toEqual({ value: 9 });
  });
});

describe("describeRaw", () => {
  it("names parameters after the name section, all of a function or none", () => {
    const { kernel } = open(`(module
      (func (export "both") (param $firstValue i32) (param $n i64))
      (func (export "one") (param $a i32) (param i32))
      (func (export "same") (param $a_b i32) (param $aB i32)))`);
    const fields = kernel.schema.functions.map(({ request }) => request.fields.map(({ name }) => name));
    expect(fields[0]).toEqual(["first_value", "n"]);
    expect(fields[2]).toEqual(["param0", "param1"]);
    expect(kernel).toMatchObject({ pure: true, deterministic: true, capabilities: [] });
  });

  it.each([
    [`(module (func (export "Gcd")))`, 'export "Gcd" cannot be called'],
    [`(module (func (export "a-b")))`, 'export "a-b" cannot be called'],
    [`(module (func (export "f") (param v128)))`, 'export "f" must take and give i32, i64, f32 and f64 only'],
    [`(module (func (export "f") (result externref) (ref.null extern)))`, "it has the type () -> ref"],
    [`(module (memory (export "memory") 1) (func (export "_private")))`, "it exports none"],
  ])("refuses %s", (wat, says) => {
    expect(() => rawBytes(wat)).toThrow(says);
  });

  it("is checked against the descriptor in the module", () => {
    const bytes = rawBytes(`(module (func (export "f") (param i32) (result i32) (local.get 0)))`);
    const mixed = Uint8Array.from(Buffer.from(bytes).toString("latin1").replace("param", "parem"), (char) =>
      char.charCodeAt(0),
    );
    expect(admitModule(bytes).plan.calls.kind).toBe("raw");
    expect(() => admitModule(mixed)).toThrow("that of a raw module must have here f(int32 param0 = 1)");
  });
});
