import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Pieces } from "../../src/base/pieces.ts";

describe("Pieces", () => {
  it("gives the bytes that came, however they were cut", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 40 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 60 }), (given, times) => {
        const all = Array.from({ length: times }, () => given.map((piece) => Buffer.from(piece))).flat();
        const held = new Pieces();
        for (const piece of all) held.add(piece);
        const expected = Buffer.concat(all);
        expect(held.bytes).toBe(expected.length);
        expect(held.joined()).toEqual(expected);
        expect(held.joined()).toEqual(expected);
        expect(held.take()).toEqual(expected);
        expect([held.bytes, held.take().length]).toEqual([0, 0]);
      }),
      { numRuns: 30 },
    );
  });

  it("gives a single piece as it is, and takes it into memory of its own", () => {
    const piece = Buffer.from("abc");
    const held = new Pieces();
    held.add(piece);
    expect(held.joined()).toBe(piece);
    const taken = held.take();
    piece.fill(0);
    expect(taken.toString()).toBe("abc");
  });

  it("joins small pieces as they come, and leaves large ones alone", () => {
    const concat = vi.spyOn(Buffer, "concat");
    onTestFinished(() => concat.mockRestore());
    const held = new Pieces();
    for (let count = 0; count < 100_000; count++) held.add(Buffer.of(count & 255));
    const joins = concat.mock.calls.length;
    held.take();
    expect(concat.mock.lastCall?.[0].length).toBeLessThan(1000);
    expect(joins).toBeGreaterThan(100);
    concat.mockClear();
    for (let count = 0; count < 1000; count++) held.add(Buffer.alloc(16_384));
    expect(concat).not.toHaveBeenCalled();
  });
});
