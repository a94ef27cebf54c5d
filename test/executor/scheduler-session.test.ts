import { beforeAll, describe, expect, it } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { connectedExecutor, first } from "../support/held-executor.ts";
import { kernelModule } from "../support/kernels.ts";
import { SchedulerClient } from "../support/scheduler-client.ts";

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await kernelModule("echo");
});

/** A scheduler of the same name, which the node takes in only when the one before has gone. */
async function afterThat(address: string): Promise<SchedulerClient> {
  for (;;) {
    const scheduler = new SchedulerClient(address, "s3cret");
    const welcomed = scheduler.frames.count("credit", 1).then(() => true);
    if (await Promise.race([welcomed, scheduler.closed.then(() => false)])) return scheduler;
  }
}

describe("SchedulerSession", () => {
  /** Modules come when the test lets them, or not. */
  function heldFetch() {
    const calls: PromiseWithResolvers<Uint8Array>[] = [];
    const fetch = (): Promise<Uint8Array> => {
      const call = Promise.withResolvers<Uint8Array>();
      calls.push(call);
      return call.promise;
    };
    const until = async (count: number): Promise<void> => {
      while (calls.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    return { calls, fetch, until };
  }

  it("tells how many attempts a scheduler has left behind whose stream broke, if any", async () => {
    const { scheduler, workers, drops, address } = await connectedExecutor();
    scheduler.send(1, ["a"]);
    scheduler.send(2, ["b"]);
    await workers.held(2);
    scheduler.link.close(new HeddleError("INTERNAL", "it broke"));
    const next = await afterThat(address);
    expect(drops).toEqual([2]);
    next.link.close(new HeddleError("INTERNAL", "it broke"));
    await afterThat(address);
    expect(drops).toEqual([2]);
  });

  it("keeps attempts until their module is there", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connectedExecutor(fetch);
    scheduler.send(1, ["a"]);
    scheduler.send(2, ["b"]);
    await until(1);
    expect(workers.batches).toEqual([]);
    calls[0]?.resolve(wasm);
    await workers.held(2);
    expect(workers.batches.map(({ payloads }) => Buffer.from(inOnePiece(payloads)).toString())).toEqual([
      "a",
      "b",
    ]);
  });

  // Each of them had to wait for a fetch of its own to fail.
  it("refuses all attempts that wait when the module cannot be had", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler } = await connectedExecutor(fetch);
    for (const id of [1, 2, 3]) scheduler.send(id, ["a"]);
    await until(1);
    calls[0]?.reject(new HeddleError("KERNEL_NOT_FOUND", "no such module"));
    expect(await Promise.all([1, 2, 3].map((id) => scheduler.ended(id)))).toEqual([
      "MODULE_UNAVAILABLE",
      "MODULE_UNAVAILABLE",
      "MODULE_UNAVAILABLE",
    ]);
    expect(scheduler.frames.results[0]?.rest?.message).toBe("node node-1: no such module");
    expect(calls).toHaveLength(1);
  });

  it("tries again to have a broken module when it is asked for again", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connectedExecutor(fetch);
    scheduler.send(1, ["a"]);
    await until(1);
    calls[0]?.reject(new Error("the scheduler is away"));
    expect(await scheduler.ended(1)).toBe("MODULE_UNAVAILABLE");
    scheduler.send(2, ["b"]);
    expect(await scheduler.ended(2)).toBe("MODULE_UNAVAILABLE");
    await until(2);
    calls[1]?.resolve(wasm);
    await scheduler.frames.count("function", 1);
    scheduler.send(3, ["c"]);
    await workers.held(1);
  });

  it("says MODULE_UNAVAILABLE for bytes that are no kernel", async () => {
    const { scheduler } = await connectedExecutor(() => Promise.resolve(Buffer.from("no module")));
    scheduler.send(1, ["a"]);
    expect(await scheduler.ended(1)).toBe("MODULE_UNAVAILABLE");
  });

  it("gives up an attempt that waits for its module when it is cancelled whole", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connectedExecutor(fetch);
    scheduler.send(1, ["a", "b"], { first: 10 });
    scheduler.cancel(1, 10, 2);
    expect(await scheduler.ended(1)).toBe("CANCELLED");
    await until(1);
    calls[0]?.resolve(wasm);
    await scheduler.frames.count("function", 1);
    expect(workers.batches).toEqual([]);
  });

  // All of its items failed as cancelled, although one had been.
  it("runs an attempt that waits for its module when some of its items are cancelled", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connectedExecutor(fetch);
    scheduler.send(1, ["a", "b"], { first: 10 });
    scheduler.cancel(1, 11, 1);
    await until(1);
    calls[0]?.resolve(wasm);
    await workers.held(1);
    workers.echo(first(workers));
    expect(await scheduler.ended(1)).toBe("");
    expect(scheduler.frames.results[0]?.count).toBe(2);
  });

  it("holds so many attempts for a module that is loading and no more", async () => {
    const { fetch } = heldFetch();
    const { scheduler } = await connectedExecutor(fetch);
    for (let id = 1; id <= limits.nodeBatchesMax + 1; id++) scheduler.send(id, ["a"]);
    expect(await scheduler.ended(limits.nodeBatchesMax + 1)).toBe("NODE_OVERLOADED");
  });

  it("starts nothing for a scheduler that went while its module was loading", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers, address, digest } = await connectedExecutor(fetch);
    scheduler.send(1, ["a"]);
    await until(1);
    scheduler.link.close(undefined);
    const other = await afterThat(address);
    other.name(1, digest);
    other.send(1, ["b"]);
    calls[0]?.resolve(wasm);
    await workers.held(1);
    expect(workers.batches.map(({ payloads }) => Buffer.from(inOnePiece(payloads)).toString())).toEqual([
      "b",
    ]);
  });
});
