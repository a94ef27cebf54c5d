import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import type { FrameLink } from "../../src/rpc/frame-link.ts";
import { FunctionTable } from "../../src/sdk/function-table.ts";
import type { CallableFunction } from "../../src/sdk/schemas.ts";
import type { FunctionFrame } from "../../src/wire/frame.ts";

/** A function of a kernel's version; no more of it is looked at. */
function fn(version: number, more: Partial<CallableFunction> = {}): CallableFunction {
  const digest = version.toString(16).padStart(64, "0");
  return {
    kernel: "k",
    name: "f",
    fullName: "k/f",
    version: digest,
    pinned: false,
    ...more,
  } as CallableFunction;
}

function setup() {
  const sent: FunctionFrame[] = [];
  const link = { writer: { function: (frame: FunctionFrame) => sent.push(frame) } } as unknown as FrameLink; // writes only
  const table = new FunctionTable();
  /** Numbers the gateway knows, with the kernels they stand for. */
  const known = () => {
    const numbers = new Set<number>();
    for (const { number, kernel } of sent) {
      if (kernel === "") expect(numbers.delete(number)).toBe(true);
      else expect(numbers.has(number) ? "twice" : numbers.add(number).size).not.toBe("twice");
    }
    return numbers;
  };
  return { sent, table, known, number: (which: CallableFunction) => table.numberOf(link, which) };
}

describe("FunctionTable", () => {
  it("names a function once, and anew for another version", () => {
    const { sent, number, known } = setup();
    expect([number(fn(1)), number(fn(1)), number(fn(2)), number(fn(2))]).toEqual([1, 1, 2, 2]);
    expect(sent.map((frame) => [frame.number, frame.kernel])).toEqual([
      [1, "k"],
      [1, ""],
      [2, "k"],
    ]);
    expect([...known()]).toEqual([2]);
  });

  it("tells versions that are called by digest from those that are routed to", () => {
    const { sent, number } = setup();
    const pinned = { pinned: true };
    expect([number(fn(1)), number(fn(1, pinned)), number(fn(2, pinned)), number(fn(1))]).toEqual([
      1, 2, 3, 1,
    ]);
    const lengths = sent.map(({ digest, schema }) => [digest.length, schema.length]);
    expect(lengths).toEqual([
      [0, 32],
      [32, 32],
      [32, 32],
    ]);
  });

  it("knows which kernel a number stands for, for as long as it does", () => {
    const { table, number } = setup();
    number(fn(1));
    expect(table.kernelOf(1)).toBe("k");
    number(fn(2));
    expect([table.kernelOf(1), table.kernelOf(2)]).toEqual([undefined, "k"]);
  });

  it("stays bounded under deploys, and under versions that are called by digest", () => {
    const { number, known } = setup();
    for (let version = 1; version <= 1000; version++) number(fn(version));
    expect(known().size).toBe(1);
    for (let version = 1; version <= limits.sessionFunctionsMax; version++)
      number(fn(version, { pinned: true }));
    expect(known().size).toBeLessThanOrEqual(limits.sessionFunctionsMax / 2);
  });
});
