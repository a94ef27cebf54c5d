import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyRange } from "../../src/base/copy-range.ts";
import { testSeed } from "../support/seed.ts";

const memories: Record<string, (bytes: number) => ArrayBufferLike> = {
  private: (bytes) => new ArrayBuffer(bytes),
  shared: (bytes) => new SharedArrayBuffer(bytes),
  "shared and growable": (bytes) => new SharedArrayBuffer(bytes, { maxByteLength: 4 * bytes }),
  "a kernel's": () => new WebAssembly.Memory({ initial: 1 }).buffer,
};
const names = fc.constantFrom(...Object.keys(memories));
const bytesMax = 3000;

function memory(name: string): Uint8Array {
  return new Uint8Array(memories[name]?.(bytesMax) ?? new ArrayBuffer(0), 0, bytesMax);
}

describe("copyRange", () => {
  it("copies what `set` would, wherever it lies and whoever shares it, and nothing beside it", () => {
    const place = fc.nat(500);
    const size = fc.nat(2000);
    fc.assert(
      fc.property(names, names, place, place, size, (from, to, at, start, length) => {
        const source = memory(from).fill(1);
        for (let index = 0; index < source.length; index++) source[index] = index * 7 + 1;
        const [target, wanted] = [memory(to).fill(9), memory("private").fill(9)];
        wanted.set(source.subarray(start, start + length), at);
        copyRange(target, at, source, start, start + length);
        expect(Buffer.compare(target, wanted)).toBe(0);
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });
});
