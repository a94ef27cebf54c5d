import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rope } from "../../src/base/rope.ts";
import { loneBlock, readLoneBlock } from "../../src/wire/lone-block.ts";
import { MessageColumnReader } from "../../src/wire/message-column.ts";
import { encodeMessage } from "../../src/wire/message.ts";
import { planOf } from "../../src/wire/message-plan.ts";
import { fieldOf, linkedType, messageOf, setOf } from "../support/descriptor-builder.ts";
import { testSeed } from "../support/seed.ts";

type Scalar = "bytes" | "double" | "float" | "fixed32" | "sfixed64" | "string" | "uint32";

function typeOf(type: Scalar, repeated: boolean) {
  const field = fieldOf("value", 1, type, repeated ? { label: "repeated" } : {});
  return linkedType(setOf([messageOf("Response", [field])]));
}

/** Cuts bytes into pieces of these sizes, and the rest. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): Rope {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at + size >= bytes.length) break;
    pieces.push(bytes.slice(at, (at += size)));
  }
  return new Rope([...pieces, bytes.slice(at)], bytes.length);
}

const lists: [Scalar, unknown][] = [
  ["double", Float64Array.from({ length: 100 }, (_, index) => index / 3)],
  ["float", Float32Array.from({ length: 100 }, (_, index) => index / 3)],
  ["fixed32", Uint32Array.from({ length: 100 }, (_, index) => index * 40_000_000)],
  ["sfixed64", BigInt64Array.from({ length: 100 }, (_, index) => -BigInt(index))],
];
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 12 });

describe("readLoneBlock", () => {
  it.each([
    ...lists.map(([type, value]) => [type, true, value] as const),
    ["bytes", false, new Uint8Array(400).fill(7)] as const,
  ])("reads %s out of any pieces", (scalar, repeated, value) => {
    const type = typeOf(scalar, repeated);
    const lone = loneBlock(planOf(type).fields) ?? expect.unreachable();
    const message = encodeMessage(type, { value });
    fc.assert(
      fc.property(cuts, (sizes) => {
        expect(readLoneBlock(lone, inPieces(message, sizes))).toEqual(value);
      }),
      { seed: testSeed, numRuns: 100 },
    );
  });

  it("gives a buffer that nobody else has", () => {
    const type = typeOf("bytes", false);
    const lone = loneBlock(planOf(type).fields) ?? expect.unreachable();
    const value = readLoneBlock(lone, inPieces(encodeMessage(type, { value: new Uint8Array(99) }), [5, 50]));
    expect((value as Uint8Array).buffer.byteLength).toBe(99);
  });

  it("leaves what is not the field once and nothing else to others", () => {
    const type = typeOf("bytes", false);
    const lone = loneBlock(planOf(type).fields) ?? expect.unreachable();
    const message = encodeMessage(type, { value: Uint8Array.of(1, 2, 3) });
    const twice = Buffer.concat([message, message]);
    const cutShort = message.subarray(0, 4);
    const another = Uint8Array.of(0x12, 1, 5);
    for (const bytes of [twice, cutShort, another])
      expect(readLoneBlock(lone, inPieces(bytes, [1, 1]))).toBeUndefined();
  });
});

describe("loneBlock", () => {
  it("is the only field, if that is bytes or numbers of fixed width", () => {
    expect(loneBlock(planOf(typeOf("double", false)).fields)).toBeUndefined();
    expect(loneBlock(planOf(typeOf("string", false)).fields)).toBeUndefined();
    expect(loneBlock(planOf(typeOf("bytes", true)).fields)).toBeUndefined();
    expect(loneBlock(planOf(typeOf("uint32", true)).fields)).toBeUndefined();
    expect(loneBlock(planOf(typeOf("bytes", false)).fields)?.key).toBe("value");
  });
});

describe("MessageColumnReader", () => {
  it.each(["bytes", "string", "uint32", "double"] as const)(
    "reads a %s from pieces as from one",
    (scalar) => {
      const values = { bytes: Uint8Array.of(1, 2, 3, 4), string: "abcd", uint32: 4_000_000_000, double: 0.1 };
      const type = typeOf(scalar, false);
      const message = encodeMessage(type, { value: values[scalar] });
      const padded = inPieces(Buffer.concat([Buffer.from("xx"), message, Buffer.from("y")]), [1, 2, 2, 1]);
      const reader = new MessageColumnReader(type);
      const end = 2 + message.length;
      expect(reader.decodeOnly(padded, 2, end, "value")).toEqual(values[scalar]);
      expect(reader.decode(padded, 2, end)).toEqual({ value: values[scalar] });
    },
  );
});
