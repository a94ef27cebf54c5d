import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { limits } from "../../src/base/limits.ts";
import { version } from "../../src/base/version.ts";
import { Batches } from "../../src/executor/batches.ts";
import { creditOf } from "../../src/executor/credits.ts";
import { Executor } from "../../src/executor/executor.ts";
import { ModuleCache } from "../../src/executor/module-cache.ts";
import { bind, createRpcServer } from "../../src/rpc/server.ts";
import { openModuleStore } from "../../src/store/module-store.ts";
import type { WorkerBatch } from "../../src/worker/pool.ts";
import { HeldWorkers } from "../support/held-workers.ts";
import { kernelModule } from "../support/kernels.ts";
import { digestOf } from "../support/module-bytes.ts";
import { SchedulerClient } from "../support/scheduler-client.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await kernelModule("echo");
});

/** An executor of boot 5 with workers in the test's hands, and modules that come from `fetch`. */
async function setup(fetch: () => Promise<Uint8Array> = () => Promise.resolve(wasm)) {
  const clock = { now: () => 0 };
  const workers: HeldWorkers = new HeldWorkers((part) => batches.part(part));
  const batches: Batches = new Batches("node-1", clock, () => workers);
  const store = await openModuleStore({ folder: temporaryFolder() });
  const modules = new ModuleCache(store, fetch, () => Promise.resolve());
  const credit = () => creditOf(2, batches.draining);
  const executor = new Executor(
    { id: "node-1", incarnation: 5, workers: 2, modules, batches, credit },
    "s3cret",
  );
  const server = createRpcServer("fabric");
  executor.addTo(server);
  const address = `127.0.0.1:${await bind(server, { host: "127.0.0.1", port: 0, insecure: false })}`;
  onTestFinished(() => server.forceShutdown());
  return { executor, batches, workers, address, digest: digestOf(wasm) };
}

/** The same with a scheduler that has named function 1 and whose module is compiled. */
async function connected(fetch?: () => Promise<Uint8Array>) {
  const parts = await setup(fetch);
  const scheduler = new SchedulerClient(parts.address, "s3cret");
  await scheduler.frames.count("credit", 1);
  scheduler.openBulk();
  scheduler.name(1, parts.digest);
  return { ...parts, scheduler };
}

function first(workers: HeldWorkers): WorkerBatch {
  const [batch] = workers.batches;
  if (batch === undefined) throw new Error("no batch has come");
  return batch;
}

describe("Executor", () => {
  it.each([undefined, "", "guess"])("takes no work from one with the secret %o", async (secret) => {
    const { address } = await setup();
    const scheduler = new SchedulerClient(address, secret);
    expect(await scheduler.closed).toMatchObject({ reason: "BAD_SECRET", code: 16 });
    expect(scheduler.frames.frames).toEqual([]);
  });

  it("says who it is and what it takes", async () => {
    const { scheduler } = await connected();
    expect(scheduler.frames.frames.slice(0, 2)).toMatchObject([
      { kind: "welcome", frame: { version, id: "node-1", incarnation: 5, workers: 2 } },
      { kind: "credit", frame: creditOf(2, false) },
    ]);
  });

  it("refuses a scheduler of another version", async () => {
    const { address } = await setup();
    const scheduler = new SchedulerClient(address, "s3cret", { version: "4.0.0" });
    expect(await scheduler.closed).toMatchObject({ reason: "VERSION_SKEW" });
  });

  it("refuses a second small stream of a scheduler, and keeps the first", async () => {
    const { address, scheduler, workers } = await connected();
    const second = new SchedulerClient(address, "s3cret");
    expect(await second.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "scheduler scheduler.1 has a stream to this node already",
    });
    scheduler.send(1, ["a"]);
    await workers.held(1);
  });

  it("refuses a bulk stream that comes alone", async () => {
    const { address } = await setup();
    const bulk = new SchedulerClient(address, "s3cret", { bulk: true });
    expect(await bulk.closed).toMatchObject({ reason: "PROTOCOL" });
  });

  it("runs attempts and reports what is finished, by the indices of the attempt", async () => {
    const { scheduler, workers } = await connected();
    scheduler.send(9, ["a", "bc", "d"], { first: 40, deadlineMs: 70 });
    await workers.held(1);
    const batch = first(workers);
    expect(batch).toMatchObject({ function: "echo", count: 3, deadlineAt: 70 });
    workers.echo(batch, 0, 2);
    workers.echo(batch, 2, 3);
    expect(await scheduler.ended(9)).toBe("");
    expect(
      scheduler.frames.results.map(({ id, first: at, count, done, incarnation }) => [
        id,
        at,
        count,
        done,
        incarnation,
      ]),
    ).toEqual([
      [9, 40, 2, false, 5],
      [9, 42, 1, true, 5],
    ]);
    expect(Buffer.concat(scheduler.frames.results.map(({ payloads }) => payloads)).toString()).toBe("abcd");
    expect(scheduler.frames.results[0]).toMatchObject({ queuedMs: 2, coldMs: 3, worker: 0 });
  });

  it("passes large payloads both ways", async () => {
    const { scheduler, workers } = await connected();
    scheduler.send(9, ["x".repeat(3_000_000)]);
    await workers.held(1);
    expect(first(workers).payloads).toHaveLength(3_000_000);
    workers.echo(first(workers));
    expect(await scheduler.ended(9)).toBe("");
    expect(scheduler.frames.results[0]?.payloads).toHaveLength(3_000_000);
  });

  it("tells that a function is compiled, and at once when it was", async () => {
    const { scheduler, digest } = await connected();
    await scheduler.frames.count("function", 1);
    scheduler.name(2, digest, "say");
    await scheduler.frames.count("function", 2);
    const told = scheduler.frames.frames.filter(({ kind }) => kind === "function");
    expect(told.map(({ frame }) => "number" in frame && frame.number)).toEqual([1, 2]);
  });

  it("refuses an attempt that is meant for another boot", async () => {
    const { scheduler, workers } = await connected();
    scheduler.send(9, ["a"], { incarnation: 4 });
    expect(await scheduler.ended(9)).toBe("NODE_LOST");
    expect(workers.batches).toEqual([]);
  });

  it("refuses attempts while it drains, and ends what it has", async () => {
    const { scheduler, workers, batches, executor } = await connected();
    scheduler.send(1, ["a"]);
    await workers.held(1);
    batches.drain();
    executor.announceCredit();
    await scheduler.frames.count("credit", 2);
    scheduler.send(2, ["b"]);
    expect(await scheduler.ended(2)).toBe("NODE_DRAINING");
    workers.echo(first(workers));
    expect(await scheduler.ended(1)).toBe("");
    expect(scheduler.frames.frames.filter(({ kind }) => kind === "credit").at(-1)?.frame).toEqual(
      creditOf(2, true),
    );
  });

  it("refuses attempts beyond what it holds", async () => {
    const { scheduler } = await connected();
    await scheduler.frames.count("function", 1);
    for (let id = 1; id <= limits.nodeBatchesMax + 1; id++) scheduler.send(id, ["a"]);
    expect(await scheduler.ended(limits.nodeBatchesMax + 1)).toBe("NODE_OVERLOADED");
  });

  it("cancels items of an attempt that runs", async () => {
    const { scheduler, workers } = await connected();
    scheduler.send(9, ["a", "b", "c"], { first: 10 });
    await workers.held(1);
    scheduler.cancel(9, 11, 1);
    scheduler.cancel(9, 0, 0);
    while (workers.cancels.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const { id } = first(workers);
    expect(workers.cancels).toEqual([
      [id, 1, 1],
      [id, 0, 3],
    ]);
  });

  it("gives up the work of a scheduler that has gone, and takes it back when it comes again", async () => {
    const { scheduler, workers, batches, address, digest } = await connected();
    scheduler.send(9, ["a", "b"]);
    await workers.held(1);
    scheduler.link.close(undefined);
    while (batches.count > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(workers.cancels).toEqual([[first(workers).id, 0, 2]]);
    workers.echo(first(workers));
    const again = new SchedulerClient(address, "s3cret");
    again.name(1, digest);
    again.send(9, ["a", "b"]);
    await workers.held(2);
  });

  it("ends its streams in order, after the results that wait", async () => {
    const { scheduler, workers, executor } = await connected();
    scheduler.send(9, ["x".repeat(5_000_000)]);
    await workers.held(1);
    workers.echo(first(workers));
    executor.close();
    expect(await scheduler.closed).toBeUndefined();
    expect(await scheduler.ended(9)).toBe("");
    expect(scheduler.frames.results[0]?.payloads).toHaveLength(5_000_000);
  });

  it("ends the stream of one who uses a function without a name", async () => {
    const { scheduler } = await connected();
    scheduler.send(9, ["a"], { function: 7 });
    expect(await scheduler.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "batch 9 uses the unknown function 7",
    });
  });

  it("ends the stream of one who names a function twice", async () => {
    const { scheduler, digest } = await connected();
    scheduler.name(1, digest);
    expect(await scheduler.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "function 1 is named twice",
    });
  });
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

  it("keeps attempts until their module is there", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connected(fetch);
    scheduler.send(1, ["a"]);
    scheduler.send(2, ["b"]);
    await until(1);
    expect(workers.batches).toEqual([]);
    calls[0]?.resolve(wasm);
    await workers.held(2);
    expect(workers.batches.map(({ payloads }) => Buffer.from(payloads).toString())).toEqual(["a", "b"]);
  });

  // Each of them had to wait for a fetch of its own to fail.
  it("refuses all attempts that wait when the module cannot be had", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler } = await connected(fetch);
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
    const { scheduler, workers } = await connected(fetch);
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
    const { scheduler } = await connected(() => Promise.resolve(Buffer.from("no module")));
    scheduler.send(1, ["a"]);
    expect(await scheduler.ended(1)).toBe("MODULE_UNAVAILABLE");
  });

  it("gives up an attempt that waits for its module when it is cancelled whole", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers } = await connected(fetch);
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
    const { scheduler, workers } = await connected(fetch);
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
    const { scheduler } = await connected(fetch);
    for (let id = 1; id <= limits.nodeBatchesMax + 1; id++) scheduler.send(id, ["a"]);
    expect(await scheduler.ended(limits.nodeBatchesMax + 1)).toBe("NODE_OVERLOADED");
  });

  it("starts nothing for a scheduler that went while its module was loading", async () => {
    const { calls, fetch, until } = heldFetch();
    const { scheduler, workers, address, digest } = await connected(fetch);
    scheduler.send(1, ["a"]);
    await until(1);
    scheduler.link.close(undefined);
    const other = await afterThat(address);
    other.name(1, digest);
    other.send(1, ["b"]);
    calls[0]?.resolve(wasm);
    await workers.held(1);
    expect(workers.batches.map(({ payloads }) => Buffer.from(payloads).toString())).toEqual(["b"]);
  });
});
