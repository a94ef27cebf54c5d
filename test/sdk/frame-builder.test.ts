import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { FrameBuilder, packRanges, type PayloadColumns } from "../../src/sdk/frame-builder.ts";
import { encodeMessage } from "../../src/wire/message.ts";
import { fieldOf, linkedType, messageOf, setOf } from "../support/descriptor-builder.ts";
import { testSeed } from "../support/seed.ts";

/** A request with one field of bytes; a payload is a tag, a length and the bytes, or nothing. */
const request = linkedType(setOf([messageOf("Request", [fieldOf("data", 1, "bytes")])]));

/** A builder, and the frames that it found full. */
function setup() {
  const frames: PayloadColumns[] = [];
  return { frames, builder: new FrameBuilder(request, (columns) => frames.push(columns)) };
}

describe("FrameBuilder", () => {
  it("encodes what was put in, in frames within the bounds", () => {
    const size = fc.oneof(fc.nat(200), fc.integer({ min: 0, max: 2 * limits.mapFramePayloadMaxBytes }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
        const { builder, frames } = setup();
        const inputs = sizes.map((bytes, index) => ({ data: new Uint8Array(bytes).fill(index) }));
        for (const input of inputs) builder.add(input);
        frames.push(builder.take());
        const expected = inputs.map((input) => encodeMessage(request, input));
        expect(frames.flatMap((frame) => [...frame.sizes])).toEqual(expected.map(({ length }) => length));
        const whole = Buffer.concat(frames.map(({ payloads }) => payloads));
        expect(whole.equals(Buffer.concat(expected))).toBe(true);
        for (const frame of frames) {
          if (frame.sizes.length > 1)
            expect(frame.payloads.length).toBeLessThanOrEqual(limits.mapFramePayloadMaxBytes);
        }
        expect(builder.count).toBe(0);
        expect(builder.bytes).toBe(0);
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("fills frames as far as their bounds allow", () => {
    const { builder, frames } = setup();
    const data = new Uint8Array(1000);
    for (let item = 0; item < 600; item++) builder.add({ data });
    const size = encodeMessage(request, { data }).length;
    const fit = Math.floor(limits.mapFramePayloadMaxBytes / size);
    expect(frames.map(({ sizes }) => sizes.length)).toEqual([fit, fit, fit, fit]);
  });

  it("holds no more items than a frame has columns for, however small", () => {
    const { builder, frames } = setup();
    for (let item = 0; item < 3 * limits.mapFrameItemsMax; item++) builder.add({});
    expect(frames.map(({ sizes }) => sizes.length)).toEqual([
      limits.mapFrameItemsMax,
      limits.mapFrameItemsMax,
    ]);
    expect(builder.count).toBe(limits.mapFrameItemsMax);
  });

  it("keeps what it has when an input is not valid", () => {
    const { builder } = setup();
    builder.add({ data: Uint8Array.of(1) });
    expect(() => builder.add({ data: "text" })).toThrow("test.Request.data");
    builder.add({ data: Uint8Array.of(2) });
    const { sizes, payloads } = builder.take();
    expect([...sizes]).toEqual([3, 3]);
    expect([...payloads]).toEqual([10, 1, 1, 10, 1, 2]);
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
          expect(alone || frame.payloads.length <= limits.mapFramePayloadMaxBytes).toBe(true);
          expect(frame.payloads.length + following).toBeGreaterThan(limits.mapFramePayloadMaxBytes / 2);
        }
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("bounds the items of a frame", () => {
    const range = { sizes: new Uint32Array(limits.mapFrameItemsMax / 3), payloads: new Uint8Array(0) };
    const counts = [...packRanges(Array(10).fill(range))].map(
      ({ sizes }) => sizes.length / range.sizes.length,
    );
    expect(counts).toEqual([3, 3, 3, 1]);
  });
});
