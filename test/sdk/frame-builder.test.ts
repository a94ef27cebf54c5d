import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { FrameBuilder } from "../../src/sdk/frame-builder.ts";
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
