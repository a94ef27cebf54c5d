import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { inOnePiece } from "../../src/base/rope.ts";
import { version } from "../../src/base/version.ts";
import { creditOf } from "../../src/executor/credits.ts";
import { connectedExecutor, first, startExecutor } from "../support/held-executor.ts";
import { SchedulerClient } from "../support/scheduler-client.ts";

describe("Executor", () => {
  it.each([undefined, "", "guess"])("takes no work from one with the secret %o", async (secret) => {
    const { address } = await startExecutor();
    const scheduler = new SchedulerClient(address, secret);
    expect(await scheduler.closed).toMatchObject({ reason: "BAD_SECRET", code: 16 });
    expect(scheduler.frames.frames).toEqual([]);
  });

  it("says who it is and what it takes", async () => {
    const { scheduler } = await connectedExecutor();
    expect(scheduler.frames.frames.slice(0, 2)).toMatchObject([
      { kind: "welcome", frame: { version, id: "node-1", incarnation: 5, workers: 2 } },
      { kind: "credit", frame: creditOf(2, false) },
    ]);
  });

  it("refuses a scheduler of another version", async () => {
    const { address } = await startExecutor();
    const scheduler = new SchedulerClient(address, "s3cret", { version: "4.0.0" });
    expect(await scheduler.closed).toMatchObject({ reason: "VERSION_SKEW" });
  });

  it("refuses a second small stream of a scheduler, and keeps the first", async () => {
    const { address, scheduler, workers } = await connectedExecutor();
    const second = new SchedulerClient(address, "s3cret");
    expect(await second.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "scheduler scheduler.1 has a stream to this node already",
    });
    scheduler.send(1, ["a"]);
    await workers.held(1);
  });

  it("refuses a bulk stream that comes alone", async () => {
    const { address } = await startExecutor();
    const bulk = new SchedulerClient(address, "s3cret", { bulk: true });
    expect(await bulk.closed).toMatchObject({ reason: "PROTOCOL" });
  });

  it("ends an attempt whose payloads were dropped on their way", async () => {
    const { scheduler, workers } = await connectedExecutor();
    const payloads = Buffer.alloc(8 * 1024 * 1024);
    scheduler.send(9, [""], { sizes: Uint32Array.of(payloads.length), payloads });
    scheduler.cancel(9, 0, 0);
    expect(await scheduler.ended(9)).toBe("CANCELLED");
    expect(workers.batches).toEqual([]);
  });

  it("runs attempts and reports what is finished, by the indices of the attempt", async () => {
    const { scheduler, workers } = await connectedExecutor();
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
    expect(
      Buffer.concat(scheduler.frames.results.map(({ payloads }) => inOnePiece(payloads))).toString(),
    ).toBe("abcd");
    expect(scheduler.frames.results[0]).toMatchObject({ queuedMs: 2, coldMs: 3, worker: 0 });
  });

  it("passes large payloads both ways", async () => {
    const { scheduler, workers } = await connectedExecutor();
    scheduler.send(9, ["x".repeat(3_000_000)]);
    await workers.held(1);
    expect(first(workers).payloads).toHaveLength(3_000_000);
    workers.echo(first(workers));
    expect(await scheduler.ended(9)).toBe("");
    expect(scheduler.frames.results[0]?.payloads).toHaveLength(3_000_000);
  });

  it("tells that a function is compiled, and at once when it was", async () => {
    const { scheduler, digest } = await connectedExecutor();
    await scheduler.frames.count("function", 1);
    scheduler.name(2, digest, "say");
    await scheduler.frames.count("function", 2);
    const told = scheduler.frames.frames.filter(({ kind }) => kind === "function");
    expect(told.map(({ frame }) => "number" in frame && frame.number)).toEqual([1, 2]);
  });

  it("refuses an attempt that is meant for another boot", async () => {
    const { scheduler, workers } = await connectedExecutor();
    scheduler.send(9, ["a"], { incarnation: 4 });
    expect(await scheduler.ended(9)).toBe("NODE_LOST");
    expect(workers.batches).toEqual([]);
  });

  it("refuses attempts while it drains, and ends what it has", async () => {
    const { scheduler, workers, batches, executor } = await connectedExecutor();
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
    const { scheduler } = await connectedExecutor();
    await scheduler.frames.count("function", 1);
    for (let id = 1; id <= limits.nodeBatchesMax + 1; id++) scheduler.send(id, ["a"]);
    expect(await scheduler.ended(limits.nodeBatchesMax + 1)).toBe("NODE_OVERLOADED");
  });

  it("cancels items of an attempt that runs", async () => {
    const { scheduler, workers } = await connectedExecutor();
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
    const { scheduler, workers, batches, address, digest } = await connectedExecutor();
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
    const { scheduler, workers, executor } = await connectedExecutor();
    scheduler.send(9, ["x".repeat(5_000_000)]);
    await workers.held(1);
    workers.echo(first(workers));
    executor.close();
    expect(await scheduler.closed).toBeUndefined();
    expect(await scheduler.ended(9)).toBe("");
    expect(scheduler.frames.results[0]?.payloads).toHaveLength(5_000_000);
  });

  it("ends the stream of one who uses a function without a name", async () => {
    const { scheduler } = await connectedExecutor();
    scheduler.send(9, ["a"], { function: 7 });
    expect(await scheduler.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "batch 9 uses the unknown function 7",
    });
  });

  it("ends the stream of one who names a function twice", async () => {
    const { scheduler, digest } = await connectedExecutor();
    scheduler.name(1, digest);
    expect(await scheduler.closed).toMatchObject({
      reason: "PROTOCOL",
      rawMessage: "function 1 is named after 1; numbers ascend and are given once",
    });
  });
});
