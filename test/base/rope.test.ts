import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  copyOfPart,
  copyPieces,
  inOnePiece,
  piecesOf,
  Rope,
  ropeOf,
  type Bytes,
} from "../../src/base/rope.ts";
import { testSeed } from "../support/seed.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 8 });

function text(bytes: Bytes): string {
  return Buffer.from(inOnePiece(bytes)).toString("hex");
}

describe("Rope", () => {
  it("is cut where one piece with the same bytes would be", () => {
    fc.assert(
      fc.property(pieces, fc.nat(80), fc.nat(80), (parts, start, size) => {
        const whole = Buffer.concat(parts);
        const cut = ropeOf(parts).subarray(start, start + size);
        const wanted = whole.subarray(start, start + size);
        expect(cut.length).toBe(wanted.length);
        expect(text(cut)).toBe(wanted.toString("hex"));
      }),
      { seed: testSeed, numRuns: 500 },
    );
  });

  it("shares its bytes with what is cut out of it", () => {
    const [left, right] = [Buffer.from("abc"), Buffer.from("def")];
    const cut = ropeOf([left, right]).subarray(1, 5);
    expect(piecesOf(cut).map(({ buffer }) => buffer)).toEqual([left.buffer, right.buffer]);
    left[1] = 0x42;
    expect(Buffer.from(inOnePiece(cut)).toString()).toBe("Bcde");
  });

  it("is itself when nothing is cut off", () => {
    const rope = ropeOf([Buffer.from("a"), Buffer.from("b")]);
    expect(rope.subarray(0)).toBe(rope);
    expect(rope.subarray(0, 7)).toBe(rope);
  });
});

describe("ropeOf", () => {
  it("puts ropes and single pieces into one row", () => {
    const inner = ropeOf([Buffer.from("b"), Buffer.from("c")]);
    const rope = ropeOf([Buffer.from("a"), inner, Buffer.from("d")]);
    expect(piecesOf(rope)).toHaveLength(4);
    expect(rope.length).toBe(4);
  });

  it("leaves a single run as it is", () => {
    const bytes = Buffer.from("a");
    expect(ropeOf([bytes])).toBe(bytes);
    expect(inOnePiece(bytes)).toBe(bytes);
  });
});

describe("copyPieces", () => {
  it("writes one piece after the other from an index on", () => {
    const target = Buffer.from("--------");
    copyPieces(new Rope([Buffer.from("ab"), Buffer.from("c")], 3), target, 2);
    copyPieces(Buffer.from("z"), target, 7);
    expect(target.toString()).toBe("--abc--z");
  });
});

describe("copyOfPart", () => {
  it.each([0, 1, 1000, 16 * 1024 - 1, 16 * 1024, 100_000])(
    "copies %d bytes to memory of their own",
    (size) => {
      const shared = new Uint8Array(new SharedArrayBuffer(size + 20));
      for (let at = 0; at < shared.length; at++) shared[at] = at;
      const expected = Uint8Array.from(shared.subarray(7, 7 + size));
      const copy = copyOfPart(shared, 7, 7 + size);
      shared.fill(0);
      expect(copy.constructor).toBe(Uint8Array);
      expect(copy.buffer.byteLength).toBe(size);
      expect(Buffer.compare(copy, expected)).toBe(0);
    },
  );
});
