import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import type { InvokeResult } from "../../src/sdk/invoke.ts";
import { createKernelClient, type KernelClient } from "../../src/sdk/kernel-client.ts";
import type { MapResult } from "../../src/sdk/map.ts";

interface LinalgKernel {
  scale(input: { a: readonly number[]; by: number }): Promise<Float64Array>;
  nothing(input?: Record<string, never>): Promise<void>;
  then(input: { x: number }): Promise<number>;
}

/** A fabric that notes what it is asked. */
function setup() {
  const asked: unknown[] = [];
  const caller = {
    invoke: (...args: unknown[]) => (asked.push(["invoke", ...args]), Promise.resolve("value")),
    invokeWithStats: (...args: unknown[]) => {
      asked.push(["stats", ...args]);
      return Promise.resolve({ value: "value" } as InvokeResult<unknown>);
    },
    map(...args: unknown[]) {
      asked.push(["map", ...args]);
      return [].values() as unknown as AsyncIterableIterator<MapResult<unknown>, undefined>;
    },
  };
  return { asked, caller, kernel: createKernelClient<LinalgKernel>(caller, "linalg") };
}

describe("createKernelClient", () => {
  it("passes calls on under the function's full name, with their options", async () => {
    const { asked, kernel } = setup();
    const input = { a: [1], by: 2 };
    const options = { deadlineMs: 5 };
    expect(await kernel.scale(input, options)).toBe("value");
    expect(await kernel.scale.withStats(input)).toEqual({ value: "value" });
    kernel.scale.map([input], { ordered: false });
    await kernel.nothing();
    expect(asked).toEqual([
      ["invoke", "linalg/scale", input, options],
      ["stats", "linalg/scale", input, undefined],
      ["map", "linalg/scale", [input], { ordered: false }],
      ["invoke", "linalg/nothing", {}, undefined],
    ]);
  });

  it("gives the same method each time, which may be taken off the kernel", async () => {
    const { asked, kernel } = setup();
    const { scale } = kernel;
    expect(kernel.scale).toBe(scale);
    await scale({ a: [], by: 1 });
    expect(asked).toHaveLength(1);
  });

  // It called a function "then" with the functions that settle the promise.
  it("can be awaited, printed, compared and turned to JSON without calling anything", async () => {
    const { asked, kernel } = setup();
    expect(await Promise.resolve(kernel)).toBe(kernel);
    expect(await (async () => kernel)()).toBe(kernel);
    expect(String(kernel)).toBe("[object Object]");
    expect([JSON.stringify(kernel), inspect(kernel)]).toEqual(["{}", expect.stringContaining("{}")]);
    expect(Object.keys(kernel)).toEqual([]);
    expect(kernel).toEqual(kernel);
    expect(asked).toEqual([]);
  });

  it("cannot be changed", () => {
    const { kernel } = setup();
    expect(() => Object.assign(kernel, { scale: 1 })).toThrow(TypeError);
  });

  it.each(["", "linalg/scale", undefined, 7])("refuses the name %j", (name) => {
    const { caller } = setup();
    expect(() => createKernelClient(caller, name as string)).toThrow(HeddleError);
  });
});

describe("KernelClient", () => {
  it("has the types of the functions", () => {
    type Client = KernelClient<LinalgKernel>;
    expectTypeOf<ReturnType<Client["scale"]>>().toEqualTypeOf<Promise<Float64Array>>();
    expectTypeOf<Parameters<Client["scale"]>[0]>().toEqualTypeOf<{ a: readonly number[]; by: number }>();
    expectTypeOf<Parameters<Client["nothing"]>["length"]>().toEqualTypeOf<0 | 1 | 2>();
    expectTypeOf<keyof Client>().toEqualTypeOf<"scale" | "nothing">();
    const { kernel } = setup();
    // @ts-expect-error a text is no number
    void (() => kernel.scale({ a: [1], by: "2" }));
    // @ts-expect-error a parameter is missing
    void (() => kernel.scale({ a: [1] }));
    // @ts-expect-error there is no such function
    void (() => kernel.scail({ a: [1], by: 2 }));
  });
});
