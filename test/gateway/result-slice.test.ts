import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOnePiece } from "../../src/base/rope.ts";
import { sliceResult } from "../../src/gateway/result-slice.ts";
import { emptyResult, noBytes, type ResultFrame } from "../../src/wire/frame.ts";
import { testSeed } from "../support/seed.ts";

function frameOf(first: number, payloads: readonly string[]): ResultFrame {
  const parts = payloads.map((payload) => Buffer.from(payload));
  const failure = { code: 2, reason: "KERNEL_TRAP", message: "", details: noBytes, attempts: 0, node: "" };
  return {
    ...emptyResult,
    id: 3,
    first,
    count: parts.length,
    sizes: Uint32Array.from(parts, ({ length }) => length),
    payloads: Buffer.concat(parts),
    runMs: Float32Array.from(parts, (_, index) => index),
    errors: [{ ...failure, index: first, retryAfterMs: 0, count: 0 }],
    done: true,
    rest: { ...failure, index: 0, retryAfterMs: 0, count: 0 },
    incarnation: 9,
    queuedMs: 4,
    worker: 2,
  };
}

function payloadsOf(frame: ResultFrame): string[] {
  let at = 0;
  return [...frame.sizes].map((size) =>
    Buffer.from(inOnePiece(frame.payloads.subarray(at, (at += size)))).toString(),
  );
}

describe("sliceResult", () => {
  it("cuts any range of items out with its payloads and times", () => {
    const cases = fc
      .array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 20 })
      .chain((payloads) =>
        fc.tuple(fc.constant(payloads), fc.nat(payloads.length), fc.nat(payloads.length), fc.nat(1000)),
      );
    fc.assert(
      fc.property(cases, ([payloads, left, right, first]) => {
        const [from, to] = [Math.min(left, right), Math.max(left, right)];
        const slice = sliceResult(frameOf(first, payloads), first + from, to - from);
        expect(slice).toMatchObject({ first: first + from, count: to - from, worker: 2, queuedMs: 4 });
        expect(payloadsOf(slice)).toEqual(payloads.slice(from, to));
        expect([...slice.runMs]).toEqual(payloads.map((_, index) => index).slice(from, to));
        expect(slice).toMatchObject({ errors: [], done: false, rest: undefined, incarnation: 0 });
      }),
      { seed: testSeed },
    );
  });

  it("passes a whole frame on without a copy", () => {
    const frame = frameOf(5, ["a", "bc"]);
    expect(sliceResult(frame, 5, 2).payloads).toBe(frame.payloads);
  });

  it("cuts frames without sizes or times", () => {
    const frame = { ...emptyResult, first: 0, count: 1000 };
    expect(sliceResult(frame, 10, 20)).toMatchObject({ first: 10, count: 20 });
  });
});
