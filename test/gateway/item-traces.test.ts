import { describe, expect, it } from "vitest";
import { forTracedItems, traceIdOfItem, tracesOf } from "../../src/gateway/item-traces.ts";
import { emptyBatch, noBytes, traceBytes } from "../../src/wire/frame.ts";

const contextOf = (digit: number): Uint8Array => new Uint8Array(traceBytes).fill(digit);
const idOf = (digit: number): string => `0${digit}`.repeat(16);
const dense = { traces: Buffer.concat([contextOf(1), contextOf(0), contextOf(3), contextOf(4)]) };
const sparse = {
  traces: Buffer.concat([contextOf(1), contextOf(5)]),
  tracedItems: Uint32Array.of(2, 5),
};

describe("tracesOf", () => {
  it("takes those of some items, or those of all", () => {
    expect(tracesOf({ ...emptyBatch, traces: dense.traces })).toEqual(dense);
    const { traces: tracedParents, tracedItems } = sparse;
    expect(tracesOf({ ...emptyBatch, tracedItems, tracedParents })).toEqual(sparse);
  });
});

describe("traceIdOfItem", () => {
  it("finds the trace of an item", () => {
    const ids = [0, 1, 2, 5].map((item) => traceIdOfItem({ trace: noBytes, ...sparse }, item));
    expect(ids).toEqual(["", "", idOf(1), idOf(5)]);
    expect([0, 1, 2].map((item) => traceIdOfItem({ trace: noBytes, ...dense }, item))).toEqual([
      idOf(1),
      "",
      idOf(3),
    ]);
  });

  it("is that of the batch where items have none of their own", () => {
    expect(traceIdOfItem({ trace: contextOf(7), traces: noBytes }, 3)).toBe(idOf(7));
  });
});

describe("forTracedItems", () => {
  it.each([
    [
      "all of some",
      sparse,
      0,
      6,
      [
        [2, 0],
        [5, 25],
      ],
    ],
    ["a range that ends before one", sparse, 0, 5, [[2, 0]]],
    ["a range that starts behind one", sparse, 3, 3, [[5, 25]]],
    [
      "a range of those that each item has",
      dense,
      1,
      2,
      [
        [1, 25],
        [2, 50],
      ],
    ],
  ] as const)("tells of %s", (_, traces, first, count, expected) => {
    const told: number[][] = [];
    forTracedItems(traces, first, count, (item, offset) => told.push([item, offset]));
    expect(told).toEqual(expected);
  });
});
