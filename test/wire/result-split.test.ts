import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { emptyResult, noBytes, type ResultFrame } from "../../src/wire/frame.ts";
import { chunkMaxBytes } from "../../src/wire/chunk-head.ts";
import { resultHeaderBytes } from "../../src/wire/frame-bytes.ts";
import { splitResult } from "../../src/wire/result-split.ts";
import { testSeed } from "../support/seed.ts";

function failed(index: number, length: number): ResultFrame["errors"][number] {
  const message = "x".repeat(length);
  return {
    index,
    code: 2,
    reason: "KERNEL_FAILED",
    message,
    details: noBytes,
    attempts: 1,
    node: "",
    retryAfterMs: 0,
    count: 0,
  };
}

/** The outcome of each item of a frame, as text. */
function outcomes(frame: ResultFrame): string[] {
  let at = 0;
  return Array.from({ length: frame.count }, (_, position) => {
    const size = frame.sizes[position] ?? 0;
    const payload = Buffer.from(inOnePiece(frame.payloads.subarray(at, (at += size)))).toString("hex");
    const errors = frame.errors.filter(({ index }) => index === frame.first + position);
    return `${frame.first + position}:${payload}:${frame.runMs[position]}:${errors.map(({ message }) => message.length).join()}`;
  });
}

const frameWithErrors = fc
  .array(fc.record({ size: fc.nat(50), error: fc.option(fc.nat(limits.messageMaxBytes)) }), {
    minLength: 1,
    maxLength: 200,
  })
  .map((items): ResultFrame => {
    const sizes = Uint32Array.from(items, ({ size, error }) => (error === null ? size : 0));
    const payloads = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
    for (let at = 0; at < payloads.length; at++) payloads[at] = at;
    const errors = items.flatMap(({ error }, position) =>
      error === null ? [] : [failed(100 + position, error)],
    );
    const runMs = Float32Array.from(items, (_, position) => position);
    return {
      ...emptyResult,
      id: 5,
      first: 100,
      count: items.length,
      sizes,
      payloads,
      errors,
      runMs,
      done: true,
      rest: failed(0, 9),
    };
  });

describe("splitResult", () => {
  it("leaves a frame alone that is small enough", () => {
    const frame = {
      ...emptyResult,
      count: 1024,
      sizes: new Uint32Array(1024),
      runMs: new Float32Array(1024),
    };
    expect(splitResult(frame)).toEqual([frame]);
  });

  it("parts a frame into messages that fit, without changing any outcome", () => {
    fc.assert(
      fc.property(frameWithErrors, (frame) => {
        const parts = splitResult(frame);
        expect(parts.flatMap(outcomes)).toEqual(outcomes(frame));
        expect(parts.map(({ done }) => done)).toEqual(parts.map((_, at) => at === parts.length - 1));
        expect(parts.at(-1)?.rest).toEqual(frame.rest);
        for (const part of parts) {
          const bytes = resultHeaderBytes(part) + part.payloads.length;
          expect(bytes).toBeLessThanOrEqual(Math.max(limits.frameMaxBytes, part.count === 1 ? Infinity : 0));
        }
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("parts the columns of very many items", () => {
    const count = 20_000;
    const frame = {
      ...emptyResult,
      count,
      sizes: new Uint32Array(count),
      runMs: new Float32Array(count),
      done: true,
    };
    const parts = splitResult(frame);
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(count);
    expect(Math.max(...parts.map(resultHeaderBytes))).toBeLessThanOrEqual(limits.frameMaxBytes);
  });

  it("gives large items chunks of their own, and small ones as many as a chunk holds", () => {
    const sizes = Uint32Array.of(chunkMaxBytes, 1, chunkMaxBytes - 1, chunkMaxBytes + 1, 5, 6);
    const payloads = Buffer.alloc(
      sizes.reduce((sum, size) => sum + size, 0),
      7,
    );
    const parts = splitResult({ ...emptyResult, first: 3, count: sizes.length, sizes, payloads, done: true });
    expect(parts.map(({ first, count, done }) => [first, count, done])).toEqual([
      [3, 1, false],
      [4, 2, false],
      [6, 1, false],
      [7, 2, true],
    ]);
    expect(parts.map((part) => part.payloads.length)).toEqual(
      parts.map((part) => part.sizes.reduce((sum, size) => sum + size, 0)),
    );
  });

  it("does not tear one error from the range of items it stands for", () => {
    const error = { ...failed(0, 20_000), count: 5000 };
    const frame = { ...emptyResult, count: 5000, errors: [error] };
    expect(splitResult(frame)).toEqual([frame]);
  });
});
