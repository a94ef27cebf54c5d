import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { FrameBuilder, packRanges } from "../../src/sdk/frame-builder.ts";
import { testSeed } from "../support/seed.ts";

describe("FrameBuilder", () => {
  it("gives back what was put in, in frames within the bounds", () => {
    const size = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: 2 * limits.framePayloadMaxBytes }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
        const builder = new FrameBuilder();
        const frames: { sizes: Uint32Array; payloads: Uint8Array }[] = [];
        for (const [index, bytes] of sizes.entries()) {
          if (!builder.fits(bytes)) frames.push(builder.take());
          builder.add(new Uint8Array(bytes).fill(index));
        }
        frames.push(builder.take());
        expect(frames.flatMap((frame) => [...frame.sizes])).toEqual(sizes);
        const expected = Buffer.concat(sizes.map((bytes, index) => Buffer.alloc(bytes, index)));
        expect(Buffer.concat(frames.map(({ payloads }) => payloads)).equals(expected)).toBe(true);
        for (const frame of frames) {
          if (frame.sizes.length > 1)
            expect(frame.payloads.length).toBeLessThanOrEqual(limits.framePayloadMaxBytes);
        }
        expect(builder.count).toBe(0);
        expect(builder.bytes).toBe(0);
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("holds no more items than a frame has columns for, however small", () => {
    const builder = new FrameBuilder();
    while (builder.fits(0)) builder.add(new Uint8Array(0));
    expect(builder.count).toBe(limits.frameItemsMax);
  });
});

describe("packRanges", () => {
  it("keeps all items in their order in as few frames as their bounds allow", () => {
    const run = fc.array(fc.nat(3000), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 40 }), (runs) => {
        const ranges = runs.map((sizes, index) => ({
          sizes: Uint32Array.from(sizes),
          payloads: Buffer.concat(sizes.map((size) => Buffer.alloc(size, index))),
        }));
        const frames = [...packRanges(ranges)];
        expect(frames.flatMap(({ sizes }) => [...sizes])).toEqual(runs.flat());
        const bytes = (of: readonly { readonly payloads: Uint8Array }[]) =>
          Buffer.concat(of.map(({ payloads }) => payloads));
        expect(bytes(frames).equals(bytes(ranges))).toBe(true);
        for (const [index, frame] of frames.entries()) {
          const following = frames[index + 1]?.payloads.length ?? Infinity;
          const alone = ranges.some(({ payloads }) => payloads.equals(frame.payloads));
          expect(alone || frame.payloads.length <= limits.framePayloadMaxBytes).toBe(true);
          expect(frame.payloads.length + following).toBeGreaterThan(limits.framePayloadMaxBytes / 2);
        }
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("bounds the items of a frame", () => {
    const range = { sizes: new Uint32Array(300), payloads: new Uint8Array(0) };
    expect([...packRanges(Array.from({ length: 10 }, () => range))].map(({ sizes }) => sizes.length)).toEqual(
      [900, 900, 900, 300],
    );
  });
});
