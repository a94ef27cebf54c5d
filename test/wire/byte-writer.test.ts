import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { ByteReader } from "../../src/wire/byte-reader.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { testSeed } from "../support/seed.ts";

describe("ByteWriter", () => {
  it("writes what ByteReader reads", () => {
    const item = fc.record({
      size: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      int: fc.integer(),
      text: fc.string(),
      bytes: fc.uint8Array(),
    });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const writer = new ByteWriter(1);
        for (const { size, int, text, bytes } of items) {
          writer.varint(size);
          writer.int32(int);
          writer.string(text);
          writer.bytes(bytes);
        }
        const reader = new ByteReader(writer.finish());
        for (const { size, int, text, bytes } of items) {
          expect(reader.varint()).toBe(size);
          expect(reader.varint() | 0).toBe(int);
          expect(reader.string()).toBe(text);
          expect(reader.copyBytes()).toEqual(bytes);
        }
        expect(reader.pos).toBe(reader.end);
      }),
      { seed: testSeed },
    );
  });

  it("writes a negative int32 in ten bytes", () => {
    const writer = new ByteWriter();
    writer.int32(-2);
    expect(Buffer.from(writer.finish()).toString("hex")).toBe("feffffffffffffffff01");
  });

  it.each([0, 1, 127, 128, 20_000])("puts the length before %i bytes of nested content", (size) => {
    const writer = new ByteWriter(1);
    writer.delimited(() => writer.raw(new Uint8Array(size).fill(7)));
    writer.varint(9);
    const reader = new ByteReader(writer.finish());
    expect(reader.copyBytes()).toEqual(new Uint8Array(size).fill(7));
    expect(reader.varint()).toBe(9);
    expect(writer.length).toBe(reader.end);
  });

  it("refuses to grow above the payload limit", () => {
    const writer = new ByteWriter();
    const half = new Uint8Array(limits.payloadMaxBytes / 2);
    writer.raw(half);
    expect(() => writer.bytes(half)).toThrow(
      "[RESOURCE_EXHAUSTED PAYLOAD_TOO_LARGE] a message of at least 67108868 bytes",
    );
  });
});
