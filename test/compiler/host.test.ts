import type protobuf from "protobufjs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernel } from "../../src/compiler/compile.ts";
import { stockTypes } from "./stock-types.ts";
import { caught, HostFailure, memoryLimit, TinyHost } from "./tiny-host.ts";

const file = new URL("../fixtures/kernels/unruly.ts", import.meta.url).pathname;
let wasm: Uint8Array;
let types: protobuf.Root;

beforeAll(async () => {
  const built = await buildKernel({ file });
  wasm = built.wasm;
  types = stockTypes(built.schema.bytes);
});

function setup(): {
  host: TinyHost;
  call(name: string, request?: object): unknown;
  fails(name: string, request?: object): unknown;
} {
  const host = new TinyHost(wasm);
  const call = (name: string, request: object = {}): unknown => {
    const method = name.charAt(0).toUpperCase() + name.slice(1);
    const input = types.lookupType(`unruly.${method}Request`);
    const output = types.lookupType(`unruly.${method}Response`);
    const bytes = host.call(name, input.encode(input.fromObject(request)).finish());
    return output.toObject(output.decode(bytes))["value"];
  };
  return { host, call, fails: (name, request) => caught(() => call(name, request)) };
}

describe("fail", () => {
  it("ends the call with the author's code and text", () => {
    const error = setup().fails("refuse", { code: 5, message: "no such thing: ∞" });
    expect(error).toMatchObject({ code: 5, text: "no such thing: ∞" });
  });

  it("keeps the marks of decoder and arena out of the author's reach", () => {
    expect(setup().fails("refuse", { code: 0x103, message: "forged" })).toMatchObject({ code: 3 });
  });

  it("is what check ends with, as an invalid argument", () => {
    const { call, fails } = setup();
    expect(call("root", { value: 9 })).toBe(3);
    expect(fails("root", { value: -1 })).toMatchObject({ code: 3, text: "value must not be negative" });
  });
});

describe("log", () => {
  it("carries level and text, and trace goes to debug", () => {
    const { host, call } = setup();
    call("chatter", { text: "größer" });
    expect(host.logs).toEqual(["0 größer", "1 größer", "2 größer", "3 größer", "0 traced 1.5 2.5"]);
  });
});

describe("assert", () => {
  it("ends the call with INTERNAL and its message where it is imported, and says so on the log", () => {
    const { host, call, fails } = setup();
    expect(call("vouch", { holds: true })).toBe(true);
    expect(host.logs).toEqual([]);
    expect(fails("vouch", {})).toMatchObject({ code: 13, text: "it must hold, whoever asks" });
    expect(host.logs).toEqual(["3 assertion failed: it must hold, whoever asks"]);
  });
});

describe("abort", () => {
  it("says message and place with its own level, then traps in a function with a name", () => {
    const { host, call, fails } = setup();
    call("overrun", { index: 3 });
    const error = fails("overrun", { index: 4 });
    expect(error).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(error).toHaveProperty("stack", expect.stringContaining("unruly/overrun"));
    expect(host.logs).toEqual([
      expect.stringMatching(/^259 Index out of range\n~lib\/staticarray\.ts:\d+:\d+$/),
    ]);
  });

  it("is what a failed assertion of the author's does", () => {
    const { host, fails } = setup();
    expect(fails("insist", {})).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(host.logs).toEqual([expect.stringMatching(/^259 it must hold\nunruly\.ts:\d+:\d+$/)]);
  });
});

describe("the arena", () => {
  it("grows up to the memory maximum and then ends the call", () => {
    const { host, call, fails } = setup();
    expect(call("hoard", { pages: 10 })).toBe(655_360);
    expect(fails("hoard", { pages: 1000 })).toMatchObject({
      code: memoryLimit,
      text: "memory maximum reached",
    });
    expect(host.pages).toBe(16);
  });

  it("refuses a request that has no room", () => {
    const bytes = new Uint8Array(2 * 1024 * 1024);
    expect(caught(() => setup().host.call("hoard", bytes))).toMatchObject({ code: memoryLimit });
  });
});

describe("the encoder", () => {
  it("writes U+FFFD for a lone surrogate", () => {
    expect(setup().call("lone")).toBe("a\ufffdb");
  });

  it("traps on a circle instead of running for ever", () => {
    const { host, fails } = setup();
    expect(fails("circle")).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(host.logs[0]).toContain("nested more than 100 deep, or is a circle");
  });

  it("traps on an array with an element that was never set", () => {
    const { host, fails } = setup();
    expect(fails("holey")).not.toBeInstanceOf(HostFailure);
    expect(host.logs[0]).toContain("unruly.HoleyResponse.value has an element that was never set");
  });
});
