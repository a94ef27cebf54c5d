import { describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { FunctionTable } from "../../src/executor/function-table.ts";
import { emptyBatch, emptyFunction } from "../../src/wire/frame.ts";
import type { KernelModule } from "../../src/worker/pool.ts";

const kernel = {} as KernelModule; // only handed on

function setup() {
  const told: string[] = [];
  const loads: PromiseWithResolvers<KernelModule>[] = [];
  const state = { compiled: false };
  const table = new FunctionTable({
    modules: {
      ready: () => (state.compiled ? kernel : undefined),
      load: () => {
        const load = Promise.withResolvers<KernelModule>();
        loads.push(load);
        return load.promise;
      },
    },
    ready: ({ number }) => told.push(`ready ${number}`),
    run: ({ id }) => told.push(`run ${id}`),
    refuse: ({ id }, reason) => told.push(`refuse ${id} ${reason}`),
  });
  return {
    ...{ told, loads, state, table },
    name: (number: number) => table.name({ ...emptyFunction, number, digest: new Uint8Array(32) }),
    batch: (id: number, fn = 1) => table.batch({ ...emptyBatch, id, function: fn, count: 2 }),
    /** Lets what was settled be told. */
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe("FunctionTable", () => {
  it("lets attempts wait for their module, also one that was let go of", async () => {
    const { name, batch, loads, told, state, turn } = setup();
    name(1);
    batch(10);
    loads[0]?.resolve(kernel);
    await turn();
    expect(told).toEqual(["ready 1", "run 10"]);
    batch(11); // it is not compiled any more
    expect(loads).toHaveLength(2);
    state.compiled = true;
    loads[1]?.resolve(kernel);
    await turn();
    batch(12);
    expect(told.slice(2)).toEqual(["ready 1", "run 11", "run 12"]);
  });

  it("runs what waits for a function whose number has been forgotten meanwhile", async () => {
    const { name, batch, loads, told, turn, table } = setup();
    name(1);
    batch(10);
    name(1 + limits.linkFunctionsMax);
    expect(table.size).toBe(1);
    loads[0]?.resolve(kernel);
    await turn();
    expect(told).toEqual(["ready 1", "run 10"]);
    expect(table.size).toBe(1);
    expect(() => batch(11)).toThrow(/unknown function 1/);
  });

  it("refuses what waits when the module cannot be had, and loads anew for the next", async () => {
    const { name, batch, loads, told, turn } = setup();
    name(1);
    batch(10);
    loads[0]?.reject(new HeddleError("KERNEL_NOT_FOUND", "gone"));
    await turn();
    batch(11);
    loads[1]?.resolve(kernel);
    await turn();
    expect(told).toEqual(["refuse 10 MODULE_UNAVAILABLE", "refuse 11 MODULE_UNAVAILABLE", "ready 1"]);
  });

  it("cancels an attempt that waits, when all of it is cancelled", async () => {
    const { name, batch, loads, told, turn, table } = setup();
    name(1);
    batch(10);
    batch(11);
    expect(table.cancel({ id: 10, first: 0, count: 1 })).toBe(true);
    expect(table.cancel({ id: 11, first: 0, count: 0 })).toBe(true);
    expect(table.cancel({ id: 12, first: 0, count: 0 })).toBe(false);
    loads[0]?.resolve(kernel);
    await turn();
    expect(told).toEqual(["refuse 11 CANCELLED", "ready 1", "run 10"]);
  });

  it("lets only so many attempts wait for a module", () => {
    const { name, batch, told } = setup();
    name(1);
    for (let id = 0; id <= limits.nodeBatchesMax; id++) batch(id);
    expect(told).toEqual([`refuse ${limits.nodeBatchesMax} NODE_OVERLOADED`]);
  });

  it("takes numbers in ascending order, with digests, and says nothing after its end", async () => {
    const { name, loads, table, told, turn } = setup();
    name(5);
    for (const number of [5, 4, 0]) expect(() => name(number)).toThrow(/numbers ascend/);
    name(2 ** 31); // at once, however far it is
    expect(() => table.name({ ...emptyFunction, number: 2 ** 31 + 1 })).toThrow(/without a digest/);
    table.close();
    for (const load of loads) load.resolve(kernel);
    await turn();
    expect(told).toEqual([]);
  });
});
