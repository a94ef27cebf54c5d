import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteArea, copyBytes } from "../../src/kernel/copy-bytes.ts";
import { testSeed } from "../support/seed.ts";

describe("copyBytes", () => {
  it("copies just the bytes asked for, at any place and of any size", () => {
    const place = fc.nat(40);
    fc.assert(
      fc.property(place, place, fc.oneof(fc.nat(80), fc.nat(3_000)), (from, to, size) => {
        const source = Uint8Array.from({ length: from + size + 20 }, (_, at) => (at * 7 + 3) % 256);
        const shared = new Uint8Array(new SharedArrayBuffer(source.length + 24), 24);
        shared.set(source);
        const target = new Uint8Array(to + size + 20).fill(0xee);
        const expected = target.slice();
        expected.set(source.subarray(from, from + size), to);
        copyBytes(byteArea(target), to, byteArea(shared), from, size);
        expect(Buffer.compare(target, expected)).toBe(0);
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("leaves bits alone that would be a signalling NaN", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, at) => [1, 0, 0, 0, 0, 0, 0xf0, 0x7f][at % 8] ?? 0);
    const target = new Uint8Array(16);
    copyBytes(byteArea(target), 0, byteArea(bytes), 0, 16);
    expect([...target]).toEqual([...bytes]);
  });
});
