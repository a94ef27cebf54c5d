/** Names that mean something else somewhere on the way stay what their author meant. */
import type protobuf from "protobufjs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernel, type BuiltKernel } from "../../src/compiler/compile.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/message.ts";
import { kernelSource } from "../support/kernels.ts";
import { stockTypes } from "./stock-types.ts";
import { TinyHost } from "./tiny-host.ts";

let built: BuiltKernel;
let host: TinyHost;
let types: protobuf.Root;

beforeAll(async () => {
  built = await buildKernel({ file: kernelSource("odd_names") });
  host = new TinyHost(built.wasm);
  types = stockTypes(built.schema.bytes);
});

function call(name: string, input: Record<string, unknown>): unknown {
  const found = built.schema.functions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  const bytes = encodeMessage(found.request, input);
  return decodeMessage(found.response, host.call(name, bytes))["value"];
}

const full = {
  option: 1,
  package: 2,
  rpc: "r",
  oneof: [3],
  repeated: true,
  // oxlint-disable-next-line unicorn/no-thenable -- a field may be called so
  then: 4,
  hasOwnProperty: 5,
  toString2: 6,
  int32: 7,
};

describe("odd names", () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ["call", { p: 1, end: 1, t: 1, tag: 1, o: 1, d1: 1, n: 1, list: 1 }, 255],
    ["decode", { r: 1, c: 1, w: 1, m: 1, gc: 1, depth: 1, length: 1, response: 1 }, 255],
    ["value", { value: 9 }, 9],
    ["aB", { aBc: 7, aBD: 2 }, 5],
    ["ab", { a: 3 }, 3],
    ["message2", { m: full }, full],
    ["bulk", { f: { length: 3 } }, { length: 3 }],
    ["wrap", { a: { request: full, response: { value: 4 } } }, { request: full, response: { value: 4 } }],
    ["pick", { service: 1 }, "SERVICE_DEEP_BLUE"],
    ["other", { a: { rows: 6 } }, 6],
    ["scaleRequest", { request: 5 }, 5],
    ["scale", { by: 5 }, 10],
    ["toString", { a: 12 }, "12"],
  ])("survive the way through %s(%j)", (name, input, expected) => {
    expect(call(name, input)).toEqual(expected);
  });

  it("make descriptors that a stock implementation takes", () => {
    const names = types.lookupType("odd_names.message").fieldsArray.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["option", "package", "rpc", "oneof", "repeated", "int32"]));
    expect(types.lookupEnum("odd_names.service").values).toEqual({ SERVICE_RPC: 0, SERVICE_DEEP_BLUE: 1 });
  });

  it("of a class that is imported under another name are those of its declaration", () => {
    expect(types.lookupType("odd_names.Matrix").fieldsArray.map(({ name }) => name)).toEqual(["rows"]);
  });
});
