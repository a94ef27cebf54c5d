import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { doubleOf, signedOf, unsignedOf, unzigzag, varintLength, zigzag } from "../../src/wire/varint.ts";
import { testSeed } from "../support/seed.ts";

const runs = { seed: testSeed };

describe("varintLength", () => {
  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [2 ** 21 - 1, 3],
    [2 ** 21, 4],
    [2 ** 28 - 1, 4],
    [2 ** 28, 5],
    [2 ** 32 - 1, 5],
  ])("of %i is %i", (value, length) => {
    expect(varintLength(value)).toBe(length);
  });
});

describe("zigzag", () => {
  it("numbers small magnitudes first", () => {
    expect([0, -1, 1, -2, 2147483647, -2147483648].map(zigzag)).toEqual([0, 1, 2, 3, 4294967294, 4294967295]);
  });

  it("is undone by unzigzag", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => unzigzag(zigzag(value)) === value),
      runs,
    );
  });
});

describe("doubleOf, signedOf, unsignedOf", () => {
  it("join the halves of a 64-bit value", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bits) => {
        const low = Number(bits & 0xffff_ffffn);
        const high = Number(bits >> 32n);
        expect(unsignedOf(low, high)).toBe(bits);
        expect(signedOf(low, high)).toBe(BigInt.asIntN(64, bits));
        expect(doubleOf(low, high)).toBe(new Float64Array(new BigUint64Array([bits]).buffer)[0]);
      }),
      runs,
    );
  });
});
