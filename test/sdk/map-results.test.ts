import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { MapResults, runBytes, type ResultRun } from "../../src/sdk/map-results.ts";
import { emptyResult } from "../../src/wire/frame.ts";
import { testSeed } from "../support/seed.ts";

const failure = new HeddleError("KERNEL_TRAP", "it trapped");

function values(first: number, ...texts: string[]): ResultRun {
  const parts = texts.map((text) => Buffer.from(text));
  const sizes = Uint32Array.from(parts, (part) => part.length);
  return { kind: "values", first, count: texts.length, sizes, payloads: Buffer.concat(parts) };
}

function drain(results: MapResults): string[] {
  const out: string[] = [];
  while (results.take()) {
    const { index, error, payloads, start, end } = results;
    const text = Buffer.from(inOnePiece(payloads.subarray(start, end))).toString();
    out.push(error === undefined ? `${index}=${text}` : `${index}!${error.reason}`);
  }
  return out;
}

/** Runs that cover 0…n-1 once, in any order, with the text that each item stands for. */
const shuffledRuns = fc
  .array(fc.record({ count: fc.integer({ min: 1, max: 5 }), fails: fc.boolean() }), { maxLength: 20 })
  .chain((lengths) => {
    let first = 0;
    const runs = lengths.map(({ count, fails }): ResultRun => {
      const start = first;
      first += count;
      if (fails) return { kind: "error", first: start, count, error: failure };
      return values(start, ...Array.from({ length: count }, (_, at) => "v".repeat((start + at) % 4)));
    });
    return fc.shuffledSubarray(runs, { minLength: runs.length, maxLength: runs.length });
  });

function expectedOf(run: ResultRun): string[] {
  return Array.from({ length: run.count }, (_, at) => {
    const index = run.first + at;
    return run.kind === "error" ? `${index}!KERNEL_TRAP` : `${index}=${"v".repeat(index % 4)}`;
  });
}

describe("MapResults", () => {
  it("gives results in the order of the inputs, whatever order they come in", () => {
    fc.assert(
      fc.property(shuffledRuns, (runs) => {
        const results = new MapResults(true);
        const out: string[] = [];
        for (const run of runs) {
          results.add(run);
          out.push(...drain(results));
        }
        const expected = runs.toSorted((left, right) => left.first - right.first).flatMap(expectedOf);
        expect(out).toEqual(expected);
        expect(results.delivered).toBe(expected.length);
        expect(results.bytes).toBe(0);
      }),
      { seed: testSeed },
    );
  });

  it("gives results as they come when the order is of no matter", () => {
    fc.assert(
      fc.property(shuffledRuns, fc.infiniteStream(fc.boolean()), (runs, stops) => {
        const results = new MapResults(false);
        const out: string[] = [];
        for (const run of runs) {
          results.add(run);
          if (stops.next().value) out.push(...drain(results));
        }
        out.push(...drain(results));
        expect(out).toEqual(runs.flatMap(expectedOf));
        expect(results.bytes).toBe(0);
      }),
      { seed: testSeed },
    );
  });

  it("counts the bytes of a run until its last item is taken", () => {
    const results = new MapResults(true);
    results.add(values(0, "aaa", "b"));
    expect(results.bytes).toBe(4);
    results.take();
    expect(results.bytes).toBe(4);
    results.take();
    expect(results.bytes).toBe(0);
    expect(results.take()).toBe(false);
  });

  it("takes results without sizes as empty ones", () => {
    const results = new MapResults(true);
    const none = { sizes: new Uint32Array(0), payloads: new Uint8Array(0) };
    results.add({ kind: "values", first: 0, count: 2, ...none });
    expect(drain(results)).toEqual(["0=", "1="]);
  });
});

describe("runBytes", () => {
  it("adds up the sizes of a part of a frame", () => {
    const frame = { ...emptyResult, first: 10, count: 3, sizes: Uint32Array.of(1, 2, 4) };
    expect(runBytes(frame, 10, 13)).toBe(7);
    expect(runBytes(frame, 11, 12)).toBe(2);
    expect(runBytes({ ...frame, sizes: new Uint32Array(0) }, 10, 13)).toBe(0);
  });
});
